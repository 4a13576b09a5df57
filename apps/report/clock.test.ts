import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockPhase, formatDay, formatSpan, formatTime, makeClock } from './clock.ts';

test('times are those of the scenario’s own offset', () => {
  const clock = makeClock('1995-07-13T00:00:00-04:00');
  assert.equal(clock.zone, 'UTC−04:00');
  assert.equal(formatTime(clock, 9.5 * 3600, 60), '09:30');
  assert.equal(formatTime(clock, 34_325.25, 0.05), '09:32:05.250');
  assert.equal(formatDay(clock, 86_400), 'Fri 14 Jul 1995');
  assert.equal(clockPhase(makeClock('2024-05-01T06:30:00+05:30')), 6.5 * 3600);
});

test('without an offset the text is taken as UTC, whatever zone the reader is in', () => {
  for (const text of ['2024-05-01T12:00:00', '2024-05-01T12:00:00Z', '2024-05-01T12:00:00+00:00']) {
    const clock = makeClock(text);
    assert.deepEqual([clock.zone, formatTime(clock, 0)], ['UTC', '12:00:00'], text);
  }
});

test('without a wall clock, time counts from the start', () => {
  for (const text of [null, 'tomorrow']) {
    const clock = makeClock(text);
    assert.deepEqual(
      [formatTime(clock, 3725), formatTime(clock, 0.25, 0.05), formatDay(clock, 0)],
      ['1:02:05', '0:00:00.250', ''],
    );
  }
});

test('a span names the day only where it changes', () => {
  const clock = makeClock('1995-07-13T00:00:00Z');
  assert.equal(formatSpan(clock, 3600, 7200), '01:00–02:00');
  assert.equal(formatSpan(clock, 3600, 90_000), '13 Jul 01:00–14 Jul 01:00');
  assert.equal(formatSpan(clock, 3601, 7200), '01:00:01–02:00:00');
});
