import type { MeasureSummary } from '../../../src/model/sweep-result.ts';
import { compact, duration, goodPercent, latency, money, percent, significant } from './figures.ts';
import { harmless } from './table.ts';

type Kind = Pick<MeasureSummary, 'unit' | 'direction'>;

/** Rows of measures under a line for each subject, so that names need not repeat it. */
export function rowsBySubject<M extends { readonly subject: string; readonly name: string }>(
  measures: readonly M[],
  row: (measure: M, name: string) => string[],
  heading: (subject: string) => string,
): string[][] {
  const subjects = [...new Set(measures.map((measure) => measure.subject))];
  return subjects.flatMap((subject) => {
    const own = measures.filter((measure) => measure.subject === subject);
    if (subject === 'all') return own.map((measure) => row(measure, harmless(shortName(measure))));
    return [
      [heading(harmless(subject))],
      ...own.map((measure) => row(measure, `  ${harmless(shortName(measure))}`)),
    ];
  });
}

/** The measure's name, short enough for a table. */
export function shortName({ name }: { readonly name: string }): string {
  return name
    .replace('95th percentile of latency', 'p95')
    .replace('99th percentile of latency', 'p99')
    .replace('median of latency', 'median')
    .replace('share of good requests', 'good requests')
    .replace('error budget used', 'error budget spent')
    .replace('cost per million requests served', 'cost per million served')
    .replace('95th percentile of pod start-up', 'pod start-up p95')
    .replace('CPU utilisation in the busiest interval', 'CPU, busiest interval');
}

/** A headline measure as people read it; `–` for null. */
export function measureText(value: number | null, kind: Kind, currency: string): string {
  if (value === null) return '–';
  switch (kind.unit) {
    case 'share':
      return kind.direction === 'higher' ? goodPercent(value) : percent(value);
    case 'milliseconds':
      return latency(value);
    case 'seconds':
      return value === 0 ? '0 s' : duration(value);
    case 'perSecond':
      return `${compact(value)}/s`;
    case 'currency':
      return money(value, currency);
    case 'ratio':
      return `${compact(value)}×`;
    default:
      return compact(value);
  }
}

type Interval = { readonly low: number; readonly high: number };

/** A mean with half the width of its interval: `16.5 % ± 0.1 pt`. */
export function estimateText(mean: number, interval: Interval | null, kind: Kind, currency: string): string {
  return measureText(mean, kind, currency) + reachText(interval, kind, currency);
}

/** A difference with its sign and half the width of its interval: `−200 ms ± 4.2 ms`; shares differ by points. */
export function differenceText(
  difference: number | null,
  interval: Interval | null,
  kind: Kind,
  currency: string,
): string {
  if (difference === null) return '–';
  if (difference === 0 && (interval === null || interval.low === interval.high)) return '0';
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '';
  return sign + sizeText(Math.abs(difference), kind, currency) + reachText(interval, kind, currency);
}

function reachText(interval: Interval | null, kind: Kind, currency: string): string {
  if (interval === null) return '';
  const reach = (interval.high - interval.low) / 2;
  return reach === 0 ? '' : ` ± ${sizeText(Number(reach.toPrecision(2)), kind, currency)}`;
}

function sizeText(size: number, kind: Kind, currency: string): string {
  if (kind.unit === 'share') return `${significant(size * 100, 3)} pt`;
  return measureText(size, kind, currency);
}
