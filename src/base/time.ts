/** Time in the simulator is an integer number of microseconds; these are its larger units. */
export const microsPerMillisecond = 1e3;
export const microsPerSecond = 1e6;
export const microsPerMinute = 60e6;
export const microsPerHour = 3600e6;
export const microsPerDay = 86_400e6;

const microsPerUnit: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-3],
  ['us', 1],
  ['µs', 1],
  ['μs', 1],
  ['ms', microsPerMillisecond],
  ['s', microsPerSecond],
  ['m', microsPerMinute],
  ['h', microsPerHour],
  ['d', microsPerDay],
]);

const term = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/y;

/**
 * Reads a duration as Go writes it (`1h30m`, `1.5s`, `250ms`, `10us`), and `d` for days of 24 hours.
 * Returns whole microseconds (a finer part is rounded), or null when the text is malformed or negative.
 */
export function parseDuration(text: string): number | null {
  const body = text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0;
  let micros = 0;
  term.lastIndex = 0;
  for (let at = 0; at < body.length; at = term.lastIndex) {
    const match = term.exec(body);
    if (match === null) return null;
    micros += Number(match[1]) * microsPerUnit.get(match[2])!;
  }
  return body === '' || micros > Number.MAX_SAFE_INTEGER ? null : Math.round(micros);
}

/**
 * The shortest form that people read at a glance and that `parseDuration` reads back exactly: `350µs`, `12ms`,
 * `1.5s`, `1m30s`, `2d6h`.
 */
export function formatDuration(micros: number): string {
  if (micros < 0) return '-' + formatDuration(-micros);
  const whole = Math.round(micros);
  if (whole < microsPerMillisecond) return whole === 0 ? '0s' : `${whole}µs`;
  if (whole < microsPerSecond) return `${whole / microsPerMillisecond}ms`;
  let rest = whole;
  let text = '';
  for (const [unit, size] of longUnits) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) text += amount + unit;
  }
  return rest > 0 ? `${text}${rest / microsPerSecond}s` : text;
}

const longUnits: readonly (readonly [string, number])[] = [
  ['d', microsPerDay],
  ['h', microsPerHour],
  ['m', microsPerMinute],
];
