import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distributionMean, distributionVariance, validateDistribution } from '../base/distribution.ts';
import { normalProbability } from '../base/special-functions.ts';
import type { WrittenDistribution } from './kinds/distribution.ts';
import { readDistribution } from './read-distribution.ts';

function read(written: WrittenDistribution) {
  const parsed = readDistribution(written);
  assert('value' in parsed, JSON.stringify(written));
  assert.equal(validateDistribution(parsed.value), null);
  return parsed.value;
}

function near(actual: number, expected: number) {
  assert(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `${actual} is not ${expected}`);
}

test('a duration alone is a constant', () => {
  assert.deepEqual(read('12ms'), { kind: 'deterministic', value: 12_000 });
});

test('every family keeps the mean and variation that are written', () => {
  const written: WrittenDistribution[] = [
    { lognormal: { mean: '12ms', cv: 0.5 } },
    { gamma: { mean: '12ms', cv: 0.5 } },
    { exponential: { mean: '12ms' } },
    { exponential: '12ms' },
    { uniform: { min: '4ms', max: '20ms' } },
    { pareto: { shape: 3, mean: '12ms' } },
    { weibull: { shape: 1.5, mean: '12ms' } },
    {
      mixture: [
        { weight: 1, of: '6ms' },
        { weight: 3, of: '14ms' },
      ],
    },
  ];
  for (const each of written) near(distributionMean(read(each)), 12_000);
  for (const each of written.slice(0, 2)) near(Math.sqrt(distributionVariance(read(each))) / 12_000, 0.5);
  assert.deepEqual(read({ normal: { mean: '12ms', standardDeviation: '1ms' } }), {
    kind: 'normal',
    mean: 12_000,
    standardDeviation: 1000,
  });
});

test('a log-normal goes through two percentiles and near more of them', () => {
  const below = (d: ReturnType<typeof read>, micros: number) => {
    assert(d.kind === 'lognormal');
    return normalProbability((Math.log(micros) - d.mu) / d.sigma);
  };
  const two = read({ lognormal: { p50: '12ms', p99: '80ms' } });
  near(below(two, 12_000), 0.5);
  near(below(two, 80_000), 0.99);
  // Three points of one log-normal give it back.
  const exact = read({ lognormal: { mean: '10ms', cv: 1 } });
  assert(exact.kind === 'lognormal');
  const median = Math.exp(exact.mu);
  const micros = (z: number) => `${Math.round(median * Math.exp(exact.sigma * z))}us`;
  const fitted = read({
    lognormal: { p50: micros(0), 'p84.1344746': micros(1), 'p97.7249868': micros(2) },
  });
  assert(fitted.kind === 'lognormal');
  assert(Math.abs(fitted.sigma - exact.sigma) < 1e-3);
});

test('percentiles are measured points in any order', () => {
  const d = read({ empirical: { p100: '200ms', p0: '1ms', 'p99.9': '150ms', p50: '12ms' } });
  assert(d.kind === 'empirical');
  assert.deepEqual(d.probabilities, [0, 0.5, 0.999, 1]);
  assert.deepEqual(d.values, [1000, 12_000, 150_000, 200_000]);
});

test('what contradicts itself is explained', () => {
  const written: WrittenDistribution[] = [
    { uniform: { min: '3ms', max: '2ms' } },
    { pareto: { shape: 1, mean: '2ms' } },
    { lognormal: { p50: '12ms', p99: '8ms' } },
    { lognormal: { p0: '12ms', p99: '18ms' } },
    { lognormal: { p50: '0s', p99: '18ms' } },
    { empirical: { p50: '12ms', p99: '8ms' } },
    { empirical: { p50: '1ms', 'p50.0': '8ms' } },
    { mixture: [{ weight: 0, of: '1ms' }] },
    { mixture: [{ weight: 1, of: { uniform: { min: '3ms', max: '2ms' } } }] },
  ];
  for (const each of written) assert('problem' in readDistribution(each), JSON.stringify(each));
});

test('property: whatever is read can be sampled', () => {
  const duration = fc.nat({ max: 10_000_000 }).map((n) => `${n}us`);
  const cv = fc.double({ min: 0.01, max: 100, noNaN: true });
  const shape = fc.double({ min: 0.1, max: 100, noNaN: true });
  const percentiles = fc.dictionary(fc.constantFrom('p0', 'p10', 'p50', 'p99.9', 'p100'), duration, {
    minKeys: 2,
    noNullPrototype: true,
  });
  const leaf: fc.Arbitrary<WrittenDistribution> = fc.oneof(
    duration,
    fc.record({ exponential: duration }),
    fc.record({ uniform: fc.record({ min: duration, max: duration }) }),
    fc.record({ normal: fc.record({ mean: duration, cv }) }),
    fc.record({ lognormal: fc.oneof(fc.record({ mean: duration, cv }), percentiles) }),
    fc.record({ gamma: fc.record({ mean: duration, cv }) }),
    fc.record({ weibull: fc.record({ mean: duration, shape }) }),
    fc.record({ pareto: fc.record({ mean: duration, shape }) }),
    fc.record({ empirical: percentiles }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ weight: fc.nat({ max: 9 }), of: leaf }), { minLength: 1 }),
      (mixture) => {
        for (const written of [{ mixture }, ...mixture.map((part) => part.of)]) {
          const parsed = readDistribution(written);
          if ('value' in parsed) assert.equal(validateDistribution(parsed.value), null);
          else assert.notEqual(parsed.remedy, '');
        }
      },
    ),
    { numRuns: 300 },
  );
});
