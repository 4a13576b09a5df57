/**
 * Fidelity: functions over the samples of a range, as promql/functions.go of Prometheus computes them, with the
 * extrapolation of `rate` and `increase` to the ends of the range and with counters that begin again.
 */

/** Samples of one series, oldest first, within (from, to]. */
export interface Range {
  readonly timesMicros: readonly number[];
  readonly values: readonly number[];
  readonly fromMicros: number;
  readonly toMicros: number;
}

/** A value of a range, or null where it has too few samples. */
export type RangeFunction = (range: Range) => number | null;

function increased({ values }: Range): number {
  let increase = values[values.length - 1] - values[0];
  for (let at = 1; at < values.length; at++) if (values[at] < values[at - 1]) increase += values[at - 1];
  return increase;
}

/** What the samples changed by, stretched to the whole range but to no further than half a step beyond them. */
function extrapolated(range: Range, counter: boolean): number | null {
  const { timesMicros: times, values, fromMicros, toMicros } = range;
  if (values.length < 2) return null;
  const change = counter ? increased(range) : values[values.length - 1] - values[0];
  const sampled = times[times.length - 1] - times[0];
  const step = sampled / (times.length - 1);
  const threshold = step * 1.1;
  let before = times[0] - fromMicros;
  let after = toMicros - times[times.length - 1];
  if (before >= threshold) before = step / 2;
  if (counter && change > 0 && values[0] >= 0) before = Math.min(before, sampled * (values[0] / change));
  if (after >= threshold) after = step / 2;
  return change * ((sampled + before + after) / sampled);
}

function perSecond(range: Range, counter: boolean): number | null {
  const change = extrapolated(range, counter);
  return change === null ? null : change / ((range.toMicros - range.fromMicros) / 1e6);
}

function lastTwo(
  { values, timesMicros }: Range,
  counter: boolean,
): { change: number; seconds: number } | null {
  if (values.length < 2) return null;
  const [a, b] = values.slice(-2);
  const [from, to] = timesMicros.slice(-2);
  return { change: counter && b < a ? b : b - a, seconds: (to - from) / 1e6 };
}

function overValues(of: (values: readonly number[]) => number): RangeFunction {
  return ({ values }) => (values.length === 0 ? null : of(values));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export const rangeFunctions: Readonly<Record<string, RangeFunction>> = {
  rate: (range) => perSecond(range, true),
  increase: (range) => extrapolated(range, true),
  delta: (range) => extrapolated(range, false),
  irate: (range) => {
    const last = lastTwo(range, true);
    return last === null ? null : last.change / last.seconds;
  },
  idelta: (range) => lastTwo(range, false)?.change ?? null,
  avg_over_time: overValues((values) => sum(values) / values.length),
  sum_over_time: overValues(sum),
  min_over_time: overValues((values) => Math.min(...values)),
  max_over_time: overValues((values) => Math.max(...values)),
  count_over_time: overValues((values) => values.length),
  last_over_time: overValues((values) => values[values.length - 1]),
};
