import type { Result, SeriesResult } from '../../src/model/result.ts';
import type { Values } from './series-table.ts';

/** The sample times that every result has, from the start on: runs that ended early have fewer. */
export function commonTimes(results: readonly Result[]): number[] {
  const [first = [], ...others] = results.map((result) => result.series.timesSeconds);
  let count = 0;
  while (count < first.length && others.every((times) => times[count] === first[count])) count++;
  return first.slice(0, count);
}

/** The series of several runs as one: at each time the mean over the runs that have a value there. */
export function meanSeries(results: readonly Result[], timesSeconds: number[]): SeriesResult {
  const byName = new Map<string, SeriesResult['columns']>();
  for (const column of results.flatMap((result) => result.series.columns)) {
    const name = `${column.group}\n${column.subject}\n${column.measure}`;
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [column]);
    else same.push(column);
  }
  const columns = [...byName.values()].map((same) => ({
    ...same[0]!,
    values: timesSeconds.map((_, index) => meanAt(same, index)),
  }));
  return { timesSeconds, columns };
}

function meanAt(columns: SeriesResult['columns'], index: number): number | null {
  const known = columns.map((column) => column.values[index] ?? null).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** B − A at every point; null where either has no value, and when either has no column. */
export function differences(a: Values | null, b: Values | null): Values | null {
  if (a === null || b === null) return null;
  return a.map((value, index) => {
    const other = b[index] ?? null;
    return value === null || other === null ? null : other - value;
  });
}
