import { type SketchSummary, summaryMean, summaryQuantile } from '../base/sketch.ts';
import type { Latency } from '../model/result.ts';

/** Milliseconds of a result from microseconds of the accounts; all zero when nothing was measured. */
export function latencyOf(summary: SketchSummary): Latency {
  const quantile = (q: number) => summaryQuantile(summary, q) / 1000;
  return {
    count: summary.count,
    mean: summaryMean(summary) / 1000,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: summary.count === 0 ? 0 : summary.max / 1000,
  };
}
