import type { ObjectiveResult, Result, ThresholdResult } from '../../../src/model/result.ts';
import { thresholdMetrics } from '../../../src/model/threshold.ts';
import { breachesOf } from '../bands.ts';
import type { Clock } from '../clock.ts';
import { formatSpan, formatTime } from '../clock.ts';
import {
  formatDuration,
  formatFactor,
  formatLarge,
  formatMillis,
  formatNumber,
  formatShare,
  plural,
} from '../format.ts';
import { term } from '../glossary.ts';
import { alertInWords } from '../marks.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { Band } from '../payload.ts';
import type { SeriesTable } from '../series-table.ts';
import { table } from '../table.ts';
import { type Section, stateChip, zoomLink } from './section.ts';

/** Objectives with what they allow and what was used of it, then thresholds. */
export function objectivesSection(result: Result, series: SeriesTable, clock: Clock): Section {
  const cards = result.objectives.map((objective) =>
    card(objective, breachesOf(objective, series, result.window.fromSeconds), clock),
  );
  return {
    id: 'objectives',
    title: 'Objectives and thresholds',
    short: 'Objectives',
    content: [
      cards.length > 0
        ? html`<div class="cards">${cards}</div>`
        : html`<p class="empty">The scenario states no objectives.</p>`,
      thresholds(result),
    ],
  };
}

function card(objective: ObjectiveResult, breaches: readonly Band[], clock: Clock): Markup {
  const bad = objective.total - objective.good;
  const limit = objective.latencyMs === null ? '' : ` within ${formatMillis(objective.latencyMs)}`;
  const { name, displayName } = objective;
  return html`
<article class="card objective" data-find="objective ${name} ${displayName ?? ''} ${objective.description}">
<header><h3>${displayName ?? name}</h3>${objective.passed ? stateChip('pass', 'met') : stateChip('fail', 'missed')}</header>
<p class="muted">${displayName !== undefined && html`<code>${name}</code>: `}${objective.description}</p>
<p class="achieved"><b>${objective.achieved === null ? '–' : formatShare(objective.achieved)}</b> of ${formatLarge(objective.total)} requests${limit} on ${objective.subject}; asked: ${formatShare(objective.target)}</p>
${budgetBar(objective, bad)}
<dl class="facts">
<div><dt>Worst ${term('burn', 'burn rate')}</dt><dd>${objective.burnRateMax === null ? '–' : formatFactor(objective.burnRateMax)}</dd></div>
<div><dt>Worst window</dt><dd>${worst(objective, clock)}</dd></div>
<div><dt>${term('breach', 'Below target')}</dt><dd>${breachTime(breaches)}</dd></div>
${typeof objective.periodBudgetUsed === 'number' && html`<div><dt>Of the period’s budget</dt><dd>${formatShare(objective.periodBudgetUsed)} at this demand</dd></div>`}
${alerts(objective, clock)}
</dl>
</article>`;
}

/** How much of the error budget is gone, as a bar with the whole budget marked on it. */
function budgetBar(objective: ObjectiveResult, bad: number): Markup {
  const used = objective.budgetUsed;
  if (used === null) return html`<p class="muted">No request ended, so no ${term('budget')} was used.</p>`;
  const reach = Math.max(1.2, used * 1.04);
  const filled = formatNumber((Math.min(used, 1) / reach) * 100, 4);
  const over = formatNumber((Math.max(0, used - 1) / reach) * 100, 4);
  const mark = formatNumber(100 / reach, 4);
  const words = `${formatLarge(bad)} bad of ${formatLarge(Math.floor(objective.budget))} allowed`;
  return html`<div class="budget">
<p><span>${term('budget', 'Error budget')} used</span><b>${used > 1 ? formatFactor(used) : formatShare(Math.round(used * 1000) / 1000)}</b></p>
<div class="bar" role="img" aria-label="${words}"><i class="used" style="width:${filled}%"></i><i class="over" style="width:${over}%"></i><i class="mark" style="left:${mark}%"></i></div>
<p class="muted"><span>${words}</span></p></div>`;
}

function worst(objective: ObjectiveResult, clock: Clock): Markup | string {
  const window = objective.worstWindow;
  if (window === null) return '–';
  const span = formatSpan(clock, window.fromSeconds, window.toSeconds);
  return html`${zoomLink(window.fromSeconds, window.toSeconds, span)}, ${formatShare(window.achieved)} good`;
}

function breachTime(breaches: readonly Band[]): Markup | string {
  if (breaches.length === 0) return 'at no time';
  const seconds = breaches.reduce((sum, band) => sum + band.toSeconds - band.fromSeconds, 0);
  const total = html`${formatDuration(seconds)} in ${plural(breaches.length, 'stretch', 'stretches')}`;
  return html`${zoomLink(breaches[0]!.fromSeconds, breaches.at(-1)!.toSeconds, total)}`;
}

/** The burn-rate alerts and when each would first have called somebody. */
function alerts(objective: ObjectiveResult, clock: Clock): Markup[] {
  return (objective.burnAlerts ?? []).map((alert) => {
    const at = alert.firstAtSeconds;
    const margin = alert.longSeconds;
    const when =
      at === null
        ? 'never fires'
        : zoomLink(
            Math.max(0, at - margin),
            at + margin,
            `fires at ${formatTime(clock, at, at % 60 === 0 ? 60 : 1)}`,
          );
    return html`<div><dt>${term('burnAlert', 'Alert')}: ${alertInWords(alert)}</dt><dd>${when}</dd></div>`;
  });
}

/** What a threshold was compared with, in its unit. */
export function observedText({ metric, observed }: ThresholdResult): string {
  if (observed === null) return 'no sample';
  const name = metric.split('{')[0]!.trim();
  const unit = thresholdMetrics.find((known) => known.name === name)?.unit;
  return `${formatNumber(observed, 4)}${unit === 'ms' ? '\u00a0ms' : ''}`;
}

function thresholds(result: Result): Markup {
  return table({
    id: 'thresholds',
    caption: 'Thresholds',
    columns: [
      { title: 'Metric' },
      { title: 'Condition' },
      { title: 'Observed', numeric: true },
      { title: 'Verdict' },
    ],
    rows: result.thresholds.map((threshold) => [
      { content: html`<code>${threshold.metric}</code>`, sort: threshold.metric },
      { content: html`<code>${threshold.expression}</code>`, sort: threshold.expression },
      {
        content: observedText(threshold),
        sort: threshold.observed,
      },
      {
        content: threshold.passed ? stateChip('pass', 'met') : stateChip('fail', 'missed'),
        sort: threshold.passed ? 1 : 0,
      },
    ]),
    empty: 'The scenario states no thresholds.',
  });
}
