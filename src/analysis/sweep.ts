import { assert } from '../base/assert.ts';
import { confidenceInterval, normalQuantile, RunningStatistics } from '../base/statistics.ts';
import type { Finding, Result } from '../model/result.ts';
import type { MeasureSummary, Sweep } from '../model/sweep-result.ts';
import { type Measure, tabulate } from './measures.ts';

/**
 * One model over several seeds: what its runs have in common, how far they spread, and how sure one can be of the
 * means. `level` is that of the confidence intervals. All results must be of one model.
 */
export function summariseSeeds(results: readonly Result[], level = 0.95): Sweep {
  assert(results.length > 0, 'a sweep has at least one result');
  const sorted = [...results].sort((a, b) => a.manifest.seed - b.manifest.seed);
  const [first] = sorted;
  assert(
    sorted.every((result) => result.manifest.modelHash === first.manifest.modelHash),
    'the results of a sweep are of one model',
  );
  return {
    schema: 'sim.devops/sweep/v1',
    simulator: first.simulator,
    scenario: first.scenario,
    description: first.description,
    modelHash: first.manifest.modelHash,
    currency: first.cost.currency,
    level,
    runs: sorted.map(({ manifest, status, verdict }) => ({
      seed: manifest.seed,
      status,
      verdict,
      traceHash: manifest.traceHash,
    })),
    ...verdictOf(sorted, level),
    objectives: first.objectives.map(({ name, description, target }, position) => ({
      name,
      description,
      target,
      ...countPassed(sorted.map((result) => result.objectives[position])),
    })),
    thresholds: first.thresholds.map(({ metric, expression }, position) => ({
      metric,
      expression,
      ...countPassed(sorted.map((result) => result.thresholds[position])),
    })),
    measures: measureSummaries(sorted, level),
    findings: frequentFindings(sorted),
  };
}

function verdictOf(
  results: readonly Result[],
  level: number,
): Pick<Sweep, 'verdict' | 'passShare' | 'passInterval'> {
  const judged = results.filter(({ verdict }) => verdict !== 'none');
  const passed = judged.filter(({ verdict }) => verdict === 'pass').length;
  if (judged.length === 0) return { verdict: 'none', passShare: null, passInterval: null };
  return {
    verdict: passed < judged.length ? 'fail' : judged.length < results.length ? 'none' : 'pass',
    passShare: passed / judged.length,
    passInterval: judged.length < 2 ? null : wilsonInterval(passed, judged.length, level),
  };
}

function countPassed(items: readonly { readonly passed: boolean }[]): { passed: number; seeds: number } {
  return { passed: items.filter(({ passed }) => passed).length, seeds: items.length };
}

/**
 * Wilson's score interval for a share of independent trials: honest for few trials and for shares of 0 and 1, where
 * five passes of five say only that a pass is more likely than not.
 */
export function wilsonInterval(passed: number, trials: number, level: number): { low: number; high: number } {
  const z = normalQuantile(0.5 + level / 2);
  const share = passed / trials;
  const middle = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * trials)) / trials);
  const scale = 1 + (z * z) / trials;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}

function measureSummaries(results: readonly Result[], level: number): MeasureSummary[] {
  return tabulate(results).flatMap(({ kind, values }) => {
    const known = values.flatMap((value, i) =>
      value === null ? [] : [{ value, seed: results[i].manifest.seed }],
    );
    return known.length === 0 ? [] : [measureSummary(kind, known, level)];
  });
}

interface Known {
  readonly value: number;
  readonly seed: number;
}

function measureSummary(
  { id, name, subject, unit, direction }: Measure,
  known: readonly Known[],
  level: number,
): MeasureSummary {
  const statistics = new RunningStatistics();
  for (const { value } of known) statistics.add(value);
  const { low, high } = confidenceInterval(
    known.map(({ value }) => value),
    level,
  );
  return {
    id,
    name,
    subject,
    unit,
    direction,
    mean: statistics.mean,
    standardDeviation: statistics.standardDeviation,
    interval: known.length < 2 ? null : { low, high },
    min: known.reduce((least, each) => (each.value < least.value ? each : least)),
    max: known.reduce((most, each) => (each.value > most.value ? each : most)),
    seeds: known.length,
  };
}

/** The findings of all seeds by mechanism and subject. */
function frequentFindings(results: readonly Result[]): Sweep['findings'] {
  const found = new Map<string, Sweep['findings'][number]>();
  for (const { findings, manifest } of results) {
    const seen = new Set<string>();
    for (const finding of findings) {
      const key = JSON.stringify([finding.kind ?? '', finding.subject]);
      if (seen.has(key)) continue;
      seen.add(key);
      found.set(key, addFinding(found.get(key), finding, manifest.seed));
    }
  }
  const rank = (severity: Finding['severity']) => (severity === 'problem' ? 0 : 1);
  return [...found.values()].sort((a, b) => rank(a.severity) - rank(b.severity) || b.seeds - a.seeds);
}

function addFinding(
  before: Sweep['findings'][number] | undefined,
  finding: Finding,
  seed: number,
): Sweep['findings'][number] {
  if (before === undefined) {
    const { kind = '', severity, subject, message } = finding;
    return { kind, severity, subject, seeds: 1, example: message, exampleSeed: seed };
  }
  const severity = finding.severity === 'problem' ? 'problem' : before.severity;
  return { ...before, severity, seeds: before.seeds + 1 };
}
