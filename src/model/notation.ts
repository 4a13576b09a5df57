import { parseQuantity } from '../base/quantity.ts';
import { parseDuration } from '../base/time.ts';

/**
 * The notations of scalars: what the `format` of a schema means. Each reader returns null for text that is not in
 * its notation, so the same function validates and reads.
 */

/** Longer scalars are not numbers that anybody means; reading their digits could cost more than it is worth. */
const longest = 64;

/** Whole microseconds of `250ms`, `1h30m`, `2d`. */
export function readDuration(written: string): number | null {
  return written.length > longest ? null : parseDuration(written);
}

const fineUnits: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-3],
  ['us', 1],
  ['µs', 1],
  ['μs', 1],
  ['ms', 1e3],
  ['s', 1e6],
]);

/** Microseconds with their fraction, for time per unit of something small: `80ns`, `0.1ms`. */
export function readFineDuration(written: string): number | null {
  const match = written.length > longest ? null : /^(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s)$/.exec(written);
  return match === null ? readDuration(written) : Number(match[1]) * fineUnits.get(match[2])!;
}

const perSecond: ReadonlyMap<string, number> = new Map([
  ['ms', 1000],
  ['s', 1],
  ['sec', 1],
  ['second', 1],
  ['m', 1 / 60],
  ['min', 1 / 60],
  ['minute', 1 / 60],
  ['h', 1 / 3600],
  ['hour', 1 / 3600],
  ['d', 1 / 86_400],
  ['day', 1 / 86_400],
]);
const thousands: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
]);
const ratePattern =
  /^(\d+\.?\d*(?:e\d{1,2})?|\.\d+)\s*([kMG]?)\s*(?:\/\s*(ms|s|sec|second|m|min|minute|h|hour|d|day))?$/;

/** Per second: `100/s`, `6k/min`, `250`. */
export function readRate(written: string | number): number | null {
  if (typeof written === 'number') return Number.isFinite(written) && written >= 0 ? written : null;
  const match = written.length > longest ? null : ratePattern.exec(written.trim());
  if (match === null) return null;
  const amount = Number(match[1]) * thousands.get(match[2])!;
  // Whole divisors keep `60/min` exactly 1.
  const each = perSecond.get(match[3] ?? 's')!;
  return each < 1 ? amount / Math.round(1 / each) : amount * each;
}

/** A number in [0, 1]: `99.9%`, `0.999`. */
export function readShare(written: string | number): number | null {
  if (typeof written === 'number') return written >= 0 && written <= 1 ? written : null;
  const match = written.length > longest ? null : /^(\d+\.?\d*|\.\d+)\s*(%?)$/.exec(written.trim());
  if (match === null) return null;
  const value = match[2] === '%' ? percent(match[1]) : Number(match[1]);
  return value <= 1 ? value : null;
}

/** Moves the decimal point in the text, so that `99.9%` is the number nearest to 0.999. */
function percent(digits: string): number {
  return Number(`${digits}e-2`);
}

/** A Kubernetes quantity of zero or more, in its unit (cores, bytes): `250m`, `512Mi`. */
export function readQuantity(written: string | number): number | null {
  if (typeof written === 'string' && written.length > longest) return null;
  const value = parseQuantity(written);
  return value === null || value < 0 ? null : value;
}

const instantPattern =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-](\d{2}):(\d{2}))$/;
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is a date and time with offset that exists: `1995-07-13T00:00:00-04:00`. */
export function isInstant(written: string): boolean {
  const match = instantPattern.exec(written);
  if (match === null) return false;
  const [year, month, day, hour, minute, second, offsetHour, offsetMinute] = match.slice(1).map(Number);
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  return (
    day >= 1 &&
    day <= (daysOfMonth[month - 1] ?? 0) + leap &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    !(offsetHour > 14 || offsetMinute > 59)
  );
}

/** What a format asks for and an example of it. */
export interface Notation {
  readonly words: string;
  readonly example: string;
  /** The form as a regular expression, for editors: it may accept a little more than `accepts`. */
  readonly pattern: string;
  accepts(written: string): boolean;
}

const durationText = '^\\+?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h|d))+)$';

/** The notations that schemas name in `format`. */
export const notations: ReadonlyMap<string, Notation> = new Map<string, Notation>([
  [
    'duration',
    {
      words: 'a duration',
      example: '250ms, 1.5s or 1h30m',
      pattern: durationText,
      accepts: (text) => readDuration(text) !== null,
    },
  ],
  [
    'fineDuration',
    {
      words: 'a duration',
      example: '80ns or 0.1ms',
      pattern: durationText,
      accepts: (text) => readFineDuration(text) !== null,
    },
  ],
  [
    'rate',
    {
      words: 'a rate',
      example: '100/s or 6k/min',
      pattern: '^\\s*[\\d.]+(e\\d+)?\\s*[kMG]?\\s*(/\\s*[a-z]+)?\\s*$',
      accepts: (text) => readRate(text) !== null,
    },
  ],
  [
    'share',
    {
      words: 'a share of one',
      example: '99.9% or 0.999',
      pattern: '^\\s*[\\d.]+\\s*%?\\s*$',
      accepts: (text) => readShare(text) !== null,
    },
  ],
  [
    'quantity',
    {
      words: 'a quantity',
      example: '250m, 1.5 or 512Mi',
      pattern: '^[+-]?[\\d.]+([numkMGTPE]|[KMGTPE]i|[eE][+-]?\\d+)?$',
      accepts: (text) => text.length <= longest && parseQuantity(text) !== null,
    },
  ],
  [
    'instant',
    {
      words: 'a date and time with offset',
      example: '2026-03-01T09:00:00+01:00',
      pattern: instantPattern.source,
      accepts: isInstant,
    },
  ],
]);
