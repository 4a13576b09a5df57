import type { SampleRange, Samples } from './samples.ts';

/** Good requests and all requests that ended, in each sample interval. */
export interface GoodCounts {
  readonly good: Float64Array;
  readonly total: Float64Array;
}

/** A stretch of sample intervals and the share of good requests in it. */
export interface BurnWindow {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly badShare: number;
}

/** The window that burn rates are measured in unless the run is shorter, as the SRE workbook's fast page. */
export const burnWindowMicros = 3600e6;

/**
 * The share of bad requests in the window of `widthMicros` that ends with each interval of the range; NaN before
 * the first whole window and where nothing ended. A window holds whole intervals and is never longer than asked,
 * but one interval at least.
 */
export function slidingBadShare(
  counts: GoodCounts,
  samples: Samples,
  range: SampleRange,
  widthMicros: number,
): Float64Array {
  const shares = new Float64Array(samples.count).fill(NaN);
  slideWindows(counts, samples, range, widthMicros, (_from, end, good, total) => {
    if (total > 0) shares[end] = (total - good) / total;
  });
  return shares;
}

/** The window with the largest share of bad requests, the earliest of equals; null when nothing ended in any. */
export function worstWindow(
  counts: GoodCounts,
  samples: Samples,
  range: SampleRange,
  widthMicros: number,
): BurnWindow | null {
  let worst: BurnWindow | null = null;
  slideWindows(counts, samples, range, widthMicros, (from, end, good, total) => {
    if (total === 0) return;
    const badShare = (total - good) / total;
    if (worst === null || badShare > worst.badShare)
      worst = { fromMicros: samples.startMicros(from), toMicros: samples.timesMicros[end], badShare };
  });
  return worst;
}

type OnWindow = (from: number, end: number, good: number, total: number) => void;

function slideWindows(
  { good, total }: GoodCounts,
  samples: Samples,
  range: SampleRange,
  widthMicros: number,
  onWindow: OnWindow,
): void {
  const start = range.first < range.last ? samples.startMicros(range.first) : 0;
  let from = range.first;
  let goodSum = 0;
  let totalSum = 0;
  for (let end = range.first; end < range.last; end++) {
    goodSum += good[end];
    totalSum += total[end];
    const opens = samples.timesMicros[end] - widthMicros;
    for (; from < end && samples.startMicros(from) < opens; from++) {
      goodSum -= good[from];
      totalSum -= total[from];
    }
    if (opens >= start || samples.lengthMicros(end) >= widthMicros) onWindow(from, end, goodSum, totalSum);
  }
}

/** An alert that fires while both windows burn the budget at `factor` or faster. */
export interface BurnAlert {
  readonly severity: 'page' | 'ticket';
  readonly longMicros: number;
  readonly shortMicros: number;
  readonly factor: number;
}

/**
 * The recommended alerts of the SRE workbook (chapter 5, table 5-8) for a compliance period: 2 % of the budget in
 * 1/720 of it (an hour of 30 days) and 5 % in 1/120 (six hours) page, 10 % in a tenth (three days) opens a ticket.
 * Short windows are a twelfth of the long ones.
 */
export function burnAlerts(periodMicros: number): BurnAlert[] {
  const alert = (severity: BurnAlert['severity'], fraction: number, budgetShare: number): BurnAlert => ({
    severity,
    longMicros: periodMicros / fraction,
    shortMicros: periodMicros / fraction / 12,
    factor: budgetShare * fraction,
  });
  return [alert('page', 720, 0.02), alert('page', 120, 0.05), alert('ticket', 10, 0.1)];
}

/** The end of the first interval at which the alert fires; null: never. */
export function firstFiring(
  alert: BurnAlert,
  counts: GoodCounts,
  samples: Samples,
  range: SampleRange,
  allowedShare: number,
): number | null {
  const long = slidingBadShare(counts, samples, range, alert.longMicros);
  const short = slidingBadShare(counts, samples, range, alert.shortMicros);
  for (let i = range.first; i < range.last; i++)
    if (long[i] / allowedShare >= alert.factor && short[i] / allowedShare >= alert.factor)
      return samples.timesMicros[i];
  return null;
}
