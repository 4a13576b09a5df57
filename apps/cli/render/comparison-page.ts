import type { Comparison, MeasureComparison } from '../../../src/model/comparison-result.ts';
import type { Result } from '../../../src/model/result.ts';
import { html, type Markup, raw } from '../../report/markup.ts';
import { pageCss } from '../../report/style.ts';
import { themeCss } from '../../report/theme.ts';
import { verdictMarks } from './comparison.ts';
import { compact, goodPercent, instant, latency } from './figures.ts';
import { type Curve, lineChart } from './line-chart.ts';
import { differenceText, measureText, shortName } from './measure.ts';

const css = `
main{max-width:1080px}
.sides{display:grid;gap:4px 12px;grid-template-columns:auto 1fr;margin-top:14px;font-size:17px}
.sides dt{font-weight:680}
.chart svg{width:100%;height:auto}
.chart svg text{font-size:12px;fill:var(--muted)}
.chart .grid{stroke:var(--line)}
.chart .band{fill:var(--band);opacity:.16}
.curve{fill:none;stroke-width:1.8}
.keys-of-chart{display:flex;gap:18px;margin-left:auto;font-size:13px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--paper);border:1px solid var(--line);font-size:14px}
th,td{padding:7px 12px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;white-space:normal}
th{color:var(--muted);font-weight:600;font-size:13px}
.better{color:var(--pass);font-weight:620}.worse{color:var(--fail);font-weight:620}.same,.unclear{color:var(--muted)}
.interval{width:120px;height:16px}.interval .zero{stroke:var(--rule)}.interval .range{stroke:var(--ink);stroke-width:2}
.interval circle{fill:var(--ink)}
.said{display:grid;gap:8px;padding-left:20px;list-style:disc;max-width:90ch}
`;

/** A comparison as one HTML file that needs nothing else; `results` are the runs of A and of B. */
export function comparisonPage(comparison: Comparison, results: readonly (readonly Result[])[]): string {
  const { a, b, seeds } = comparison;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${a.label} and ${b.label} · DevOps Simulator</title>
<style>${raw(themeCss())}
${raw(pageCss)}
${raw(css)}</style>
</head>
<body>
<main>
<p class="eyebrow">Comparison over ${seeds.length} common ${seeds.length === 1 ? 'seed' : 'seeds'}</p>
<h1>${comparison.summary[0]}</h1>
<dl class="sides"><dt>A</dt><dd>${a.label}</dd><dt>B</dt><dd>${b.label}</dd></dl>
${listed('In short', comparison.summary.slice(1))}
${charts(comparison, results)}
${listed(
  'Why',
  comparison.why.map((explanation) => explanation.message),
)}
${measuresSection(comparison)}
${listed('Mind', comparison.notes)}
</main>
<footer><p>Made by DevOps Simulator ${a.simulator} from models ${a.modelHash} (A) and ${b.modelHash} (B).</p></footer>
</body>
</html>
`.text;
}

function listed(heading: string, texts: readonly string[]): Markup | null {
  if (texts.length === 0) return null;
  return html`<section><h2>${heading}</h2><ul class="said">${texts.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function charts(comparison: Comparison, results: readonly (readonly Result[])[]): Markup | null {
  const [first] = results[0]!;
  const times = commonTimes(results.flat());
  if (!first || times.length < 2) return null;
  const drawn = [
    ...first.objectives.map((objective) => ({
      column: { group: 'objective', subject: objective.name, measure: 'goodShare' },
      title: `Good requests: ${objective.name}`,
      valueText: goodPercent,
    })),
    ...first.sources.map((source) => ({
      column: { group: 'source', subject: source.name, measure: 'p95' },
      title: `95th percentile of latency: ${source.name}`,
      valueText: latency,
    })),
    ...comparison.why.slice(0, 3).map(({ service, measure }) => ({
      column: { group: 'service', subject: service, measure },
      title: `${service}: ${measure}`,
      valueText: compact,
    })),
  ];
  const band = comparison.divergences[0] ?? null;
  return html`<section><h2>Over time</h2><p class="section-lead">Means over the seeds${band && '; the band is where the sides part most'}.</p>
<div class="charts">${drawn.map(({ column, title, valueText }) => {
    const curves = curvesOf(comparison, results, column, times.length);
    if (curves === null) return null;
    const timeText = (seconds: number) => instant(seconds, comparison.startsAt);
    return html`<div class="wide">${lineChart({ title, timesSeconds: times, curves, band, valueText, timeText })}</div>`;
  })}</div></section>`;
}

interface ColumnName {
  readonly group: string;
  readonly subject: string;
  readonly measure: string;
}

function curvesOf(
  { a, b }: Comparison,
  results: readonly (readonly Result[])[],
  name: ColumnName,
  length: number,
): Curve[] | null {
  const [valuesA, valuesB] = results.map((side) => meanColumn(side, name, length));
  if (!valuesA || !valuesB) return null;
  return [
    { label: `A ${a.label}`, ink: 'ink-a', dashed: true, values: valuesA },
    { label: `B ${b.label}`, ink: 'ink-b', dashed: false, values: valuesB },
  ];
}

function meanColumn(side: readonly Result[], name: ColumnName, length: number): (number | null)[] | null {
  const columns = side.flatMap(({ series }) =>
    series.columns.filter(
      ({ group, subject, measure }) =>
        group === name.group && subject === name.subject && measure === name.measure,
    ),
  );
  if (columns.length === 0) return null;
  return Array.from({ length }, (_, i) => {
    const known = columns.map((column) => column.values[i] ?? null).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

function commonTimes(results: readonly Result[]): readonly number[] {
  const all = results.map((result) => result.series.timesSeconds);
  const [first = []] = all;
  let count = 0;
  while (count < first.length && all.every((times) => times[count] === first[count])) count++;
  return first.slice(0, count);
}

function measuresSection(comparison: Comparison): Markup {
  const { measures, currency, level } = comparison;
  return html`<section id="measures"><h2>Measures</h2>
<p class="section-lead">Differences are B − A of the same seed; the bar is their ${level * 100} % interval, the tick no difference.</p>
<div class="scroll"><table><thead><tr><th>Measure</th><th>A</th><th>B</th><th>B − A</th><th></th><th>B is</th></tr></thead>
<tbody>${measures.map((measure) => measureRow(measure, currency))}</tbody></table></div></section>`;
}

function measureRow(measure: MeasureComparison, currency: string): Markup {
  const value = (amount: number | null) => measureText(amount, measure, currency);
  const difference = differenceText(measure.difference, measure.interval, measure, currency);
  const name = measure.subject === 'all' ? measure.name : `${measure.subject}: ${shortName(measure)}`;
  return html`<tr><td>${name}</td><td>${value(measure.a)}</td><td>${value(measure.b)}</td><td>${difference}</td><td>${intervalBar(measure)}</td><td class="${measure.verdict}">${verdictMarks[measure.verdict]}</td></tr>`;
}

function intervalBar({ interval, difference }: MeasureComparison): Markup | null {
  if (interval === null || difference === null) return null;
  const reach = Math.max(Math.abs(interval.low), Math.abs(interval.high));
  if (reach === 0) return null;
  const x = (value: number) => Math.round(60 + (value / reach) * 54);
  return html`<svg class="interval" viewBox="0 0 120 16" aria-hidden="true"><line class="zero" x1="60" x2="60" y1="1" y2="15"/><line class="range" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="8" y2="8"/><circle cx="${x(difference)}" cy="8" r="3.5"/></svg>`;
}
