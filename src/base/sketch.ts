import { assert } from './assert.ts';

/** What is left of a quantile sketch when it is written down: plain JSON, mergeable, same error bound. */
export interface SketchSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Ascending pairs [bucket index, count], flattened. */
  readonly buckets: readonly number[];
}

/** The largest relative error of a quantile: half a bucket, 1/256. */
export const sketchRelativeError = 1 / 256;

const twoTo31 = 2_147_483_648;
const twoTo43 = 8_796_093_022_208;
const twoTo16 = 65_536;
/** Buckets of all values below 2^43. */
const allBuckets = 37 * 128;
/** Buckets of all values below 2^20, about a second: most sketches never need more. */
const fewBuckets = 14 * 128;

/**
 * The bucket of a value: values below 256 have one each, above that every octave has 128 equal ones. A value
 * beyond 31 bits is first shifted down by 16, which drops no bit that its bucket depends on.
 */
function bucketOf(value: number): number {
  if (value < twoTo31) {
    const whole = value | 0;
    const shift = 24 - Math.clz32(whole | 128);
    return (shift << 7) + (whole >>> shift);
  }
  const whole = ((value < twoTo43 ? value : twoTo43 - 1) * (1 / twoTo16)) | 0;
  const shift = 24 - Math.clz32(whole);
  return ((shift + 16) << 7) + (whole >>> shift);
}

/** The middle of the integers that share a bucket. */
function bucketValue(bucket: number): number {
  if (bucket < 256) return bucket;
  const shift = (bucket >>> 7) - 1;
  const low = bucket - (shift << 7);
  const width = shift < 31 ? 1 << shift : twoTo31 * (1 << (shift - 31));
  return low * width + (width - 1) / 2;
}

/**
 * Counts of non-negative integers (a fraction is ignored) up to 2^43 in log-linear buckets, after Gil Tene's HdrHistogram.
 * A quantile is within 1/256 (0.4 %) of the exact one; below 256 it is exact. Sketches merge without loss.
 */
export class QuantileSketch {
  count = 0;
  sum = 0;
  /** Infinity while empty. */
  min = Infinity;
  /** 0 while empty. */
  max = 0;
  #counts = new Float64Array(fewBuckets);

  record(value: number): void {
    const bucket = bucketOf(value);
    if (bucket >= this.#counts.length) this.#grow(bucket);
    this.#counts[bucket]++;
    this.count++;
    this.sum += value;
    if (!(value >= this.min)) this.#lower(value);
    if (value > this.max) this.max = value;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /**
   * The smallest value, to the error bound, that at least the share q of all do not exceed; 0 when empty.
   * `quantile(0)` and `quantile(1)` are exact.
   */
  quantile(q: number): number {
    const rank = Math.ceil(q * this.count);
    if (rank <= 1) return this.count === 0 ? 0 : this.min;
    if (rank >= this.count) return this.max;
    let bucket = bucketOf(this.min);
    for (let seen = this.#counts[bucket]; seen < rank; ) seen += this.#counts[++bucket];
    return Math.min(this.max, Math.max(this.min, bucketValue(bucket)));
  }

  /** How many values were at most `value`: exact unless some values are within the error bound of it. */
  countAtMost(value: number): number {
    if (this.count === 0 || value < this.min) return 0;
    if (value >= this.max) return this.count;
    let seen = 0;
    for (let bucket = bucketOf(this.min); bucketValue(bucket) <= value; bucket++)
      seen += this.#counts[bucket];
    return withoutEnds(seen, this.count);
  }

  /** Afterwards this sketch is as if it had recorded what the other did, too. */
  merge(other: QuantileSketch): void {
    if (other.count === 0) return;
    const last = bucketOf(other.max);
    if (last >= this.#counts.length) this.#grow(last);
    for (let bucket = bucketOf(other.min); bucket <= last; bucket++) {
      this.#counts[bucket] += other.#counts[bucket];
    }
    this.#absorb(other);
  }

  mergeSummary(summary: SketchSummary): void {
    if (summary.count === 0) return;
    const { buckets } = summary;
    const last = buckets[buckets.length - 2];
    if (last >= this.#counts.length) this.#grow(last);
    for (let i = 0; i < buckets.length; i += 2) this.#counts[buckets[i]] += buckets[i + 1];
    this.#absorb(summary);
  }

  /** Forgets everything; the cost follows the range of values seen. */
  clear(): void {
    if (this.count > 0) this.#counts.fill(0, bucketOf(this.min), bucketOf(this.max) + 1);
    this.count = 0;
    this.sum = 0;
    this.min = Infinity;
    this.max = 0;
  }

  summary(): SketchSummary {
    if (this.count === 0) return emptySummary;
    const buckets: number[] = [];
    const last = bucketOf(this.max);
    for (let bucket = bucketOf(this.min); bucket <= last; bucket++) {
      if (this.#counts[bucket] > 0) buckets.push(bucket, this.#counts[bucket]);
    }
    return { count: this.count, sum: this.sum, min: this.min, max: this.max, buckets };
  }

  #absorb(other: { count: number; sum: number; min: number; max: number }): void {
    this.count += other.count;
    this.sum += other.sum;
    if (other.min < this.min) this.min = other.min;
    if (other.max > this.max) this.max = other.max;
  }

  /** Here rather than for each value it is made sure that values are numbers and not negative. */
  #lower(value: number): void {
    assert(value >= 0, `${value} was recorded, which is not a non-negative number`);
    this.min = value;
  }

  #grow(bucket: number): void {
    assert(bucket < allBuckets, `there is no bucket ${bucket}`);
    const grown = new Float64Array(Math.min(allBuckets, Math.max(2 * this.#counts.length, bucket + 1)));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}

/** The summary of no values. */
export const emptySummary: SketchSummary = { count: 0, sum: 0, min: 0, max: 0, buckets: [] };

/** As `QuantileSketch.quantile`. */
export function summaryQuantile(summary: SketchSummary, q: number): number {
  const { count, min, max, buckets } = summary;
  if (count === 0) return 0;
  const rank = Math.ceil(q * count);
  if (rank <= 1) return min;
  if (rank >= count) return max;
  let seen = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    seen += buckets[i + 1];
    if (seen >= rank) return Math.min(max, Math.max(min, bucketValue(buckets[i])));
  }
  return max;
}

/** Exact; 0 when empty. */
export function summaryMean(summary: SketchSummary): number {
  return summary.count === 0 ? 0 : summary.sum / summary.count;
}

/** As `QuantileSketch.countAtMost`. */
export function summaryCountAtMost(summary: SketchSummary, value: number): number {
  if (summary.count === 0 || value < summary.min) return 0;
  if (value >= summary.max) return summary.count;
  const { buckets } = summary;
  let seen = 0;
  for (let i = 0; i < buckets.length && bucketValue(buckets[i]) <= value; i += 2) seen += buckets[i + 1];
  return withoutEnds(seen, summary.count);
}

/** A limit that is not below the least value and is below the largest has at least one on each side. */
function withoutEnds(seen: number, count: number): number {
  return Math.min(count - 1, Math.max(1, seen));
}

/** The summary of all values of all summaries. */
export function mergeSummaries(summaries: readonly SketchSummary[]): SketchSummary {
  const sketch = new QuantileSketch();
  for (const summary of summaries) sketch.mergeSummary(summary);
  return sketch.summary();
}
