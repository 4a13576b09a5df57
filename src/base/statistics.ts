import { assert } from './assert.ts';
import { incompleteBeta, normalQuantile } from './special-functions.ts';

export { normalProbability, normalQuantile } from './special-functions.ts';

/** Mean and variance of a sequence in one pass (Welford), mergeable (Chan). */
export class RunningStatistics {
  count = 0;
  /** 0 while empty. */
  mean = 0;
  min = Infinity;
  max = -Infinity;
  #squares = 0;

  add(value: number): void {
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.#squares += delta * (value - this.mean);
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  merge(other: RunningStatistics): void {
    if (other.count === 0) return;
    const count = this.count + other.count;
    const delta = other.mean - this.mean;
    this.#squares += other.#squares + (delta * delta * this.count * other.count) / count;
    this.mean += (delta * other.count) / count;
    this.count = count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** The unbiased sample variance; 0 for fewer than two values. */
  get variance(): number {
    return this.count < 2 ? 0 : this.#squares / (this.count - 1);
  }

  get standardDeviation(): number {
    return Math.sqrt(this.variance);
  }
}

/** The integral over time of a quantity that changes in steps: queue length, busy servers. */
export class TimeIntegral {
  #value: number;
  #sinceMicros: number;
  #fromMicros: number;
  #integral = 0;
  #max: number;

  constructor(nowMicros = 0, value = 0) {
    this.#fromMicros = nowMicros;
    this.#sinceMicros = nowMicros;
    this.#value = value;
    this.#max = value;
  }

  get value(): number {
    return this.#value;
  }

  /** The greatest value since the start or the last reset. */
  get max(): number {
    return this.#max;
  }

  /** The quantity is `value` from now on. Times must not decrease. */
  set(nowMicros: number, value: number): void {
    this.#integral += this.#value * (nowMicros - this.#sinceMicros);
    this.#sinceMicros = nowMicros;
    this.#value = value;
    if (value > this.#max) this.#max = value;
  }

  add(nowMicros: number, change: number): void {
    this.set(nowMicros, this.#value + change);
  }

  /** Value × microseconds since the start or the last reset. */
  integral(nowMicros: number): number {
    return this.#integral + this.#value * (nowMicros - this.#sinceMicros);
  }

  /** The mean over time; the present value when no time has passed. */
  mean(nowMicros: number): number {
    const elapsed = nowMicros - this.#fromMicros;
    return elapsed > 0 ? this.integral(nowMicros) / elapsed : this.#value;
  }

  /** Starts a new window with the present value. */
  reset(nowMicros: number): void {
    this.#fromMicros = nowMicros;
    this.#sinceMicros = nowMicros;
    this.#integral = 0;
    this.#max = this.#value;
  }
}

/** P(T ≤ t) of Student's distribution. */
export function studentProbability(t: number, degreesOfFreedom: number): number {
  const tail = 0.5 * incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t));
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T ≤ t) = p, for p in (0, 1), by bisection. */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  assert(
    p > 0 && p < 1 && degreesOfFreedom > 0,
    'studentQuantile wants p in (0, 1) and positive degrees of freedom',
  );
  if (p === 0.5) return 0;
  if (p < 0.5) return -studentQuantile(1 - p, degreesOfFreedom);
  let low = 0;
  let high = Math.max(2, normalQuantile(p));
  while (studentProbability(high, degreesOfFreedom) < p && high < 1e300) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (studentProbability(middle, degreesOfFreedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface ConfidenceInterval {
  readonly mean: number;
  /** Infinity for a single value: one observation says nothing about its error. */
  readonly halfWidth: number;
  readonly low: number;
  readonly high: number;
}

/** Student's interval for the mean of independent, about normal values, e.g. results over seeds. `level` as 0.95. */
export function confidenceInterval(values: readonly number[], level: number): ConfidenceInterval {
  assert(values.length > 0, 'a confidence interval wants at least one value');
  assert(level > 0 && level < 1, `${level} is not a confidence level in (0, 1)`);
  const statistics = new RunningStatistics();
  for (const value of values) statistics.add(value);
  const { mean, count } = statistics;
  if (count < 2) return { mean, halfWidth: Infinity, low: -Infinity, high: Infinity };
  const halfWidth = studentQuantile(0.5 + level / 2, count - 1) * Math.sqrt(statistics.variance / count);
  return { mean, halfWidth, low: mean - halfWidth, high: mean + halfWidth };
}

/** The largest distance between the distribution of the values and a continuous distribution function. */
export function kolmogorovSmirnov(values: readonly number[], probability: (value: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b);
  let distance = 0;
  sorted.forEach((value, i) => {
    const expected = probability(value);
    distance = Math.max(distance, expected - i / sorted.length, (i + 1) / sorted.length - expected);
  });
  return distance;
}
