import { assert } from '../../../../base/assert.ts';
import type { RateCurve } from '../../model.ts';

/**
 * Fidelity: demand over time as straight lines between knots, as k6 ramps its stages (linear from the level before to
 * the stage's target; a stage of no length jumps). A day's rhythm is a raised cosine sampled at `knotsPerPeriod`
 * knots: between them the line departs from the cosine by at most (1 − cos(π / knotsPerPeriod)) of its amplitude,
 * 0.024 % at 144 (every ten minutes of a day), and over whole periods its integral is exact.
 */

export const knotsPerPeriod = 144;
/** Largest distance between a sampled cosine and the true one, as a share of the amplitude. */
export const diurnalError = 1 - Math.cos(Math.PI / knotsPerPeriod);
/** More knots than this would cost more memory than any report can show. */
export const knotsMax = 200_000;

/** Draws a curve from left to right; times are virtual microseconds. */
export class CurveBuilder {
  readonly #atMicros: number[] = [];
  readonly #values: number[] = [];

  constructor(value: number) {
    this.#add(0, value);
  }

  get value(): number {
    return this.#values[this.#values.length - 1];
  }

  get atMicros(): number {
    return this.#atMicros[this.#atMicros.length - 1];
  }

  /** Stays where it is until `atMicros`. */
  holdUntil(atMicros: number): this {
    return this.rampTo(atMicros, this.value);
  }

  /** Changes to `value` at once. */
  jumpTo(value: number): this {
    return this.rampTo(this.atMicros, value);
  }

  /** Runs straight to `value` at `atMicros`. */
  rampTo(atMicros: number, value: number): this {
    assert(atMicros >= this.atMicros, 'a curve is drawn from left to right');
    if (atMicros === this.atMicros && value === this.value) return this;
    this.#add(atMicros, value);
    return this;
  }

  build(): RateCurve {
    return simplified({ atMicros: this.#atMicros, values: this.#values });
  }

  #add(atMicros: number, value: number): void {
    assert(Number.isSafeInteger(atMicros) && atMicros >= 0, 'a knot stands at a whole microsecond');
    assert(Number.isFinite(value) && value >= 0, 'a rate is finite and not negative');
    this.#atMicros.push(atMicros);
    this.#values.push(value);
  }
}

/** Leaves out knots that a level stretch does not need and knots a jump passes over. */
function simplified(curve: RateCurve): RateCurve {
  const atMicros: number[] = [];
  const values: number[] = [];
  const count = curve.atMicros.length;
  for (let i = 0; i < count; i += 1) {
    const inside = i > 0 && i < count - 1;
    const level =
      inside && curve.values[i - 1] === curve.values[i] && curve.values[i] === curve.values[i + 1];
    const passed =
      inside && curve.atMicros[i - 1] === curve.atMicros[i] && curve.atMicros[i] === curve.atMicros[i + 1];
    if (level || passed) continue;
    atMicros.push(curve.atMicros[i]);
    values.push(curve.values[i]);
  }
  return { atMicros, values };
}

export function constantCurve(value: number): RateCurve {
  return { atMicros: [0], values: [value] };
}

export interface Stage {
  readonly durationMicros: number;
  readonly target: number;
}

/** k6's ramping stages from `start`; the last level holds to the end. */
export function stagesCurve(start: number, stages: readonly Stage[]): RateCurve {
  const builder = new CurveBuilder(start);
  for (const stage of stages) builder.rampTo(builder.atMicros + stage.durationMicros, stage.target);
  return builder.build();
}

export interface Diurnal {
  /** Level in the quietest moment and in the busiest. */
  readonly trough: number;
  readonly peak: number;
  readonly periodMicros: number;
  /** Virtual time of a peak; others follow and precede at the period. */
  readonly peakAtMicros: number;
}

/** A raised cosine over [0, durationMicros]. */
export function diurnalCurve(shape: Diurnal, durationMicros: number): RateCurve {
  const { trough, peak, periodMicros, peakAtMicros } = shape;
  const middle = (trough + peak) / 2;
  const amplitude = (peak - trough) / 2;
  const level = (micros: number): number => {
    const phase = (((micros - peakAtMicros) % periodMicros) / periodMicros) * 2 * Math.PI;
    return Math.max(0, middle + amplitude * Math.cos(phase));
  };
  // Knots count from a peak, so that every peak and every trough is one.
  const step = periodMicros / knotsPerPeriod;
  const first = Math.floor(-peakAtMicros / step) + 1;
  const builder = new CurveBuilder(level(0));
  for (let i = first; ; i += 1) {
    const at = Math.round(peakAtMicros + i * step);
    if (at >= durationMicros) break;
    if (at > builder.atMicros) builder.rampTo(at, level(at));
  }
  return builder.rampTo(durationMicros, level(durationMicros)).build();
}

export interface Burst {
  readonly base: number;
  readonly burst: number;
  /** Start of the first burst. */
  readonly atMicros: number;
  readonly lengthMicros: number;
  /** From one start to the next; null: only one burst. */
  readonly everyMicros: number | null;
}

/** Square bursts on a level base: the rate jumps up and down. */
export function burstCurve(shape: Burst, durationMicros: number): RateCurve {
  const builder = new CurveBuilder(shape.base);
  const every = shape.everyMicros ?? Number.POSITIVE_INFINITY;
  for (let at = shape.atMicros; at < durationMicros; at += every) {
    builder.holdUntil(at).jumpTo(shape.burst);
    builder.holdUntil(at + shape.lengthMicros).jumpTo(shape.base);
  }
  return builder.build();
}

export interface Spike {
  readonly base: number;
  readonly peak: number;
  readonly atMicros: number;
  readonly riseMicros: number;
  readonly holdMicros: number;
  readonly fallMicros: number;
}

/** One straight rise from the base, a plateau and a straight fall; `atMicros` is the start of the rise. */
export function spikeCurve(shape: Spike): RateCurve {
  const top = shape.atMicros + shape.riseMicros;
  const builder = new CurveBuilder(shape.base).holdUntil(shape.atMicros).rampTo(top, shape.peak);
  builder.holdUntil(top + shape.holdMicros);
  return builder.rampTo(top + shape.holdMicros + shape.fallMicros, shape.base).build();
}

/** The curve with every value multiplied. */
export function scaledCurve(curve: RateCurve, factor: number): RateCurve {
  return { atMicros: curve.atMicros, values: curve.values.map((value) => value * factor) };
}

/** The level just after `micros`. */
export function curveAt(curve: RateCurve, micros: number): number {
  const { atMicros, values } = curve;
  let next = 0;
  while (next < atMicros.length && atMicros[next] <= micros) next += 1;
  if (next === 0) return values[0];
  if (next === atMicros.length) return values[next - 1];
  const share = (micros - atMicros[next - 1]) / (atMicros[next] - atMicros[next - 1]);
  return values[next - 1] + share * (values[next] - values[next - 1]);
}

/** Area under the curve over [fromMicros, toMicros], in value × seconds: the number of arrivals expected. */
export function curveIntegral(curve: RateCurve, fromMicros: number, toMicros: number): number {
  const { atMicros, values } = curve;
  let area = 0;
  const add = (start: number, end: number, a: number, b: number): void => {
    const from = Math.max(start, fromMicros);
    const to = Math.min(end, toMicros);
    if (to <= from) return;
    const slope = end === start ? 0 : (b - a) / (end - start);
    const left = Number.isFinite(slope) && slope !== 0 ? a + slope * (from - start) : a;
    const right = slope === 0 ? a : a + slope * (to - start);
    area += ((left + right) / 2) * (to - from);
  };
  add(Number.NEGATIVE_INFINITY, atMicros[0], values[0], values[0]);
  for (let i = 1; i < atMicros.length; i += 1) add(atMicros[i - 1], atMicros[i], values[i - 1], values[i]);
  const last = atMicros.length - 1;
  add(atMicros[last], Number.POSITIVE_INFINITY, values[last], values[last]);
  return area / 1e6;
}
