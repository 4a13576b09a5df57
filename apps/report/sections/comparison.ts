import { conclusions, quantity } from '../../../src/analysis/comparison-words.ts';
import type { Comparison, ComparisonSide, MeasureComparison } from '../../../src/model/comparison-result.ts';
import { type Clock, formatDay, formatSpan } from '../clock.ts';
import { figure } from '../figure.ts';
import { formatNumber, formatShare, plural } from '../format.ts';
import type { Content, Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { ChartSpec, Payload } from '../payload.ts';
import { type TableCell, table } from '../table.ts';
import { type Section, stateChip, zoomLink } from './section.ts';
import { serviceChooser } from './services.ts';

type Shown = Pick<Payload, 'clock' | 'times' | 'columns'>;

/** The head of a comparison: who was compared, and what came of it in sentences. */
export function comparisonHead(comparison: Comparison, clock: Clock): Markup {
  const { a, b, notes, seeds, pairing } = comparison;
  const [first = '', ...more] = conclusions(comparison);
  const day = clock.zeroMillis === null ? '' : ` · ${formatDay(clock, 0)}, ${clock.zone}`;
  const common = pairing === 'seed' ? `${plural(seeds.length, 'common seed')}` : 'no common seed';
  return html`
<header class="head" id="verdict" data-find="Verdict">
<p class="eyebrow">DevOps Simulator · comparison over ${common}${day}</p>
<h1>${a.label} <span class="against">against</span> ${b.label}</h1>
<div class="sides">${side('A', a)}${side('B', b)}</div>
<div class="verdict none" role="status"><div class="why"><p class="sentence">${first}</p>
${more.length > 0 && html`<ul class="findings">${more.map((text) => html`<li data-find="${text}"><span aria-hidden="true">▸</span><span>${text}</span></li>`)}</ul>`}
</div></div>
${notes.length > 0 && html`<ul class="notice warn">${notes.map((note) => html`<li><span aria-hidden="true">⚠</span> ${note}</li>`)}</ul>`}
</header>`;
}

function side(
  letter: 'A' | 'B',
  { label, scenario, passed, failed, unfinished, modelHash }: ComparisonSide,
): Markup {
  const judged = passed + failed;
  const state = judged === 0 ? 'none' : failed === 0 ? 'pass' : 'fail';
  const words = judged === 0 ? 'no verdict' : `passes ${passed} of ${plural(judged, 'seed')}`;
  return html`<article class="card side"><header><h2><span class="letter side-${letter.toLowerCase()}">${letter}</span> ${label}</h2>${stateChip(state, words)}</header>
<p class="muted">Scenario ${scenario}, model <code>${modelHash}</code>${unfinished > 0 && `, ${plural(unfinished, 'run')} unfinished`}</p></article>`;
}

/** Where the sides part and what differed there. */
export function whySection({ divergences, why }: Comparison, clock: Clock): Section | null {
  if (divergences.length + why.length === 0) return null;
  const content = html`
${divergences.length === 0 && html`<p class="section-lead">The shares of good requests are nearly the same all the time.</p>`}
<ul class="findings large">${divergences.map(({ subject, fromSeconds, toSeconds, a, b }) => html`<li data-find="${subject}"><span aria-hidden="true">▸</span><span><b>${subject}</b>: ${zoomLink(fromSeconds, toSeconds, formatSpan(clock, fromSeconds, toSeconds))}, ${formatShare(a)} good in A, ${formatShare(b)} in B</span></li>`)}</ul>
${why.length > 0 && html`<h3>${divergences.length === 0 ? 'What differed all the same' : 'What differed there'}</h3><ul class="findings">${why.map(({ service, message }) => html`<li data-find="${service} ${message}"><span aria-hidden="true">i</span><span>${message}</span></li>`)}</ul>`}`;
  return { id: 'why', title: 'Where they part, and why', short: 'Why', content };
}

/** Overlays on the left, differences on the right. */
export function overTimeSection(charts: readonly ChartSpec[], data: Shown, seeds: number): Section {
  const lead = seeds > 1 ? `Means over ${seeds} seeds. ` : '';
  const content = html`
<p class="section-lead">${lead}A is dashed, B is solid; beside each chart, B − A.</p>
<div class="charts">${charts.map((chart) => figure(chart, data))}</div>`;
  return { id: 'traffic', title: 'Over time', short: 'Over time', content };
}

/** The same for each service; the script shows the chosen one. */
export function comparedServices(
  names: readonly string[],
  charts: readonly (readonly ChartSpec[])[],
  data: Shown,
): Section {
  const panels = names.map(
    (name, index) => html`
<article class="panel" id="service-${index}" data-panel="${index}" data-find="service ${name}" aria-label="Service ${name}">
<header><h3>${name}</h3></header><div class="charts">${charts[index]!.map((chart) => figure(chart, data))}</div></article>`,
  );
  return { id: 'services', title: 'Services', short: 'Services', content: [serviceChooser(names), panels] };
}

const verdicts: Readonly<
  Record<MeasureComparison['verdict'], { words: string; className: string; rank: number }>
> = {
  better: { words: '✓ better', className: 'good', rank: 0 },
  worse: { words: '✗ worse', className: 'bad', rank: 1 },
  higher: { words: '▲ higher', className: '', rank: 2 },
  lower: { words: '▼ lower', className: '', rank: 3 },
  unclear: { words: '? unclear', className: 'muted', rank: 4 },
  same: { words: '= same', className: 'muted', rank: 5 },
};

/** Every measure with the interval of its difference. */
export function measuresSection({ measures, currency, level, seeds }: Comparison): Section {
  const content = html`
<p class="section-lead">${seeds.length > 1 ? `The bar is the ${formatShare(level)} interval of the difference over ${seeds.length} seeds, the line no difference: a bar that leaves it out is more than luck.` : 'One common seed: there is no interval, so what it shows may be luck.'}</p>
${table({
  id: 'measure-table',
  caption: 'B against A, measure by measure',
  columns: [
    { title: 'Measure' },
    { title: 'Of' },
    { title: 'A', numeric: true },
    { title: 'B', numeric: true },
    { title: 'B − A', numeric: true },
    { title: 'Interval' },
    { title: 'B is' },
  ],
  rows: measures.map((measure) => measureRow(measure, currency)),
  empty: 'The sides have no measure in common.',
})}`;
  return { id: 'measures', title: 'Measures', short: 'Measures', content };
}

function measureRow(measure: MeasureComparison, currency: string): TableCell[] {
  const value = (amount: number | null): TableCell => ({
    content: amount === null ? '–' : quantity(amount, measure, currency),
    sort: amount,
  });
  const verdict = verdicts[measure.verdict];
  return [
    { content: measure.name, sort: measure.name },
    { content: measure.subject === 'all' ? 'whole run' : measure.subject, sort: measure.subject },
    value(measure.a),
    value(measure.b),
    { content: signed(measure.difference, measure, currency), sort: measure.relative ?? measure.difference },
    { content: intervalBar(measure, currency), sort: measure.interval?.low ?? null },
    { content: verdict.words, sort: verdict.rank, className: verdict.className },
  ];
}

/** A difference with its sign; shares differ by percentage points. */
function signed(value: number | null, measure: MeasureComparison, currency: string): string {
  if (value === null) return '–';
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  const size = Math.abs(value);
  return (
    sign +
    (measure.unit === 'share' ? `${formatNumber(size * 100)}\u00a0pt` : quantity(size, measure, currency))
  );
}

function intervalBar(measure: MeasureComparison, currency: string): Content {
  const { interval, difference } = measure;
  if (interval === null || difference === null) return '–';
  const words = `${signed(interval.low, measure, currency)} to ${signed(interval.high, measure, currency)}`;
  const reach = Math.max(Math.abs(interval.low), Math.abs(interval.high));
  const x = (value: number) => (reach === 0 ? 60 : Math.round(600 + (value / reach) * 540) / 10);
  return html`<span class="interval" data-tip="${words}"><svg viewBox="0 0 120 16" width="120" height="16" role="img" aria-label="${words}"><path class="zero" d="M60 0V16"/><path class="range" d="M${x(interval.low)} 8H${x(interval.high)}M${x(interval.low)} 4V12M${x(interval.high)} 4V12"/><circle cx="${x(difference)}" cy="8" r="3.5"/></svg></span>`;
}

/** Which models and seeds it rests on. */
export function comparisonOrigins({ a, b, seeds }: Comparison): Section {
  const row = (letter: string, one: ComparisonSide) =>
    html`<div><dt>${letter}</dt><dd>${one.label}: scenario ${one.scenario}, model <code>${one.modelHash}</code>, simulator ${one.simulator}</dd></div>`;
  const content = html`<p class="section-lead">Runs are functions of model and seed; both sides met the same demand with the same seed.</p>
<dl class="facts wide">${row('A', a)}${row('B', b)}<div><dt>Seeds</dt><dd><code>${seeds.join(', ')}</code></dd></div></dl>`;
  return { id: 'reproduce', title: 'What it rests on', short: 'Reproduce', content };
}
