import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatTimestamp, parseTimestamp, timeFormatOf } from './timestamp.ts';

function read(text: string): number | null {
  const format = timeFormatOf(text);
  return format === null ? null : parseTimestamp(text, format);
}

test('dates and times as traces write them', () => {
  const nine = Date.UTC(2023, 10, 16, 18, 17, 3) * 1000;
  assert.equal(read('2023-11-16 18:17:03.9799600'), nine + 979_960);
  assert.equal(read('2023-11-16T18:17:03Z'), nine);
  assert.equal(read('2023-11-16T19:17:03+01:00'), nine);
  assert.equal(read('2023-11-16T14:17:03-0400'), nine);
  assert.equal(read('2023-11-16 18:17:03 UTC'), nine);
  assert.equal(read('1995-07-01T00:00:00'), Date.UTC(1995, 6, 1) * 1000);
  assert.equal(read('1995-07-01'), Date.UTC(1995, 6, 1) * 1000);
  assert.equal(read('1969-12-31T23:59:59.5Z'), -500_000);
});

test('numbers by their size: since the start, or since 1970 in any unit', () => {
  assert.equal(read('300'), 300e6);
  assert.equal(read('0.25'), 250_000);
  assert.equal(read('1700158623'), 1_700_158_623e6);
  assert.equal(read('1700158623.979960'), 1_700_158_623_979_960);
  assert.equal(read('1700158623979'), 1_700_158_623_979e3);
  assert.equal(read('1700158623979960'), 1_700_158_623_979_960);
  assert.equal(read('1700158623979960123'), 1_700_158_623_979_960);
  assert.equal(read('1.5e3'), 1500e6);
});

test('what is no time is none', () => {
  for (const text of ['', 'noon', '2023-02-29', '2023-13-01', '2023-11-16T25:00:00', '12:30', '-5', '1e99']) {
    assert.equal(read(text), null, text);
  }
});

test('property: formatting and parsing are inverse, and agree with the calendar of Date', () => {
  const micros = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(micros, fc.integer({ min: 0, max: 999_999 }), (seconds, fraction) => {
      const at = seconds * 1e6 + fraction;
      const text = formatTimestamp(at);
      assert.equal(parseTimestamp(text, 'calendar'), at);
      assert.equal(new Date(seconds * 1000).toISOString().slice(0, 19), text.slice(0, 19));
    }),
  );
});
