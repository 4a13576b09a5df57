import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../base/random.ts';
import { aliasTable, KeyTable } from './key.ts';

function frequencies(count: number, skew: number, draws: number): number[] {
  const table = new KeyTable(count, skew);
  const stream = randomStream(1, 'keys');
  const seen = Array.from({ length: count }, () => 0);
  for (let draw = 0; draw < draws; draw++) seen[table.draw(stream)]++;
  return seen;
}

for (const skew of [0, 0.8, 1, 1.5]) {
  test(`keys are as popular as Zipf’s law with exponent ${skew} says`, () => {
    const [count, draws] = [50, 100_000];
    const weights = Array.from({ length: count }, (_, key) => 1 / (key + 1) ** skew);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const chiSquared = frequencies(count, skew, draws).reduce((sum, seen, key) => {
      const expected = (draws * weights[key]) / total;
      return sum + ((seen - expected) * (seen - expected)) / expected;
    }, 0);
    // 49 degrees of freedom: above 85.4 in one of a thousand seeds.
    assert.ok(chiSquared < 85.4, `${chiSquared}`);
  });
}

test('one key is always the same', () => {
  assert.deepEqual(frequencies(1, 1.2, 100), [100]);
});

test('an alias table gives every index its share exactly (property)', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 50 })
    .filter((all) => all.some((weight) => weight > 0));
  fc.assert(
    fc.property(weights, (given) => {
      const [threshold, alias] = aliasTable(Float64Array.from(given));
      const shares = given.map(() => 0);
      for (const [slot, own] of threshold.entries()) {
        const kept = Math.min(1, own);
        shares[slot] += kept / given.length;
        shares[alias[slot]] += (1 - kept) / given.length;
      }
      const total = given.reduce((sum, weight) => sum + weight, 0);
      for (const [index, share] of shares.entries())
        assert.ok(Math.abs(share - given[index] / total) < 1e-12, `${index}: ${share}`);
    }),
  );
});
