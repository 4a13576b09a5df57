import type { Divergence, Explanation } from '../model/comparison-result.ts';
import type { Result, SeriesResult } from '../model/result.ts';
import { columnValues } from './columns.ts';
import { figure, percent, span } from './figures.ts';

type Values = readonly (number | null)[];

/** A stretch of time. */
export type Span = Pick<Divergence, 'fromSeconds' | 'toSeconds'>;

/** A share of good requests that both sides have over time. */
interface Signal {
  readonly subject: string;
  readonly a: Values;
  readonly b: Values;
}

/**
 * Where in time the two sides part: for each objective (for each traffic, where nothing is asked) the stretch in
 * which the shares of good requests differ most, averaged over the seeds. Largest difference first; objectives that
 * never differ by a hundredth are left out. Sides that were sampled at different times have nothing to show.
 */
export function divergences(a: readonly Result[], b: readonly Result[]): Divergence[] {
  const times = commonTimes([...a, ...b]);
  return signals(a, b, times.length)
    .flatMap((signal) => divergence(signal, times))
    .sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a));
}

/** The sample times that every result has, from the start on: partial runs have fewer. */
function commonTimes(results: readonly Result[]): readonly number[] {
  const all = results.map((result) => result.series.timesSeconds);
  const [first] = all;
  let count = 0;
  while (count < first.length && all.every((times) => times[count] === first[count])) count++;
  return first.slice(0, count);
}

/** The time that all results measured, for sides that never part much and still differ all along; null for none. */
export function whole(a: readonly Result[], b: readonly Result[]): Span | null {
  const fromSeconds = Math.max(...[...a, ...b].map(({ window }) => window.fromSeconds));
  const toSeconds = commonTimes([...a, ...b]).at(-1);
  return toSeconds === undefined || toSeconds <= fromSeconds ? null : { fromSeconds, toSeconds };
}

function signals(a: readonly Result[], b: readonly Result[], count: number): Signal[] {
  const objectives = a[0].objectives.map(({ name }) =>
    signalOf(name, a, b, count, ({ series }) => columnValues(series, 'objective', name, 'goodShare')),
  );
  const sources = a[0].sources.map(({ name }) =>
    signalOf(name, a, b, count, ({ series }) => servedShare(series, name)),
  );
  return (objectives.length > 0 ? objectives : sources).filter((each) => each !== null);
}

function signalOf(
  subject: string,
  a: readonly Result[],
  b: readonly Result[],
  count: number,
  read: (result: Result) => Values | null,
): Signal | null {
  const [valuesA, valuesB] = [meanColumn(a.map(read), count), meanColumn(b.map(read), count)];
  return valuesA === null || valuesB === null ? null : { subject, a: valuesA, b: valuesB };
}

function servedShare(series: SeriesResult, traffic: string): Values | null {
  const served = columnValues(series, 'source', traffic, 'servedRate');
  const failed = columnValues(series, 'source', traffic, 'errorRate');
  if (served === null || failed === null) return null;
  return served.map((rate, i) => {
    const ended = (rate ?? 0) + (failed[i] ?? 0);
    return ended > 0 ? (rate ?? 0) / ended : null;
  });
}

/** The mean over seeds in each interval, of those that have a value there; null when no seed has the column. */
function meanColumn(columns: readonly (Values | null)[], count: number): Values | null {
  const known = columns.filter((column) => column !== null);
  if (known.length === 0) return null;
  return Array.from({ length: count }, (_, i) => {
    const values = known.map((column) => column[i]).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function divergence({ subject, a, b }: Signal, times: readonly number[]): Divergence[] {
  const difference = a.map((value, i) => {
    const other = b[i];
    return value === null || other === null ? 0 : other - value;
  });
  const stretch = largestDifference(difference);
  if (stretch === null) return [];
  return [
    {
      subject,
      fromSeconds: stretch.first === 0 ? 0 : times[stretch.first - 1],
      toSeconds: times[stretch.last - 1],
      a: meanBetween(a, stretch),
      b: meanBetween(b, stretch),
    },
  ];
}

interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * The stretch with the largest sum of what the difference (in the direction that prevails) exceeds a quarter of its
 * peak by: it takes in short lulls and leaves out the long tails on both sides. Null below a hundredth.
 */
export function largestDifference(difference: readonly number[]): Stretch | null {
  const sign = difference.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
  const peak = difference.reduce((most, value) => Math.max(most, sign * value), 0);
  if (peak < 0.01) return null;
  let best: Stretch = { first: 0, last: 0 };
  let bestSum = 0;
  let sum = 0;
  let first = 0;
  difference.forEach((value, i) => {
    if (sum <= 0) {
      sum = 0;
      first = i;
    }
    sum += sign * value - peak / 4;
    if (sum > bestSum) {
      bestSum = sum;
      best = { first, last: i + 1 };
    }
  });
  return best;
}

function meanBetween(values: Values, { first, last }: Stretch): number {
  const known = values.slice(first, last).filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** A measure of services that may explain a difference, and how much one of so many differs. */
interface Cause {
  readonly measure: string;
  readonly name: string;
  readonly show: (value: number) => string;
  /** In [0, 1]: 1 is all the difference there can be. */
  readonly weight: (a: number, b: number) => number;
}

const byDifference = (a: number, b: number) => Math.abs(a - b);

/** Counts differ by their ratio; a few requests more or less are nothing. */
const byRatio = (a: number, b: number) => Math.abs(a - b) / (Math.max(a, b) + 10);

const causes: readonly Cause[] = [
  { measure: 'utilisation', name: 'CPU used', show: percent, weight: byDifference },
  { measure: 'queue', name: 'requests waiting to be started', show: figure, weight: byRatio },
  { measure: 'throttled', name: 'time stopped by the CPU limit', show: percent, weight: byDifference },
  // What fails is often only the messenger of what it calls, so that resources come first.
  { measure: 'errorShare', name: 'failed requests', show: percent, weight: (a, b) => byDifference(a, b) / 2 },
];

const poolCause = (measure: string): Cause => ({
  measure,
  name: `requests waiting for the pool ${measure.slice('poolWaiting/'.length)}`,
  show: figure,
  weight: byRatio,
});

/**
 * The services that differ most in a stretch, by CPU used, queue, throttling, failures and waiting for pools: five
 * services at most, largest difference first, each told by the two measures that differ most.
 */
export function explanations(
  a: readonly Result[],
  b: readonly Result[],
  { fromSeconds, toSeconds }: Span,
  labels: readonly [string, string],
): Explanation[] {
  const times = commonTimes([...a, ...b]);
  const stretch = {
    first: times.findIndex((_, i) => (i === 0 ? 0 : times[i - 1]) >= fromSeconds),
    last: times.indexOf(toSeconds) + 1,
  };
  const found = a[0].services.flatMap(({ name }) => {
    const weighed = [...causes, ...pools([...a, ...b], name).map(poolCause)]
      .map((cause) => weigh(cause, name, a, b, stretch))
      .filter((each) => each !== null)
      .filter(({ weight }) => weight >= 0.1)
      .sort((x, y) => y.weight - x.weight);
    return weighed.length === 0 ? [] : [{ service: name, weighed: weighed.slice(0, 2) }];
  });
  const when = span(fromSeconds, toSeconds, a[0].window.startsAt);
  return found
    .sort((x, y) => y.weighed[0].weight - x.weighed[0].weight)
    .slice(0, 5)
    .map(({ service, weighed }) => ({
      service,
      measure: weighed[0].cause.measure,
      a: weighed[0].valueA,
      b: weighed[0].valueB,
      fromSeconds,
      toSeconds,
      message:
        `${service}${replicasClause(service, a, b, stretch)} ${when}: ` +
        `${weighed.map((each) => contrast(each, labels)).join('; ')}.`,
    }));
}

function contrast({ cause, valueA, valueB }: Weighed, [labelA, labelB]: readonly [string, string]): string {
  return `${cause.name} ${cause.show(valueA)} in ${labelA}, ${cause.show(valueB)} in ${labelB}`;
}

/** Pools that anyone ever waited for. */
function pools(results: readonly Result[], service: string): string[] {
  const waiting = results
    .flatMap(({ series }) => series.columns)
    .filter(
      (each) =>
        each.group === 'service' && each.subject === service && each.measure.startsWith('poolWaiting/'),
    );
  return [...new Set(waiting.map(({ measure }) => measure))];
}

interface Weighed {
  readonly cause: Cause;
  readonly valueA: number;
  readonly valueB: number;
  readonly weight: number;
}

function weigh(
  cause: Cause,
  service: string,
  a: readonly Result[],
  b: readonly Result[],
  stretch: Stretch,
): Weighed | null {
  const valueA = meanOver(a, service, cause.measure, stretch);
  const valueB = meanOver(b, service, cause.measure, stretch);
  if (valueA === null || valueB === null) return null;
  return { cause, valueA, valueB, weight: cause.weight(valueA, valueB) };
}

function meanOver(
  results: readonly Result[],
  service: string,
  measure: string,
  stretch: Stretch,
): number | null {
  const values = meanColumn(
    results.map(({ series }) => serviceColumn(series, service, measure)),
    stretch.last,
  );
  return values === null ? null : meanBetween(values, stretch);
}

/** A column, or one that follows from others: families are left out of a result where they were always zero. */
function serviceColumn(series: SeriesResult, service: string, measure: string): Values | null {
  const column = (name: string) => columnValues(series, 'service', service, name);
  if (measure.startsWith('poolWaiting/')) return column(measure) ?? column('replicas')?.map(() => 0) ?? null;
  if (measure !== 'errorShare') return column(measure);
  const [served, failed] = [column('servedRate'), column('errorRate')];
  if (served === null || failed === null) return null;
  return served.map((rate, i) => {
    const ended = (rate ?? 0) + (failed[i] ?? 0);
    return ended > 0 ? (failed[i] ?? 0) / ended : null;
  });
}

/** ` (4 against 7 replicas)`, where they differ. */
function replicasClause(
  service: string,
  a: readonly Result[],
  b: readonly Result[],
  stretch: Stretch,
): string {
  const [inA, inB] = [meanOver(a, service, 'replicas', stretch), meanOver(b, service, 'replicas', stretch)];
  return inA === null || inB === null || inA === inB
    ? ''
    : ` (${figure(inA)} against ${figure(inB)} replicas)`;
}
