import type { Impact, ObjectiveImpact, SourceImpact } from '../model/impact-result.ts';
import type { Result, SourceResult } from '../model/result.ts';

/** Two runs of the same seed, one without the change and one with it, which happens at `atSeconds`. */
export interface ImpactRuns {
  readonly without: Result;
  readonly with: Result;
  readonly atSeconds: number;
}

/** What users feel of a change. Sources and objectives stand in the order of the result. */
export function impactOf(runs: ImpactRuns): Impact {
  const objectives = [...objectivesOf(runs), ...thresholdsOf(runs)];
  return {
    sources: runs.with.sources.flatMap((source) => {
      const before = runs.without.sources.find(({ name }) => name === source.name);
      return before === undefined ? [] : [sourceOf(before, source, runs)];
    }),
    objectives,
    holds: objectives.every(({ passed }) => passed.with),
  };
}

function sourceOf(without: SourceResult, changed: SourceResult, runs: ImpactRuns): SourceImpact {
  const both = <T>(of: (source: SourceResult) => T) => ({ without: of(without), with: of(changed) });
  const causes = [...new Set([...Object.keys(changed.errors), ...Object.keys(without.errors)])].sort();
  return {
    name: changed.name,
    offered: both(({ offered }) => offered),
    availability: both(({ availability }) => availability),
    failed: both(({ errors }) => Object.values(errors).reduce((sum, count) => sum + count, 0)),
    errors: causes.map((cause) => ({ cause, ...both(({ errors }) => errors[cause] ?? 0) })),
    p50Ms: both(({ latency }) => latency.p50),
    p95Ms: both(({ latency }) => latency.p95),
    p99Ms: both(({ latency }) => latency.p99),
    ...worstOf(changed.name, runs),
  };
}

function worstOf(
  source: string,
  { with: result, atSeconds }: ImpactRuns,
): Pick<SourceImpact, 'worst' | 'slowest'> {
  const { timesSeconds, columns } = result.series;
  const column = (measure: string) =>
    columns.find((each) => each.group === 'source' && each.subject === source && each.measure === measure)
      ?.values ?? [];
  const failed = column('errorRate');
  const served = column('servedRate');
  const p99 = column('p99');
  let worst: SourceImpact['worst'] = null;
  let slowest: SourceImpact['slowest'] = null;
  timesSeconds.forEach((time, i) => {
    if (time <= atSeconds) return;
    const errors = failed[i] ?? 0;
    const ended = errors + (served[i] ?? 0);
    const errorShare = ended === 0 ? 0 : errors / ended;
    const p99Ms = p99[i] ?? null;
    if (errorShare > (worst?.errorShare ?? 0)) worst = { atSeconds: time, errorShare, p99Ms };
    if (p99Ms !== null && p99Ms > (slowest?.p99Ms ?? 0)) slowest = { atSeconds: time, p99Ms };
  });
  return { worst, slowest };
}

function objectivesOf({ without, with: changed }: ImpactRuns): ObjectiveImpact[] {
  return changed.objectives.map((objective, i) => {
    const before = without.objectives[i]!;
    return {
      name: objective.name,
      description: objective.description,
      target: objective.target,
      achieved: { without: before.achieved, with: objective.achieved },
      passed: { without: before.passed, with: objective.passed },
    };
  });
}

function thresholdsOf({ without, with: changed }: ImpactRuns): ObjectiveImpact[] {
  return changed.thresholds.map((threshold, i) => {
    const before = without.thresholds[i]!;
    return {
      name: threshold.metric,
      description: threshold.expression,
      target: null,
      achieved: { without: before.observed, with: threshold.observed },
      passed: { without: before.passed, with: threshold.passed },
    };
  });
}

/** Sentences for what is missed with the change: by it, or anyway. */
export function missedBy(impact: Impact, change: string): string[] {
  return impact.objectives
    .filter(({ passed }) => !passed.with)
    .map(({ name, passed }) =>
      passed.without
        ? `${name} is met without the ${change} and missed with it`
        : `${name} is missed, with the ${change} and without it`,
    );
}
