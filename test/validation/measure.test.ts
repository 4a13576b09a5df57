import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../src/base/random.ts';
import { QuantileSketch, summaryQuantile } from '../../src/base/sketch.ts';
import { bucketRange, distributionOf, meanOf, positiveShare, quantileOf } from './measure.ts';

test('a bucket’s range holds the values that were counted in it', () => {
  const stream = randomStream(1, 'buckets');
  for (let i = 0; i < 2000; i++) {
    const value = Math.floor(Math.exp(stream.uniform() * 28));
    const sketch = new QuantileSketch();
    sketch.record(value);
    const [low, width] = bucketRange(sketch.summary().buckets[0]);
    assert.ok(value >= low && value < low + width, `${value} is not in [${low}, ${low + width})`);
  }
});

test('interpolated quantiles of a uniform distribution are exact where the sketch rounds', () => {
  const sketch = new QuantileSketch();
  for (let value = 0; value < 1_000_000; value++) sketch.record(value);
  const summary = sketch.summary();
  for (const p of [0.5, 0.9, 0.99]) {
    assert.ok(Math.abs(quantileOf(summary, p) - p * 1e6) < 2, `${p}`);
    assert.ok(Math.abs(summaryQuantile(summary, p) / quantileOf(summary, p) - 1) < 1 / 256 + 1e-9);
  }
  assert.equal(meanOf(summary), 499_999.5);
  assert.ok(Math.abs(positiveShare(summary) - (1 - 1e-6)) < 1e-12);
  const points = distributionOf(summary);
  assert.ok(points.every(([x, share]) => Math.abs(share - Math.min(1, x / 1e6)) < 1e-9));
});
