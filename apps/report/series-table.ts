import type { SeriesResult } from '../../src/model/result.ts';

export type Values = readonly (number | null)[];
export type Group = SeriesResult['columns'][number]['group'];
type Column = SeriesResult['columns'][number];

/** More points than this on one axis are thinned out: no screen is wider, and files must stay small. */
export const pointsMax = 3000;

/** The columns of a result by what they measure, thinned out to at most `pointsMax` points. */
export class SeriesTable {
  readonly times: readonly number[];
  /** Where the first interval begins. */
  readonly fromSeconds: number;
  /** How many samples each point stands for. */
  readonly samplesPerPoint: number;
  readonly columns: readonly Column[];
  readonly #byKey: ReadonlyMap<string, Column>;

  constructor(series: SeriesResult) {
    const samples = series.timesSeconds;
    const stride = Math.max(1, Math.ceil(samples.length / pointsMax));
    this.samplesPerPoint = stride;
    this.times = thinTimes(samples, stride);
    this.columns =
      stride === 1
        ? series.columns
        : series.columns.map((column) => ({ ...column, values: thinValues(column, stride) }));
    const step = samples.length > 1 ? samples[1]! - samples[0]! : (samples[0] ?? 0);
    this.fromSeconds = samples.length === 0 ? 0 : Math.max(0, samples[0]! - step);
    this.#byKey = new Map(this.columns.map((column) => [key(column), column]));
  }

  /** One column, or null when the run did not record it. */
  values(group: Group, subject: string, measure: string): Values | null {
    return this.#byKey.get(key({ group, subject, measure }))?.values ?? null;
  }

  /** All columns of one measure over the subjects of a group, in the order of the result. */
  ofMeasure(group: Group, measure: string): readonly Column[] {
    return this.columns.filter((column) => column.group === group && column.measure === measure);
  }

  /** All columns of one subject, in the order of the result. */
  ofSubject(group: Group, subject: string): readonly Column[] {
    return this.columns.filter((column) => column.group === group && column.subject === subject);
  }
}

function key(column: Pick<Column, 'group' | 'subject' | 'measure'>): string {
  return `${column.group}\n${column.subject}\n${column.measure}`;
}

function thinTimes(times: readonly number[], stride: number): number[] {
  const thinned: number[] = [];
  for (let start = 0; start < times.length; start += stride) {
    thinned.push(times[Math.min(start + stride, times.length) - 1]!);
  }
  return thinned;
}

/** Rates and shares keep their mean, what is feared its worst value: a peak, or a lack of ready pods, must not disappear. */
function thinValues(column: Column, stride: number): (number | null)[] {
  const { unit, measure } = column;
  const peaks = unit === 'milliseconds' || measure.startsWith('queue') || measure === 'unschedulable';
  const thinned: (number | null)[] = [];
  for (let start = 0; start < column.values.length; start += stride) {
    const present = column.values.slice(start, start + stride).filter((value) => value !== null);
    if (present.length === 0) thinned.push(null);
    else if (peaks) thinned.push(Math.max(...present));
    else if (measure === 'ready') thinned.push(Math.min(...present));
    else thinned.push(present.reduce((sum, value) => sum + value, 0) / present.length);
  }
  return thinned;
}

/** The sum of columns at every point; null where none has a value. Null for no columns at all. */
export function sumValues(columns: readonly Values[]): Values | null {
  if (columns.length === 0) return null;
  if (columns.length === 1) return columns[0]!;
  return columns[0]!.map((_, index) => {
    const present = columns.map((values) => values[index] ?? null).filter((value) => value !== null);
    return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0);
  });
}

/** The largest value, or null when there is none. */
export function largest(values: Values): number | null {
  return values.reduce((most: number | null, value) => {
    return value !== null && (most === null || value > most) ? value : most;
  }, null);
}

/** Four significant digits: more than a screen can show, and a third of the bytes. */
export function roundValue(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Number(value.toPrecision(4));
}
