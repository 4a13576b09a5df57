import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatInstant, parseInstant } from '../../store/clock.ts';
import { dueRun } from './cron-plan.ts';
import { nextTime, parseSchedule } from './cron-schedule.ts';

function next(schedule: string, after: string, zone?: string): string {
  const parsed = parseSchedule(schedule, zone);
  assert.ok(typeof parsed !== 'string', String(parsed));
  const time = nextTime(parsed, parseInstant(after)!);
  return time === null ? 'never' : formatInstant(time).slice(0, 16);
}

const times: readonly (readonly [schedule: string, after: string, expected: string, zone?: string])[] = [
  ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01'],
  ['*/15 * * * *', '2026-01-01T00:14:59Z', '2026-01-01T00:15'],
  ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30'],
  ['5/20 * * * *', '2026-01-01T00:06:00Z', '2026-01-01T00:25'],
  ['0 9-17/4 * * *', '2026-01-01T09:00:00Z', '2026-01-01T13:00'],
  ['30 23 31 12 *', '2026-01-01T00:00:00Z', '2026-12-31T23:30'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
  ['0 0 31 2 *', '2026-01-01T00:00:00Z', 'never'],
  ['0 12 * * mon-fri', '2026-01-02T12:00:00Z', '2026-01-05T12:00'],
  ['0 12 * jan,MAR sun', '2026-01-25T12:00:00Z', '2026-03-01T12:00'],
  ['0 0 13 * 5', '2026-01-03T00:00:00Z', '2026-01-09T00:00'],
  ['0 0 13 * 5', '2026-01-10T00:00:00Z', '2026-01-13T00:00'],
  ['0 0 */2 * 1', '2026-01-01T00:00:00Z', '2026-01-03T00:00'],
  ['@hourly', '2026-01-01T00:59:59Z', '2026-01-01T01:00'],
  ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00'],
  ['@every 1h30m', '2026-01-01T00:00:00Z', '2026-01-01T01:30'],
  ['0 2 * * *', '2026-01-01T00:00:00Z', '2026-01-01T07:00', 'UTC-5'],
  ['0 2 * * *', '2026-01-01T00:00:00Z', '2026-01-01T20:30', '+05:30'],
  ['0 2 * * *', '2026-01-01T00:00:00Z', '2026-01-01T01:00', 'Etc/GMT-1'],
  ['TZ=+01:00 0 2 * * *', '2026-01-01T00:00:00Z', '2026-01-01T01:00'],
];

test('when a schedule is due next', () => {
  for (const [schedule, after, expected, zone] of times)
    assert.equal(next(schedule, after, zone), expected, `${schedule} after ${after}`);
});

test('what is no schedule says why', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['* * * *', /expected exactly 5 fields, found 4/],
    ['60 * * * *', /end of range \(60\) above maximum \(59\)/],
    ['* * 0 * *', /beginning of range \(0\) below minimum \(1\)/],
    ['5-1 * * * *', /beyond end of range/],
    ['*/0 * * * *', /positive number/],
    ['x * * * *', /failed to parse int from x/],
    ['* * * * 7', /above maximum \(6\)/],
    ['@often', /unrecognized descriptor: @often/],
    ['@every soon', /failed to parse duration/],
  ];
  for (const [schedule, why] of cases)
    assert.match(String(parseSchedule(schedule, undefined)), why, schedule);
  assert.match(String(parseSchedule('* * * * *', 'Mars/Olympus')), /unknown time zone/);
});

function due(schedule: string, now: string, last: string | null, deadline: number | null = null): string {
  const parsed = parseSchedule(schedule, undefined);
  assert.ok(typeof parsed !== 'string');
  const run = dueRun({
    schedule: parsed,
    created: parseInstant('2026-01-01T00:00:00Z')!,
    lastScheduled: last === null ? null : parseInstant(last),
    startingDeadlineSeconds: deadline,
    now: parseInstant(now)!,
  });
  const text = run.due === null ? '-' : formatInstant(run.due).slice(11, 16);
  return `${text}${run.tooManyMissed ? '!' : ''} ${run.next === null ? '-' : formatInstant(run.next).slice(11, 16)}`;
}

test('which start of a CronJob is due', () => {
  assert.equal(due('0 * * * *', '2026-01-01T00:30:00Z', null), '- 01:00');
  assert.equal(due('0 * * * *', '2026-01-01T01:00:00Z', null), '01:00 02:00');
  assert.equal(due('0 * * * *', '2026-01-01T01:30:00Z', '2026-01-01T01:00:00Z'), '- 02:00');
  assert.equal(due('0 * * * *', '2026-01-01T05:30:00Z', '2026-01-01T01:00:00Z'), '05:00 06:00');
  assert.equal(due('* * * * *', '2026-01-01T05:30:00Z', null), '05:30! 05:31');
  assert.equal(due('* * * * *', '2026-01-01T05:30:00Z', null, 120), '05:30 05:31');
  assert.equal(due('0 * * * *', '2026-01-01T05:30:00Z', null, 60), '- 06:00');
  // 2026-01-02 is a Friday: the jump over the missed starts of that day ends on a weekend, when there are none.
  assert.equal(due('30 6-16/4 * * 1-5', '2026-01-04T12:00:00Z', '2026-01-02T00:00:00Z'), '- 06:30');
  assert.equal(due('30 6-16/4 * * 1-5', '2026-01-02T15:00:00Z', '2026-01-02T00:00:00Z'), '14:30 06:30');
});
