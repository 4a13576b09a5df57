import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Result, SeriesResult } from '../model/result.ts';
import { compare } from './comparison.ts';
import { divergences, explanations, largestDifference, whole } from './divergence.ts';
import { result, serviceResult } from './fixture.cases.ts';

type Column = SeriesResult['columns'][number];

const column = (
  group: Column['group'],
  subject: string,
  measure: string,
  values: (number | null)[],
): Column => ({
  group,
  subject,
  measure,
  unit: 'ratio',
  values,
});

const times = [10, 20, 30, 40, 50, 60];

const asked = (name: string) =>
  ({
    name,
    description: '',
    indicator: 'availability',
    subject: '',
    target: 0.9,
    latencyMs: null,
    achieved: 1,
  }) as const;

const judged = {
  good: 1,
  total: 1,
  budget: 1,
  budgetUsed: 0,
  burnRateMax: 0,
  worstWindow: null,
  passed: true,
};

function resultWith(columns: Column[], some: Partial<Result> = {}): Result {
  return result(1, {
    window: { startsAt: '2026-01-01T09:00:00Z', fromSeconds: 0, toSeconds: 60, durationSeconds: 60 },
    objectives: [{ ...asked('fast'), ...judged }],
    services: [serviceResult({ name: 'api' }), serviceResult({ name: 'db' })],
    series: { timesSeconds: times, columns },
    ...some,
  });
}

const cpu = (...values: number[]) => [column('service', 'api', 'utilisation', values)];

const goodShare = (...values: (number | null)[]) => column('objective', 'fast', 'goodShare', values);

test('the stretch of the largest difference takes in lulls and leaves out tails', () => {
  assert.deepEqual(largestDifference([0, 0, 0.5, 0.1, 0.6, 0, 0]), { first: 2, last: 5 });
  assert.deepEqual(largestDifference([-0.01, -0.4, -0.4, 0.3, 0]), { first: 1, last: 3 });
  assert.equal(largestDifference([0, 0.005, 0]), null);
  assert.equal(largestDifference([]), null);
});

test('property: the stretch lies inside, and the difference in it has the prevailing sign', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 60 }), (hundredths) => {
      const difference = hundredths.map((value) => value / 100);
      const stretch = largestDifference(difference);
      const total = hundredths.reduce((sum, value) => sum + value, 0);
      if (stretch === null || total === 0) return;
      assert(stretch.first >= 0 && stretch.first < stretch.last && stretch.last <= difference.length);
      const inside = hundredths.slice(stretch.first, stretch.last).reduce((sum, value) => sum + value, 0);
      assert(total < 0 ? inside < 0 : inside > 0);
    }),
  );
});

test('sides part where their shares of good requests differ, averaged over the seeds', () => {
  const a = [resultWith([goodShare(1, 1, 0.4, 0.2, 1, 1)]), resultWith([goodShare(1, 1, 0.6, 0.2, 1, null)])];
  const b = [resultWith([goodShare(1, 1, 1, 1, 1, 1)])];
  assert.deepEqual(divergences(a, b), [{ subject: 'fast', fromSeconds: 20, toSeconds: 40, a: 0.35, b: 1 }]);
  assert.deepEqual(divergences(b, b), []);
});

test('without objectives the traffic shows where they part', () => {
  const traffic = (served: number[], failed: number[]) =>
    resultWith(
      [column('source', 'visitors', 'servedRate', served), column('source', 'visitors', 'errorRate', failed)],
      { objectives: [] },
    );
  const a = traffic([10, 5, 10, 10, 10, 0], [0, 5, 0, 0, 0, 0]);
  const b = traffic([10, 10, 10, 10, 10, 0], [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(divergences([a], [b]), [
    { subject: 'visitors', fromSeconds: 10, toSeconds: 20, a: 0.5, b: 1 },
  ]);
});

test('only times that all results have are looked at', () => {
  const short = resultWith([goodShare(1, 1, 0)], {
    series: { timesSeconds: [10, 20, 30], columns: [goodShare(1, 1, 0)] },
  });
  const [found] = divergences([short], [resultWith([goodShare(1, 1, 1, 0, 0, 0)])]);
  assert.deepEqual([found.fromSeconds, found.toSeconds], [20, 30]);
  const other = resultWith([], { series: { timesSeconds: [7, 14], columns: [goodShare(0, 0)] } });
  assert.deepEqual(divergences([other], [resultWith([goodShare(1, 1, 1, 1, 1, 1)])]), []);
});

test('services are explained by what differs most, resources before failures', () => {
  const load = (utilisation: number, queue: number, replicas: number, failed: number) => {
    const flat = (value: number) => times.map(() => value);
    return resultWith([
      column('service', 'api', 'utilisation', flat(utilisation)),
      column('service', 'api', 'queue', flat(queue)),
      column('service', 'api', 'replicas', flat(replicas)),
      column('service', 'db', 'utilisation', flat(0.3)),
      column('service', 'db', 'servedRate', flat(10 - failed)),
      column('service', 'db', 'errorRate', flat(failed)),
      column('service', 'db', 'replicas', flat(1)),
    ]);
  };
  const stretch = { subject: 'fast', fromSeconds: 20, toSeconds: 40, a: 0, b: 1 };
  const why = explanations([load(1, 90, 2, 9)], [load(0.6, 0, 4, 0)], stretch, ['small', 'large']);
  assert.deepEqual(
    why.map(({ service, measure, a, b }) => [service, measure, a, b]),
    [
      ['api', 'queue', 90, 0],
      ['db', 'errorShare', 0.9, 0],
    ],
  );
  assert.equal(
    why[0].message,
    'api (2 against 4 replicas) from 09:00:20 to 09:00:40: requests waiting to be started 90 in small, 0 in large; ' +
      'CPU used 100 % in small, 60 % in large.',
  );
});

test('sides that never part are explained over all the time that both measured', () => {
  const late = { startsAt: null, fromSeconds: 20, toSeconds: 60, durationSeconds: 60 };
  const a = [resultWith([goodShare(1, 1, 1, 1, 1, 1), ...cpu(1, 1, 0.9, 0.9, 0.9, 0.9)], { window: late })];
  const b = [resultWith([goodShare(1, 1, 1, 1, 1, 1), ...cpu(0, 0, 0.4, 0.4, 0.4, 0.4)], { window: late })];
  assert.deepEqual(divergences(a, b), []);
  assert.deepEqual(whole(a, b), { fromSeconds: 20, toSeconds: 60 });
  assert.deepEqual(
    compare(a, b).why.map(({ message }) => message),
    ['api from 0:00:20 to 0:01:00: CPU used 90 % in A, 40 % in B.'],
  );
  const empty = resultWith([], { series: { timesSeconds: [], columns: [] } });
  assert.equal(whole([empty], [empty]), null);
});

test('a pool that only one side waited for explains, and what does not differ does not', () => {
  const waiting = resultWith([
    column('service', 'api', 'poolWaiting/db', [0, 0, 40, 40, 0, 0]),
    column('service', 'api', 'replicas', [1, 1, 1, 1, 1, 1]),
  ]);
  const calm = resultWith([column('service', 'api', 'replicas', [1, 1, 1, 1, 1, 1])]);
  const stretch = { subject: 'fast', fromSeconds: 20, toSeconds: 40, a: 0, b: 1 };
  for (const [a, b] of [
    [waiting, calm],
    [calm, waiting],
  ]) {
    const why = explanations([a], [b], stretch, ['A', 'B']);
    assert.deepEqual(
      why.map(({ service, measure }) => [service, measure]),
      [['api', 'poolWaiting/db']],
    );
  }
  assert.deepEqual(explanations([calm], [calm], stretch, ['A', 'B']), []);
});
