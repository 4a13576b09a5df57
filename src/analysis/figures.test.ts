import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  counted,
  duration,
  figure,
  goodPercent,
  inCores,
  instant,
  latency,
  percent,
  span,
} from './figures.ts';

test('figures have three digits, no exponent and thousands apart', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [1234567.8, '1,234,568'],
    [999.6, '1,000'],
    [12.5, '12.5'],
    [100, '100'],
    [0.05234, '0.0523'],
    [0.00001234, '0.0000123'],
    [-1500, '-1,500'],
  ];
  for (const [value, text] of cases) assert.equal(figure(value), text);
});

test('shares of good requests are cut, never rounded up to what was not reached', () => {
  const cases: [number, string][] = [
    [1, '100 %'],
    [0.9995, '99.95 %'],
    [0.99996, '99.996 %'],
    [0.999999999, '99.9999999 %'],
    [0.99, '99 %'],
    [0.97256, '97.2 %'],
    [0.95, '95 %'],
    [0.5, '50 %'],
    [0, '0 %'],
  ];
  for (const [share, text] of cases) assert.equal(goodPercent(share), text);
  assert.equal(percent(0.99996), '100 %');
});

test('property: a share below one never reads as 100 %, nor as more than it is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000_000 }),
      fc.integer({ min: 1, max: 1000 }),
      (total, bad) => {
        fc.pre(bad < total && bad / total < 0.1);
        const share = (total - bad) / total;
        const shown = Number(goodPercent(share).replace(' %', '')) / 100;
        assert(shown <= share + 1e-12 && shown < 1, `${share} reads as ${goodPercent(share)}`);
        assert(share - shown <= 0.11 * (1 - share), `${share} reads as ${goodPercent(share)}`);
      },
    ),
  );
});

test('latencies and durations choose their unit', () => {
  assert.deepEqual([0, 0.2, 12.34, 999.7, 4200, 130_000].map(latency), [
    '0 ms',
    '200 µs',
    '12.3 ms',
    '1 s',
    '4.2 s',
    '2.17 min',
  ]);
  assert.deepEqual([0.2, 12.34, 59.97, 90, 3600, 4200, 90_000].map(duration), [
    '200 ms',
    '12.3 s',
    '1 min',
    '1 min 30 s',
    '1 h',
    '1 h 10 min',
    '1 d 1 h',
  ]);
});

test('instants are on the clock of the scenario, or counted from the start', () => {
  const start = '1995-07-13T08:30:00-04:00';
  assert.equal(instant(0, start), '08:30');
  assert.equal(instant(3725, start), '09:32:05');
  assert.equal(instant(16 * 3600, start), 'day 2 00:30');
  assert.equal(instant(3725, null), '1:02:05');
  assert.equal(instant(3725, 'no clock'), '1:02:05');
  assert.equal(span(60, 120, start), 'from 08:31 to 08:32');
});

test('counts agree with their nouns', () => {
  assert.equal(counted(1, 'retry', 'retries'), '1 retry');
  assert.equal(counted(1204, 'request'), '1,204 requests');
  assert.equal(inCores(1), '1 core');
  assert.equal(inCores(2.5), '2.5 cores');
});
