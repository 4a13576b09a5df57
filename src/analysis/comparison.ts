import { assert } from '../base/assert.ts';
import type { Comparison, ComparisonSide } from '../model/comparison-result.ts';
import type { Result } from '../model/result.ts';
import { notesOf, summaryOf } from './comparison-words.ts';
import { divergences, explanations, whole } from './divergence.ts';
import { pairBySeed } from './pairing.ts';

export interface ComparisonOptions {
  /** Level of the confidence intervals; 0.95 when left out. */
  readonly level?: number;
  /** Names of the sides in sentences; A and B when left out. */
  readonly labels?: readonly [string, string];
}

/**
 * What B does differently from A. Runs are paired by seed: both met the same demand and the same chance, so that the
 * spread of the paired differences is far smaller than that of the runs, and Student's interval over the pairs says
 * which differences are more than luck. With one pair there is no interval; without a common seed only the means are
 * compared. Each side needs one result at least.
 */
export function compare(
  a: readonly Result[],
  b: readonly Result[],
  options: ComparisonOptions = {},
): Comparison {
  assert(a.length > 0 && b.length > 0, 'a comparison has at least one result on each side');
  const { level = 0.95, labels = ['A', 'B'] } = options;
  const pairs = pairBySeed(a, b);
  const measures = pairs.measures(level);
  const parted = divergences(pairs.a, pairs.b);
  const looked = parted[0] ?? whole(pairs.a, pairs.b);
  const comparison: Comparison = {
    schema: 'sim.devops/comparison/v1',
    level,
    pairing: pairs.pairing,
    seeds: pairs.seeds,
    a: sideOf(a, labels[0]),
    b: sideOf(b, labels[1]),
    startsAt: a[0].window.startsAt,
    currency: a[0].cost.currency,
    summary: [],
    notes: notesOf(a, b, pairs, labels),
    measures,
    divergences: parted,
    why: looked === null ? [] : explanations(pairs.a, pairs.b, looked, labels),
  };
  return { ...comparison, summary: summaryOf(comparison) };
}

function sideOf(results: readonly Result[], label: string): ComparisonSide {
  const count = (holds: (result: Result) => boolean) => results.filter(holds).length;
  return {
    label,
    scenario: results[0].scenario,
    simulator: results[0].simulator,
    modelHash: results[0].manifest.modelHash,
    seeds: results.map(({ manifest }) => manifest.seed).sort((x, y) => x - y),
    passed: count(({ verdict }) => verdict === 'pass'),
    failed: count(({ verdict }) => verdict === 'fail'),
    unfinished: count(({ status }) => status !== 'complete'),
  };
}
