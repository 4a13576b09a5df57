import type { Finding, ObjectiveResult, Result, ThresholdResult } from '../../../src/model/result.ts';
import type { Clock } from '../clock.ts';
import { formatDay, formatSpan, formatTime } from '../clock.ts';
import {
  formatDuration,
  formatFactor,
  formatLarge,
  formatMillis,
  formatMoney,
  formatNumber,
  formatShare,
  plural,
} from '../format.ts';
import { meaningOf, term } from '../glossary.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import { observedText } from './objectives.ts';
import { zoomLink } from './section.ts';

const states = {
  pass: { sign: '✓', word: 'Passed' },
  fail: { sign: '✗', word: 'Failed' },
  none: { sign: '–', word: 'No verdict' },
} as const;

/** The head of the report: what was run, whether it held, and why. */
export function verdict(result: Result, clock: Clock): Markup {
  const state = states[result.verdict];
  const problems = result.findings.filter((finding) => finding.severity === 'problem');
  const notes = result.findings.filter((finding) => finding.severity === 'note');
  return html`
<header class="head" id="verdict" data-find="Verdict">
<p class="eyebrow">DevOps Simulator · report of a run · seed ${result.manifest.seed}${result.window.startsAt !== null && html` · ${formatDay(clock, 0)}, ${clock.zone}`}</p>
<h1>${result.scenario}</h1>
${result.description && html`<p class="lead">${result.description}</p>`}
${incomplete(result, clock)}
<div class="verdict ${result.verdict}" role="status">
<p class="state"><span class="sign" aria-hidden="true">${state.sign}</span>${state.word}</p>
<div class="why"><p class="sentence">${sentence(result)}</p>
${missed(result)}
${findings(problems)}
${findings(notes)}
</div></div>
${figures(result, clock)}
</header>`;
}

/** Whether the system held, in one sentence without jargon. */
function sentence(result: Result): string {
  const { objectives, thresholds, verdict } = result;
  if (objectives.length + thresholds.length === 0) {
    return 'The scenario states no objectives and no thresholds, so there is nothing to pass or fail.';
  }
  if (verdict === 'none') return 'Nothing has failed so far, but the run did not reach its end.';
  if (verdict === 'pass') {
    const met = [
      objectives.length > 0 ? every(objectives.length, 'objective') : '',
      thresholds.length > 0 ? every(thresholds.length, 'threshold') : '',
    ];
    return `The system held: it met ${met.filter(Boolean).join(' and ')}.`;
  }
  const missed = [tally(objectives, 'objective'), tally(thresholds, 'threshold')].filter(Boolean);
  return `The system did not hold: it missed ${missed.join(' and ')}.`;
}

/** All of them in words: `its only objective`, `both thresholds`, `all 3 objectives`. */
function every(count: number, one: string): string {
  if (count <= 1) return `its only ${one}`;
  return count === 2 ? `both ${one}s` : `all ${plural(count, one)}`;
}

function tally(items: readonly { readonly passed: boolean }[], one: string): string {
  const missed = items.filter((item) => !item.passed).length;
  if (missed === 0) return '';
  return missed === items.length ? every(missed, one) : `${missed} of ${plural(items.length, one)}`;
}

/** Each missed objective as a manager would say it, and each threshold that failed. */
function missed(result: Result): Markup | false {
  const objectives = result.objectives.filter(({ passed, achieved }) => !passed && achieved !== null);
  const thresholds = result.thresholds.filter(({ passed }) => !passed);
  if (objectives.length + thresholds.length === 0) return false;
  return html`<ul class="missed">${objectives.map(missedObjective)}${thresholds.map(failedThreshold)}</ul>`;
}

function missedObjective(objective: ObjectiveResult): Markup {
  const { name, displayName, target, achieved, latencyMs, budgetUsed } = objective;
  const good = latencyMs === null ? 'were answered' : `were answered within ${formatMillis(latencyMs)}`;
  const budget = budgetUsed === null ? '' : `: ${formatFactor(budgetUsed)} the failures it allows`;
  return html`<li><b>${displayName ?? name}</b>: only ${formatShare(achieved!)} of requests ${good}; the objective is ${formatShare(target)}${budget}.</li>`;
}

function failedThreshold(threshold: ThresholdResult): Markup {
  return html`<li><b>${threshold.metric}</b>: ${observedText(threshold)}; the threshold is ${threshold.expression}.</li>`;
}

/** Findings of one severity; those about a stretch of time lead to it. */
function findings(list: readonly Finding[]): Markup | false {
  if (list.length === 0) return false;
  return html`<ul class="findings">${list.map((finding) => {
    const { subject, message, fromSeconds: from, toSeconds: to } = finding;
    const problem = finding.severity === 'problem';
    const stretch = typeof from === 'number' && typeof to === 'number';
    return html`<li class="${problem && 'problem'}" data-find="${subject}: ${message}"><span aria-hidden="true">${problem ? '▸' : 'i'}</span><span>${about(subject, message)}${stretch && html` ${zoomLink(from, to, 'show on the charts')}`}</span></li>`;
  })}</ul>`;
}

/** The message with its subject made bold, before it where the message does not name it. */
function about(subject: string, message: string): Markup {
  const at = message.indexOf(subject);
  if (at < 0) return html`<b>${subject}</b> · ${message}`;
  return html`${message.slice(0, at)}<b>${subject}</b>${message.slice(at + subject.length)}`;
}

/** Says plainly when the run did not reach its end. */
function incomplete(result: Result, clock: Clock): Markup | false {
  if (result.status === 'complete') return false;
  const reached = result.window.toSeconds;
  const at = clock.zeroMillis === null ? '' : ` (${formatTime(clock, reached, 60)})`;
  const how =
    result.status === 'aborted'
      ? 'A threshold that aborts on failure ended the run'
      : 'The run was interrupted';
  return html`<p class="notice warn"><span aria-hidden="true">⚠</span> <b>${result.status === 'aborted' ? 'Aborted' : 'Partial result'}.</b> ${how} after ${formatDuration(reached)} of ${formatDuration(result.window.durationSeconds)}${at}. All figures cover only what was simulated.</p>`;
}

function figures(result: Result, clock: Clock): Markup {
  const offered = result.sources.reduce((sum, source) => sum + source.offered, 0);
  const served = result.sources.reduce((sum, source) => sum + source.served, 0);
  const failed = result.sources.reduce(
    (sum, source) => sum + Object.values(source.errors).reduce((a, b) => a + b, 0),
    0,
  );
  const slowest = result.sources.toSorted((a, b) => b.latency.p95 - a.latency.p95)[0];
  const seconds = result.window.toSeconds - result.window.fromSeconds;
  const cost = result.cost;
  return html`<dl class="figures">
${tile(term('offered', 'Requests offered'), formatLarge(offered), seconds > 0 ? `${formatNumber(offered / seconds)}/s on average` : '')}
${tile(term('availability', 'Answered without error'), served + failed === 0 ? '–' : formatShare(served / (served + failed)), `${formatLarge(failed)} failed`)}
${slowest !== undefined && tile(html`<span data-tip="${meaningOf('percentile')}">Latency p95</span>`, formatMillis(slowest.latency.p95), `${result.sources.length > 1 ? `${slowest.name}: ` : ''}median ${formatMillis(slowest.latency.p50)}, p99 ${formatMillis(slowest.latency.p99)}`)}
${tile('Measured', formatDuration(seconds), formatSpan(clock, result.window.fromSeconds, result.window.toSeconds))}
${tile(html`<a href="#cost">Cost</a>`, formatMoney(cost.total, cost.currency), cost.perMillionRequests === null ? '' : `${formatMoney(cost.perMillionRequests, cost.currency)} per million served`)}
</dl>`;
}

function tile(title: Markup | string, value: string, detail: string): Markup {
  return html`<div><dt>${title}</dt><dd><span class="value">${value}</span><span class="detail">${detail}</span></dd></div>`;
}
