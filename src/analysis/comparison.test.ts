import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { Comparison } from '../model/comparison-result.ts';
import type { Result } from '../model/result.ts';
import { compare } from './comparison.ts';
import { conclusions } from './comparison-words.ts';
import { result, serviceResult, sourceResult } from './fixture.cases.ts';

const costing = (seed: number, total: number, some: Partial<Result> = {}) =>
  result(seed, { cost: { currency: 'USD', total, perMillionRequests: null, services: [] }, ...some });

const measureOf = (comparison: Comparison, id: string) => {
  const found = comparison.measures.find((measure) => measure.id === id);
  assert(found !== undefined, `${id} is not among the measures`);
  return found;
};

const verdictOf = (comparison: Comparison, id: string) => measureOf(comparison, id).verdict;

test('runs are paired by seed and not by position', () => {
  const comparison = compare(
    [costing(1, 10), costing(2, 20), costing(3, 30)],
    [costing(3, 33), costing(1, 11), costing(2, 22)],
  );
  const cost = measureOf(comparison, 'cost');
  // The differences are 1, 2 and 3: t(2) × 1 / √3 on both sides of 2.
  const half = 4.302652729749464 / Math.sqrt(3);
  assert.equal(cost.difference, 2);
  assert(
    Math.abs(cost.interval!.low - (2 - half)) < 1e-9 && Math.abs(cost.interval!.high - (2 + half)) < 1e-9,
  );
  assert.deepEqual([cost.a, cost.b, cost.relative, cost.pairs], [20, 22, 0.1, 3]);
  assert.equal(cost.verdict, 'unclear');
  assert.deepEqual(comparison.seeds, [1, 2, 3]);
  assert(Value.Check(Comparison, comparison));
});

test('pairing sees a difference that the spread of the runs would hide', () => {
  const a = [100, 200, 300, 400].map((total, seed) => costing(seed, total));
  const b = [110, 209, 311, 410].map((total, seed) => costing(seed, total));
  const cost = measureOf(compare(a, b), 'cost');
  assert.equal(cost.verdict, 'worse');
  assert(cost.interval!.low > 8 && cost.interval!.high < 12);
});

test('better and worse follow the direction of the measure; where neither is better, higher and lower', () => {
  const a = [1, 2].map((seed) =>
    result(seed, {
      sources: [sourceResult({ availability: 0.9, servedRate: 9 })],
      services: [serviceResult({ utilisationMax: 0.9, queue: 50 })],
    }),
  );
  const b = [1, 2].map((seed) =>
    result(seed, { services: [serviceResult({ utilisationMax: 0.5, queue: 2 })] }),
  );
  const comparison = compare(a, b);
  assert.equal(verdictOf(comparison, 'availability{traffic="visitors"}'), 'better');
  assert.equal(verdictOf(comparison, 'servedRate{traffic="visitors"}'), 'better');
  assert.equal(verdictOf(comparison, 'queue{service="api"}'), 'better');
  assert.equal(verdictOf(comparison, 'utilisationMax{service="api"}'), 'lower');
  assert.equal(verdictOf(comparison, 'p95{traffic="visitors"}'), 'same');
  assert.equal(verdictOf(compare(b, a), 'availability{traffic="visitors"}'), 'worse');
  assert.equal(verdictOf(compare(b, a), 'utilisationMax{service="api"}'), 'higher');
});

test('what is missing from a share that should be high is what counts', () => {
  const available = (availability: number) =>
    [1, 2, 3].map((seed) => result(seed, { sources: [sourceResult({ availability })] }));
  const id = 'availability{traffic="visitors"}';
  // Twice the failures are not the same, though 99.8 % is nearly 99.9 %.
  assert.equal(verdictOf(compare(available(0.999), available(0.998)), id), 'worse');
  assert.equal(verdictOf(compare(available(0.5), available(0.5001)), id), 'same');
});

test('with one seed there is no interval, and the notes say so', () => {
  const comparison = compare([costing(7, 10)], [costing(7, 20)]);
  const cost = measureOf(comparison, 'cost');
  assert.deepEqual([cost.difference, cost.interval, cost.pairs, cost.verdict], [10, null, 1, 'worse']);
  assert.match(comparison.notes.join(' '), /One common seed/);
});

test('without a common seed only means are compared', () => {
  const comparison = compare([costing(1, 10), costing(2, 20)], [costing(3, 40)]);
  const cost = measureOf(comparison, 'cost');
  assert.deepEqual([comparison.pairing, cost.a, cost.b, cost.difference], ['none', 15, 40, 25]);
  assert.deepEqual([cost.interval, cost.pairs, cost.verdict], [null, 0, 'unclear']);
  assert.match(comparison.notes.join(' '), /no seed in common/);
});

test('results without a partner are left out of the figures, and the notes say how many', () => {
  const comparison = compare(
    [costing(1, 10), costing(2, 1000)],
    [costing(1, 10), costing(9, 5000), costing(8, 1)],
  );
  assert.equal(measureOf(comparison, 'cost').difference, 0);
  assert.match(comparison.notes.join(' '), /3 results without a partner/);
  assert.deepEqual(comparison.a.seeds, [1, 2]);
});

test('a service of one side only has a value there and no difference', () => {
  const withCache = result(1, { services: [serviceResult({}), serviceResult({ name: 'cache', queue: 3 })] });
  const queue = measureOf(compare([result(1)], [withCache]), 'queue{service="cache"}');
  assert.deepEqual([queue.a, queue.b, queue.difference, queue.verdict], [null, 3, null, 'unclear']);
});

test('a failure that only one side met is compared with zero', () => {
  const failing = sourceResult({ served: 80, availability: 0.8, errors: { timeout: 20 } });
  const comparison = compare([result(1, { sources: [failing] })], [result(1)]);
  const errors = measureOf(comparison, 'errors{traffic="visitors",cause="timeout"}');
  assert.deepEqual([errors.a, errors.b, errors.verdict], [0.2, 0, 'better']);
});

test('the same runs are said to be the same', () => {
  const comparison = compare([result(1), result(2)], [result(1), result(2)]);
  assert.deepEqual(
    comparison.measures.filter(({ verdict }) => verdict !== 'same'),
    [],
  );
  assert.match(comparison.notes.join(' '), /same runs of the same model/);
  assert.deepEqual(comparison.divergences, []);
});

test('the summary begins with the verdicts and ends with the price', () => {
  const a = [1, 2].map((seed) =>
    costing(seed, 10, {
      verdict: 'fail',
      sources: [sourceResult({ availability: 0.9, latency: { ...sourceResult({}).latency, p95: 800 } })],
    }),
  );
  const b = [1, 2].map((seed) => costing(seed, 12.5));
  const { summary } = compare(a, b, { labels: ['small', 'large'] });
  assert.deepEqual(summary, [
    'small passes with 0 of 2 seeds, large passes with 2 of 2 seeds.',
    'Availability of visitors is better in large: 100 % against 90 %, +10 points.',
    '95th percentile of latency of visitors is better in large: 20 ms against 800 ms, −780 ms.',
    'Cost is worse in large: 12.5 USD against 10 USD, +2.5 USD.',
  ]);
});

test('conclusions leave out the reasons, which stand under a heading of their own', () => {
  const comparison = compare([result(1)], [result(1)]);
  const reason = { service: 'api', measure: 'queue', a: 9, b: 1, fromSeconds: 0, toSeconds: 9 };
  const message = 'api from 09:00 to 09:10: requests waiting 9 in A, 1 in B.';
  const why = [{ ...reason, message }];
  const summary = ['A fails.', message, 'Cost is worse in B.'];
  assert.deepEqual(conclusions({ ...comparison, summary, why }), ['A fails.', 'Cost is worse in B.']);
});

test('an objective that says the same as the availability of its traffic is told alone', () => {
  const objective = (achieved: number) => ({
    name: 'answered',
    description: '',
    indicator: 'availability' as const,
    subject: 'traffic visitors',
    target: 0.99,
    latencyMs: null,
    achieved,
    good: 9,
    total: 10,
    budget: 1,
    budgetUsed: 1,
    burnRateMax: null,
    worstWindow: null,
    passed: true,
  });
  const side = (share: number) =>
    result(1, { objectives: [objective(share)], sources: [sourceResult({ availability: share })] });
  assert.deepEqual(compare([side(0.9)], [side(1)]).summary.slice(1), [
    'Share of good requests for the objective answered is better in B: 100 % against 90 %, +10 points.',
  ]);
});

test('unfinished runs and mixed versions are noted', () => {
  const partial = result(1, { status: 'partial', simulator: '0.2.0' });
  const notes = compare([partial], [result(1)]).notes.join(' ');
  assert.match(notes, /1 run did not reach the end and covers less time/);
  assert.match(notes, /different versions/);
});

test('property: the difference of B to A is the negative of that of A to B, interval and all', () => {
  const totals = fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })), {
    minLength: 1,
    maxLength: 8,
  });
  const mirrored: Readonly<Record<string, string>> = { better: 'worse', worse: 'better' };
  fc.assert(
    fc.property(totals, (pairs) => {
      const a = pairs.map(([total], seed) => costing(seed, total));
      const b = pairs.map(([, total], seed) => costing(seed, total));
      const there = measureOf(compare(a, b), 'cost');
      const back = measureOf(compare(b, a), 'cost');
      assert(Math.abs(there.difference! + back.difference!) < 1e-9);
      assert(Math.abs(there.b! - there.a! - there.difference!) < 1e-9);
      if (there.interval === null) assert.equal(pairs.length, 1);
      else assert(Math.abs(there.interval.low + back.interval!.high) < 1e-9);
      // The margin of "same" is a part of the first side, so only clear words must mirror each other.
      if (there.verdict in mirrored && back.verdict in mirrored)
        assert.equal(back.verdict, mirrored[there.verdict]);
      if (there.verdict === 'unclear') assert.notEqual(there.interval, null);
    }),
  );
});

test('property: pairing does not depend on the order of the results', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      (seeds, shift) => {
        const a = seeds.map((seed) => costing(seed, seed + 1));
        const b = seeds.map((seed) => costing(seed, 2 * seed + 1));
        const turn = shift % seeds.length;
        const turned = [...b.slice(turn), ...b.slice(0, turn)];
        assert.deepEqual(compare(a, turned).measures, compare(a, b).measures);
      },
    ),
  );
});
