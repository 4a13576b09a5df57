/**
 * Fidelity: schedules as robfig/cron v3 parses them for the CronJob controller (1.32): five fields with lists, ranges, steps and names,
 * `@daily` and its like, `@every`, and `TZ=`. Where both days are restricted either may match. Simplified: time zones are `UTC`, `Etc/GMT±n`
 * and offsets such as `+02:00`; those with summer time are not known.
 */
import { civilFromDays } from '../../../../base/calendar.ts';

const daySeconds = 86_400;

/** Bits of the values that match, by field. */
interface Fields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** The field was `*` or `?`. */
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
}

export type CronSchedule =
  | { readonly kind: 'fields'; readonly fields: Fields; readonly offsetSeconds: number }
  | { readonly kind: 'every'; readonly seconds: number };

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Seconds east of Greenwich of a zone without summer time; null: not known. */
export function zoneOffsetSeconds(zone: string): number | null {
  if (zone === '' || zone === 'UTC' || zone === 'Etc/UTC' || zone === 'GMT' || zone === 'Etc/GMT') return 0;
  const etc = /^Etc\/GMT([+-])(\d{1,2})$/.exec(zone);
  // Signs are the other way round there, by POSIX.
  if (etc !== null) return (etc[1] === '+' ? -1 : 1) * Number(etc[2]) * 3600;
  const offset = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/.exec(zone);
  if (offset === null) return null;
  return (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3] ?? 0) * 60);
}

/** The schedule, or what is wrong with it. */
export function parseSchedule(text: string, timeZone: string | undefined): CronSchedule | string {
  const stated = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text.trim());
  const zone = timeZone ?? stated?.[1] ?? 'UTC';
  const offsetSeconds = zoneOffsetSeconds(zone);
  if (offsetSeconds === null) return `unknown time zone ${zone}`;
  const body = (stated?.[2] ?? text).trim();
  if (body.startsWith('@every ')) return parseEvery(body.slice('@every '.length));
  const fields = (macros[body] ?? body).split(/\s+/);
  if (body.startsWith('@') && macros[body] === undefined) return `unrecognized descriptor: ${body}`;
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  return parseFields(fields, offsetSeconds);
}

function parseFields(fields: readonly string[], offsetSeconds: number): CronSchedule | string {
  const minutes = parseField(fields[0], 0, 59, []);
  const hours = parseField(fields[1], 0, 23, []);
  const days = parseField(fields[2], 1, 31, []);
  const months = parseField(fields[3], 1, 12, monthNames);
  const weekdays = parseField(fields[4], 0, 6, dayNames);
  for (const parsed of [minutes, hours, days, months, weekdays])
    if (typeof parsed === 'string') return parsed;
  const set = (parsed: ReadonlySet<number> | string) => parsed as ReadonlySet<number>;
  return {
    kind: 'fields',
    offsetSeconds,
    fields: {
      minutes: set(minutes),
      hours: set(hours),
      days: set(days),
      months: set(months),
      weekdays: set(weekdays),
      anyDay: isStar(fields[2]),
      anyWeekday: isStar(fields[4]),
    },
  };
}

/** It leaves the days to the other field; with a step larger than 1 it restricts them. */
function isStar(field: string): boolean {
  return field.split(',').some((part) => /^[*?](?:\/0*1)?$/.test(part));
}

function parseField(
  text: string,
  least: number,
  most: number,
  names: readonly string[],
): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const problem = addRange(values, part, least, most, names);
    if (problem !== null) return problem;
  }
  return values;
}

function addRange(
  values: Set<number>,
  part: string,
  least: number,
  most: number,
  names: readonly string[],
): string | null {
  const [range, stepText, ...more] = part.split('/');
  if (more.length > 0) return `too many slashes: ${part}`;
  const [fromText, toText, ...rest] = range.split('-');
  if (rest.length > 0) return `too many hyphens: ${part}`;
  const star = range === '*' || range === '?';
  const from = star ? least : fieldValue(fromText, least, names);
  const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : null;
  if (from === null || step === null)
    return `failed to parse int from ${from === null ? fromText : stepText}`;
  // A single start with a step runs to the end.
  const to =
    star || (toText === undefined && stepText !== undefined)
      ? most
      : toText === undefined
        ? from
        : fieldValue(toText, least, names);
  if (to === null) return `failed to parse int from ${toText}`;
  if (from < least) return `beginning of range (${from}) below minimum (${least}): ${part}`;
  if (to > most) return `end of range (${to}) above maximum (${most}): ${part}`;
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${part}`;
  if (step === 0) return `step of range should be a positive number: ${part}`;
  for (let value = from; value <= to; value += step) values.add(value);
  return null;
}

function fieldValue(text: string, least: number, names: readonly string[]): number | null {
  const name = names.indexOf(text.toLowerCase());
  if (name >= 0) return name + least;
  return /^\d+$/.test(text) ? Number(text) : null;
}

const durationPart = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;
const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

function parseEvery(text: string): CronSchedule | string {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return `failed to parse duration @every ${text}`;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(durationPart)) seconds += Number(amount) * unitSeconds[unit];
  return { kind: 'every', seconds: Math.max(1, Math.floor(seconds)) };
}

/** The first instant after another at which the schedule is due, in seconds since 1970; null: none within five years. */
export function nextTime(schedule: CronSchedule, afterSeconds: number): number | null {
  if (schedule.kind === 'every') return Math.floor(afterSeconds) + schedule.seconds;
  const { fields, offsetSeconds } = schedule;
  const start = Math.floor(afterSeconds) + 1 + offsetSeconds;
  let local = Math.ceil(start / 60) * 60;
  const lastDay = Math.floor(local / daySeconds) + 5 * 366;
  for (let day = Math.floor(local / daySeconds); day <= lastDay; day++, local = day * daySeconds)
    if (matchesDay(fields, day)) {
      const second = timeOfDay(fields, local - day * daySeconds);
      if (second !== null) return day * daySeconds + second - offsetSeconds;
    }
  return null;
}

/** The first matching second of a day from one on; null: it is past. */
function timeOfDay({ hours, minutes }: Fields, fromSecond: number): number | null {
  const fromHour = Math.floor(fromSecond / 3600);
  for (let hour = fromHour; hour < 24; hour++) {
    if (!hours.has(hour)) continue;
    const fromMinute = hour === fromHour ? Math.floor((fromSecond - hour * 3600) / 60) : 0;
    for (let minute = fromMinute; minute < 60; minute++)
      if (minutes.has(minute)) return hour * 3600 + minute * 60;
  }
  return null;
}

function matchesDay(fields: Fields, dayNumber: number): boolean {
  const { month, day } = civilFromDays(dayNumber);
  if (!fields.months.has(month)) return false;
  // 1970-01-01 was a Thursday.
  const weekday = (((dayNumber + 4) % 7) + 7) % 7;
  const byDay = fields.days.has(day);
  const byWeekday = fields.weekdays.has(weekday);
  return fields.anyDay || fields.anyWeekday ? byDay && byWeekday : byDay || byWeekday;
}
