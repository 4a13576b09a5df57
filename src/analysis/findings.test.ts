import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../model/result.ts';
import type { TrafficAccounts, TrafficModel } from '../run/run.ts';
import { evidenceOf } from './findings/evidence.ts';
import { findingsOf } from './findings.ts';
import {
  accounts,
  call,
  counter,
  endpoint,
  type HandSeries,
  model,
  modelCall,
  modelEndpoint,
  modelService,
  modelSource,
  outcomes,
  readerOf,
  service,
  sketchOf,
  source,
  trafficModel,
} from './fixture.cases.ts';
import { Samples } from './samples.ts';

/** Sixty intervals of ten seconds, from nine o'clock on. */
const count = 60;

/** A value for each interval: `value` in [first, last), else `otherwise`. */
function during(first: number, last: number, value: number, otherwise = 0): number[] {
  return Array.from({ length: count }, (_, i) => (i >= first && i < last ? value : otherwise));
}

const always = (value: number) => during(0, count, value);

interface Scene {
  readonly series?: readonly HandSeries[];
  readonly truth?: Partial<TrafficAccounts>;
  readonly traffic?: Partial<TrafficModel>;
  readonly missed?: boolean;
  readonly durationMicros?: number;
}

function look(scene: Scene): Finding[] {
  const { series = [], truth = {}, traffic = {}, missed = false, durationMicros = 600e6 } = scene;
  const samples = new Samples(readerOf([['service_replicas{service="clock"}', always(1)], ...series]), 600e6);
  const whole = accounts({ toMicros: 600e6, ...truth });
  const from = model({
    startsAt: '2026-01-01T09:00:00Z',
    durationMicros,
    rooms: { traffic: trafficModel(traffic) },
  });
  return findingsOf(
    evidenceOf(from, { truth: whole, cluster: null, events: [] }, samples, {
      objectives: [],
      thresholdsHold: !missed,
    }),
  );
}

const kindsOf = (findings: readonly Finding[]) => findings.map(({ kind }) => kind);

function only(findings: readonly Finding[], kind: string): Finding {
  const found = findings.filter((finding) => finding.kind === kind);
  assert.equal(found.length, 1, `one ${kind} among ${kindsOf(findings).join(', ')}`);
  return found[0];
}

/** CPU series of api with four cores, of which this share is used in each interval. */
function cpuOf(shares: readonly number[], name = 'api'): HandSeries[] {
  return [
    [`service_replicas{service="${name}"}`, always(4)],
    [`container_cpu_usage_seconds_total{service="${name}"}`, counter(...shares.map((share) => share * 40))],
    [`container_cpu_capacity_seconds_total{service="${name}"}`, counter(...always(40))],
  ];
}

function requestsOf(started: readonly number[], ok: readonly number[], name = 'api'): HandSeries[] {
  const labels = `service="${name}",endpoint="GET /"`;
  return [
    [`http_server_requests_started_total{${labels}}`, counter(...started)],
    [`http_server_requests_total{${labels},outcome="ok"}`, counter(...ok)],
    [
      `http_server_requests_total{${labels},outcome="timeout"}`,
      counter(...started.map((each, i) => each - ok[i])),
    ],
  ];
}

const api = { services: [service({ name: 'api', replicasAtEnd: 4 })] };

test('a service that ran out of CPU says how much, when, and what waited', () => {
  const findings = look({
    series: [
      ...cpuOf(during(12, 30, 0.97, 0.5)),
      ...requestsOf(during(12, 30, 1000, 500), during(12, 30, 800, 500)),
      ['service_queue_length{service="api"}', during(20, 21, 1240, 1)],
    ],
    truth: api,
    traffic: {
      services: [
        modelService({
          name: 'api',
          cpu: { cores: 1, limitCores: 1, periodMicros: 100_000, requestCores: 1 },
        }),
      ],
    },
    missed: true,
  });
  const finding = only(findings, 'cpu-saturated');
  assert.equal(
    finding.message,
    'api used 97 % of its 4 cores (its CPU limit) from 09:02 to 09:05; 100/s arrived and 80/s were answered without error; ' +
      'up to 1,240 requests were waiting to be started (at 09:03:30).',
  );
  assert.deepEqual([finding.severity, finding.fromSeconds, finding.toSeconds], ['problem', 120, 300]);
});

test('one busy interval is chance, and a busy service that serves well is a note', () => {
  const busy = (shares: number[]) => look({ series: cpuOf(shares), truth: api });
  assert.deepEqual(kindsOf(busy(during(12, 13, 1, 0.5))), []);
  assert.equal(only(busy(always(0.95)), 'cpu-saturated').severity, 'note');
  assert.match(only(busy(always(0.95)), 'cpu-saturated').message, /95 % of its 4 cores all the time\.$/);
});

test('several stretches are told by the longest and their sum', () => {
  const shares = always(0.5).map((share, i) => ((i >= 5 && i < 10) || (i >= 20 && i < 30) ? 0.95 : share));
  const finding = only(look({ series: cpuOf(shares), truth: api }), 'cpu-saturated');
  assert.match(finding.message, /from 09:03:20 to 09:05 and 1 more time \(2 min 30 s in all\)/);
});

const pooled = modelService({ name: 'api', concurrency: { kind: 'threadPool', threads: 10 } });

test('threads that all wait are told apart from a busy CPU, with what they wait for', () => {
  const findings = look({
    series: [
      ...cpuOf(always(0.2)),
      ['service_requests_in_flight{service="api"}', during(12, 30, 90, 5)],
      ['service_queue_length{service="api"}', during(12, 30, 50, 0)],
    ],
    truth: {
      ...api,
      calls: [call({ client: 'api', service: 'db', endpoint: 'query', latency: sketchOf(300, 500) })],
    },
    traffic: { services: [pooled] },
  });
  assert.deepEqual(
    findings.filter(({ subject }) => subject === 'api').map(({ kind }) => kind),
    ['threads-exhausted'],
  );
  assert.match(
    only(findings, 'threads-exhausted').message,
    /^api had 100 % of its threads occupied \(10 in each replica\) from 09:02 to 09:05 while it used 20 % of its CPU; they waited most for db query, 400 ms a call; up to 50 requests were waiting/,
  );
});

test('a queue that no shortage explains is told by itself', () => {
  const findings = look({
    series: [...cpuOf(always(0.4)), ['service_queue_length{service="api"}', during(12, 30, 80, 2)]],
    truth: api,
  });
  assert.equal(
    only(findings, 'queue-grew').message,
    'Requests queued at api from 09:02 to 09:05: 80 were waiting at 09:02:10, usually 2.',
  );
});

test('throttling is told with the limit and the use that hides it', () => {
  const findings = look({
    series: [
      ...cpuOf(always(0.4)),
      ['container_cpu_cfs_throttled_seconds_total{service="api"}', counter(...always(8))],
    ],
    truth: api,
    traffic: {
      services: [
        modelService({
          name: 'api',
          cpu: { cores: null, limitCores: 0.5, periodMicros: 100_000, requestCores: 1 },
        }),
      ],
    },
  });
  assert.equal(
    only(findings, 'cpu-throttled').message,
    'The CPU limit of 0.5 cores stopped replicas of api for 20 % of the time all the time, though they used only 40 % of it: ' +
      'bursts spend the quota before its period of 100 ms ends.',
  );
});

test('a full pool says how many waited and how many gave up', () => {
  const scene = (waiting: number[], inUse: number[]): Scene => ({
    series: [
      ...cpuOf(always(0.4)),
      ['service_pool_waiting{service="api",pool="db"}', waiting],
      ['service_pool_in_use{service="api",pool="db"}', inUse],
    ],
    truth: {
      ...api,
      calls: [
        call({
          client: 'api',
          service: 'db',
          endpoint: 'query',
          outcomes: outcomes({ ok: 10, poolTimeout: 7 }),
        }),
      ],
    },
    traffic: {
      services: [
        modelService({
          id: 0,
          name: 'api',
          pools: [{ name: 'db', size: 5, maxWaiting: null, maxWaitMicros: null }],
        }),
        modelService({ id: 1, name: 'db' }),
      ],
      endpoints: [modelEndpoint({ id: 0, service: 1, name: 'query' })],
      calls: [modelCall({ id: 0, client: 0, endpoint: 0, pool: 0 })],
    },
  });
  assert.equal(
    only(look(scene(during(6, 12, 35), during(6, 12, 20))), 'pool-full').message,
    'The pool db of api (5 connections in each replica) was full from 09:01 to 09:02: 35 requests waited for a connection ' +
      'on average; 7 calls gave up waiting.',
  );
  assert(!kindsOf(look(scene(always(0), always(20)))).includes('pool-full'));
  assert(!kindsOf(look(scene(always(3), always(10)))).includes('pool-full'));
});

const route = 'client="web",service="api",endpoint="GET /"';

/** Calls of web to api: first attempts and retries in each interval. */
function callsOf(first: readonly number[], retries: readonly number[]): HandSeries[] {
  return [
    [`http_client_attempts_total{${route}}`, counter(...first.map((each, i) => each + retries[i]))],
    [`http_client_retries_total{${route}}`, counter(...retries)],
  ];
}

const webCallsApi = {
  services: [modelService({ id: 0, name: 'web' }), modelService({ id: 1, name: 'api' })],
  endpoints: [modelEndpoint({ id: 0, service: 1 })],
  calls: [
    modelCall({
      client: 0,
      timeoutMicros: 500_000,
      retries: { ...modelCall({}).retries, max: 3, budget: { ratio: 0.2, burst: 10 } },
    }),
  ],
};

test('retries that multiply the load are told with what allows them', () => {
  const scene = (retries: number[]): Scene => ({
    series: callsOf(always(100), retries),
    truth: { calls: [call({ client: 'web' })] },
    traffic: webCallsApi,
  });
  assert.equal(
    only(look(scene(during(30, 42, 200))), 'retry-amplification').message,
    'Retries multiplied the calls web → api GET / by 3 from 09:05 to 09:07: 2,400 retries, 66.7 % of what was sent; ' +
      'each call may be retried 3 times, with a budget of 20 %.',
  );
  assert.deepEqual(kindsOf(look(scene(always(40)))), []);
});

interface Users {
  readonly demand: number[];
  readonly failed: number[];
}

function usersOf({ demand, failed }: Users): HandSeries[] {
  return [
    ['user_requests_started_total{traffic="visitors"}', counter(...demand)],
    [
      'user_requests_total{traffic="visitors",outcome="ok"}',
      counter(...demand.map((each, i) => each - failed[i])),
    ],
    ['user_requests_total{traffic="visitors",outcome="timeout"}', counter(...failed)],
  ];
}

const stormTruth = { calls: [call({ client: 'web' })] };

test('a retry storm outlives its trigger', () => {
  const findings = look({
    series: [
      // Demand triples for a minute; failures and retries stay to the end.
      ...usersOf({ demand: during(12, 18, 3000, 1000), failed: during(13, 60, 900) }),
      ...callsOf(always(1000), during(13, 60, 2000)),
    ],
    truth: stormTruth,
    traffic: webCallsApi,
  });
  const storm = findings[0];
  assert.deepEqual(
    [storm.kind, storm.severity, storm.subject],
    ['retry-storm', 'problem', 'web → api GET /'],
  );
  assert.equal(
    storm.message,
    'Failures began at 09:02:10 and outlived their trigger by 7 min, to the end of the run: demand was back at 100/s ' +
      'from 09:03 (usually 100/s), yet 90 % of requests failed. Retries kept the load up: web → api GET / was sent 3 ' +
      'times for each call, 300/s in all.',
  );
});

test('replicas that were missing for a while are a trigger too, and a backlog is no storm', () => {
  const findings = look({
    series: [
      ...usersOf({ demand: always(1000), failed: during(20, 40, 500) }),
      ...callsOf(always(1000), always(0)),
      ['service_replicas{service="api"}', during(19, 25, 1, 4)],
      ['service_queue_length{service="api"}', during(20, 40, 300)],
    ],
    truth: { ...stormTruth, ...api },
    traffic: webCallsApi,
  });
  assert.match(
    only(findings, 'slow-recovery').message,
    /outlived their trigger by 2 min 30 s, until 09:06:40: .* yet 50 % of requests failed, with 300 requests waiting at api on average\.$/,
  );
});

test('failures that end with their trigger, have none, or began with the run outlive nothing', () => {
  const kinds = (users: Users) =>
    kindsOf(
      look({
        series: [...usersOf(users), ...callsOf(always(1000), during(12, 60, 2000))],
        truth: stormTruth,
      }),
    );
  assert(!kinds({ demand: during(12, 18, 3000, 1000), failed: during(12, 19, 900) }).includes('retry-storm'));
  assert(!kinds({ demand: always(1000), failed: during(12, 60, 900) }).includes('retry-storm'));
  assert(!kinds({ demand: during(0, 6, 3000, 1000), failed: always(900) }).includes('retry-storm'));
  assert(!kinds({ demand: during(12, 60, 3000, 1000), failed: during(13, 60, 900) }).includes('retry-storm'));
});

test('failures of users are told by cause, and when most of them fell', () => {
  const findings = look({
    series: usersOf({ demand: always(1000), failed: during(30, 36, 100, 1) }),
    truth: {
      sources: [
        source({ offered: 60_000, outcomes: outcomes({ ok: 59_346, timeout: 600, dependency: 54 }) }),
      ],
      calls: [
        call({ client: 'web', service: 'db', outcomes: outcomes({ ok: 10, timeout: 20, dependency: 99 }) }),
        call({ client: 'source/visitors', service: 'web', outcomes: outcomes({ shed: 500 }) }),
      ],
    },
  });
  const finding = only(findings, 'users-failed');
  assert.equal(
    finding.message,
    '1.09 % of the requests of visitors failed (654 of 60,000): 1 % timed out, 0.09 % failed because a call failed; ' +
      'behind them, calls web → db GET / timed out; at least 80 % of these from 09:05 to 09:06.',
  );
  assert.deepEqual([finding.fromSeconds, finding.toSeconds], [300, 360]);
});

test('failures that are spread over the run have no stretch, and one in a thousand is not worth a word', () => {
  const scene = (failed: number): Scene => ({
    series: usersOf({ demand: always(1000), failed: always(failed / 60) }),
    truth: { sources: [source({ outcomes: outcomes({ ok: 60_000 - failed, shed: failed }) })] },
  });
  assert.equal(only(look(scene(600)), 'users-failed').fromSeconds, null);
  assert.equal(only(look(scene(120)), 'users-failed').severity, 'note');
  assert.deepEqual(kindsOf(look(scene(59))), []);
});

test('open demand left inside at the end is told, users of closed load are not', () => {
  const scene = (load: TrafficModel['sources'][number]['load']): Scene => ({
    truth: { sources: [source({ offered: 10_000, inFlightAtEnd: 2500, outcomes: outcomes({ ok: 7500 }) })] },
    traffic: { sources: [modelSource({ load })] },
  });
  const curve = { atMicros: [0], values: [100] };
  assert.match(
    only(look(scene({ kind: 'open', rate: curve, arrivals: 'poisson' })), 'left-waiting').message,
    /^2,500 requests of visitors had no answer yet when the run ended, 25 % of those begun/,
  );
  const closed = look(scene({ kind: 'closed', users: curve, think: { kind: 'deterministic', value: 0 } }));
  assert(!kindsOf(closed).includes('left-waiting'));
});

test('timeouts, breakers and refusals are told where they happen', () => {
  const findings = look({
    truth: {
      calls: [
        call({ client: 'web', outcomes: outcomes({ ok: 800, timeout: 90, deadline: 10, breakerOpen: 100 }) }),
      ],
      endpoints: [endpoint({ outcomes: outcomes({ ok: 900, refused: 60, shed: 40 }) })],
      services: [service({ name: 'api' })],
    },
    traffic: webCallsApi,
  });
  assert.equal(
    only(findings, 'calls-timed-out').message,
    '10 % of the calls web → api GET / (100) had no answer in time; the timeout is 500 ms.',
  );
  assert.equal(
    only(findings, 'breaker-open').message,
    'The breaker of web → api GET / was open: it stopped 100 calls, 10 % of all.',
  );
  assert.equal(
    only(findings, 'turned-away').message,
    'api turned away 10 % of its requests: 60 were refused by a full queue, 40 were shed.',
  );
});

test('answers for nobody are told with the timeout that made them so', () => {
  const scene = (wasted: number): Scene => ({
    truth: { endpoints: [endpoint({ outcomes: outcomes({ ok: 100, refused: 900 }), wasted })] },
    traffic: webCallsApi,
  });
  assert.equal(
    only(look(scene(30)), 'wasted-work').message,
    '30 % of the work of api GET / (30 requests) was for callers that had given up, after 500 ms; ' +
      'api does not notice and finishes the work all the same.',
  );
  assert.deepEqual(kindsOf(look(scene(4))), []);
});

test('a service that is far too large is told so, unless users were not served', () => {
  const scene = (ok: number): Scene => ({
    series: cpuOf(during(3, 5, 0.25, 0.1)),
    truth: {
      services: [service({ name: 'api', replicasAtEnd: 4, cpuRequestCores: 2 })],
      sources: [source({ offered: 1000, outcomes: outcomes({ ok }) })],
    },
  });
  assert.equal(
    only(look(scene(1000)), 'overprovisioned').message,
    'api never used more than 25 % of its CPU: 2 replicas instead of 4 would have stayed below 60 % and given back 4 cores.',
  );
  assert(!kindsOf(look(scene(900))).includes('overprovisioned'));
  // The peak of a run that was cut short may have been still to come.
  assert(!kindsOf(look({ ...scene(1000), durationMicros: 601e6 })).includes('overprovisioned'));
});

test('threads in use count against shrinking a service', () => {
  const findings = look({
    series: [
      ...cpuOf(always(0.1)),
      ['service_requests_in_flight{service="api"}', always(20)],
      ['service_queue_length{service="api"}', always(0)],
    ],
    truth: api,
    traffic: { services: [pooled] },
  });
  assert.deepEqual(kindsOf(findings), []);
});

test('where time goes is told for the mean request, large parts only', () => {
  const findings = look({
    truth: {
      sources: [source({ outcomes: outcomes({ ok: 1 }), latency: sketchOf(100) })],
      services: [service({ name: 'web' }), service({ name: 'db', queueMicros: 45_000 })],
      endpoints: [
        endpoint({ service: 'web', latency: sketchOf(100) }),
        endpoint({ service: 'db', latency: sketchOf(90) }),
      ],
      calls: [call({ client: 'web', service: 'db', latency: sketchOf(90) })],
    },
  });
  assert.equal(
    only(findings, 'latency-breakdown').message,
    'A request of a user spent 100 ms inside the system on average: 90 % in db (50 % of it waiting to be started), 10 % in web.',
  );
});

test('problems come before notes', () => {
  const findings = look({
    series: [...cpuOf(always(0.95)), ...usersOf({ demand: always(1000), failed: always(0) })],
    truth: {
      ...api,
      sources: [
        source({ offered: 1000, outcomes: outcomes({ ok: 500, timeout: 500 }), latency: sketchOf(1) }),
      ],
    },
  });
  assert.deepEqual(
    findings.map(({ severity, kind }) => `${severity} ${kind}`),
    ['problem users-failed', 'note cpu-saturated', 'note latency-breakdown'],
  );
});

test('a run without any samples has nothing to say and does not fail', () => {
  const samples = new Samples(readerOf([]), 0);
  const nothing = evidenceOf(
    model(),
    { truth: accounts({ toMicros: 0, ...api }), cluster: null, events: [] },
    samples,
    {
      objectives: [],
      thresholdsHold: true,
    },
  );
  assert.deepEqual(findingsOf(nothing), []);
});
