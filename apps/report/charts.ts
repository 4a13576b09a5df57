import type { Result } from '../../src/model/result.ts';
import { causeRank, causeTitle } from './causes.ts';
import type { Unit } from './format.ts';
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

export const dashes: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [5, 2]];
export const markers: readonly Marker[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'plus'];

/** The style of the n-th of many things of one sort: colour, dash and marker all differ. */
export function categoryStyle(index: number): Style {
  return {
    ink: String((index % categories) + 1),
    dash: dashes[index % dashes.length]!,
    marker: markers[(index + Math.floor(index / markers.length)) % markers.length]!,
  };
}

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
  chart(spec: Partial<ChartSpec> & Pick<ChartSpec, 'id' | 'title' | 'unit' | 'series'>): ChartSpec | null {
    if (spec.series.length === 0) return null;
    const plain = {
      hint: '',
      limits: [],
      signed: false,
      wide: false,
      logarithmic: spec.unit === 'milliseconds',
    };
    const chart = { ...plain, ...spec };
    this.charts.push(chart);
    return chart;
  }

  /** The sum of a measure over all subjects of a group. */
  total(group: Group, measure: string): Values | null {
    return sumValues(this.table.ofMeasure(group, measure).map((column) => column.values));
  }
}

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
} as const satisfies Record<string, Style>;

/** The charts of what users sent and felt. */
export function trafficCharts(builder: ChartBuilder, result: Result): ChartSpec[] {
  const sources = result.sources.map((source) => source.name);
  return [
    builder.chart({
      id: 'demand',
      title: 'Demand and what was served',
      hint: 'A gap between the lines is demand that was not met.',
      wide: true,
      unit: 'perSecond',
      series: [
        ...builder.line('offered', builder.total('source', 'offeredRate'), style.offered),
        ...builder.line('served', builder.total('source', 'servedRate'), style.served),
      ],
    }),
    errorChart(builder, 'errors', 'Errors by cause', 'source', sources),
    ...sources.map((name, index) =>
      latencyChart(
        builder,
        `latency-${index}`,
        sources.length > 1 ? `Latency · ${name}` : 'Latency',
        'source',
        name,
        limitsOf(result, name),
      ),
    ),
    sources.length > 1 ? bySubject(builder, 'by-source', 'Demand by source', 'source', 'offeredRate') : null,
    bySubject(builder, 'utilisation', 'CPU utilisation by service', 'service', 'utilisation'),
    bySubject(builder, 'waiting', 'Requests waiting by service', 'service', 'queue'),
  ].filter((chart) => chart !== null);
}

/** The charts of one service. `index` is its position in the result. */
export function serviceCharts(builder: ChartBuilder, service: string, index: number): ChartSpec[] {
  const id = (name: string) => `s${index}-${name}`;
  const of = (measure: string) => builder.table.values('service', service, measure);
  const charts = [
    builder.chart({
      id: id('rate'),
      title: 'Requests that arrived and were served',
      unit: 'perSecond',
      series: [
        ...builder.line('arrived', of('offeredRate'), style.offered),
        ...builder.line('served', of('servedRate'), style.served),
      ],
    }),
    latencyChart(builder, id('latency'), 'Latency inside the service', 'service', service, []),
    builder.chart({
      id: id('cpu'),
      title: 'CPU utilisation and throttling',
      unit: 'ratio',
      series: [
        ...builder.line('utilisation', of('utilisation'), style.utilisation),
        ...builder.line('throttled', of('throttled'), style.throttled),
      ],
    }),
    builder.chart({
      id: id('queue'),
      title: 'Waiting and in flight',
      unit: 'count',
      series: [
        ...builder.line('waiting', of('queue'), style.queue),
        ...builder.line('in flight', of('inFlight'), style.inFlight),
      ],
    }),
    errorChart(builder, id('errors'), 'Errors by cause', 'service', [service]),
    builder.chart({
      id: id('retries'),
      title: 'Retries sent to it',
      unit: 'perSecond',
      series: builder.line('retries', retriesTo(builder.table, service), style.retries),
    }),
    builder.chart({
      id: id('replicas'),
      title: 'Replicas',
      unit: 'count',
      series: builder.line('replicas', of('replicas'), style.replicas),
    }),
    ...otherCharts(builder, service, id),
  ];
  return charts.filter((chart) => chart !== null);
}

const familiar = new Set(
  'offeredRate servedRate errorRate p50 p95 p99 utilisation throttled queue inFlight replicas retryRate'.split(
    ' ',
  ),
);

/** What the run recorded of a service that no other chart shows. */
function otherCharts(
  builder: ChartBuilder,
  service: string,
  id: (name: string) => string,
): (ChartSpec | null)[] {
  return builder.table
    .ofSubject('service', service)
    .filter((column) => !familiar.has(column.measure) && !column.measure.startsWith('errorRate/'))
    .map((column, index) =>
      builder.chart({
        id: id(`other-${index}`),
        title: inWords(column.measure),
        unit: column.unit,
        series: builder.line(inWords(column.measure), column.values, { ink: '5' }),
      }),
    );
}

/** A measure's name in words: `cpuCores` → `CPU cores`. */
function inWords(measure: string): string {
  const words = measure.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return title.replace(/\bcpu\b/gi, 'CPU');
}

function retriesTo(table: SeriesTable, service: string): Values | null {
  const calls = table.ofMeasure('call', 'retryRate');
  const received = calls.filter((column) => {
    const callee = column.subject.split(' → ')[1] ?? '';
    return callee === service || callee.startsWith(`${service} `);
  });
  return sumValues(received.map((column) => column.values));
}

function latencyChart(
  builder: ChartBuilder,
  id: string,
  title: string,
  group: Group,
  subject: string,
  limits: ChartSpec['limits'],
): ChartSpec | null {
  const series = (['p50', 'p95', 'p99'] as const).flatMap((measure) =>
    builder.line(measure, builder.table.values(group, subject, measure), style[measure]),
  );
  return builder.chart({ id, title, unit: 'milliseconds', series, limits });
}

/** The latency limits of the objectives that are measured on a source, each once. */
function limitsOf(result: Result, source: string): ChartSpec['limits'] {
  const seen = new Map<number, string>();
  for (const objective of result.objectives) {
    const onIt = objective.subject === source || result.sources.length === 1;
    const elsewhere = result.services.some((service) => objective.subject.startsWith(service.name));
    if (objective.latencyMs !== null && onIt && !(elsewhere && objective.subject !== source)) {
      seen.set(objective.latencyMs, objective.name);
    }
  }
  return [...seen].map(([value, label]) => ({ value, label }));
}

function errorChart(
  builder: ChartBuilder,
  id: string,
  title: string,
  group: Group,
  subjects: readonly string[],
): ChartSpec | null {
  const byCause = new Map<string, Values[]>();
  for (const column of subjects.flatMap((subject) => builder.table.ofSubject(group, subject))) {
    const cause = column.measure.startsWith('errorRate/') ? column.measure.slice('errorRate/'.length) : null;
    if (cause === null || (largest(column.values) ?? 0) === 0) continue;
    byCause.set(cause, [...(byCause.get(cause) ?? []), column.values]);
  }
  const causes = [...byCause].sort(([a], [b]) => causeRank(a) - causeRank(b));
  const series = causes.flatMap(([cause, columns]) =>
    builder.line(causeTitle(cause), sumValues(columns), categoryStyle(causeRank(cause))),
  );
  return builder.chart({ id, title, unit: 'perSecond' satisfies Unit, series });
}

/** The most lines that one chart still shows apart. */
const linesMax = 8;

/** One line for each subject of a group, the largest ones when there are too many. */
function bySubject(
  builder: ChartBuilder,
  id: string,
  title: string,
  group: Group,
  measure: string,
): ChartSpec | null {
  const columns = builder.table.ofMeasure(group, measure);
  const peaks = columns.map((column, index) => ({ column, index, peak: largest(column.values) ?? 0 }));
  const shown = peaks
    .filter(({ peak }) => peak > 0)
    .sort((a, b) => b.peak - a.peak || a.index - b.index)
    .slice(0, linesMax)
    .sort((a, b) => a.index - b.index);
  if (shown.length === 0) return null;
  const hint = peaks.length > linesMax ? `The ${linesMax} largest of ${peaks.length}.` : '';
  const series = shown.flatMap(({ column, index }) =>
    builder.line(column.subject, column.values, categoryStyle(index)),
  );
  return builder.chart({ id, title, hint, unit: columns[0]!.unit, series });
}
