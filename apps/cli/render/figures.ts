/** Figures as people read them, in tables. No locale is asked, so a text is the same on every machine. */

import { latency } from '../../../src/analysis/figures.ts';

export { duration, goodPercent, instant, latency, percent } from '../../../src/analysis/figures.ts';

/** Three significant digits with k, M, G: 845, 1.24k, 12.3k, 1.8M. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return '–';
  if (size >= 999.5e6) return significant(value / 1e9, 3) + 'G';
  if (size >= 999.5e3) return significant(value / 1e6, 3) + 'M';
  if (size >= 999.5) return significant(value / 1e3, 3) + 'k';
  return significant(value, 3);
}

/** A whole number with its thousands apart: 1,234,567. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** At most `digits` significant digits, without trailing zeros and without an exponent. */
export function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return Number.isFinite(value) ? '0' : '–';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(12, Math.max(0, digits - 1 - magnitude));
  const text = value.toFixed(decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** A latency given in milliseconds for a narrow column, two digits where three would crowd: `61 ms`, `8 s`. */
export function shortLatency(ms: number): string {
  const digits = ms >= 100 && ms < 999.5 ? 3 : 2;
  return latency(Number(ms.toPrecision(digits)));
}

/** Money with the digits that matter: 12.40 USD, 0.0031 USD. */
export function money(amount: number, currency: string): string {
  const text = Math.abs(amount) >= 0.1 || amount === 0 ? amount.toFixed(2) : significant(amount, 2);
  return `${text} ${currency}`;
}
