import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instruments } from '../../../../../telemetry/instruments.ts';
import { Recorder } from '../../../../../telemetry/recorder.ts';
import type { Measured } from '../measure.ts';
import { measureFrom } from './evaluate.ts';

/** Every ten seconds for five minutes: web answers 5 requests per second and fails 1, api 10 and none. */
function recorded(): (query: string, seconds?: number) => Measured {
  const instruments = new Instruments();
  const recorder = new Recorder(instruments);
  let now = 0;
  const counts = { web: { ok: 4, failed: 1 }, api: { ok: 10, failed: 0 } };
  for (const [service, outcomes] of Object.entries(counts))
    for (const [outcome, perSecond] of Object.entries(outcomes))
      instruments.publish('requests_total', { service, outcome }, () => perSecond * now);
  instruments.publish('replicas', { service: 'web' }, () => 3);
  instruments.publish('latency', { service: 'api' }, () => Number.NaN);
  for (now = 10; now <= 300; now += 10) recorder.sample(now * 1e6);
  const measure = measureFrom(recorder);
  return (query, seconds = 300) => measure(query, seconds * 1e6);
}

const vector = (...values: readonly number[]): Measured => ({ kind: 'vector', values });

const cases: readonly (readonly [string, Measured])[] = [
  ['1 + 2 * 3', { kind: 'scalar', value: 7 }],
  ['-(1 - 3) / 4', { kind: 'scalar', value: 0.5 }],
  ['replicas', vector(3)],
  ['replicas{service="web"} * 2', vector(6)],
  ['replicas > 3', vector()],
  ['replicas >= 3', vector(3)],
  ['replicas > bool 3', vector(0)],
  ['latency', vector()],
  ['nothing or vector(7)', vector(7)],
  ['rate(requests_total{service="web",outcome="ok"}[1m])', vector(4)],
  ['increase(requests_total{service="web",outcome="ok"}[1m])', vector(240)],
  ['irate(requests_total{service="api",outcome!="failed"}[1m])', vector(10)],
  ['sum(rate(requests_total[1m]))', vector(15)],
  ['sum by (service) (rate(requests_total[1m]))', vector(5, 10)],
  ['sum(rate(requests_total[1m])) without (outcome)', vector(5, 10)],
  ['avg(requests_total) by (outcome) > 0', vector(2100, 150)],
  ['max(requests_total)', vector(3000)],
  ['min(requests_total{outcome=~"ok|none"})', vector(1200)],
  ['count(requests_total)', vector(4)],
  [
    'sum(rate(requests_total{service="web",outcome!="ok"}[1m])) / sum(rate(requests_total{service="web"}[1m]))',
    vector(0.2),
  ],
  ['requests_total{outcome="failed"} and requests_total{service="web"}', vector(300)],
  ['requests_total unless requests_total{service="api"}', vector(1200, 300)],
  ['scalar(replicas) + 1', { kind: 'scalar', value: 4 }],
  ['clamp_max(replicas, 2)', vector(2)],
  ['requests_total{service="web",outcome="failed"} offset 1m', vector(240)],
  ['avg_over_time(replicas[2m])', vector(3)],
  ['histogram_quantile(0.9, replicas)', { kind: 'error', message: 'unsupported: histogram_quantile()' }],
  ['topk(1, replicas)', { kind: 'error', message: 'unsupported: topk' }],
  ['replicas ^ 2', { kind: 'error', message: 'unsupported: the operator ^' }],
  ['rate(replicas[5m:1m])', { kind: 'error', message: 'unsupported: subqueries' }],
  ['replicas / on(service) replicas', { kind: 'error', message: 'unsupported: on' }],
  ['rate(replicas)', { kind: 'error', message: 'expected type range vector in call to function "rate"' }],
  ['replicas[5m]', { kind: 'error', message: 'invalid expression type "range vector" for instant query' }],
  ['sum(', { kind: 'error', message: 'parse error: unexpected end of input' }],
  ['1 > 2', { kind: 'error', message: 'comparisons between scalars must use BOOL modifier' }],
];

function rounded(measured: Measured): Measured {
  if (measured.kind !== 'vector') return measured;
  return vector(...measured.values.map((value) => Math.round(value * 1e9) / 1e9));
}

test('instant queries over telemetry', () => {
  const ask = recorded();
  for (const [query, expected] of cases) assert.deepEqual(rounded(ask(query)), expected, query);
});

test('a sample counts for five minutes', () => {
  const ask = recorded();
  assert.deepEqual(ask('replicas', 599), vector(3));
  assert.deepEqual(ask('replicas', 600), vector());
});

test('a rate reaches half a step beyond its samples, and no counter was ever below zero', () => {
  const ask = recorded();
  // Samples at 10 and 20 s: the range reaches back to -30 s, but at 10 s the counter was only 40.
  assert.deepEqual(ask('increase(requests_total{service="web",outcome="ok"}[50s])', 20), vector(60));
  assert.deepEqual(ask('rate(requests_total{service="web"}[10s])', 20), vector());
});
