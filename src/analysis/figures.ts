/** Figures inside sentences. No locale is asked, so a sentence is the same on every machine. */

/** At most `digits` significant digits, never an exponent, thousands apart: `1,234`, `0.052`, `12.5`. */
export function figure(value: number, digits = 3): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const text = value.toFixed(Math.min(20, Math.max(0, digits - 1 - magnitude)));
  const [whole, fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (kept === '' ? '' : `.${kept}`);
}

/** A share as a percentage of three digits. */
export function percent(share: number): string {
  return `${figure(share * 100)} %`;
}

/**
 * A share of good requests as a percentage that does not flatter: near one it keeps two digits of what is missing and
 * cuts the rest, so that only a whole share reads as 100 %.
 */
export function goodPercent(share: number): string {
  const missing = 1 - share;
  if (missing <= 0 || missing > 0.1) return percent(share);
  // Twelve digits hide what binary fractions add to a share such as 0.9995.
  const parts = Number((missing * 100).toPrecision(12));
  let unit = 1;
  while (parts < 10 * unit && unit > 1e-9) unit /= 10;
  const kept = 100 - Math.ceil(Number((parts / unit).toPrecision(10))) * unit;
  return `${figure(kept, 14)} %`;
}

/** A latency given in milliseconds: `850 µs`, `12.3 ms`, `4.2 s`, `2.1 min`. */
export function latency(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.9995) return `${figure(ms * 1000)} µs`;
  if (ms < 999.5) return `${figure(ms)} ms`;
  return ms < 119_950 ? `${figure(ms / 1000)} s` : `${figure(ms / 60_000)} min`;
}

/** A stretch of time given in seconds, two units at most: `45 s`, `1 min 30 s`, `3 h`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return seconds < 1 ? latency(seconds * 1000) : `${figure(seconds)} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

/**
 * A virtual instant on the scenario's clock: `09:32`, `09:32:05`, `day 2 00:10`. Without a clock it is counted from
 * the start of the run: `1:02:05`.
 */
export function instant(seconds: number, startsAt: string | null): string {
  const clock = startsAt === null ? null : /T(\d\d):(\d\d)(?::(\d\d))?/.exec(startsAt);
  const midnight = clock ? Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0) : 0;
  const total = Math.max(0, Math.round(seconds + midnight));
  const day = Math.floor(total / 86_400);
  const hours = Math.floor(total / 3600);
  const minutes = two(Math.floor(total / 60) % 60);
  const rest = total % 60;
  if (clock === null) return `${hours}:${minutes}:${two(rest)}`;
  const time = `${two(hours % 24)}:${minutes}${rest === 0 ? '' : `:${two(rest)}`}`;
  return day === 0 ? time : `day ${day + 1} ${time}`;
}

/** `from 09:32 to 09:58`. */
export function span(fromSeconds: number, toSeconds: number, startsAt: string | null): string {
  return `from ${instant(fromSeconds, startsAt)} to ${instant(toSeconds, startsAt)}`;
}

/** `1 core`, `2.5 cores`. */
export function inCores(cores: number): string {
  return `${figure(cores)} ${figure(cores) === '1' ? 'core' : 'cores'}`;
}

/** A whole count and its noun: `1 request`, `1,204 requests`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(Math.round(count), 16)} ${Math.round(count) === 1 ? one : many}`;
}

const two = (value: number) => String(value).padStart(2, '0');
