/**
 * Fidelity: arrivals of many independent users are a Poisson process whose rate follows the given curve; instants
 * are found by exact inversion of the integrated rate (Çinlar 1975), not by thinning, so one draw gives one arrival.
 */

import { assert } from '../../base/assert.ts';
import { microsPerSecond } from '../../base/time.ts';
import type { RateCurve } from './model.ts';

/** Walks a rate curve forward in time. */
export class RateClock {
  private readonly at: Float64Array;
  private readonly rate: Float64Array;
  private segment = 0;

  constructor(curve: RateCurve) {
    assert(
      curve.atMicros.length === curve.values.length && curve.values.length > 0,
      'A rate curve has knots.',
    );
    this.at = Float64Array.from(curve.atMicros);
    this.rate = Float64Array.from(curve.values, (perSecond) => perSecond / microsPerSecond);
  }

  /**
   * The instant at which the integral of the rate from `fromMicros` reaches `amount`; Infinity when it never does.
   * Successive calls must not go back in time.
   */
  next(fromMicros: number, amount: number): number {
    let at = fromMicros;
    let left = amount;
    while (this.segment < this.at.length && this.at[this.segment] <= at) this.segment++;
    for (;;) {
      const end = this.segment < this.at.length ? this.at[this.segment] : Number.POSITIVE_INFINITY;
      const start = this.rateAt(at);
      const slope = this.slope();
      const finish = end === Number.POSITIVE_INFINITY ? start : this.approach();
      const area = start === 0 && finish === 0 ? 0 : ((start + finish) / 2) * (end - at);
      if (area >= left && area > 0)
        // On the way down to zero, rounding may leave the square of the final rate a little below zero.
        return at + (2 * left) / (start + Math.sqrt(Math.max(0, start * start + 2 * slope * left)));
      if (end === Number.POSITIVE_INFINITY) return end;
      left -= area;
      at = end;
      while (this.segment < this.at.length && this.at[this.segment] <= at) this.segment++;
    }
  }

  /** The rate at an instant of the current segment, per microsecond. */
  private rateAt(atMicros: number): number {
    const after = this.segment;
    if (after === 0) return this.rate[0];
    if (after === this.at.length) return this.rate[after - 1];
    const share = (atMicros - this.at[after - 1]) / (this.at[after] - this.at[after - 1]);
    return this.rate[after - 1] + share * (this.rate[after] - this.rate[after - 1]);
  }

  /** The rate towards which the current segment runs; before the first knot the curve is flat. */
  private approach(): number {
    return this.rate[this.segment];
  }

  private slope(): number {
    const after = this.segment;
    if (after === 0 || after === this.at.length) return 0;
    return (this.rate[after] - this.rate[after - 1]) / (this.at[after] - this.at[after - 1]);
  }
}

/** The curve's value at an instant (a rate per second, or a number of users). */
export function curveValue(curve: RateCurve, atMicros: number): number {
  const after = curve.atMicros.findIndex((knot) => knot > atMicros);
  if (after === 0) return curve.values[0];
  if (after < 0) return curve.values[curve.values.length - 1];
  const before = curve.atMicros[after - 1];
  const share = (atMicros - before) / (curve.atMicros[after] - before);
  return curve.values[after - 1] + share * (curve.values[after] - curve.values[after - 1]);
}
