import { assert } from './assert.ts';
import type { Distribution } from './distribution-spec.ts';
import type { RandomStream } from './random.ts';

const deterministic = 0;
const exponential = 1;
const uniform = 2;
const normal = 3;
const lognormal = 4;
const gamma = 5;
const weibull = 6;
const pareto = 7;
const empirical = 8;
const mixture = 9;

/**
 * Distributions in a form that is quick to sample: parameters in typed arrays, no object and no allocation on the way.
 * A sample is a finite number ≥ 0, not rounded.
 */
export class DistributionTable {
  #kinds = new Uint8Array(16);
  /** Two parameters of each distribution; for those with lists, where theirs begin and how many there are. */
  #first = new Float64Array(16);
  #second = new Float64Array(16);
  /** Knots as probability, value; parts of a mixture as cumulative weight, distribution. */
  #pairs = new Float64Array(64);
  #pairCount = 0;
  #count = 0;

  /** Adds a valid distribution and returns the id to sample it by. Ids count from 0. */
  add(d: Distribution): number {
    switch (d.kind) {
      case 'deterministic':
        return this.#put(deterministic, d.value, 0);
      case 'exponential':
        return this.#put(exponential, d.mean, 0);
      case 'uniform':
        return this.#put(uniform, d.min, d.max - d.min);
      case 'normal':
        return this.#put(normal, d.mean, d.standardDeviation);
      case 'lognormal':
        return this.#put(lognormal, d.mu, d.sigma);
      case 'gamma':
        return this.#put(gamma, d.shape, d.scale);
      case 'weibull':
        return this.#put(weibull, 1 / d.shape, d.scale);
      case 'pareto':
        return this.#put(pareto, 1 / d.shape, d.minimum);
      case 'empirical':
        return this.#putPairs(empirical, d.probabilities, d.values);
      case 'mixture':
        return this.#putMixture(d.weights, d.parts);
    }
  }

  /** The commonest kinds are sampled here, in code so short that V8 inlines it. */
  sample(id: number, stream: RandomStream): number {
    const kind = this.#kinds[id];
    const first = this.#first[id];
    if (kind === deterministic) return first;
    if (kind === exponential) return first * stream.exponential();
    return this.#sampleOther(kind, id, stream);
  }

  #sampleOther(kind: number, id: number, stream: RandomStream): number {
    const first = this.#first[id];
    const second = this.#second[id];
    switch (kind) {
      case uniform:
        return first + second * stream.uniform();
      case normal: {
        const value = first + second * stream.normal();
        return value > 0 ? value : 0;
      }
      case lognormal:
        return finite(Math.exp(first + second * stream.normal()));
      case gamma:
        return second * sampleGamma(first, stream);
      case weibull:
        return finite(second * Math.exp(Math.log(stream.exponential()) * first));
      case pareto:
        return finite(second * Math.exp(stream.exponential() * first));
      case empirical:
        return this.#sampleKnots(first, second, stream.uniform());
      default:
        return this.sample(this.#partOf(first, second, stream.uniform()), stream);
    }
  }

  /** Between the knots around u in a straight line; the outer values beyond the outer knots. */
  #sampleKnots(start: number, count: number, u: number): number {
    const pairs = this.#pairs;
    let low = start;
    let high = start + 2 * (count - 1);
    if (u <= pairs[low]) return pairs[low + 1];
    if (u >= pairs[high]) return pairs[high + 1];
    while (high - low > 2) {
      const middle = low + 2 * ((high - low) >> 2);
      if (pairs[middle] <= u) low = middle;
      else high = middle;
    }
    const share = (u - pairs[low]) / (pairs[high] - pairs[low]);
    return pairs[low + 1] + share * (pairs[high + 1] - pairs[low + 1]);
  }

  #partOf(start: number, count: number, u: number): number {
    const pairs = this.#pairs;
    let at = start;
    const last = start + 2 * (count - 1);
    while (at < last && u >= pairs[at]) at += 2;
    return pairs[at + 1];
  }

  #putMixture(weights: readonly number[], parts: readonly Distribution[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert(total > 0, 'the weights of a mixture must sum to more than 0');
    // Parts without weight are left out: none of them may be chosen by a rounding error.
    const used = parts.map((_, i) => i).filter((i) => weights[i] > 0);
    let sum = 0;
    const cumulative = used.map((i) => (sum += weights[i]) / total);
    return this.#putPairs(
      mixture,
      cumulative,
      used.map((i) => this.add(parts[i])),
    );
  }

  #putPairs(kind: number, left: readonly number[], right: readonly number[]): number {
    assert(
      left.length > 0 && left.length === right.length,
      'the lists of a distribution must be equally long',
    );
    const start = this.#pairCount;
    this.#pairCount += 2 * left.length;
    while (this.#pairs.length < this.#pairCount) this.#pairs = doubled(this.#pairs);
    for (let i = 0; i < left.length; i++) {
      this.#pairs[start + 2 * i] = left[i];
      this.#pairs[start + 2 * i + 1] = right[i];
    }
    return this.#put(kind, start, left.length);
  }

  #put(kind: number, first: number, second: number): number {
    const id = this.#count++;
    if (id === this.#kinds.length) {
      const kinds = new Uint8Array(2 * id);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
      this.#first = doubled(this.#first);
      this.#second = doubled(this.#second);
    }
    this.#kinds[id] = kind;
    this.#first[id] = first;
    this.#second[id] = second;
    return id;
  }
}

function doubled(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(2 * array.length);
  grown.set(array);
  return grown;
}

function finite(value: number): number {
  return value < Number.MAX_VALUE ? value : Number.MAX_VALUE;
}

/** Marsaglia and Tsang's method; below shape 1 by one shape more and a power of a uniform number. */
function sampleGamma(shape: number, stream: RandomStream): number {
  if (shape < 1) {
    const boost = Math.exp(-stream.exponential() / shape);
    return boost * sampleGamma(shape + 1, stream);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    // The acceptance test -ln U < ... with -ln U drawn as an exponential number.
    if (stream.exponential() > -(0.5 * x * x + d - d * v + d * Math.log(v))) return d * v;
  }
}
