/**
 * Fidelity: the wall clock that API objects show. Kubernetes writes times in RFC 3339 with whole seconds, and its control
 * loops compute with what was written, so a second is the finest that they know of most things. While the cluster
 * starts, before the run begins, its clock shows a day earlier: what runs at the beginning has been running for a while.
 */
import { civilFromDays, daysFromCivil } from '../../../base/calendar.ts';
import { microsPerDay, microsPerSecond } from '../../../base/time.ts';

const secondsPerDay = 86_400;

function pad(amount: number, width = 2): string {
  return String(amount).padStart(width, '0');
}

/** `2026-01-01T00:00:00Z` for whole seconds since 1970. */
export function formatInstant(epochSeconds: number): string {
  const days = Math.floor(epochSeconds / secondsPerDay);
  const rest = epochSeconds - days * secondsPerDay;
  const { year, month, day } = civilFromDays(days);
  const time = `${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${time}Z`;
}

const instantForm = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Seconds since 1970 with fraction of an RFC 3339 text, or null. */
export function parseInstant(text: string): number | null {
  const match = instantForm.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return null;
  const offset =
    zone === 'Z' || zone === 'z'
      ? 0
      : (zone[0] === '-' ? -60 : 60) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(fraction ?? 0);
  return daysFromCivil(Number(year), Number(month), Number(day)) * secondsPerDay + seconds - offset;
}

const textsKept = 4096;

/** What virtual time zero shows when the scenario does not say. */
export const defaultEpoch = '2026-01-01T00:00:00Z';

export class Clock {
  readonly #engine: { readonly now: number };
  readonly #epochSeconds: number;
  #offsetMicros = 0;
  #second = Number.NaN;
  #text = '';
  /** What has been read lately: control loops ask the same of many objects. */
  readonly #read = new Map<string, number>();

  /** `startsAt`: RFC 3339; null for the default. */
  constructor(engine: { readonly now: number }, startsAt: string | null) {
    this.#engine = engine;
    this.#epochSeconds = Math.floor(parseInstant(startsAt ?? defaultEpoch) ?? 0);
  }

  /** Before the run the clock shows a day earlier. */
  showDayBefore(before: boolean): void {
    this.#offsetMicros = before ? -microsPerDay : 0;
  }

  /** What the clock shows, in microseconds from virtual time zero; negative before the run begins. */
  get nowMicros(): number {
    return this.#engine.now + this.#offsetMicros;
  }

  /** Now, in whole seconds: `2026-01-01T00:00:00Z`. One text for all calls in one second. */
  timestamp(): string {
    const second = Math.floor(this.nowMicros / microsPerSecond);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = formatInstant(this.#epochSeconds + second);
    }
    return this.#text;
  }

  /** Some instant in whole seconds, rounded down. */
  timestampAt(micros: number): string {
    return formatInstant(this.#epochSeconds + Math.floor(micros / microsPerSecond));
  }

  /** Now with microseconds, as Lease and Event have it: `2026-01-01T00:00:00.000000Z`. */
  microTime(micros = this.nowMicros): string {
    const second = Math.floor(micros / microsPerSecond);
    const fraction = pad(micros - second * microsPerSecond, 6);
    return `${formatInstant(this.#epochSeconds + second).slice(0, -1)}.${fraction}Z`;
  }

  /** Microseconds from virtual time zero of a timestamp; -Infinity for what is missing or malformed. */
  microsOf(timestamp: string | undefined): number {
    if (timestamp === undefined) return Number.NEGATIVE_INFINITY;
    if (timestamp === this.#text) return this.#second * microsPerSecond;
    const known = this.#read.get(timestamp);
    if (known !== undefined) return known;
    const seconds = parseInstant(timestamp);
    const micros =
      seconds === null
        ? Number.NEGATIVE_INFINITY
        : Math.round((seconds - this.#epochSeconds) * microsPerSecond);
    if (this.#read.size >= textsKept) this.#read.clear();
    this.#read.set(timestamp, micros);
    return micros;
  }
}
