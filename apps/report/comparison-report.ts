import type { Comparison } from '../../src/model/comparison-result.ts';
import type { Result } from '../../src/model/result.ts';
import { ColumnStore } from './chart-builder.ts';
import { makeClock } from './clock.ts';
import { ComparisonCharts, named } from './comparison-charts.ts';
import { commonTimes, meanSeries } from './comparison-series.ts';
import { html } from './markup.ts';
import { page } from './page.ts';
import type { Band, Payload } from './payload.ts';
import {
  comparedServices,
  comparisonHead,
  comparisonOrigins,
  measuresSection,
  overTimeSection,
  whySection,
} from './sections/comparison.ts';
import { glossarySection } from './sections/origins.ts';
import { SeriesTable } from './series-table.ts';

/**
 * A comparison as one HTML file that needs nothing else. `a` and `b` are the runs of each side that were
 * compared, one at least; charts show the mean over them. The same input gives the same bytes.
 */
export function renderComparisonHtml(
  comparison: Comparison,
  a: readonly Result[],
  b: readonly Result[],
): string {
  const results = [...a, ...b];
  const times = commonTimes(results);
  const sides = { a: new SeriesTable(meanSeries(a, times)), b: new SeriesTable(meanSeries(b, times)) };
  const store = new ColumnStore();
  const charts = new ComparisonCharts(sides, store);
  const traffic = charts.traffic(comparison, results);
  const services = named(results, (result) => result.services);
  const serviceCharts = services.map((name, index) => charts.service(name, index));
  const clock = makeClock(comparison.startsAt);
  const payload: Payload = {
    clock,
    times: sides.a.times,
    fromSeconds: sides.a.fromSeconds,
    toSeconds: Math.max(sides.a.times.at(-1) ?? 0, sides.a.fromSeconds + 1e-3),
    columns: store.columns,
    charts: charts.builder.charts,
    bands: bandsOf(comparison, results[0]!),
    marks: [],
    markKinds: [],
    services,
  };
  const sections = [
    whySection(comparison, clock),
    overTimeSection(traffic, payload, comparison.seeds.length),
    measuresSection(comparison),
    comparedServices(services, serviceCharts, payload),
    comparisonOrigins(comparison),
    glossarySection(),
  ].filter((section) => section !== null);
  const title = `${comparison.a.label} against ${comparison.b.label}`;
  return page({
    title: `${title} · DevOps Simulator`,
    brand: html`<span class="name">${title}</span>`,
    head: comparisonHead(comparison, clock),
    sections,
    payload,
    foot: html`<p>Made by DevOps Simulator ${comparison.a.simulator}.</p>`,
  });
}

/** What the author announced, and the stretch where the sides differ most; by number, for A and B are the sides. */
function bandsOf({ divergences }: Comparison, { annotations }: Result): Band[] {
  const announced = annotations.map((annotation) => ({ ...annotation }));
  const parting = divergences.slice(0, 1).map(({ subject, fromSeconds, toSeconds }) => ({
    fromSeconds,
    toSeconds,
    label: `they part: ${subject}`,
  }));
  return [...announced, ...parting].map(
    (band, index): Band => ({ kind: 'annotation', ...band, letter: String(index + 1) }),
  );
}
