import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { Sweep } from '../model/sweep-result.ts';
import { result, sourceResult } from './fixture.cases.ts';
import { summariseSeeds, wilsonInterval } from './sweep.ts';

const finding = (kind: string, subject: string, severity: 'problem' | 'note', message = kind) => ({
  kind,
  subject,
  severity,
  message,
});

const runs = [
  result(3, { cost: { currency: 'USD', total: 6, perMillionRequests: null, services: [] }, verdict: 'fail' }),
  result(1, { cost: { currency: 'USD', total: 2, perMillionRequests: null, services: [] } }),
  result(2, { cost: { currency: 'USD', total: 4, perMillionRequests: 8, services: [] } }),
];

test('measures have a mean and Student’s interval over the seeds', () => {
  const sweep = summariseSeeds(runs);
  assert.deepEqual(
    sweep.runs.map(({ seed, verdict }) => [seed, verdict]),
    [
      [1, 'pass'],
      [2, 'pass'],
      [3, 'fail'],
    ],
  );
  const cost = sweep.measures.find(({ id }) => id === 'cost')!;
  assert.equal(cost.mean, 4);
  assert.equal(cost.standardDeviation, 2);
  assert.deepEqual(cost.min, { value: 2, seed: 1 });
  assert.deepEqual(cost.max, { value: 6, seed: 3 });
  // t with two degrees of freedom is 4.302653; times 2 / √3.
  assert(Math.abs(cost.interval!.high - (4 + (4.302652729749464 * 2) / Math.sqrt(3))) < 1e-9);
  assert(Math.abs(cost.interval!.low + cost.interval!.high - 8) < 1e-9);
  assert(Value.Check(Sweep, sweep));
});

test('a measure that some seeds lack is over the others', () => {
  const measure = summariseSeeds(runs).measures.find(({ id }) => id === 'costPerMillion')!;
  assert.deepEqual([measure.mean, measure.seeds, measure.interval], [8, 1, null]);
});

test('a cause of failure that a seed did not meet counts as zero there', () => {
  const failed = sourceResult({ served: 75, availability: 0.75, errors: { timeout: 25 } });
  const sweep = summariseSeeds([result(1), result(2, { sources: [failed] })]);
  const measure = sweep.measures.find(({ id }) => id.startsWith('errors{'))!;
  assert.deepEqual([measure.id, measure.mean], ['errors{traffic="visitors",cause="timeout"}', 0.125]);
});

test('a sweep passes when every seed does', () => {
  assert.equal(summariseSeeds(runs).verdict, 'fail');
  assert.equal(summariseSeeds(runs).passShare, 2 / 3);
  const [pass, none] = [result(1), result(2, { verdict: 'none' })];
  assert.equal(summariseSeeds([pass]).verdict, 'pass');
  assert.equal(summariseSeeds([pass]).passInterval, null);
  assert.equal(summariseSeeds([pass, none]).verdict, 'none');
  assert.deepEqual(summariseSeeds([none]).passShare, null);
});

test('objectives and thresholds count the seeds that met them', () => {
  const judged = (seed: number, passed: boolean) =>
    result(seed, { thresholds: [{ metric: 'checks', expression: 'rate>0.9', observed: 0.5, passed }] });
  assert.deepEqual(summariseSeeds([judged(1, true), judged(2, false), judged(3, true)]).thresholds, [
    { metric: 'checks', expression: 'rate>0.9', passed: 2, seeds: 3 },
  ]);
});

test('findings are counted by mechanism and subject, problems and frequent ones first', () => {
  const sweep = summariseSeeds([
    result(1, { findings: [finding('rare', 'api', 'note'), finding('common', 'api', 'note', 'first')] }),
    result(2, { findings: [finding('common', 'api', 'note', 'second'), finding('common', 'db', 'note')] }),
    result(3, {
      findings: [
        finding('bad', 'web', 'problem'),
        finding('common', 'api', 'note'),
        finding('common', 'api', 'note'),
      ],
    }),
  ]);
  assert.deepEqual(
    sweep.findings.map(({ kind, subject, seeds, exampleSeed }) => [kind, subject, seeds, exampleSeed]),
    [
      ['bad', 'web', 1, 3],
      ['common', 'api', 3, 1],
      ['rare', 'api', 1, 1],
      ['common', 'db', 1, 2],
    ],
  );
  assert.equal(sweep.findings[1].example, 'first');
});

test('a sweep is of one model', () => {
  const other = result(2);
  const changed = { ...other, manifest: { ...other.manifest, modelHash: 'other' } };
  assert.throws(() => summariseSeeds([result(1), changed]), /one model/);
  assert.throws(() => summariseSeeds([]), /at least one/);
});

test('Wilson’s interval is that of the textbook', () => {
  // 5 of 5 at 95 %: 1 / (1 + z²/5) = 0.5655; 8 of 10: (0.4902, 0.9433).
  assert(Math.abs(wilsonInterval(5, 5, 0.95).low - 0.5655) < 1e-4);
  assert.equal(wilsonInterval(5, 5, 0.95).high, 1);
  assert(Math.abs(wilsonInterval(8, 10, 0.95).low - 0.4902) < 1e-4);
  assert(Math.abs(wilsonInterval(8, 10, 0.95).high - 0.9433) < 1e-4);
});

test('property: means lie between the extremes and inside their interval, in any order of the runs', () => {
  const costs = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: -1000, max: 1000 })),
    {
      minLength: 2,
      maxLength: 12,
      selector: ([seed]) => seed,
    },
  );
  fc.assert(
    fc.property(costs, (pairs) => {
      const of = ([seed, total]: [number, number]) =>
        result(seed, { cost: { currency: 'USD', total, perMillionRequests: null, services: [] } });
      const sweep = summariseSeeds(pairs.map(of));
      assert.deepEqual(summariseSeeds([...pairs].reverse().map(of)), sweep);
      const cost = sweep.measures.find(({ id }) => id === 'cost')!;
      assert(cost.min.value <= cost.mean + 1e-9 && cost.mean <= cost.max.value + 1e-9);
      assert(cost.interval!.low <= cost.mean && cost.mean <= cost.interval!.high);
    }),
  );
});
