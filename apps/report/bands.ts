import type { Result } from '../../src/model/result.ts';
import type { Band, Mark } from './payload.ts';
import type { SeriesTable, Values } from './series-table.ts';
import { sumValues } from './series-table.ts';

type Objective = Result['objectives'][number];

/** Everything to shade on the charts: warm-up, what the author announced, and when objectives were missed. */
export function bandsOf(result: Result, table: SeriesTable): Band[] {
  const warmUp: Band = {
    kind: 'warm-up',
    fromSeconds: table.fromSeconds,
    toSeconds: result.window.fromSeconds,
    label: 'warm-up',
    letter: '',
  };
  const annotations = result.annotations.map(
    (annotation, index): Band => ({ kind: 'annotation', ...annotation, letter: letterOf(index) }),
  );
  const breaches = result.objectives.flatMap((objective) => breachesOf(objective, table));
  return [...(warmUp.toSeconds > warmUp.fromSeconds ? [warmUp] : []), ...annotations, ...breaches];
}

/** A, B, … Z, AA, AB, … */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** The instants to mark on the charts. */
export function marksOf(result: Result): Mark[] {
  return result.events.map((event) => ({
    atSeconds: event.atSeconds,
    kind: event.kind,
    label: `${event.subject}: ${event.message}`,
  }));
}

/** Stretches of sample intervals in which the objective's share of good requests was certainly under its target. */
export function breachesOf(objective: Objective, table: SeriesTable): Band[] {
  const broken =
    objective.indicator === 'availability' ? unavailable(objective, table) : tooSlow(objective, table);
  const bands: Band[] = [];
  let start: number | null = null;
  for (let index = 0; index <= table.times.length; index++) {
    if (index < table.times.length && broken(index)) {
      start ??= index === 0 ? table.fromSeconds : table.times[index - 1]!;
    } else if (start !== null) {
      const label = `${objective.name} below target`;
      bands.push({
        kind: 'breach',
        fromSeconds: start,
        toSeconds: table.times[index - 1]!,
        label,
        letter: '',
      });
      start = null;
    }
  }
  return bands;
}

type Broken = (index: number) => boolean;

function unavailable(objective: Objective, table: SeriesTable): Broken {
  const failed = ratesOf(objective, table, 'errorRate');
  const served = ratesOf(objective, table, 'servedRate');
  if (failed === null || served === null) return () => false;
  return (index) => {
    const bad = failed[index] ?? 0;
    const all = bad + (served[index] ?? 0);
    return all > 0 && 1 - bad / all < objective.target;
  };
}

/**
 * A quantile at or below the target's share that exceeds the limit proves that fewer requests than asked
 * were in time. Between the recorded quantiles it may miss a breach; it never invents one.
 */
function tooSlow(objective: Objective, table: SeriesTable): Broken {
  const measure = objective.target >= 0.99 ? 'p99' : objective.target >= 0.95 ? 'p95' : 'p50';
  const limit = objective.latencyMs;
  const columns = columnsOf(objective, table, measure);
  if (limit === null || columns.length !== 1 || objective.target < 0.5) return () => false;
  return (index) => (columns[0]![index] ?? 0) > limit;
}

function ratesOf(objective: Objective, table: SeriesTable, measure: string): Values | null {
  return sumValues(columnsOf(objective, table, measure));
}

/** The columns of what the objective is measured on; an unknown subject means all that users sent. */
function columnsOf(objective: Objective, table: SeriesTable, measure: string): Values[] {
  for (const group of ['source', 'service', 'endpoint'] as const) {
    const values = table.values(group, objective.subject, measure);
    if (values !== null) return [values];
  }
  return table.ofMeasure('source', measure).map((column) => column.values);
}
