import type { Result, ServiceResult } from '../../../src/model/result.ts';
import { causeTitle } from '../causes.ts';
import { figure } from '../figure.ts';
import { formatCount, formatMillis, formatNumber, formatShare } from '../format.ts';
import { meaningOf, type Term } from '../glossary.ts';
import { markKey } from '../mark-key.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { ChartSpec, Payload } from '../payload.ts';
import { errorShareOf } from '../topology.ts';
import { type Section, stateChip } from './section.ts';

type Shown = Pick<Payload, 'clock' | 'times' | 'columns' | 'markKinds'>;

/** One panel per service; the script shows the chosen one only. */
export function servicesSection(
  result: Result,
  charts: readonly (readonly ChartSpec[])[],
  data: Shown,
): Section {
  const content = [
    serviceChooser(result.services.map((service) => service.name)),
    markKey(data.markKinds),
    result.services.map((service, index) => panel(service, index, charts[index]!, data)),
  ];
  return { id: 'services', title: 'Services', short: 'Services', content };
}

/** The switch between panels, by position; the script shows it. */
export function serviceChooser(names: readonly string[]): Markup {
  return html`
<p class="section-lead chooser no-print" hidden><label for="service">Service</label>
<select id="service">${names.map((name, index) => html`<option value="${index}">${name}</option>`)}</select>
<button type="button" data-step-service="-1" aria-label="Previous service">‹</button><button type="button" data-step-service="1" aria-label="Next service">›</button></p>`;
}

function panel(service: ServiceResult, index: number, charts: readonly ChartSpec[], data: Shown): Markup {
  const share = errorShareOf(service);
  return html`
<article class="panel" id="service-${index}" data-panel="${index}" data-find="service ${service.name} ${service.workload}" aria-label="Service ${service.name}">
<header><h3>${service.name}</h3><span class="muted">${service.workload}</span>
${share > 0.01 ? stateChip('fail', `${formatShare(share)} errors`) : stateChip('pass', share === 0 ? 'no errors' : `${formatShare(share)} errors`)}</header>
<dl class="figures small">
${fact('Replicas', formatNumber(service.replicas), 'replica')}
${fact('Arrived', `${formatNumber(service.offeredRate)}/s`, 'offered')}
${fact('Utilisation', formatShare(service.utilisation), 'utilisation', `at most ${formatShare(service.utilisationMax)}`)}
${fact('CPU used', `${formatNumber(service.cpuCores)} cores`, 'utilisation')}
${fact('Throttled', formatShare(service.throttledShare), 'throttled')}
${fact('In flight', formatNumber(service.inFlight), 'inFlight', `most at once ${formatCount(service.inFlightMax)}`)}
${fact('Waiting', formatNumber(service.queue), 'waiting', `most at once ${formatCount(service.queueMax)}`)}
${fact('Latency p95', formatMillis(service.latency.p95), 'percentile', `median ${formatMillis(service.latency.p50)}`)}
</dl>
${errorsInWords(service)}
<div class="charts">${charts.map((chart) => figure(chart, data))}</div>
</article>`;
}

function fact(title: string, value: string, name: Term, detail = ''): Markup {
  return html`<div><dt><span data-tip="${meaningOf(name)}">${title}</span></dt><dd><span class="value">${value}</span>${detail && html`<span class="detail">${detail}</span>`}</dd></div>`;
}

function errorsInWords(service: ServiceResult): Markup | false {
  const causes = Object.entries(service.errors)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
  if (causes.length === 0) return false;
  const words = causes.map(([cause, count]) => `${formatCount(count)} ${causeTitle(cause)}`).join(', ');
  return html`<p class="muted">Failed requests: ${words}.</p>`;
}
