import type { ObjectiveResult, Result } from '../../src/model/result.ts';
import type { Band } from './payload.ts';
import type { SeriesTable } from './series-table.ts';

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
  const breaches = result.objectives.flatMap((objective) =>
    breachesOf(objective, table, result.window.fromSeconds),
  );
  return [...(warmUp.toSeconds > warmUp.fromSeconds ? [warmUp] : []), ...annotations, ...breaches];
}

/** A, B, … Z, AA, AB, … */
export function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** Stretches of measured sample intervals in which, taken alone, the share of good requests was under the target. */
export function breachesOf(objective: ObjectiveResult, table: SeriesTable, measuredFrom: number): Band[] {
  const shares = table.values('objective', objective.name, 'goodShare') ?? [];
  const bands: Band[] = [];
  let start: number | null = null;
  for (let index = 0; index <= shares.length; index++) {
    const share = shares[index] ?? null;
    if (share !== null && share < objective.target && startOf(index, table) >= measuredFrom)
      start ??= startOf(index, table);
    else if (start !== null) {
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

function startOf(index: number, table: SeriesTable): number {
  return index === 0 ? table.fromSeconds : table.times[index - 1]!;
}
