import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from './random.ts';
import { incompleteBeta, logGamma, normalProbability, normalQuantile } from './special-functions.ts';
import {
  confidenceInterval,
  kolmogorovSmirnov,
  RunningStatistics,
  studentProbability,
  studentQuantile,
  TimeIntegral,
} from './statistics.ts';

function assertClose(actual: number, expected: number, tolerance: number, what = ''): void {
  const error = Math.abs(actual - expected) / Math.max(1e-300, Math.abs(expected));
  assert.ok(error <= tolerance, `${what} ${actual} for ${expected}`);
}

test('special functions have their tabulated values', () => {
  // To the digits of Abramowitz and Stegun, and of exact identities.
  assertClose(logGamma(5), Math.log(24), 1e-13);
  assertClose(logGamma(0.5), Math.log(Math.PI) / 2, 1e-13);
  assertClose(logGamma(101), 363.73937555556347, 1e-13);
  assert.ok(Math.abs(logGamma(1)) < 1e-14 && Math.abs(logGamma(2)) < 1e-14);
  assertClose(normalProbability(0), 0.5, 1e-15);
  assertClose(normalProbability(1), 0.8413447460685429, 1e-14);
  assertClose(normalProbability(-3), 0.0013498980316300933, 1e-12);
  assertClose(normalProbability(-10), 7.619853024160527e-24, 1e-12);
  assertClose(normalQuantile(0.975), 1.959963984540054, 1e-13);
  assertClose(normalQuantile(1e-10), -6.361340902404056, 1e-12);
  assertClose(incompleteBeta(2, 3, 0.4), 0.5248, 1e-13);
  assertClose(incompleteBeta(0.5, 0.5, 0.25), 1 / 3, 1e-13);
  assert.deepEqual([normalQuantile(0), normalQuantile(1)], [-Infinity, Infinity]);
});

test('quantiles invert probabilities', () => {
  const p = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  fc.assert(fc.property(p, (p) => assertClose(normalProbability(normalQuantile(p)), p, 1e-10)));
  fc.assert(
    fc.property(p, fc.integer({ min: 1, max: 500 }), (p, degrees) =>
      assertClose(studentProbability(studentQuantile(p, degrees), degrees), p, 1e-7),
    ),
  );
});

test('quantiles of Student have their tabulated values', () => {
  assertClose(studentQuantile(0.975, 1), 12.706204736174705, 1e-10);
  assertClose(studentQuantile(0.975, 2), 4.302652729749464, 1e-10);
  assertClose(studentQuantile(0.975, 9), 2.2621571627409915, 1e-10);
  assertClose(studentQuantile(0.995, 29), 2.756385903670605, 1e-10);
  assertClose(studentQuantile(0.05, 4), -2.13184678632665, 1e-10);
  assertClose(studentQuantile(0.975, 1e6), normalQuantile(0.975), 1e-5);
  assert.throws(() => studentQuantile(1, 3), /studentQuantile/);
});

test('running statistics are those of the whole list, also merged', () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(fc.array(value), fc.array(value), (left, right) => {
      const all = new RunningStatistics();
      for (const x of [...left, ...right]) all.add(x);
      const [a, b] = [new RunningStatistics(), new RunningStatistics()];
      for (const x of left) a.add(x);
      for (const x of right) b.add(x);
      a.merge(b);
      const list = [...left, ...right];
      const mean = list.length === 0 ? 0 : list.reduce((sum, x) => sum + x, 0) / list.length;
      const squares = list.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
      for (const statistics of [all, a]) {
        assert.equal(statistics.count, list.length);
        assert.ok(Math.abs(statistics.mean - mean) < 1e-7);
        assert.ok(
          Math.abs(statistics.variance * Math.max(1, list.length - 1) - squares) <= 1e-9 * squares + 1e-6,
        );
        assert.equal(statistics.min, Math.min(...list));
        assert.equal(statistics.max, Math.max(...list));
      }
    }),
  );
});

test('a small spread around a large mean keeps its variance', () => {
  const statistics = new RunningStatistics();
  for (let i = 0; i < 1000; i++) statistics.add(1e9 + (i % 2));
  assertClose(statistics.variance, (0.25 * 1000) / 999, 1e-6);
});

test('a time integral weighs values by how long they lasted', () => {
  const queue = new TimeIntegral(100, 2);
  queue.set(150, 5);
  queue.add(200, -1);
  assert.equal(queue.integral(300), 2 * 50 + 5 * 50 + 4 * 100);
  assert.equal(queue.mean(300), 3.75);
  assert.equal(queue.max, 5);
  queue.reset(300);
  assert.deepEqual([queue.value, queue.max, queue.mean(300), queue.mean(400)], [4, 4, 4, 4]);
  queue.set(350, 0);
  assert.equal(queue.mean(400), 2);
  assert.equal(queue.integral(400), 200);
});

test('a confidence interval holds the true mean as often as it says', () => {
  const stream = randomStream(1, 'intervals');
  const rounds = 2000;
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const { low, high } = confidenceInterval(
      Array.from({ length: 5 }, () => 10 + 3 * stream.normal()),
      0.9,
    );
    if (low <= 10 && 10 <= high) held++;
  }
  assert.ok(Math.abs(held / rounds - 0.9) < 4 * Math.sqrt((0.9 * 0.1) / rounds), `${held} of ${rounds}`);
});

test('a confidence interval of few or equal values', () => {
  assert.deepEqual(confidenceInterval([3], 0.95), {
    mean: 3,
    halfWidth: Infinity,
    low: -Infinity,
    high: Infinity,
  });
  assert.deepEqual(confidenceInterval([3, 3, 3], 0.95), { mean: 3, halfWidth: 0, low: 3, high: 3 });
  assert.throws(() => confidenceInterval([], 0.95), /at least one value/);
  assert.throws(() => confidenceInterval([1], 95), /not a confidence level/);
});

test('the distance of Kolmogorov and Smirnov sees both sides of each step', () => {
  assert.equal(
    kolmogorovSmirnov([0.5], (x) => x),
    0.5,
  );
  assertClose(
    kolmogorovSmirnov([0.1, 0.2, 0.9], (x) => x),
    2 / 3 - 0.2,
    1e-12,
  );
  assertClose(
    kolmogorovSmirnov([0.7, 0.8], (x) => x),
    0.7,
    1e-12,
  );
});
