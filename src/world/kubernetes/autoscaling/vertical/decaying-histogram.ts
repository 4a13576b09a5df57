/**
 * Fidelity: the histograms of the vertical-pod-autoscaler's recommender 1.3 (recommender/util): buckets that grow by 5 %, samples that
 * count half as much after each half-life.
 */

const ratio = 1.05;
const maxDecayExponent = 100;
const epsilon = 0.0001;

/** The lower ends of the buckets: the first is as wide as stated, each other one 5 % wider than the one before it. */
export function bucketStarts(first: number, most: number): Float64Array {
  const starts = [0];
  for (let width = first, start = first; start < most; width *= ratio, start += width) starts.push(start);
  return Float64Array.from(starts);
}

/** CPU in cores and memory in bytes, as the recommender buckets them. */
export const cpuStarts = bucketStarts(0.01, 1000);
export const memoryStarts = bucketStarts(1e7, 1e12);

export class DecayingHistogram {
  readonly #starts: Float64Array;
  readonly #halfLifeMicros: number;
  readonly #weights: Float64Array;
  #referenceMicros = 0;
  #total = 0;

  constructor(starts: Float64Array, halfLifeMicros: number) {
    this.#starts = starts;
    this.#halfLifeMicros = halfLifeMicros;
    this.#weights = new Float64Array(starts.length);
  }

  get isEmpty(): boolean {
    return this.#total < epsilon;
  }

  add(value: number, weight: number, atMicros: number): void {
    this.#change(value, weight * this.#decay(atMicros));
  }

  /** Takes back a sample that was added with the same figures. */
  subtract(value: number, weight: number, atMicros: number): void {
    this.#change(value, -weight * this.#decay(atMicros));
  }

  /** The upper end of the bucket in which that share of the weight is reached; 0 when there are no samples. */
  percentile(share: number): number {
    if (this.isEmpty) return 0;
    const threshold = share * this.#total;
    let sum = 0;
    let bucket = 0;
    for (; bucket < this.#weights.length - 1; bucket++) {
      sum += this.#weights[bucket];
      if (sum >= threshold) break;
    }
    return this.#starts[Math.min(bucket + 1, this.#starts.length - 1)];
  }

  #change(value: number, weight: number): void {
    const bucket = this.#bucketOf(value);
    const before = this.#weights[bucket];
    this.#weights[bucket] = Math.max(0, before + weight);
    this.#total += this.#weights[bucket] - before;
  }

  #bucketOf(value: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Later samples weigh more, instead of earlier ones less; now and then all is brought down again. */
  #decay(atMicros: number): number {
    const exponent = (atMicros - this.#referenceMicros) / this.#halfLifeMicros;
    if (exponent > maxDecayExponent) this.#shift(atMicros);
    return twoTo((atMicros - this.#referenceMicros) / this.#halfLifeMicros);
  }

  #shift(atMicros: number): void {
    const lives = Math.round((atMicros - this.#referenceMicros) / this.#halfLifeMicros);
    const factor = twoTo(-lives);
    this.#total = 0;
    for (const [bucket, weight] of this.#weights.entries()) {
      this.#weights[bucket] = weight * factor;
      this.#total += weight * factor;
    }
    this.#referenceMicros += lives * this.#halfLifeMicros;
  }
}

function twoTo(exponent: number): number {
  return Math.exp(Math.LN2 * exponent);
}
