import { causeRank, causeTitle } from './causes.ts';
import type { ChartSpec, Marker, SeriesSpec } from './payload.ts';
import type { Group, SeriesTable, Values } from './series-table.ts';
import { largest, roundValue, sumValues } from './series-table.ts';
import { categories } from './theme.ts';

/** Collects the columns that charts show, each once. */
export class ColumnStore {
  readonly columns: (number | null)[][] = [];
  readonly #positions = new Map<Values, number>();

  /** Position of the values among the columns. */
  add(values: Values): number {
    const known = this.#positions.get(values);
    if (known !== undefined) return known;
    this.#positions.set(values, this.columns.push(values.map(roundValue)) - 1);
    return this.columns.length - 1;
  }
}

/** How a series is drawn; what is left out is a plain solid line. */
export type Style = Partial<Omit<SeriesSpec, 'label' | 'column'>> & Pick<SeriesSpec, 'ink'>;

/** The lines that have a meaning of their own wherever they appear. */
export const style = {
  offered: { ink: 'offered', dash: [6, 4], width: 2 },
  served: { ink: 'served', area: true },
  p50: { ink: 'p50', dash: [2, 3], marker: 'circle', width: 1.75 },
  p95: { ink: 'p95', dash: [8, 3], marker: 'square', width: 1.75 },
  p99: { ink: 'p99', marker: 'triangle', width: 1.75 },
  utilisation: { ink: 'utilisation', area: true },
  throttled: { ink: 'throttled', dash: [6, 3], marker: 'diamond' },
  queue: { ink: 'queue', area: true },
  inFlight: { ink: 'inflight', dash: [7, 3], marker: 'square' },
  replicas: { ink: 'replicas', stepped: true },
  retries: { ink: 'retries', marker: 'plus' },
  wanted: { ink: 'wanted', dash: [6, 4], stepped: true, width: 1.75 },
  ready: { ink: 'ready', stepped: true, area: true },
  unplaced: { ink: 'unplaced', stepped: true, area: true, marker: 'diamond' },
} as const satisfies Record<string, Style>;

const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [5, 2]];
const markers: readonly Marker[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'plus'];

/** The style of the n-th of many things of one sort: colour, dash and marker all differ. */
export function categoryStyle(index: number): Style {
  return {
    ink: String((index % categories) + 1),
    dash: dashes[index % dashes.length]!,
    marker: markers[(index + Math.floor(index / markers.length)) % markers.length]!,
  };
}

/** The most lines that one chart still shows apart. */
const linesMax = 8;

type NewChart = Partial<ChartSpec> & Pick<ChartSpec, 'id' | 'title' | 'unit' | 'series'>;

/** Builds the charts of one result and the columns they need. */
export class ChartBuilder {
  readonly charts: ChartSpec[] = [];
  readonly store: ColumnStore;
  readonly table: SeriesTable;

  constructor(table: SeriesTable, store: ColumnStore) {
    this.table = table;
    this.store = store;
  }

  /** A series to put into a chart, or nothing when the run recorded no such values. */
  line(label: string, values: Values | null, style: Style): SeriesSpec[] {
    if (values === null) return [];
    const plain = { dash: [], marker: 'none', width: 2, stepped: false, area: false } as const;
    return [{ ...plain, ...style, label, column: this.store.add(values) }];
  }

  /** Adds a chart and returns it, or null when it would show nothing. */
  chart(spec: NewChart): ChartSpec | null {
    if (spec.series.length === 0) return null;
    const logarithmic = spec.unit === 'milliseconds';
    const chart = { hint: '', limits: [], signed: false, wide: false, logarithmic, ...spec };
    this.charts.push(chart);
    return chart;
  }

  /** The sum of a measure over all subjects of a group. */
  total(group: Group, measure: string): Values | null {
    return sumValues(this.table.ofMeasure(group, measure).map((column) => column.values));
  }

  /** p50, p95 and p99 of one subject. */
  quantiles(group: Group, subject: string): SeriesSpec[] {
    return (['p50', 'p95', 'p99'] as const).flatMap((measure) =>
      this.line(measure, this.table.values(group, subject, measure), style[measure]),
    );
  }

  /** One line for each cause of failure that occurred, summed over the subjects. */
  causes(group: Group, subjects: readonly string[]): SeriesSpec[] {
    const byCause = new Map<string, Values[]>();
    for (const column of subjects.flatMap((subject) => this.table.ofSubject(group, subject))) {
      const cause = /^errorRate\/(.+)$/.exec(column.measure)?.[1];
      if (cause === undefined || (largest(column.values) ?? 0) === 0) continue;
      byCause.set(cause, [...(byCause.get(cause) ?? []), column.values]);
    }
    return [...byCause]
      .sort(([a], [b]) => causeRank(a) - causeRank(b))
      .flatMap(([cause, columns]) =>
        this.line(causeTitle(cause), sumValues(columns), categoryStyle(causeRank(cause))),
      );
  }

  /** One line for each column, the largest when there are too many; `hint` says so. */
  compared(columns: readonly { readonly label: string; readonly values: Values }[]): {
    series: SeriesSpec[];
    hint: string;
  } {
    const peaks = columns.map((column, index) => ({ ...column, index, peak: largest(column.values) ?? 0 }));
    const shown = peaks
      .filter(({ peak }) => peak > 0)
      .sort((a, b) => b.peak - a.peak || a.index - b.index)
      .slice(0, linesMax)
      .sort((a, b) => a.index - b.index);
    const hint =
      shown.length === linesMax && peaks.length > linesMax
        ? `The ${linesMax} largest of ${peaks.length}.`
        : '';
    const series = shown.flatMap(({ label, values, index }) =>
      this.line(label, values, categoryStyle(index)),
    );
    return { series, hint };
  }

  /** The same for one measure over all subjects of a group. */
  bySubject(group: Group, measure: string): { series: SeriesSpec[]; hint: string } {
    const columns = this.table.ofMeasure(group, measure);
    return this.compared(columns.map(({ subject, values }) => ({ label: subject, values })));
  }
}
