/** Fidelity: `flowcontrol.Backoff` as the DaemonSet controller uses it (client-go 1.32): 1 s doubling to 15 min, forgotten when idle. */
import type { Clock } from '../../store/clock.ts';

const firstMicros = 1e6;
const lastMicros = 15 * 60 * 1e6;

interface Entry {
  readonly delayMicros: number;
  readonly sinceMicros: number;
}

export class FailureBackoff {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Microseconds to wait still; 0: it may happen now, and the next wait is twice as long. */
  waitMicros(key: string): number {
    const now = this.#clock.nowMicros;
    const entry = this.#entries.get(key);
    if (entry !== undefined && now - entry.sinceMicros < entry.delayMicros)
      return entry.sinceMicros + entry.delayMicros - now;
    this.#entries.set(key, { delayMicros: nextDelay(entry, now), sinceMicros: now });
    if (this.#entries.size > 1000) this.#forget(now);
    return 0;
  }

  #forget(now: number): void {
    for (const [key, { sinceMicros }] of this.#entries)
      if (now - sinceMicros > 2 * lastMicros) this.#entries.delete(key);
  }
}

function nextDelay(entry: Entry | undefined, now: number): number {
  if (entry === undefined || now - entry.sinceMicros > 2 * lastMicros) return firstMicros;
  return Math.min(entry.delayMicros * 2, lastMicros);
}
