import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Objective } from '../model/model.ts';
import { burnAlerts } from './burn.ts';
import {
  accounts,
  counter,
  endpoint,
  model,
  objective,
  outcomes,
  readerOf,
  source,
} from './fixture.cases.ts';
import { allowedShare, objectiveColumns, objectiveResults } from './objectives.ts';
import { Samples } from './samples.ts';

const replicas = (count: number) => ['service_replicas{service="api"}', new Array(count).fill(1)] as const;

/** One traffic whose good and bad requests are given for each sample interval. */
function availability(good: number[], bad: number[], some: Partial<Objective> = {}, stepSeconds = 10) {
  const samples = new Samples(
    readerOf(
      [
        replicas(good.length),
        ['user_requests_total{traffic="visitors",outcome="ok"}', counter(...good)],
        ['user_requests_total{traffic="visitors",outcome="timeout"}', counter(...bad)],
      ],
      stepSeconds,
    ),
    good.length * stepSeconds * 1e6,
  );
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const truth = accounts({
    toMicros: good.length * stepSeconds * 1e6,
    sources: [source({ outcomes: outcomes({ ok: sum(good), timeout: sum(bad) }) })],
  });
  const asked = model({ objectives: [objective(some)] });
  return {
    result: objectiveResults(asked, truth, samples)[0],
    columns: objectiveColumns(asked, truth, samples),
  };
}

test('a budget spent to the last request is met', () => {
  const { result } = availability([99], [1]);
  assert.equal(result.achieved, 0.99);
  assert.equal(result.budget, 1);
  assert.equal(result.budgetUsed, 1);
  assert.equal(result.passed, true);
});

test('an objective keeps the name that its author gave it for people', () => {
  assert.equal(availability([1], [0], { displayName: 'It answers' }).result.displayName, 'It answers');
  assert.equal('displayName' in availability([1], [0]).result, false);
});

test('one bad request more misses it', () => {
  const { result } = availability([98], [2]);
  assert.equal(result.budgetUsed, 2);
  assert.equal(result.passed, false);
  assert.equal(result.description, '99 % of requests of all traffic are answered without error.');
});

test('an objective without any ended request does not pass', () => {
  const { result } = availability([0, 0], [0, 0], { periodMicros: 30e6 });
  assert.deepEqual(
    [
      result.achieved,
      result.budgetUsed,
      result.periodBudgetUsed,
      result.burnRateMax,
      result.worstWindow,
      result.passed,
    ],
    [null, null, null, null, null, false],
  );
});

test('an objective on something that the run does not have does not pass', () => {
  assert.equal(availability([10], [0], { traffic: 'nobody' }).result.passed, false);
});

test('the burn rate of a short run is over all of it, the worst window over a twelfth', () => {
  // Twelve intervals of ten seconds: 100 requests each, 12 bad ones in the fifth.
  const bad = new Array(12).fill(0);
  bad[4] = 12;
  const { result } = availability(
    bad.map((count) => 100 - count),
    bad,
  );
  assert.equal(result.burnRateMax, 1);
  assert.deepEqual(result.worstWindow, { fromSeconds: 40, toSeconds: 50, achieved: 0.88 });
});

test('in a longer run the burn rate is the largest of any hour', () => {
  // Five hours in steps of 30 minutes; the bad ones fall into 1:00 to 2:00 and, fewer, into 4:30 to 5:00.
  const bad = [0, 0, 3, 5, 0, 0, 0, 0, 0, 4];
  const { result, columns } = availability(
    bad.map((count) => 100 - count),
    bad,
    {},
    1800,
  );
  assert.equal(result.burnRateMax, 4);
  // A twelfth of an hour is less than one interval, so one interval is the worst window.
  assert.deepEqual(result.worstWindow, { fromSeconds: 5400, toSeconds: 7200, achieved: 0.95 });
  const burn = columns.find(({ measure }) => measure === 'burnRate');
  assert.deepEqual(burn?.values, [null, 0, 1.5, 4, 2.5, 0, 0, 0, 0, 2]);
  const good = columns.find(({ measure }) => measure === 'goodShare');
  assert.deepEqual(good?.values, [1, 1, 0.97, 0.95, 1, 1, 1, 1, 1, 0.96]);
});

test('warm-up does not count', () => {
  const samples = new Samples(
    readerOf([
      replicas(3),
      ['user_request_duration_seconds_bucket{traffic="visitors",le="0.3"}', counter(0, 8, 7)],
      ['user_request_duration_seconds_bucket{traffic="visitors",le="+Inf"}', counter(0, 9, 9)],
      ['user_requests_total{traffic="visitors",outcome="ok"}', counter(0, 9, 9)],
      ['user_requests_total{traffic="visitors",outcome="shed"}', counter(50, 1, 1)],
    ]),
    30e6,
  );
  const truth = accounts({ fromMicros: 10e6, toMicros: 30e6 });
  const asked = objective({
    indicator: 'latency',
    latencyMicros: 300_000,
    target: 0.75,
    traffic: 'visitors',
  });
  const [result] = objectiveResults(model({ objectives: [asked] }), truth, samples);
  // 15 of 20: nine succeeded and one was shed in each interval, and fast were eight and seven.
  assert.deepEqual([result.good, result.total, result.achieved, result.passed], [15, 20, 0.75, true]);
  assert.equal(result.latencyMs, 300);
  assert.equal(
    result.description,
    '75 % of requests of traffic visitors are answered without error within 300 ms.',
  );
});

test('a latency objective on an endpoint counts that endpoint alone, its errors as bad', () => {
  const bucket = 'http_server_request_duration_seconds_bucket';
  const samples = new Samples(
    readerOf([
      replicas(1),
      [`${bucket}{service="api",endpoint="GET /x",le="0.30"}`, [40]],
      [`${bucket}{service="api",endpoint="GET /y",le="0.30"}`, [1000]],
      ['http_server_requests_total{service="api",endpoint="GET /x",outcome="ok"}', [45]],
      ['http_server_requests_total{service="api",endpoint="GET /x",outcome="application"}', [5]],
      ['http_server_requests_total{service="api",endpoint="GET /y",outcome="ok"}', [1000]],
    ]),
    10e6,
  );
  const asked = objective({
    indicator: 'latency',
    latencyMicros: 300_000,
    target: 0.9,
    service: 'api',
    endpoint: 'GET /x',
  });
  const [result] = objectiveResults(model({ objectives: [asked] }), accounts({ toMicros: 10e6 }), samples);
  assert.deepEqual([result.good, result.total, result.passed, result.subject], [40, 50, false, 'api GET /x']);
});

test('an availability objective on a service takes all its endpoints from the accounts', () => {
  const truth = accounts({
    endpoints: [
      endpoint({ endpoint: 'GET /x', outcomes: outcomes({ ok: 90, timeout: 10 }) }),
      endpoint({ endpoint: 'GET /y', outcomes: outcomes({ ok: 100 }) }),
      endpoint({ service: 'db', outcomes: outcomes({ terminated: 7 }) }),
    ],
  });
  const asked = model({ objectives: [objective({ service: 'api', target: 0.95 })] });
  const [result] = objectiveResults(asked, truth, new Samples(readerOf([]), 60e6));
  assert.deepEqual([result.good, result.total, result.passed, result.subject], [190, 200, true, 'api']);
});

test('the alerts for 30 days are those of the SRE workbook', () => {
  const hour = 3600e6;
  assert.deepEqual(
    burnAlerts(30 * 24 * hour).map(({ severity, longMicros, shortMicros, factor }) => [
      severity,
      longMicros / hour,
      shortMicros / hour,
      factor,
    ]),
    [
      ['page', 1, 1 / 12, 14.4],
      ['page', 6, 0.5, 6],
      ['ticket', 72, 6, 1],
    ],
  );
});

test('an alert fires when both its windows burn fast enough', () => {
  // A period of 240 minutes pages at 6 over 2 minutes and 10 seconds; the first pair is 20 seconds long.
  const bad = new Array(30).fill(0).map((_, i) => (i >= 10 && i < 20 ? 10 : 0));
  const { result } = availability(
    bad.map((count) => 100 - count),
    bad,
    { periodMicros: 240 * 60e6 },
  );
  assert.deepEqual(
    result.burnAlerts?.map(({ longSeconds, firstAtSeconds }) => [longSeconds, firstAtSeconds]),
    [
      // 14.4 times the allowed 1 % is more than the 10 % that were bad.
      [20, null],
      // Twelve intervals hold 72 bad ones or more after the eighth bad interval.
      [120, 180],
    ],
  );
  // The run spent 100 / 30 of its own budget and lasted 5 of 240 minutes.
  assert(Math.abs(result.periodBudgetUsed! - ((100 / 30) * 5) / 240) < 1e-12);
});

test('property: budget arithmetic agrees with itself', () => {
  const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 })), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 9999 }), (pairs, tenThousandths) => {
      const target = tenThousandths / 10_000;
      const { result } = availability(
        pairs.map(([good]) => good),
        pairs.map(([, bad]) => bad),
        { target },
      );
      const total = pairs.reduce((sum, [good, bad]) => sum + good + bad, 0);
      assert.equal(result.total, total);
      if (total === 0) return assert.equal(result.passed, false);
      // Met exactly when 10,000 times the good ones are at least the target's share of all: integers do not round.
      assert.equal(result.passed, result.good * 10_000 >= tenThousandths * total);
      assert.equal(result.passed, result.budgetUsed! <= 1 + 1e-12);
      assert(Math.abs(result.budget - (1 - target) * total) < 1e-6);
      // A run of less than an hour burns in one window, and nowhere faster than its worst part.
      assert(Math.abs(result.burnRateMax! - result.budgetUsed!) < 1e-9 * Math.max(1, result.budgetUsed!));
      if (result.worstWindow === null) return assert.equal(result.good, total);
      assert(1 - result.worstWindow.achieved >= (1 - result.achieved!) / pairs.length - 1e-12);
      assert(result.worstWindow.achieved < 1 && result.worstWindow.achieved >= 0);
    }),
  );
});

test('allowed shares carry no digits of subtraction', () => {
  assert.equal(allowedShare(0.99), 0.01);
  assert.equal(allowedShare(0.9995), 0.0005);
});
