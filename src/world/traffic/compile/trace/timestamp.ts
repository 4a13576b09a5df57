/**
 * Fidelity: instants as traces and logs write them: ISO 8601 and RFC 3339, the same with a blank instead of the T, up
 * to any number of decimals (kept to the microsecond, the rest is cut off), with or without offset (none means UTC), and numbers
 * that count seconds, milliseconds, microseconds or nanoseconds since 1970, or seconds since the start of the trace.
 * Leap seconds are read as the second before. Days are counted in the proleptic Gregorian calendar.
 */
import { civilFromDays, daysFromCivil } from '../../../../base/calendar.ts';

export type TimeFormat =
  | 'calendar'
  | 'relativeSeconds'
  | 'epochSeconds'
  | 'epochMillis'
  | 'epochMicros'
  | 'epochNanos';

const calendar =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)? ?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;
const numeric = /^(\d{1,19})(?:\.(\d+))?(?:[eE]\+?(\d{1,2}))?$/;

/** Decides how a column writes time from one of its values; null when it is no time at all. */
export function timeFormatOf(text: string): TimeFormat | null {
  if (calendar.test(text)) return 'calendar';
  if (!numeric.test(text)) return null;
  const value = Number(text);
  // Seconds since 1970 pass 10^8 in 1973; smaller numbers count from the start of the trace.
  if (value < 1e8) return 'relativeSeconds';
  if (value < 1e11) return 'epochSeconds';
  if (value < 1e14) return 'epochMillis';
  return value < 1e17 ? 'epochMicros' : 'epochNanos';
}

const digitsToMicros: Readonly<Record<Exclude<TimeFormat, 'calendar'>, number>> = {
  relativeSeconds: 6,
  epochSeconds: 6,
  epochMillis: 3,
  epochMicros: 0,
  epochNanos: -3,
};

/**
 * Microseconds since 1970 (or since the start of the trace for `relativeSeconds`), an integer; null when `text`
 * is not of that format or names no real date.
 */
export function parseTimestamp(text: string, format: TimeFormat): number | null {
  return format === 'calendar' ? parseCalendar(text) : parseNumber(text, digitsToMicros[format]);
}

function parseNumber(text: string, shift: number): number | null {
  const match = numeric.exec(text);
  if (match === null) return null;
  const decimals = match[2] ?? '';
  if (match[3] !== undefined) {
    return exactOrNull(shift < 0 ? Number(text) / 1000 : Number(text) * powersOfTen[shift]);
  }
  // Digits are moved as text, so that no binary fraction can round a microsecond away.
  if (shift < 0) return exactOrNull(Number(match[1].slice(0, shift) || '0'));
  return exactOrNull(Number(match[1] + decimals.slice(0, shift).padEnd(shift, '0')));
}

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

function exactOrNull(micros: number): number | null {
  const value = Math.trunc(micros);
  return Number.isSafeInteger(value) ? value : null;
}

function parseCalendar(text: string): number | null {
  const match = calendar.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return null;
  const offset = parseOffset(match[8]);
  if (offset === null) return null;
  const seconds =
    daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + Math.min(second, 59) - offset;
  return seconds * 1_000_000 + Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
}

/** Seconds east of UTC; null for an offset that no place has. */
function parseOffset(text: string | undefined): number | null {
  if (text === undefined || !/^[+-]/.test(text)) return 0;
  const digits = text.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 15 || minutes > 59) return null;
  return (text[0] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** ISO 8601 in UTC, e.g. `1995-07-13T09:00:00Z`, with a fraction only where there is one. */
export function formatTimestamp(epochMicros: number): string {
  const days = Math.floor(epochMicros / 86_400e6);
  const { year, month, day } = civilFromDays(days);
  const micros = epochMicros - days * 86_400e6;
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(micros / 1e6);
  const fraction = micros % 1e6;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const decimals = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}${decimals}Z`;
}
