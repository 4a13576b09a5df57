import { duration, figure, goodPercent, latency } from '../../src/analysis/figures.ts';

/**
 * Figures as people read them, in the words of the findings. Used while the report is written and by its
 * script in the browser, so it depends on neither. A number and its unit are joined by a no-break space.
 */

/** The units that a result's series use, as `src/model/result.ts` names them, factors such as burn rates, and percentage points between shares. */
export type Unit = 'perSecond' | 'milliseconds' | 'ratio' | 'count' | 'cores' | 'factor' | 'points';

/** A number with `digits` significant digits, never fewer than its whole part, without trailing zeros. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  return figure(value, digits).replace('-', '−');
}

/** A share as per cent; close to 100 % it keeps the digits that tell it apart: 0.99995 → `99.995 %`. */
export function formatShare(share: number): string {
  return joined(goodPercent(share));
}

/** Milliseconds in the unit that reads best: `420 µs`, `12.3 ms`, `1.52 s`. */
export function formatMillis(millis: number): string {
  return millis < 0 ? `−${joined(latency(-millis))}` : joined(latency(millis));
}

/** A length of time, two units at most: `1 h 30 min`, `45 s`, `250 ms`. A single day reads as `24 h`. */
export function formatDuration(seconds: number): string {
  return seconds === 86_400 ? joined('24 h') : joined(duration(seconds));
}

function joined(text: string): string {
  return text.replaceAll(' ', '\u00a0').replace('-', '−');
}

/** A value of a series with its unit. */
export function formatQuantity(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  switch (unit) {
    case 'perSecond':
      return `${formatNumber(value)}/s`;
    case 'milliseconds':
      return formatMillis(value);
    case 'ratio':
      return formatShare(value);
    case 'cores':
      return `${formatNumber(value)}\u00a0cores`;
    case 'count':
      return formatNumber(value);
    case 'factor':
      return formatFactor(value);
    case 'points':
      return `${formatNumber(value * 100)}\u00a0pt`;
  }
}

/** An amount of money: cents above one, three digits below. */
export function formatMoney(amount: number, currency: string): string {
  const digits =
    Math.abs(amount) >= 1 ? groupDigits(amount.toFixed(2)).replace('-', '−') : formatNumber(amount);
  return `${digits}\u00a0${currency}`;
}

/** A factor: `0.8×`, `27×`. */
export function formatFactor(factor: number, digits = 2): string {
  return `${formatNumber(factor, digits)}×`;
}

/** A whole count in full: `1,234,567`. */
export function formatCount(count: number): string {
  return groupDigits(String(count)).replace('-', '−');
}

/** A large count in words short enough for a headline: `1.23 million`. */
export function formatLarge(count: number): string {
  if (count >= 1e9) return `${formatNumber(count / 1e9)}\u00a0billion`;
  if (count >= 1e6) return `${formatNumber(count / 1e6)}\u00a0million`;
  return formatCount(count);
}

/** `one` or `many` by count, with the count before it: `1 objective`, `3 objectives`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Digits in groups of three: 1234567.8 → `1,234,567.8`. */
function groupDigits(decimal: string): string {
  const [whole, fraction] = decimal.split('.') as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
