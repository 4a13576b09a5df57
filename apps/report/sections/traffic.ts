import type { Result } from '../../../src/model/result.ts';
import { causeMeanings, causeRank, causeTitle } from '../causes.ts';
import { categoryStyle } from '../chart-builder.ts';
import { figure, swatch } from '../figure.ts';
import { formatCount, formatMillis, formatShare } from '../format.ts';
import { term } from '../glossary.ts';
import { markKey } from '../mark-key.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { ChartSpec, Payload } from '../payload.ts';
import { topology } from '../topology.ts';
import type { Section } from './section.ts';

type Shown = Pick<Payload, 'clock' | 'times' | 'columns' | 'markKinds'>;

export function topologySection(result: Result): Section {
  const content = html`
<p class="section-lead">Demand flows from left to right. Choose a service to see it in detail.</p>
${topology(result)}
<ul class="key" aria-label="How to read the picture">
<li><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><rect class="shape" x="2" y="2" width="16" height="16" rx="4"/></svg>healthy, with its CPU utilisation</li>
<li class="failing"><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path class="shape" d="M10 1L19 10L10 19L1 10Z"/></svg>more than 1 % errors, with their share</li>
<li><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path class="thin" d="M1 6H19"/><path class="thick" d="M1 14H19"/></svg>wider: more requests per second</li>
<li>↻ retries per call</li><li>✗ more than 1 % of the calls fail</li></ul>`;
  return { id: 'topology', title: 'Topology', short: 'Topology', content };
}

/** What users sent and felt, over time. */
export function trafficSection(result: Result, charts: readonly ChartSpec[], data: Shown): Section {
  const content = [
    markKey(data.markKinds),
    html`<div class="charts">${charts.map((chart) => figure(chart, data))}</div>`,
    html`<div class="pair">${causes(result)}${breakdown(result)}</div>`,
  ];
  return { id: 'traffic', title: 'Traffic over time', short: 'Traffic', content };
}

/** Failures by cause over the whole run, with what each cause means. */
function causes(result: Result): Markup | false {
  const counts = new Map<string, number>();
  for (const source of result.sources) {
    for (const [cause, count] of Object.entries(source.errors))
      counts.set(cause, (counts.get(cause) ?? 0) + count);
  }
  const rows = [...counts]
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || causeRank(a[0]) - causeRank(b[0]));
  if (rows.length === 0) return html`<p class="empty">No request of a user failed.</p>`;
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const most = rows[0]![1];
  return html`<div class="bars"><h3>Why requests failed</h3><ul>${rows.map(([cause, count]) => {
    const line = { marker: 'none' as const, width: 2, dash: [], ...categoryStyle(causeRank(cause)) };
    return html`<li data-find="error cause ${cause} ${causeTitle(cause)}"><span class="name">${swatch(line)}${causeTitle(cause)}</span>
<span class="bar" aria-hidden="true"><i style="width:${((count / most) * 100).toFixed(2)}%"></i></span>
<span class="count">${formatCount(count)} <span class="muted">${formatShare(count / total)}</span></span>
<span class="muted meaning">${causeMeanings[cause]?.meaning ?? ''}</span></li>`;
  })}</ul></div>`;
}

/** Where requests of users spent their time; the part that they only waited is hatched. */
function breakdown(result: Result): Markup | false {
  const rows = (result.latencyBreakdown ?? []).filter((row) => row.share >= 0.001);
  if (rows.length === 0) return false;
  const most = Math.max(...rows.map((row) => row.share));
  return html`<div class="bars"><h3>${term('breakdown', 'Where time goes')}</h3><ul>${rows.map((row) => {
    const place = row.service ?? 'between services';
    const width = (row.share / most) * 100;
    return html`<li data-find="where time goes ${place}"><span class="name">${place}</span>
<span class="bar" aria-hidden="true"><i style="width:${(width * (1 - row.queueShare)).toFixed(2)}%"></i><i class="waited" style="width:${(width * row.queueShare).toFixed(2)}%"></i></span>
<span class="count">${formatMillis(row.meanMs)} <span class="muted">${formatShare(row.share)}</span></span>
<span class="muted meaning">${row.queueShare >= 0.001 && `${formatShare(row.queueShare)} of it waiting to be started`}</span></li>`;
  })}</ul></div>`;
}
