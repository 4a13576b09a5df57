import type { LiveRun } from './session.ts';

/** How fast virtual time goes: so many virtual seconds for each of the wall clock; Infinity: as fast as it can. */
export type Speed = number;

/** One stretch of simulation takes about this long, so that requests are served within 20 ms at any speed. */
const stretchMs = 8;
/** When the run can't keep up, what was lost is not made up for: it goes on from where it is. */
const lagMsMax = 250;
/** How often a run that keeps up is moved on. */
const beatMs = 5;
const firstStretchMicros = 1000;

export interface PacerOptions {
  readonly speed: Speed;
  readonly paused: boolean;
  /** Called between two stretches. */
  readonly progressed: () => void;
  /** Milliseconds of the wall clock. */
  readonly clock?: () => number;
}

/** Moves a live run on at the pace that its operator wants. Requests are served between two stretches. */
export class Pacer {
  readonly #session: LiveRun;
  readonly #progressed: () => void;
  readonly #clock: () => number;
  #speed: Speed;
  #paused: boolean;
  #stopped = false;
  #wake: () => void = () => {};
  #stretchMicros = firstStretchMicros;
  /** Wall and virtual time from which the pace is counted. */
  #baseMs: number;
  #baseMicros: number;

  constructor(
    session: LiveRun,
    { speed, paused, progressed, clock = () => performance.now() }: PacerOptions,
  ) {
    this.#session = session;
    this.#speed = speed;
    this.#paused = paused;
    this.#progressed = progressed;
    this.#clock = clock;
    this.#baseMs = clock();
    this.#baseMicros = session.nowMicros;
  }

  get speed(): Speed {
    return this.#speed;
  }

  set speed(speed: Speed) {
    this.#speed = speed;
    this.#rebase();
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    this.#rebase();
  }

  /** Moves a paused run on by so much virtual time. */
  step(micros: number): void {
    this.#advance(this.#session.nowMicros + micros);
    this.#rebase();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Goes on until it is stopped; at the end of the scenario the run stands still and can still be asked. */
  async run(): Promise<void> {
    this.#rebase();
    while (!this.#stopped) {
      const idle = this.#paused || this.#session.finished || !this.#stretch();
      this.#progressed();
      await this.#rest(idle);
    }
  }

  /** One stretch; whether it is behind what the pace wants. */
  #stretch(): boolean {
    const wanted = this.#wanted();
    const to = Math.min(wanted, this.#session.nowMicros + this.#stretchMicros);
    if (to <= this.#session.nowMicros) return false;
    const began = this.#clock();
    this.#advance(to);
    const took = this.#clock() - began;
    const factor = Math.min(2, Math.max(0.1, stretchMs / Math.max(took, 0.01)));
    this.#stretchMicros = Math.max(1, Math.floor(this.#stretchMicros * factor));
    const behindMicros = wanted - this.#session.nowMicros;
    if (Number.isFinite(this.#speed) && behindMicros > lagMsMax * 1000 * this.#speed) this.#rebase();
    return behindMicros > 0;
  }

  #wanted(): number {
    if (!Number.isFinite(this.#speed)) return this.#session.endMicros;
    return Math.floor(this.#baseMicros + (this.#clock() - this.#baseMs) * 1000 * this.#speed);
  }

  #advance(toMicros: number): void {
    this.#session.advance(Math.min(toMicros, this.#session.endMicros));
    this.#session.settle();
  }

  #rebase(): void {
    this.#baseMs = this.#clock();
    this.#baseMicros = this.#session.nowMicros;
  }

  #rest(idle: boolean): Promise<void> {
    return new Promise((resolve) => {
      if (!idle) {
        setImmediate(resolve);
        return;
      }
      const timer = setTimeout(resolve, beatMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The speeds that `+` and `-` go through. */
export const speeds: readonly Speed[] = [
  0.1,
  0.25,
  0.5,
  1,
  2,
  5,
  10,
  20,
  60,
  120,
  300,
  600,
  1800,
  3600,
  Number.POSITIVE_INFINITY,
];

export function faster(speed: Speed): Speed {
  return speeds.find((one) => one > speed) ?? Number.POSITIVE_INFINITY;
}

export function slower(speed: Speed): Speed {
  return speeds.findLast((one) => one < speed) ?? speeds[0]!;
}
