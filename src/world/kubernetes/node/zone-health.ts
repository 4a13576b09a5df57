/**
 * Fidelity: how the node lifecycle controller judges zones and limits evictions in them (nodelifecycle ComputeZoneState,
 * setLimiterInZone and scheduler.RateLimitedTimedQueue, 1.32): 0.1 nodes per second; in a zone of which at least 55 % and
 * more than two nodes are not ready 0.01, or none when it has 50 nodes or fewer; none at all when every zone is lost.
 */
import { microsPerSecond } from '../../../base/time.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

const unhealthyShare = 0.55;
const usualRate = 0.1;
const reducedRate = 0.01;
const largeZone = 50;

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady / (notReady + ready) >= unhealthyShare) return 'PartialDisruption';
  return 'Normal';
}

/** Nodes per second that may be tainted in a zone of so many nodes. */
export function evictionRate(state: ZoneState, nodes: number): number {
  if (state !== 'PartialDisruption') return usualRate;
  return nodes > largeZone ? reducedRate : 0;
}

/** One token at most, which comes back at a rate. */
export class EvictionLimiter {
  #rate: number;
  #freeMicros = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  tryAccept(nowMicros: number): boolean {
    if (this.#rate <= 0 || nowMicros < this.#freeMicros) return false;
    this.#freeMicros = nowMicros + microsPerSecond / this.#rate;
    return true;
  }

  /** When the next one may be accepted; Infinity: never at this rate. */
  nextMicros(nowMicros: number): number {
    return this.#rate <= 0 ? Number.POSITIVE_INFINITY : Math.max(nowMicros, this.#freeMicros);
  }

  /** Takes another rate. Whoever waits for the old one waits for the new one. */
  swap(rate: number, nowMicros: number): void {
    if (rate === this.#rate) return;
    const waits = !this.tryAccept(nowMicros);
    this.#rate = rate;
    this.#freeMicros = waits && rate > 0 ? nowMicros + microsPerSecond / rate : nowMicros;
  }
}
