import { changedCluster } from '../../src/analysis/cluster-changes.ts';
import type { Result } from '../../src/model/result.ts';
import { bandsOf } from './bands.ts';
import { ChartBuilder, ColumnStore } from './chart-builder.ts';
import { trafficCharts } from './charts.ts';
import { makeClock } from './clock.ts';
import { clusterCharts } from './cluster-charts.ts';
import { plural } from './format.ts';
import { markKindsOf, marksOf } from './marks.ts';
import { html } from './markup.ts';
import { page } from './page.ts';
import type { Payload } from './payload.ts';
import { clusterSection } from './sections/cluster.ts';
import { objectivesSection } from './sections/objectives.ts';
import {
  assumptionsSection,
  diagnosticsSection,
  glossarySection,
  reproduceSection,
} from './sections/origins.ts';
import { stateChip } from './sections/section.ts';
import { servicesSection } from './sections/services.ts';
import { callsSection, costSection, endpointsSection, eventsSection } from './sections/tables.ts';
import { topologySection, trafficSection } from './sections/traffic.ts';
import { verdict } from './sections/verdict.ts';
import { SeriesTable } from './series-table.ts';
import { serviceCharts } from './service-charts.ts';

/**
 * The report of a run as one HTML file that needs nothing else: no network, no server, no other file. The
 * same result gives the same bytes.
 */
export function renderHtml(result: Result): string {
  const series = new SeriesTable(result.series);
  const clock = makeClock(result.window.startsAt);
  const builder = new ChartBuilder(series, new ColumnStore());
  const traffic = trafficCharts(builder, result);
  const services = result.services.map((service, index) => serviceCharts(builder, service.name, index));
  const cluster = changedCluster(result);
  const ofCluster = cluster === null ? [] : clusterCharts(builder, cluster);
  const bands = bandsOf(result, series);
  const marks = marksOf(result);
  const payload: Payload = {
    clock,
    times: series.times,
    fromSeconds: series.fromSeconds,
    toSeconds: Math.max(series.times.at(-1) ?? 0, series.fromSeconds + 1e-3),
    columns: builder.store.columns,
    charts: builder.charts,
    bands,
    marks,
    markKinds: markKindsOf(marks),
    services: result.services.map((service) => service.name),
  };
  const sections = [
    objectivesSection(result, series, clock),
    topologySection(result),
    trafficSection(result, traffic, payload),
    servicesSection(result, services, payload),
    cluster === null ? null : clusterSection(cluster, ofCluster, payload, result.cost.currency),
    endpointsSection(result),
    callsSection(result),
    costSection(result),
    eventsSection(result.window, bands, marks, clock),
    assumptionsSection(result),
    diagnosticsSection(result),
    reproduceSection(result),
    glossarySection(),
  ].filter((section) => section !== null);
  return page({
    title: `${result.scenario}: ${words[result.verdict]} · DevOps Simulator`,
    brand: html`<span class="name">${result.scenario}</span> ${stateChip(result.verdict, words[result.verdict])}`,
    head: verdict(result, clock),
    sections,
    payload,
    foot: html`<p>Made by DevOps Simulator ${result.simulator} from ${plural(result.manifest.events, 'simulated event')}. ${thinned(series)}</p>`,
  });
}

export { renderComparisonHtml } from './comparison-report.ts';

const words = { pass: 'passed', fail: 'failed', none: 'no verdict' } as const;

function thinned(series: SeriesTable): string {
  const count = series.samplesPerPoint;
  if (count === 1) return '';
  return `Each point of the charts stands for ${count} samples: rates and shares by their mean, latencies, queues and missing pods by their worst value.`;
}
