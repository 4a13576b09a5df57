/**
 * Virtual time as the scenario's own wall clock shows it, whatever the reader's time zone. Used while the
 * report is written and by its script in the browser.
 */

/** The wall clock of a run, or elapsed time when the scenario has none. */
export interface Clock {
  /** Milliseconds since 1970 of virtual time zero, as if its local time were UTC; null: elapsed time only. */
  readonly zeroMillis: number | null;
  /** The offset to show with times, e.g. `UTC−04:00`; '' without a wall clock. */
  readonly zone: string;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** The clock of a run that starts at an ISO 8601 instant; null or an unreadable text gives elapsed time. */
export function makeClock(startsAt: string | null): Clock {
  const millis = startsAt === null ? Number.NaN : Date.parse(startsAt);
  if (startsAt === null || Number.isNaN(millis)) return { zeroMillis: null, zone: '' };
  const offset = /([+-])(\d{2}):?(\d{2})$/.exec(startsAt);
  const minutes = offset ? (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === '-' ? -1 : 1) : 0;
  const zone = minutes === 0 ? 'UTC' : `UTC${offset![1] === '-' ? '−' : '+'}${offset![2]}:${offset![3]}`;
  // An ISO date and time without an offset means the reader's zone to Date.parse; here it means UTC.
  const local = /(Z|[+-]\d{2}:?\d{2}|^\d{4}-\d{2}-\d{2})$/.test(startsAt)
    ? millis
    : Date.parse(`${startsAt}Z`);
  return { zeroMillis: local + minutes * 60_000, zone };
}

/** Seconds from the last local midnight to virtual time zero, so that ticks fall on round clock times. */
export function clockPhase(clock: Clock): number {
  return clock.zeroMillis === null ? 0 : (((clock.zeroMillis % 86_400_000) + 86_400_000) % 86_400_000) / 1000;
}

/** The time as precisely as `stepSeconds` needs: `09:32`, `09:32:05`, `1 h 05 min`; a wall clock without its date. */
export function formatTime(clock: Clock, seconds: number, stepSeconds = 1): string {
  if (clock.zeroMillis === null) return elapsed(seconds, stepSeconds);
  const instant = new Date(clock.zeroMillis + Math.round(seconds * 1000));
  const minutes = `${two(instant.getUTCHours())}:${two(instant.getUTCMinutes())}`;
  return stepSeconds >= 60
    ? minutes
    : `${minutes}:${fraction(instant.getUTCSeconds(), instant.getUTCMilliseconds(), stepSeconds)}`;
}

/** The local day: `Thu 13 Jul 1995`, or `13 Jul` when `short`; '' without a wall clock. */
export function formatDay(clock: Clock, seconds: number, short = false): string {
  if (clock.zeroMillis === null) return '';
  const instant = new Date(clock.zeroMillis + Math.round(seconds * 1000));
  const day = `${instant.getUTCDate()} ${months[instant.getUTCMonth()]}`;
  return short ? day : `${days[instant.getUTCDay()]} ${day} ${instant.getUTCFullYear()}`;
}

/** From one time to another, the day named only where it changes. */
export function formatSpan(clock: Clock, fromSeconds: number, toSeconds: number): string {
  const step = fromSeconds % 60 === 0 && toSeconds % 60 === 0 && clock.zeroMillis !== null ? 60 : 1;
  const sameDay = formatDay(clock, fromSeconds) === formatDay(clock, toSeconds);
  const until = sameDay ? '' : `${formatDay(clock, toSeconds, true)} `;
  const since = sameDay ? '' : `${formatDay(clock, fromSeconds, true)} `;
  return `${since}${formatTime(clock, fromSeconds, step)}–${until}${formatTime(clock, toSeconds, step)}`;
}

function elapsed(seconds: number, stepSeconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const millis = Math.abs(Math.round(seconds * 1000));
  const hours = Math.floor(millis / 3_600_000);
  const minutes = Math.floor(millis / 60_000) % 60;
  return `${sign}${hours}:${two(minutes)}:${fraction(Math.floor(millis / 1000) % 60, millis % 1000, stepSeconds)}`;
}

function fraction(seconds: number, millis: number, stepSeconds: number): string {
  return stepSeconds >= 1 && millis === 0
    ? two(seconds)
    : `${two(seconds)}.${String(millis).padStart(3, '0')}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
