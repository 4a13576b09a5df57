import type { MeasureSummary } from '../../../src/model/sweep-result.ts';
import { compact, goodPercent, latency, money, percent, significant } from './figures.ts';

type Kind = Pick<MeasureSummary, 'unit' | 'direction'>;

/** A headline measure as people read it; `–` for null. */
export function measureText(value: number | null, kind: Kind, currency: string): string {
  if (value === null) return '–';
  switch (kind.unit) {
    case 'share':
      return kind.direction === 'higher' ? goodPercent(value) : percent(value);
    case 'milliseconds':
      return latency(value);
    case 'perSecond':
      return `${compact(value)}/s`;
    case 'currency':
      return money(value, currency);
    default:
      return compact(value);
  }
}

/** A difference of two values with its sign: `+12 ms`, `−0.3 points`, `0`. Shares differ by percentage points. */
export function differenceText(value: number | null, kind: Kind, currency: string): string {
  if (value === null) return '–';
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  return sign + sizeText(Math.abs(value), kind, currency);
}

/** An interval of differences: `−12 … +3 ms`. */
export function intervalText(
  interval: { readonly low: number; readonly high: number } | null,
  text: (value: number) => string,
): string {
  return interval === null ? '–' : `${text(interval.low)} … ${text(interval.high)}`;
}

function sizeText(size: number, kind: Kind, currency: string): string {
  if (kind.unit === 'share') return `${significant(size * 100, 2)} pt`;
  return measureText(size, kind, currency);
}
