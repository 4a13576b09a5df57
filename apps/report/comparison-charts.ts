import type { Comparison } from '../../src/model/comparison-result.ts';
import type { Result } from '../../src/model/result.ts';
import { ChartBuilder, type ColumnStore, type Style } from './chart-builder.ts';
import { differences } from './comparison-series.ts';
import type { Unit } from './format.ts';
import type { ChartSpec } from './payload.ts';
import type { Group, SeriesTable, Values } from './series-table.ts';
import { largest, sumValues } from './series-table.ts';

/** The two sides of a comparison, each the mean over its runs, on the same times. */
export interface Sides {
  readonly a: SeriesTable;
  readonly b: SeriesTable;
}

const styleA: Style = { ink: 'a', dash: [7, 4], marker: 'circle' };
const styleB: Style = { ink: 'b', marker: 'square' };
const styleDelta: Style = { ink: 'delta', area: true, width: 1.5 };

type Read = (table: SeriesTable) => Values | null;
interface Measured {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly read: Read;
}

/** Builds for each measure a chart of both sides and one of B − A. */
export class ComparisonCharts {
  readonly builder: ChartBuilder;
  readonly #sides: Sides;

  constructor(sides: Sides, store: ColumnStore) {
    this.builder = new ChartBuilder(sides.a, store);
    this.#sides = sides;
  }

  /** What users sent and felt. */
  traffic(comparison: Comparison, results: readonly Result[]): ChartSpec[] {
    const objectives = named(results, (result) => result.objectives);
    const sources = named(results, (result) => result.sources);
    return [
      ...objectives.map((name, index) =>
        this.#of(`good-${index}`, `Good requests · ${name}`, 'ratio', 'objective', name, 'goodShare'),
      ),
      this.#pair({ id: 'served', title: 'Requests served', unit: 'perSecond', read: total('servedRate') }),
      this.#pair({ id: 'failed', title: 'Requests failed', unit: 'perSecond', read: total('errorRate') }),
      ...sources.map((name, index) =>
        this.#of(`p95-${index}`, `Latency p95 · ${name}`, 'milliseconds', 'source', name, 'p95'),
      ),
      ...comparison.why
        .filter(
          ({ service, measure }, index, all) =>
            all.findIndex((why) => why.service === service && why.measure === measure) === index,
        )
        .slice(0, 3)
        .map(({ service, measure }, index) => {
          const unit = unitOf(this.#sides, service, measure);
          return this.#of(
            `why-${index}`,
            `${service} · ${inWords[measure] ?? measure}`,
            unit,
            'service',
            service,
            measure,
          );
        }),
    ].flat();
  }

  /** How one service stood up to it. */
  service(name: string, index: number): ChartSpec[] {
    const measures = ['offeredRate', 'errorRate', 'utilisation', 'throttled', 'queue', 'replicas'];
    return measures.flatMap((measure) => {
      const unit = unitOf(this.#sides, name, measure);
      return this.#of(`s${index}-${measure}`, inWords[measure]!, unit, 'service', name, measure);
    });
  }

  #of(id: string, title: string, unit: Unit, group: Group, subject: string, measure: string): ChartSpec[] {
    return this.#pair({ id, title, unit, read: (table) => table.values(group, subject, measure) });
  }

  #pair({ id, title, unit, read }: Measured): ChartSpec[] {
    const [a, b] = [read(this.#sides.a), read(this.#sides.b)];
    if ((a === null && b === null) || isFlatZero(a, b)) return [];
    const series = [...this.builder.line('A', a, styleA), ...this.builder.line('B', b, styleB)];
    const delta = this.builder.line('B − A', differences(a, b), styleDelta);
    return [
      this.builder.chart({ id, title, unit, series }),
      this.builder.chart({
        id: `${id}-delta`,
        title: `${title}: B − A`,
        unit: unit === 'ratio' ? 'points' : unit,
        series: delta,
        signed: true,
        logarithmic: false,
      }),
    ].filter((chart) => chart !== null);
  }
}

const inWords: Readonly<Record<string, string>> = {
  offeredRate: 'Requests that arrived',
  errorRate: 'Requests failed',
  utilisation: 'CPU utilisation',
  throttled: 'Throttled',
  queue: 'Requests waiting',
  inFlight: 'Requests in flight',
  replicas: 'Replicas',
  cpu: 'CPU used',
};

/** Nothing to see: never anything but zero on either side. */
function isFlatZero(a: Values | null, b: Values | null): boolean {
  return (largest(a ?? []) ?? 0) === 0 && (largest(b ?? []) ?? 0) === 0;
}

function total(measure: string): Read {
  return (table) => sumValues(table.ofMeasure('source', measure).map((column) => column.values));
}

function unitOf({ a, b }: Sides, service: string, measure: string): Unit {
  const column = [a, b]
    .flatMap((table) => table.ofSubject('service', service))
    .find((each) => each.measure === measure);
  return column?.unit ?? 'count';
}

/** Names that any of the results has, each once, in the order of their appearance. */
export function named(
  results: readonly Result[],
  of: (result: Result) => readonly { readonly name: string }[],
): string[] {
  return [...new Set(results.flatMap((result) => of(result).map(({ name }) => name)))];
}
