/**
 * Fidelity: popularity of keys follows Zipf's law with a given exponent, as web and cache traces do (Breslau et al.,
 * INFOCOM 1999). Keys are drawn independently: no locality in time beyond popularity.
 */

import { assert } from '../../base/assert.ts';
import type { RandomStream } from '../../base/random.ts';

/** Draws keys 0..count-1, key k with weight 1/(k+1)^skew, in constant time (Walker's alias table, built as Vose does). */
export class KeyTable {
  private readonly threshold: Float64Array;
  private readonly alias: Int32Array;
  private readonly count: number;

  constructor(count: number, skew: number) {
    assert(count >= 1 && skew >= 0, 'Keys have a count of at least 1 and a skew of at least 0.');
    const weights = Float64Array.from({ length: count }, (_, key) => Math.exp(-skew * Math.log(key + 1)));
    [this.threshold, this.alias] = aliasTable(weights);
    this.count = count;
  }

  draw(stream: RandomStream): number {
    const slot = stream.integer(this.count);
    return stream.uniform() < this.threshold[slot] ? slot : this.alias[slot];
  }
}

/** The alias table of non-negative weights: a uniform slot keeps its own index below its threshold, else takes the alias. */
export function aliasTable(weights: Float64Array): [Float64Array, Int32Array] {
  const count = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const threshold = weights.map((weight) => (weight * count) / total);
  const alias = Int32Array.from({ length: count }, (_, index) => index);
  const small: number[] = [];
  const large: number[] = [];
  for (let index = 0; index < count; index++) (threshold[index] < 1 ? small : large).push(index);
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop() as number;
    const rich = large[large.length - 1];
    alias[poor] = rich;
    threshold[rich] -= 1 - threshold[poor];
    if (threshold[rich] < 1) small.push(large.pop() as number);
  }
  return [threshold, alias];
}
