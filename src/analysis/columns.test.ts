import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnValues, trafficColumns } from './columns.ts';
import { accounts, call, counter, endpoint, readerOf, service, source } from './fixture.cases.ts';
import { Samples } from './samples.ts';

const api = 'service="api"';
const x = 'service="api",endpoint="GET /x"';
const route = 'client="web",service="api",endpoint="GET /x"';
const samples = new Samples(
  readerOf([
    [`service_replicas{${api}}`, [2, 2, 4]],
    ['user_requests_started_total{traffic="visitors"}', counter(100, 200, 50)],
    ['user_requests_total{traffic="visitors",outcome="ok"}', counter(90, 150, 50)],
    ['user_requests_total{traffic="visitors",outcome="timeout"}', counter(0, 30, 10)],
    ['user_requests_total{traffic="visitors",outcome="shed"}', [0, 0, 0]],
    ['user_request_duration_seconds{traffic="visitors",quantile="0.5"}', [0.1, 0.2, NaN]],
    ['user_request_duration_seconds{traffic="visitors",quantile="0.95"}', [0.3, 1 / 3, NaN]],
    ['user_request_duration_seconds{traffic="visitors",quantile="0.99"}', [0.4, 0.5, NaN]],
    [`http_server_requests_started_total{${x}}`, counter(10, 20, 30)],
    [`http_server_requests_total{${x},outcome="ok"}`, counter(10, 20, 20)],
    [`http_server_requests_total{${x},outcome="refused"}`, counter(0, 0, 10)],
    ['http_server_requests_started_total{service="api",endpoint="GET /y"}', counter(1, 1, 1)],
    [`http_server_request_duration_seconds{${x},quantile="0.5"}`, [0.001, 0.002, 0.003]],
    [`container_cpu_usage_seconds_total{${api}}`, counter(10, 20, 30)],
    [`container_cpu_capacity_seconds_total{${api}}`, counter(20, 20, 40)],
    [`container_cpu_cfs_throttled_seconds_total{${api}}`, counter(0, 5, 10)],
    [`service_queue_length{${api}}`, [0, 7.5, 1]],
    [`service_requests_in_flight{${api}}`, [1, 9, 3]],
    [`endpoint_cpu_usage_seconds_total{${x}}`, counter(5, 20, 10)],
    [`endpoint_queue_length{${x}}`, [0, 7, 1]],
    [`endpoint_requests_in_flight{${x}}`, [1, 8, 2]],
    [`service_pool_waiting{${api},pool="db"}`, [0, 3, 0]],
    [`service_pool_waiting{${api},pool="cache"}`, [0, 0, 0]],
    [`service_pool_in_use{${api},pool="db"}`, [1, 5, 2]],
    [`http_client_calls_total{${route},outcome="ok"}`, counter(8, 10, 12)],
    [`http_client_calls_total{${route},outcome="timeout"}`, counter(2, 0, 0)],
    [`http_client_attempts_total{${route}}`, counter(14, 10, 12)],
    [`http_client_retries_total{${route}}`, counter(4, 0, 0)],
  ]),
  30e6,
);
const truth = accounts({
  sources: [source({ name: 'visitors' })],
  services: [service({ name: 'api' }), service({ name: 'silent' })],
  endpoints: [endpoint({ service: 'api', endpoint: 'GET /x' })],
  calls: [
    call({ client: 'web', service: 'api', endpoint: 'GET /x' }),
    call({ client: 'web', service: 'api', endpoint: 'GET /x' }),
  ],
});
const columns = trafficColumns(samples, truth);
const series = { timesSeconds: [10, 20, 30], columns };

test('rates are per second, from the first interval on', () => {
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'offeredRate'), [10, 20, 5]);
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'servedRate'), [9, 15, 5]);
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'errorRate'), [0, 3, 1]);
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'errorRate/timeout'), [0, 3, 1]);
});

test('causes and pools that never occurred have no column', () => {
  assert.equal(columnValues(series, 'source', 'visitors', 'errorRate/shed'), null);
  assert.equal(columnValues(series, 'source', 'visitors', 'errorRate/ok'), null);
  assert.equal(columnValues(series, 'service', 'api', 'poolWaiting/cache'), null);
  assert.deepEqual(columnValues(series, 'service', 'api', 'poolWaiting/db'), [0, 3, 0]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'poolInUse/db'), [1, 5, 2]);
});

test('quantiles are in milliseconds, null where nothing ended, with six digits', () => {
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'p50'), [100, 200, null]);
  assert.deepEqual(columnValues(series, 'source', 'visitors', 'p95'), [300, 333.333, null]);
  assert.deepEqual(columnValues(series, 'endpoint', 'api GET /x', 'p50'), [1, 2, 3]);
});

test('services sum their endpoints and have their own resources', () => {
  assert.deepEqual(columnValues(series, 'service', 'api', 'offeredRate'), [1.1, 2.1, 3.1]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'errorRate/refused'), [0, 0, 1]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'utilisation'), [0.5, 1, 0.75]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'cpu'), [1, 2, 3]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'throttled'), [0, 0.25, 0.25]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'queue'), [0, 7.5, 1]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'inFlight'), [1, 9, 3]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'replicas'), [2, 2, 4]);
});

test('endpoints have their part of what the service has, and the retries sent to them', () => {
  const of = (measure: string) => columnValues(series, 'endpoint', 'api GET /x', measure);
  assert.deepEqual(of('utilisation'), [0.25, 1, 0.25]);
  assert.deepEqual(of('cpu'), [0.5, 2, 1]);
  assert.deepEqual(of('queue'), [0, 7, 1]);
  assert.deepEqual(of('inFlight'), [1, 8, 2]);
  assert.deepEqual(of('retryRate'), [0.4, 0, 0]);
  assert.deepEqual(columnValues(series, 'service', 'api', 'retryRate'), [0.4, 0, 0]);
});

test('calls have rates of calls, attempts and retries, once for each client and endpoint', () => {
  const subject = 'web → api GET /x';
  assert.deepEqual(columnValues(series, 'call', subject, 'callRate'), [1, 1, 1.2]);
  assert.deepEqual(columnValues(series, 'call', subject, 'attemptRate'), [1.4, 1, 1.2]);
  assert.deepEqual(columnValues(series, 'call', subject, 'retryRate'), [0.4, 0, 0]);
  assert.deepEqual(columnValues(series, 'call', subject, 'errorRate/timeout'), [0.2, 0, 0]);
  const names = columns.map(({ group, subject: of, measure }) => `${group} ${of} ${measure}`);
  assert.equal(new Set(names).size, names.length);
});

test('what the telemetry does not know has no column, and every column has a value for each time', () => {
  assert.deepEqual(
    columns.filter(({ subject }) => subject === 'silent'),
    [],
  );
  for (const column of columns) assert.equal(column.values.length, 3);
});
