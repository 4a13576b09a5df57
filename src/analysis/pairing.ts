import { confidenceInterval } from '../base/statistics.ts';
import type { Comparison, MeasureComparison } from '../model/comparison-result.ts';
import type { Result } from '../model/result.ts';
import { type Measure, tabulate } from './measures.ts';

/** Differences within this part of A are too small to matter. */
const negligible = 0.01;

/** The results that are compared, those of one pair at one position; all of both sides when no seed is common. */
export interface Pairs {
  readonly pairing: Comparison['pairing'];
  readonly seeds: number[];
  readonly a: readonly Result[];
  readonly b: readonly Result[];
  measures(level: number): MeasureComparison[];
}

/** Pairs two sides' results by seed. */
export function pairBySeed(a: readonly Result[], b: readonly Result[]): Pairs {
  // Of several results with one seed the first counts: a seed decides the run, so the others repeat it.
  const bySeed = (results: readonly Result[]) =>
    new Map([...results].reverse().map((result) => [result.manifest.seed, result]));
  const [left, right] = [bySeed(a), bySeed(b)];
  const seeds = [...left.keys()].filter((seed) => right.has(seed)).sort((x, y) => x - y);
  if (seeds.length === 0) {
    const [allA, allB] = [[...left.values()], [...right.values()]];
    return { pairing: 'none', seeds, a: allA, b: allB, measures: () => unpaired(allA, allB) };
  }
  const [pairedA, pairedB] = [seeds.map((seed) => left.get(seed)!), seeds.map((seed) => right.get(seed)!)];
  return {
    pairing: 'seed',
    seeds,
    a: pairedA,
    b: pairedB,
    measures: (level) => paired(pairedA, pairedB, level),
  };
}

function paired(a: readonly Result[], b: readonly Result[], level: number): MeasureComparison[] {
  return tabulate([...a, ...b]).map(({ kind, values }) => {
    const pairs = a
      .map((_, i) => [values[i], values[a.length + i]] as const)
      .filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
    if (pairs.length === 0) return missingOnOneSide(kind, values.slice(0, a.length), values.slice(a.length));
    return pairedMeasure(kind, pairs, level);
  });
}

function pairedMeasure(
  kind: Measure,
  pairs: readonly (readonly [number, number])[],
  level: number,
): MeasureComparison {
  const meanA = meanOf(pairs.map(([a]) => a));
  const { mean, low, high } = confidenceInterval(
    pairs.map(([a, b]) => b - a),
    level,
  );
  const interval = pairs.length < 2 ? null : { low, high };
  return {
    ...identityOf(kind),
    a: meanA,
    b: meanOf(pairs.map(([, b]) => b)),
    difference: mean,
    relative: meanA === 0 ? null : mean / meanA,
    interval,
    pairs: pairs.length,
    // One pair shows a direction, though not how sure it is.
    verdict: verdictOf(kind, meanA, interval ?? { low: mean, high: mean }),
  };
}

function unpaired(a: readonly Result[], b: readonly Result[]): MeasureComparison[] {
  return tabulate([...a, ...b]).map(({ kind, values }) =>
    missingOnOneSide(kind, values.slice(0, a.length), values.slice(a.length)),
  );
}

/** Means that cannot be paired: their difference may be luck or may mean nothing at all. */
function missingOnOneSide(
  kind: Measure,
  valuesA: readonly (number | null)[],
  valuesB: readonly (number | null)[],
): MeasureComparison {
  const a = meanOf(valuesA.filter((value) => value !== null));
  const b = meanOf(valuesB.filter((value) => value !== null));
  const difference = a === null || b === null ? null : b - a;
  return {
    ...identityOf(kind),
    a,
    b,
    difference,
    relative: difference === null || a === null || a === 0 ? null : difference / a,
    interval: null,
    pairs: 0,
    verdict: difference === 0 ? 'same' : 'unclear',
  };
}

function identityOf({ id, name, subject, unit, direction }: Measure) {
  return { id, name, subject, unit, direction };
}

function meanOf(values: readonly number[]): number;
function meanOf(values: readonly (number | null)[]): number | null;
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function verdictOf(
  { unit, direction }: Measure,
  meanA: number,
  { low, high }: { low: number; high: number },
): MeasureComparison['verdict'] {
  // Of a share that should be high what matters is what is missing: 99.9 % and 99.8 % are far apart.
  const base = unit === 'share' && direction === 'higher' ? 1 - meanA : Math.abs(meanA);
  const margin = negligible * base;
  if (low >= -margin && high <= margin) return 'same';
  if (low <= 0 && high >= 0) return 'unclear';
  const higher = low > 0;
  if (direction === 'none') return higher ? 'higher' : 'lower';
  return higher === (direction === 'higher') ? 'better' : 'worse';
}
