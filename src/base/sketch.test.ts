import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptySummary,
  mergeSummaries,
  QuantileSketch,
  type SketchSummary,
  sketchRelativeError,
  summaryCountAtMost,
  summaryMean,
  summaryQuantile,
} from './sketch.ts';

const largest = 2 ** 43 - 1;
/** As likely small as large: the exponent is uniform. */
const value = fc
  .tuple(fc.integer({ min: 0, max: 42 }), fc.double({ min: 1, max: 2, maxExcluded: true, noNaN: true }))
  .map(([exponent, mantissa]) =>
    Math.min(largest, Math.floor(2 ** exponent * mantissa) - (exponent === 0 ? 1 : 0)),
  );
const values = fc.array(value, { maxLength: 200 });

function sketchOf(list: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const each of list) sketch.record(each);
  return sketch;
}

/** The smallest value that at least the share q of all do not exceed. */
function exactQuantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

test('a quantile is within 1/256 of the exact one', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, q) => {
        const exact = exactQuantile(list, q);
        const estimate = sketchOf(list).quantile(q);
        assert.ok(Math.abs(estimate - exact) <= exact * sketchRelativeError, `${estimate} for ${exact}`);
      },
    ),
  );
});

test('the error bound holds on both sides of every bucket up to 2^43', () => {
  const sketch = new QuantileSketch();
  for (let exponent = 0; exponent < 43; exponent++) {
    for (let i = 128; i < 256; i++) {
      for (const near of [-1, 0, 1]) {
        const exact = Math.floor((2 ** exponent * i) / 128) + near;
        if (exact < 0 || exact > largest) continue;
        sketch.clear();
        // Neighbours far below and above, so that no quantile is cut to the smallest or largest value.
        sketch.record(0);
        sketch.record(exact);
        sketch.record(largest);
        const error = Math.abs(sketch.quantile(0.5) - exact);
        assert.ok(error <= exact * sketchRelativeError, `${sketch.quantile(0.5)} for ${exact}`);
        if (exact < 256) assert.equal(error, 0);
      }
    }
  }
});

test('count, sum, least and largest are exact', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (list) => {
      const sketch = sketchOf(list);
      assert.equal(sketch.count, list.length);
      assert.equal(
        sketch.sum,
        list.reduce((sum, each) => sum + each, 0),
      );
      assert.deepEqual([sketch.min, sketch.max], [Math.min(...list), Math.max(...list)]);
      assert.deepEqual([sketch.quantile(0), sketch.quantile(1)], [sketch.min, sketch.max]);
      assert.equal(sketch.mean, sketch.sum / list.length);
    }),
  );
});

test('countAtMost is right for every limit that is not within 1/256 of a value', () => {
  fc.assert(
    fc.property(values, value, (list, limit) => {
      const below = list.filter((each) => each < limit * (1 - sketchRelativeError)).length;
      const notAbove = list.filter((each) => each <= limit * (1 + sketchRelativeError)).length;
      const counted = sketchOf(list).countAtMost(limit);
      assert.ok(below <= counted && counted <= notAbove, `${counted} of ${below} to ${notAbove}`);
      assert.ok(Number.isInteger(counted));
    }),
  );
});

test('countAtMost agrees with the quantiles and is exact for small values', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255)), fc.nat(300), (list, limit) => {
      assert.equal(sketchOf(list).countAtMost(limit), list.filter((each) => each <= limit).length);
    }),
  );
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (list, q) => {
        const sketch = sketchOf(list);
        assert.ok(sketch.countAtMost(sketch.quantile(q)) >= q * list.length - 1e-9);
      },
    ),
  );
});

test('merging is recording everything in one sketch', () => {
  fc.assert(
    fc.property(values, values, (left, right) => {
      const both = sketchOf([...left, ...right]).summary();
      const merged = sketchOf(left);
      merged.merge(sketchOf(right));
      assert.deepEqual(merged.summary(), both);
      const fromSummary = sketchOf(left);
      fromSummary.mergeSummary(JSON.parse(JSON.stringify(sketchOf(right).summary())));
      assert.deepEqual(fromSummary.summary(), both);
      assert.deepEqual(mergeSummaries([sketchOf(left).summary(), sketchOf(right).summary()]), both);
    }),
  );
});

test('a summary answers as its sketch does', () => {
  fc.assert(
    fc.property(values, value, fc.double({ min: 0, max: 1, noNaN: true }), (list, limit, q) => {
      const sketch = sketchOf(list);
      const summary: SketchSummary = JSON.parse(JSON.stringify(sketch.summary()));
      assert.equal(summaryQuantile(summary, q), sketch.quantile(q));
      assert.equal(summaryCountAtMost(summary, limit), sketch.countAtMost(limit));
      assert.equal(summaryMean(summary), sketch.mean);
    }),
  );
});

test('a cleared sketch is as new', () => {
  fc.assert(
    fc.property(values, values, (before, after) => {
      const sketch = sketchOf(before);
      sketch.clear();
      assert.deepEqual(sketch.summary(), emptySummary);
      assert.deepEqual([sketch.quantile(0.5), sketch.mean, sketch.countAtMost(1e9)], [0, 0, 0]);
      for (const each of after) sketch.record(each);
      assert.deepEqual(sketch.summary(), sketchOf(after).summary());
    }),
  );
});

test('what is beyond the range is counted in the last bucket and keeps its largest value', () => {
  const sketch = sketchOf([2 ** 43, 2 ** 50]);
  assert.equal(sketch.count, 2);
  assert.equal(sketch.max, 2 ** 50);
  assert.equal(sketch.quantile(1), 2 ** 50);
});

test('fractions count as the integer below them', () => {
  const sketch = sketchOf([0.5, 0.75, 300.5]);
  assert.equal(sketch.sum, 301.75);
  assert.equal(sketch.countAtMost(0.875), 2);
});

test('what is no non-negative number is refused', () => {
  assert.throws(() => new QuantileSketch().record(-1), /non-negative/);
  assert.throws(() => new QuantileSketch().record(Number.NaN), /non-negative/);
});
