import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Distribution,
  DistributionTable,
  distributionMean,
  distributionVariance,
  empiricalFromPercentiles,
  gammaFromMean,
  lognormalFromMean,
  lognormalFromPercentiles,
  validateDistribution,
  weibullFromPercentiles,
} from './distribution.ts';
import { randomStream } from './random.ts';
import { normalProbability } from './special-functions.ts';
import { kolmogorovSmirnov, RunningStatistics } from './statistics.ts';

interface Case {
  readonly distribution: Distribution;
  /** P(X ≤ x). */
  readonly probability: (x: number) => number;
}

const percentiles = empiricalFromPercentiles([
  [0.5, 12],
  [0.95, 40],
  [0.99, 120],
]);

/** P(X ≤ x) of the inverse of a piecewise-linear distribution function without jumps. */
function betweenKnots(probabilities: readonly number[], values: readonly number[]): (x: number) => number {
  return (x) => {
    const after = values.findIndex((value) => value > x);
    if (after === 0) return 0;
    if (after < 0) return 1;
    const share = (x - values[after - 1]) / (values[after] - values[after - 1]);
    return probabilities[after - 1] + share * (probabilities[after] - probabilities[after - 1]);
  };
}

const cases: readonly Case[] = [
  { distribution: { kind: 'exponential', mean: 3 }, probability: (x) => 1 - Math.exp(-x / 3) },
  { distribution: { kind: 'uniform', min: 2, max: 7 }, probability: (x) => (x - 2) / 5 },
  {
    distribution: { kind: 'normal', mean: 10, standardDeviation: 2 },
    probability: (x) => normalProbability((x - 10) / 2),
  },
  {
    distribution: { kind: 'lognormal', mu: 1, sigma: 0.7 },
    probability: (x) => normalProbability((Math.log(x) - 1) / 0.7),
  },
  {
    distribution: { kind: 'gamma', shape: 3, scale: 2 },
    probability: (x) => 1 - Math.exp(-x / 2) * (1 + x / 2 + (x * x) / 8),
  },
  {
    // Half a squared normal number: below shape 1 the sampler takes another way.
    distribution: { kind: 'gamma', shape: 0.5, scale: 1 },
    probability: (x) => 2 * normalProbability(Math.sqrt(2 * x)) - 1,
  },
  {
    distribution: { kind: 'weibull', shape: 0.6, scale: 5 },
    probability: (x) => 1 - Math.exp(-((x / 5) ** 0.6)),
  },
  { distribution: { kind: 'pareto', shape: 9, minimum: 4 }, probability: (x) => 1 - (4 / x) ** 9 },
  {
    distribution: { kind: 'empirical', probabilities: [0, 0.2, 0.9, 1], values: [1, 2, 3, 10] },
    probability: betweenKnots([0, 0.2, 0.9, 1], [1, 2, 3, 10]),
  },
  {
    distribution: percentiles,
    probability:
      percentiles.kind === 'empirical'
        ? betweenKnots(percentiles.probabilities, percentiles.values)
        : () => Number.NaN,
  },
  {
    distribution: {
      kind: 'mixture',
      weights: [3, 0, 1],
      parts: [
        { kind: 'exponential', mean: 1 },
        { kind: 'deterministic', value: 1e9 },
        {
          kind: 'mixture',
          weights: [1, 1],
          parts: [
            { kind: 'uniform', min: 5, max: 6 },
            { kind: 'uniform', min: 6, max: 7 },
          ],
        },
      ],
    },
    probability: (x) => 0.75 * (1 - Math.exp(-x)) + 0.25 * Math.min(1, Math.max(0, (x - 5) / 2)),
  },
];

function nameOf(d: Distribution): string {
  return JSON.stringify(d).slice(0, 60);
}

function sampled(distribution: Distribution, count: number): number[] {
  const table = new DistributionTable();
  table.add({ kind: 'deterministic', value: 1 });
  const id = table.add(distribution);
  const stream = randomStream(1995, nameOf(distribution));
  return Array.from({ length: count }, () => table.sample(id, stream));
}

for (const { distribution, probability } of cases) {
  test(`samples follow ${nameOf(distribution)}`, () => {
    const count = 100_000;
    const values = sampled(distribution, count);
    const distance = kolmogorovSmirnov(values, probability);
    assert.ok(distance < 2.2 / Math.sqrt(count), `Kolmogorov–Smirnov distance ${distance}`);
    // Mean and variance within four of their own standard deviations.
    const mean = distributionMean(distribution);
    const variance = distributionVariance(distribution);
    const squares = new RunningStatistics();
    const first = new RunningStatistics();
    for (const value of values) {
      first.add(value);
      squares.add((value - mean) * (value - mean));
    }
    const offMean = (first.mean - mean) / Math.sqrt(variance / count);
    assert.ok(Math.abs(offMean) < 4, `mean ${first.mean} for ${mean}`);
    const offVariance = (squares.mean - variance) / Math.sqrt(squares.variance / count);
    assert.ok(Math.abs(offVariance) < 4, `variance ${squares.mean} for ${variance}`);
  });
}

test('a normal is cut at zero, in its samples and in its moments', () => {
  const distribution: Distribution = { kind: 'normal', mean: 0.5, standardDeviation: 1 };
  const values = sampled(distribution, 100_000);
  const statistics = new RunningStatistics();
  for (const value of values) statistics.add(value);
  assert.equal(statistics.min, 0);
  const mean = distributionMean(distribution);
  assert.ok(
    Math.abs(statistics.mean - mean) < 4 * Math.sqrt(distributionVariance(distribution) / values.length),
  );
  assert.ok(Math.abs(statistics.variance / distributionVariance(distribution) - 1) < 0.02);
});

test('moments that do not exist are infinite, degenerate ones are exact', () => {
  assert.equal(distributionMean({ kind: 'pareto', shape: 1, minimum: 3 }), Infinity);
  assert.equal(distributionVariance({ kind: 'pareto', shape: 2, minimum: 3 }), Infinity);
  assert.equal(distributionMean({ kind: 'pareto', shape: 0.5, minimum: 0 }), 0);
  assert.equal(distributionMean({ kind: 'weibull', shape: 0.1, scale: 0 }), 0);
  assert.equal(distributionVariance({ kind: 'weibull', shape: 0.002, scale: 1 }), Infinity);
  assert.equal(distributionVariance({ kind: 'lognormal', mu: -1000, sigma: 40 }), Infinity);
  assert.equal(distributionMean({ kind: 'deterministic', value: 7 }), 7);
  assert.equal(distributionVariance({ kind: 'deterministic', value: 7 }), 0);
  assert.equal(distributionMean({ kind: 'normal', mean: -3, standardDeviation: 0 }), 0);
  const heavy: Distribution = {
    kind: 'mixture',
    weights: [1, 1],
    parts: [
      { kind: 'pareto', shape: 1, minimum: 1 },
      { kind: 'deterministic', value: 1 },
    ],
  };
  assert.equal(distributionMean(heavy), Infinity);
  assert.equal(distributionVariance(heavy), Infinity);
});

test('a jump of the distribution function is a lump of samples', () => {
  const values = sampled(
    { kind: 'empirical', probabilities: [0.25, 0.5, 0.5, 0.75], values: [2, 4, 8, 9] },
    10_000,
  );
  const lump = (value: number): number => values.filter((other) => other === value).length / values.length;
  assert.ok(Math.abs(lump(2) - 0.25) < 0.02 && Math.abs(lump(9) - 0.25) < 0.02);
  assert.equal(values.filter((value) => value > 4 && value < 8).length, 0);
});

test('samples are finite and not negative, whatever the valid parameters', () => {
  const size = fc.double({ min: 0, max: 1e12, noNaN: true });
  const shape = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  const simple: fc.Arbitrary<Distribution> = fc.oneof(
    fc.record({ kind: fc.constant('exponential' as const), mean: size }),
    fc.record({
      kind: fc.constant('normal' as const),
      mean: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      standardDeviation: size,
    }),
    fc.record({
      kind: fc.constant('lognormal' as const),
      mu: fc.double({ min: -50, max: 50, noNaN: true }),
      sigma: fc.double({ min: 0, max: 50, noNaN: true }),
    }),
    fc.record({ kind: fc.constant('gamma' as const), shape, scale: size }),
    fc.record({ kind: fc.constant('weibull' as const), shape, scale: size }),
    fc.record({ kind: fc.constant('pareto' as const), shape, minimum: size }),
  );
  const mixture = fc
    .array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), simple), { minLength: 1, maxLength: 5 })
    .map(
      (pairs): Distribution => ({
        kind: 'mixture',
        weights: pairs.map(([weight]) => weight),
        parts: pairs.map(([, part]) => part),
      }),
    );
  fc.assert(
    fc.property(fc.oneof(simple, mixture), fc.integer(), (distribution, seed) => {
      assert.equal(validateDistribution(distribution), null);
      const table = new DistributionTable();
      const id = table.add(distribution);
      const stream = randomStream(seed, 'any');
      for (let i = 0; i < 50; i++) {
        const value = table.sample(id, stream);
        assert.ok(value >= 0 && Number.isFinite(value), `${value} from ${JSON.stringify(distribution)}`);
      }
      assert.ok(distributionMean(distribution) >= 0);
      assert.ok(distributionVariance(distribution) >= 0);
    }),
  );
});

test('a table holds any number of distributions apart', () => {
  const table = new DistributionTable();
  const ids = Array.from({ length: 200 }, (_, i) =>
    table.add({ kind: 'empirical', probabilities: [0, 1], values: [i, i] }),
  );
  const stream = randomStream(1, 'many');
  ids.forEach((id, i) => {
    assert.equal(table.sample(id, stream), i);
  });
});

test('constructors meet the mean and the percentiles that they were given', () => {
  const near = (actual: number, expected: number): void => {
    assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} for ${expected}`);
  };
  for (const [mean, variation] of [
    [12, 0.5],
    [3, 2],
  ]) {
    for (const distribution of [lognormalFromMean(mean, variation), gammaFromMean(mean, variation)]) {
      near(distributionMean(distribution), mean);
      near(Math.sqrt(distributionVariance(distribution)), mean * variation);
    }
  }
  const lognormal = lognormalFromPercentiles(0.5, 20, 0.99, 300);
  assert.ok(lognormal.kind === 'lognormal');
  near(normalProbability((Math.log(20) - lognormal.mu) / lognormal.sigma), 0.5);
  near(normalProbability((Math.log(300) - lognormal.mu) / lognormal.sigma), 0.99);
  const weibull = weibullFromPercentiles(0.5, 20, 0.99, 300);
  assert.ok(weibull.kind === 'weibull');
  near(1 - Math.exp(-((20 / weibull.scale) ** weibull.shape)), 0.5);
  near(1 - Math.exp(-((300 / weibull.scale) ** weibull.shape)), 0.99);
  assert.deepEqual(gammaFromMean(5, 0), { kind: 'deterministic', value: 5 });
  assert.deepEqual(weibullFromPercentiles(0.5, 20, 0.99, 20), { kind: 'deterministic', value: 20 });
});

test('measured percentiles are met, and the tail beyond them is exponential', () => {
  assert.equal(validateDistribution(percentiles), null);
  assert.ok(percentiles.kind === 'empirical');
  const at = (p: number): number => percentiles.values[percentiles.probabilities.indexOf(p)];
  assert.deepEqual([at(0.5), at(0.95), at(0.99)], [12, 40, 120]);
  // From 95 % to 99 % is ln 5 in 80: half of what is left takes 80 ln 2 / ln 5.
  const halving = (80 * Math.LN2) / Math.log(5);
  assert.ok(Math.abs(percentiles.values[percentiles.values.length - 2] - (120 + 20 * halving)) < 1e-9);
  assert.deepEqual(empiricalFromPercentiles([[0.5, 3]]), { kind: 'deterministic', value: 3 });
  assert.throws(
    () =>
      empiricalFromPercentiles([
        [0.9, 5],
        [0.5, 3],
      ]),
    /must ascend/,
  );
});

test('wrong parameters are told apart and named', () => {
  const wrong: readonly (readonly [Distribution, RegExp])[] = [
    [{ kind: 'deterministic', value: -1 }, /value must not be negative/],
    [{ kind: 'exponential', mean: Number.NaN }, /mean must be a finite number/],
    [{ kind: 'uniform', min: 3, max: 2 }, /min \(3\) must not exceed max \(2\)/],
    [{ kind: 'normal', mean: 1, standardDeviation: -1 }, /standardDeviation/],
    [{ kind: 'lognormal', mu: 0, sigma: Infinity }, /sigma/],
    [{ kind: 'gamma', shape: 0, scale: 1 }, /shape must be greater than 0/],
    [{ kind: 'pareto', shape: 1, minimum: -1 }, /minimum/],
    [{ kind: 'empirical', probabilities: [], values: [] }, /must not be empty/],
    [{ kind: 'empirical', probabilities: [0.1], values: [1, 2] }, /equally many/],
    [{ kind: 'empirical', probabilities: [0, 1.5], values: [1, 2] }, /at most 1/],
    [{ kind: 'empirical', probabilities: [0.5, 0.4], values: [1, 2] }, /probabilities must ascend/],
    [{ kind: 'empirical', probabilities: [0.4, 0.5], values: [2, 1] }, /values must ascend/],
    [{ kind: 'mixture', weights: [0], parts: [{ kind: 'deterministic', value: 1 }] }, /greater than 0/],
    [{ kind: 'mixture', weights: [1], parts: [{ kind: 'gamma', shape: -1, scale: 1 }] }, /parts\[0\]: shape/],
  ];
  for (const [distribution, message] of wrong)
    assert.match(validateDistribution(distribution) ?? '', message);
});
