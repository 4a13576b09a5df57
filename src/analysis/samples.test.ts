import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, readerOf } from './fixture.cases.ts';
import { Samples } from './samples.ts';

const samples = new Samples(
  readerOf([
    ['service_replicas{service="api"}', [2, 2, 3, 3]],
    ['requests_total{service="api",outcome="ok"}', counter(10, 0, 5, 1)],
    ['requests_total{service="api",outcome="timeout"}', counter(0, 2, 0, 0)],
    ['requests_total{service="web",outcome="ok"}', [7, 9, 3, 4]],
    ['latency{service="api",quantile="0.5"}', [0.1, NaN, 0.3, 0.2]],
  ]),
  40e6,
);

test('intervals end at the samples and begin at the sample before', () => {
  assert.deepEqual([...samples.timesMicros], [10e6, 20e6, 30e6, 40e6]);
  assert.equal(samples.startMicros(0), 0);
  assert.equal(samples.startMicros(3), 30e6);
  assert.equal(samples.lengthMicros(2), 10e6);
});

test('the first interval counts from zero, and labels that are not named are summed over', () => {
  assert.deepEqual(
    [...samples.increase('requests_total', { service: 'api', outcome: 'ok' })!],
    [10, 0, 5, 1],
  );
  assert.deepEqual([...samples.increase('requests_total', { service: 'api' })!], [10, 2, 5, 1]);
  assert.equal(samples.increase('requests_total', { service: 'db' }), null);
  assert.equal(samples.increase('nothing', {}), null);
});

test('a counter that falls was started anew', () => {
  assert.deepEqual([...samples.increase('requests_total', { service: 'web' })!], [7, 2, 3, 1]);
});

test('gauges keep their gaps', () => {
  assert.deepEqual([...samples.gauge('latency', {})!], [0.1, NaN, 0.3, 0.2]);
  assert.equal(samples.gauge('latency', { quantile: '0.9' }), null);
});

test('label values come in the order of creation', () => {
  assert.deepEqual(samples.values('requests_total', 'outcome', {}), ['ok', 'timeout']);
  assert.deepEqual(samples.values('requests_total', 'outcome', { service: 'web' }), ['ok']);
  assert.deepEqual(samples.values('requests_total', 'colour', {}), []);
});

test('a range holds the intervals that lie wholly inside', () => {
  assert.deepEqual(samples.range(0, 40e6), { first: 0, last: 4 });
  assert.deepEqual(samples.range(10e6, 30e6), { first: 1, last: 3 });
  assert.deepEqual(samples.range(5e6, 39e6), { first: 1, last: 3 });
  assert.deepEqual(samples.range(12e6, 15e6), { first: 2, last: 2 });
  assert.deepEqual(samples.range(50e6, 60e6), { first: 4, last: 4 });
});

test('a series that begins late or misses samples is put where its times are', () => {
  const reader = readerOf([['service_replicas{service="api"}', [1, 1, 1, 1]]]);
  const late = {
    labels: { __name__: 'late' },
    timesMicros: Float64Array.of(20e6, 40e6),
    values: Float64Array.of(3, 5),
  };
  const both = new Samples(
    {
      ...reader,
      select: (matchers, from, to) =>
        matchers[0].value === 'late' ? [late] : reader.select(matchers, from, to),
    },
    40e6,
  );
  assert.deepEqual([...both.gauge('late', {})!], [NaN, 3, NaN, 5]);
  assert.deepEqual([...both.increase('late', {})!], [0, 3, 0, 2]);
});

test('a reader without any series has no samples', () => {
  const none = new Samples(readerOf([]), 10e6);
  assert.equal(none.count, 0);
  assert.deepEqual(none.range(0, 10e6), { first: 0, last: 0 });
});
