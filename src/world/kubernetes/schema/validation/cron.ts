/** Fidelity: which texts are schedules, and the messages of robfig/cron 3 `ParseStandard`, which the server asks (1.32). */

const fields: readonly (readonly [min: number, max: number, names: readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  [0, 6, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];
const descriptors = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

/** Null for a schedule; else why it is none. */
export function parseCronSchedule(written: string): string | null {
  const text = written.replace(/^(CRON_)?TZ=\S+\s+/, '');
  if (text.startsWith('@every ')) {
    const duration = text.slice('@every '.length);
    return /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(duration)
      ? null
      : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
  }
  if (text.startsWith('@')) return descriptors.has(text) ? null : `unrecognized descriptor: ${text}`;
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [index, part] of parts.entries())
    for (const range of part.split(',')) {
      const error = rangeError(range, fields[index]);
      if (error !== null) return error;
    }
  return null;
}

function rangeError(range: string, [min, max, names]: (typeof fields)[number]): string | null {
  const [bounds, step, ...more] = range.split('/');
  if (more.length > 0) return `too many slashes: ${range}`;
  const [low, high, ...rest] = bounds.split('-');
  if (rest.length > 0) return `too many hyphens: ${range}`;
  const isWhole = low === '*' || low === '?';
  const start = isWhole ? min : numberOf(low, names, min);
  const end = isWhole || high === undefined ? (step === undefined ? start : max) : numberOf(high, names, min);
  for (const [value, text] of [
    [start, low],
    [end, high ?? low],
  ] as const)
    if (Number.isNaN(value))
      return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${range}`;
  if (!isWhole && end > max) return `end of range (${end}) above maximum (${max}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  if (step === undefined) return null;
  if (!/^\d+$/.test(step))
    return `failed to parse int from ${step}: strconv.Atoi: parsing ${JSON.stringify(step)}: invalid syntax`;
  return Number(step) === 0 ? `step of range should be a positive number: ${range}` : null;
}

function numberOf(text: string, names: readonly string[], min: number): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
