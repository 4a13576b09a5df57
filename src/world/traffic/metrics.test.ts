import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callStep,
  closed,
  constant,
  cpu,
  ModelBuilder,
  open,
  second,
  unboundedPool,
  wait,
} from '../../../test/validation/builder.ts';
import type { Objective } from '../../model/model.ts';
import type { Run } from '../../run/run.ts';
import { simulate } from '../../run/simulate.ts';
import { causes } from './model.ts';

/** The values of the one series with these labels. */
function values(run: Run, name: string, labels: Record<string, string>): number[] {
  const wanted = Object.entries({ __name__: name, ...labels });
  const found = run.telemetry.select(
    wanted.map(([label, value]) => ({ label, operator: '=', value })),
    0,
    run.endedAtMicros,
  );
  assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}`);
  return [...found[0].values];
}

const last = (all: readonly number[]) => all[all.length - 1];

/** A front that calls a back through a pool; the back fails a third of its requests. */
function chain(): Run {
  const build = new ModelBuilder('chain', constant(1_000));
  const pools = [unboundedPool('db', 2)];
  const front = build.service('front', { pools });
  const back = build.service('back', { concurrency: { kind: 'threadPool', threads: 4 } });
  const work = build.endpoint(back, 'work', [cpu(constant(20_000)), wait(constant(30_000))], 1 / 3);
  const call = build.call(front, work, { pool: 0 });
  const entry = build.endpoint(front, 'GET /', [cpu(constant(5_000)), callStep(call), callStep(call)]);
  build.source('users', [build.call(null, entry)], closed(5, constant(100_000)));
  const objective = {
    indicator: 'latency',
    latencyMicros: 160_000,
    service: null,
    traffic: null,
    endpoint: null,
  };
  const model = build.model({ warmupMicros: 0, durationMicros: 20 * second, sampleMicros: second });
  return simulate({ ...model, objectives: [objective as Objective] });
}

const run = chain();
const { truth } = run;

test('counters end where the exact accounts do', () => {
  const [source] = truth.sources;
  const back = truth.endpoints.find(({ service }) => service === 'back');
  const call = truth.calls.find(({ client }) => client === 'front');
  assert.ok(back && call && back.outcomes.application > 0);
  for (const outcome of causes) {
    assert.equal(
      last(values(run, 'user_requests_total', { traffic: 'users', outcome })),
      source.outcomes[outcome],
    );
    const server = { service: 'back', endpoint: 'work' };
    assert.equal(
      last(values(run, 'http_server_requests_total', { ...server, outcome })),
      back.outcomes[outcome],
    );
    const client = { client: 'front', ...server };
    assert.equal(
      last(values(run, 'http_client_calls_total', { ...client, outcome })),
      call.outcomes[outcome],
    );
  }
  assert.equal(last(values(run, 'user_requests_started_total', { traffic: 'users' })), source.offered);
  for (const { name, cpuMicros, cpuCapacityMicros } of truth.services) {
    const service = { service: name };
    assert.equal(last(values(run, 'container_cpu_usage_seconds_total', service)), cpuMicros / second);
    assert.equal(
      last(values(run, 'container_cpu_capacity_seconds_total', service)),
      cpuCapacityMicros / second,
    );
  }
});

test('counters never fall', () => {
  for (const { labels, values: series } of run.telemetry.select(
    [{ label: '__name__', operator: '=~', value: '.*_total' }],
    0,
    run.endedAtMicros,
  ))
    assert.ok(
      series.every((value, index) => index === 0 || value >= series[index - 1]),
      JSON.stringify(labels),
    );
});

test('averages over each interval add up to the integrals', () => {
  for (const { name, inFlightMicros, queueMicros } of truth.services) {
    const area = (metric: string) =>
      values(run, metric, { service: name }).reduce((sum, each) => sum + each, 0);
    assert.ok(Math.abs(area('service_requests_in_flight') - inFlightMicros / second) < 1e-9);
    assert.ok(Math.abs(area('service_queue_length') - queueMicros / second) < 1e-9);
  }
});

test('endpoints add up to their service in each interval, and to the accounts in all', () => {
  const build = new ModelBuilder('shares', constant(500));
  const concurrency = { kind: 'processorSharing', maxConcurrent: 3 } as const;
  const api = build.service('api', {
    concurrency,
    cpu: { cores: 2, limitCores: 1.5, periodMicros: 100_000, requestCores: 1 },
  });
  const names = ['GET /', 'POST /'];
  for (const [index, name] of names.entries()) {
    const endpoint = build.endpoint(api, name, [cpu(constant(30_000 * (index + 1))), wait(constant(20_000))]);
    build.source(name, [build.call(null, endpoint)], closed(3, constant(40_000)));
  }
  const shared = simulate(
    build.model({ warmupMicros: 0, durationMicros: 20 * second, sampleMicros: second }),
  );
  const service = { service: 'api' };
  const sums = (metric: string) => {
    const [first, other] = names.map((endpoint) => values(shared, metric, { ...service, endpoint }));
    return first.map((value, index) => value + other[index]);
  };
  const pairs = [
    ['endpoint_requests_in_flight', 'service_requests_in_flight'],
    ['endpoint_queue_length', 'service_queue_length'],
    ['endpoint_cpu_usage_seconds_total', 'container_cpu_usage_seconds_total'],
  ] as const;
  for (const [part, whole] of pairs) {
    const expected = values(shared, whole, service);
    for (const [index, sum] of sums(part).entries())
      assert.ok(Math.abs(sum - expected[index]) < 1e-6, `${part} ${sum} ${expected[index]}`);
    assert.ok(last(expected) > 0, whole);
  }
  for (const { endpoint, cpuMicros } of shared.truth.endpoints) {
    const used = last(values(shared, 'endpoint_cpu_usage_seconds_total', { ...service, endpoint }));
    assert.equal(used, cpuMicros / second);
  }
});

test('a pool never uses more than it has, and is seen to be used and waited for', () => {
  const labels = { service: 'front', pool: 'db' };
  const inUse = values(run, 'service_pool_in_use', labels);
  assert.ok(Math.max(...inUse) === 2 && Math.min(...inUse) >= 0);
  assert.ok(Math.max(...values(run, 'service_pool_waiting', labels)) >= 1);
});

test('buckets count what an objective asks about, exactly', () => {
  const bucket = (le: string) =>
    last(values(run, 'user_request_duration_seconds_bucket', { traffic: 'users', le }));
  assert.equal(bucket('+Inf'), truth.sources[0].outcomes.ok);
  assert.ok(bucket('0.16') > 0 && bucket('0.16') < bucket('+Inf'));
});

test('quantiles are of the interval, and NaN where it had no request', () => {
  const build = new ModelBuilder('silence');
  const service = build.service('api');
  const call = build.call(null, build.endpoint(service, 'GET /', [cpu(constant(200))]));
  build.source('users', [call], { kind: 'counts', intervalMicros: second, counts: [1, 0, 2], scale: 1 });
  const quiet = simulate(build.model({ warmupMicros: 0, durationMicros: 4 * second, sampleMicros: second }));
  const medians = values(quiet, 'user_request_duration_seconds', { traffic: 'users', quantile: '0.5' });
  assert.deepEqual(medians, [0.0002, Number.NaN, 0.0002, Number.NaN]);
});

test('the measured window alone is in the accounts, the whole run in the counters', () => {
  const build = new ModelBuilder('window');
  const service = build.service('api');
  const call = build.call(null, build.endpoint(service, 'GET /', [cpu(constant(50_000))], 1));
  build.source('users', [call], open(10, 'regular'));
  const windowed = simulate(build.model({ warmupMicros: 5.05 * second, durationMicros: 10.05 * second }));
  const [endpoint] = windowed.truth.endpoints;
  assert.equal(endpoint.offered, 50);
  assert.equal(endpoint.latency.count, endpoint.outcomes.application);
  assert.equal(windowed.truth.calls[0].calls, 50);
  assert.equal(last(values(windowed, 'user_requests_started_total', { traffic: 'users' })), 100);
});
