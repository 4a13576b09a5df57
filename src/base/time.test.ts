import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, microsPerDay, microsPerHour, microsPerMinute, parseDuration } from './time.ts';

test('durations are read as Go writes them, and in days', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['0s', 0],
    ['1h30m', 90 * microsPerMinute],
    ['1.5s', 1_500_000],
    ['250ms', 250_000],
    ['10us', 10],
    ['10µs', 10],
    ['10μs', 10],
    ['1500ns', 2],
    ['.5s', 500_000],
    ['1.s', 1_000_000],
    ['+2m', 2 * microsPerMinute],
    ['1m1ms', microsPerMinute + 1000],
    ['2d12h', 2 * microsPerDay + 12 * microsPerHour],
    ['0.1s', 100_000],
  ];
  for (const [text, micros] of cases) assert.equal(parseDuration(text), micros, text);
});

test('what is no duration, or a negative one, is refused', () => {
  const wrong = [
    '',
    '1',
    '-1s',
    's',
    '1 s',
    '1s ',
    ' 1s',
    '1x',
    '1h-2m',
    '.s',
    '1.2.3s',
    '1e3s',
    '++1s',
    '٣s',
    '300000000d',
  ];
  for (const text of wrong) assert.equal(parseDuration(text), null, text);
});

test('durations are written in their shortest common form', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0s'],
    [0.2, '0s'],
    [350, '350µs'],
    [12_000, '12ms'],
    [12_345, '12.345ms'],
    [999_999, '999.999ms'],
    [1_500_000, '1.5s'],
    [90_000_000, '1m30s'],
    [microsPerHour, '1h'],
    [microsPerHour + 1_000_000, '1h1s'],
    [1.5 * microsPerDay, '1d12h'],
    [-12_000, '-12ms'],
  ];
  for (const [micros, text] of cases) assert.equal(formatDuration(micros), text);
});

test('what is written is read back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (micros) => {
      assert.equal(parseDuration(formatDuration(micros)), micros);
    }),
  );
});
