import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failureCauses, thresholdMetrics } from '../model/threshold.ts';
import { causes } from '../world/traffic/model.ts';
import {
  accounts,
  call,
  endpoint,
  model,
  outcomes,
  readerOf,
  service,
  sketchOf,
  source,
} from './fixture.cases.ts';
import { Samples } from './samples.ts';
import { abortMonitor, observedMetrics, thresholdResults, thresholdToAbort } from './thresholds.ts';

const truth = accounts({
  fromMicros: 10e6,
  toMicros: 50e6,
  sources: [
    source({
      name: 'visitors',
      outcomes: outcomes({ ok: 90, timeout: 6, shed: 4 }),
      latency: sketchOf(10, 20, 30, 40),
      latencyOk: sketchOf(10, 20),
    }),
    source({ name: 'robots', outcomes: outcomes({ ok: 100 }), latency: sketchOf(1000) }),
    source({ name: 'silent' }),
  ],
  services: [
    service({ name: 'web', replicaMicros: 3600e6, cpuRequestCores: 2 }),
    service({ name: 'api', replicaMicros: 7200e6, cpuRequestCores: 1, memoryRequestBytes: 1_073_741_824 }),
  ],
  endpoints: [
    endpoint({
      service: 'web',
      outcomes: outcomes({ ok: 8, timeout: 2 }),
      wasted: 1,
      latency: sketchOf(5, 7),
    }),
    endpoint({ service: 'api', outcomes: outcomes({ ok: 30 }), wasted: 3, latency: sketchOf(2) }),
  ],
  calls: [
    call({ client: 'web', service: 'api', calls: 20, attempts: 30, retries: 10 }),
    call({ client: 'source/visitors', service: 'web', calls: 100, attempts: 100 }),
  ],
});

const samples = new Samples(
  readerOf([
    ['service_replicas{service="web"}', [1, 1, 1, 2, 2]],
    ['service_queue_length{service="web"}', [100, 1, 2, 3, 4]],
    ['service_queue_length{service="api"}', [0, 10, 10, 10, 10]],
    ['container_cpu_usage_seconds_total{service="web"}', [9, 10, 12, 15, 19]],
    ['container_cpu_capacity_seconds_total{service="web"}', [10, 20, 30, 40, 50]],
    ['container_cpu_cfs_throttled_seconds_total{service="web"}', [0, 1, 1, 1, 11]],
  ]),
  50e6,
);

const priced = (metric: string, expression: string) =>
  model({ thresholds: [{ metric, expression, abortOnFail: false }] });

function observed(metric: string, aggregation: string): number | null {
  return thresholdResults(priced(metric, `${aggregation}<1`), truth, samples)[0].observed;
}

test('durations are those of users in milliseconds, or of the service that is named', () => {
  assert.equal(observed('http_req_duration{traffic:visitors}', 'avg'), 25);
  assert.equal(observed('http_req_duration{traffic:visitors}', 'min'), 10);
  assert.equal(observed('http_req_duration{traffic:visitors,expected_response:true}', 'avg'), 15);
  assert.equal(observed('http_req_duration', 'max'), 1000);
  assert.equal(observed('http_req_duration', 'avg'), 220);
  assert.equal(observed('http_req_duration{service:web}', 'max'), 7);
  assert.equal(observed('http_req_duration{endpoint:GET /}', 'min'), 2);
  const median = observed('http_req_duration{traffic:visitors}', 'med')!;
  assert(Math.abs(median - 20) <= 20 / 256);
  const p75 = observed('http_req_duration{traffic:visitors}', 'p(75)')!;
  assert(Math.abs(p75 - 30) <= 30 / 256);
});

test('shares and counts are over what ended', () => {
  assert.equal(observed('http_req_failed{traffic:visitors}', 'rate'), 0.1);
  assert.equal(observed('http_req_failed{traffic:visitors,cause:shed}', 'rate'), 0.04);
  assert.equal(observed('http_req_failed', 'rate'), 0.05);
  assert.equal(observed('http_req_failed{service:web}', 'rate'), 0.2);
  assert.equal(observed('checks{traffic:visitors}', 'rate'), 0.9);
  assert.equal(observed('http_reqs', 'count'), 200);
  assert.equal(observed('http_reqs', 'rate'), 5);
  assert.equal(observed('http_reqs{service:api}', 'count'), 30);
  assert.equal(observed('http_req_wasted', 'rate'), 0.1);
  assert.equal(observed('http_req_wasted{service:web}', 'rate'), 0.1);
});

test('retries are counted at the client', () => {
  assert.equal(observed('http_req_retries', 'count'), 10);
  assert.equal(observed('http_req_retries{client:web}', 'rate'), 0.25);
  assert.equal(observed('http_req_retries{client:source/visitors}', 'count'), 0);
  assert.equal(observed('http_req_retried{service:api}', 'rate'), 1 / 3);
});

test('service trends are over the sample intervals of the measured window', () => {
  assert.equal(observed('service_queue_length{service:web}', 'avg'), 2.5);
  assert.equal(observed('service_queue_length{service:web}', 'max'), 4);
  assert.equal(observed('service_queue_length{service:web}', 'med'), 2.5);
  assert.equal(observed('service_queue_length', 'max'), 10);
  assert.equal(observed('service_utilisation', 'max'), 0.4);
  assert.equal(observed('service_utilisation{service:web}', 'min'), 0.1);
  assert.equal(observed('service_throttled', 'max'), 0.5);
  assert.equal(observed('service_replicas', 'max'), 2);
});

test('costs are those of the measured window', () => {
  // web: 2 core-hours at 0.04; api: 2 core-hours and 2 GiB-hours at 0.005.
  assert.equal(observed('cost', 'value'), 0.08 + 0.09);
  assert.equal(observed('cost{service:api}', 'value'), 0.09);
  assert.equal(observed('cost_per_million_requests', 'value'), ((0.08 + 0.09) / 190) * 1e6);
});

test('what was not measured is null and fails, whatever the expression', () => {
  for (const [metric, aggregation] of [
    ['http_req_duration{traffic:silent}', 'avg'],
    ['http_req_failed{traffic:silent}', 'rate'],
    ['service_requests_in_flight', 'max'],
    ['http_req_retried{client:api}', 'rate'],
  ])
    for (const operator of ['<', '!=', '>=']) {
      const [result] = thresholdResults(priced(metric, `${aggregation}${operator}0`), truth, samples);
      assert.deepEqual([result.observed, result.passed], [null, false], metric);
    }
  assert.equal(observed('http_reqs{traffic:silent}', 'count'), 0);
});

test('property: every operator means what it means in arithmetic', () => {
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), (limit) => {
      const passes = (operator: string) =>
        thresholdResults(priced('http_req_retries', `count${operator}${limit}`), truth, samples)[0].passed;
      assert.deepEqual(['<', '<=', '>', '>=', '==', '===', '!='].map(passes), [
        10 < limit,
        10 <= limit,
        10 > limit,
        10 >= limit,
        10 === limit,
        10 === limit,
        10 !== limit,
      ]);
    }),
  );
});

test('the model room lets exactly those metrics and causes through that can be judged', () => {
  assert.deepEqual(
    thresholdMetrics.map(({ name }) => name),
    observedMetrics,
  );
  assert.deepEqual(['ok', ...failureCauses], causes);
});

const aborting = (metric: string, expression: string, abortOnFail = true) => ({
  ...model({ thresholds: [{ metric, expression, abortOnFail }] }),
  durationMicros: 500e6,
  warmupMicros: 10e6,
});

test('only a threshold that asks for it ends a run, and only on something measured', () => {
  const soFar = { truth, telemetry: readerOf([]) };
  const abort = (...asked: Parameters<typeof aborting>) => thresholdToAbort(aborting(...asked), soFar);
  assert.equal(abort('http_req_failed', 'rate<0.01', false), null);
  assert.equal(abort('http_req_failed', 'rate<0.06'), null);
  assert.equal(abort('http_req_failed{traffic:silent}', 'rate<0.01'), null);
  assert.equal(abort('http_req_failed', 'rate<0.05')?.observed, 0.05);
});

test('a monitor looks after warm-up, and not at every sample', () => {
  const telemetry = readerOf([]);
  assert.equal(abortMonitor(aborting('http_reqs', 'count<5', false)), null);
  let looks = 0;
  const monitor = abortMonitor(aborting('http_reqs', 'count<1000'))!;
  const look = () => {
    looks++;
    return truth;
  };
  for (let now = 0.5e6; now <= 20e6; now += 0.5e6) assert.equal(monitor(telemetry, now, look), null);
  // A five hundredth of the run is a second: every second sample from 10.5 s on.
  assert.equal(looks, 10);
  const failing = abortMonitor(aborting('http_reqs', 'count<5'))!;
  assert.equal(failing(telemetry, 10e6, look), null);
  assert.equal(failing(telemetry, 10.5e6, look), 'threshold http_reqs count<5 failed with 200');
});
