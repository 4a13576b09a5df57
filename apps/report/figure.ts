import { formatTime } from './clock.ts';
import { formatQuantity } from './format.ts';
import type { Markup } from './markup.ts';
import { html } from './markup.ts';
import type { ChartSpec, Payload, SeriesSpec } from './payload.ts';
import { shapePath } from './shapes.ts';

type Shown = Pick<Payload, 'clock' | 'times' | 'columns'>;

/** The frame of a chart: title, legend with the largest values, and the place that the script draws into. */
export function figure(spec: ChartSpec, data: Shown): Markup {
  const summary = spec.series.map((series) => summarise(series, spec, data)).join(' ');
  return html`
<figure class="chart ${spec.wide && 'wide'}" id="chart-${spec.id}" data-chart="${spec.id}">
<figcaption><h3>${spec.title}</h3><span class="when"></span>
${spec.logarithmic && html`<button type="button" class="small no-print" data-log aria-pressed="false" data-tip="Switch between a linear and a logarithmic scale.">log</button>`}
${spec.hint && html`<p class="hint">${spec.hint}</p>`}</figcaption>
<ul class="legend">${spec.series.map((series, index) => legendItem(series, index, spec, data))}</ul>
<div class="plot" tabindex="0" role="group" aria-roledescription="chart" aria-label="${spec.title}. ${summary} Arrow keys move the cursor, plus and minus zoom."></div>
</figure>`;
}

function legendItem(series: SeriesSpec, index: number, spec: ChartSpec, data: Shown): Markup {
  const most = extreme(series, data, spec.signed);
  const idle =
    most === null ? 'no values' : `${spec.signed ? 'most' : 'max'} ${formatQuantity(most.value, spec.unit)}`;
  return html`<li><button type="button" aria-pressed="true" data-series="${index}" data-tip="Show or hide this line.">${swatch(series)}<span class="name">${series.label}</span></button><span class="value" data-idle="${idle}">${idle}</span></li>`;
}

/** A sample of the line as the chart draws it: colour, dash and marker. */
export function swatch(series: Pick<SeriesSpec, 'ink' | 'dash' | 'marker' | 'width'>): Markup {
  const path = shapePath(series.marker, 14, 6, 3.4);
  const line = html`<line x1="0" y1="6" x2="28" y2="6" stroke-width="${series.width}" stroke-dasharray="${series.dash.join(' ')}"/>`;
  return html`<svg class="swatch" viewBox="0 0 28 12" width="28" height="12" aria-hidden="true" style="--ink-swatch:var(--ink-${series.ink})">${line}${path !== '' && html`<path d="${path}"/>`}</svg>`;
}

function summarise(series: SeriesSpec, spec: ChartSpec, data: Shown): string {
  const values = data.columns[series.column]!.filter((value) => value !== null);
  const most = extreme(series, data, spec.signed);
  if (most === null) return `${series.label}: no values.`;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const when = formatTime(data.clock, most.seconds);
  return `${series.label}: mean ${formatQuantity(mean, spec.unit)}, most ${formatQuantity(most.value, spec.unit)} at ${when}.`;
}

/** The largest value (of differences: the one furthest from zero) and its time. */
function extreme(
  series: SeriesSpec,
  data: Shown,
  signed: boolean,
): { value: number; seconds: number } | null {
  let best: { value: number; seconds: number } | null = null;
  data.columns[series.column]!.forEach((value, index) => {
    if (value === null) return;
    const further = best === null || (signed ? Math.abs(value) > Math.abs(best.value) : value > best.value);
    if (further) best = { value, seconds: data.times[index]! };
  });
  return best;
}
