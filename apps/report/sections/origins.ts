import type { Result } from '../../../src/model/result.ts';
import { formatCount, plural } from '../format.ts';
import { glossary, type Term } from '../glossary.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import { table } from '../table.ts';
import { type Section, stateChip } from './section.ts';

/** Every value that the manifests did not state. */
export function assumptionsSection(result: Result): Section {
  const content = html`
<p class="section-lead">${plural(result.inferences.length, 'value')} the manifests did not state, and why each was chosen. State one in a manifest to replace it.</p>
${table({
  id: 'assumption-table',
  caption: 'Inferred values and their sources',
  columns: [{ title: 'Resource' }, { title: 'Value of' }, { title: 'Assumed' }, { title: 'Because' }],
  rows: result.inferences.map((inference) => [
    { content: inference.resource, sort: inference.resource },
    { content: html`<code>${inference.path}</code>`, sort: inference.path },
    { content: html`<b>${inference.value}</b>`, sort: inference.value },
    { content: inference.source, sort: inference.source },
  ]),
  empty: 'Nothing was assumed: the manifests state every value.',
})}`;
  return { id: 'assumptions', title: 'Assumptions', short: 'Assumptions', content };
}

export function diagnosticsSection(result: Result): Section {
  const content = table({
    id: 'diagnostic-table',
    caption: 'Notes on the manifests',
    columns: [{ title: 'Severity' }, { title: 'What' }, { title: 'Remedy' }, { title: 'Where' }],
    rows: result.diagnostics.map((diagnostic) => [
      {
        content: severity(diagnostic.severity),
        sort: ['error', 'warning', 'info'].indexOf(diagnostic.severity),
      },
      {
        content: html`${diagnostic.message} <code class="muted">${diagnostic.code}</code>`,
        sort: diagnostic.message,
      },
      { content: diagnostic.remedy ?? '', sort: diagnostic.remedy ?? '' },
      { content: where(diagnostic), sort: `${diagnostic.file ?? ''} ${diagnostic.line ?? 0}` },
    ]),
    empty: 'The manifests gave no cause for remarks.',
  });
  return { id: 'diagnostics', title: 'Diagnostics', short: 'Diagnostics', content };
}

function severity(severity: Result['diagnostics'][number]['severity']): Markup {
  if (severity === 'error') return stateChip('fail', 'error');
  return severity === 'warning' ? stateChip('warn', 'warning') : stateChip('none', 'info');
}

function where(diagnostic: Result['diagnostics'][number]): Markup {
  const place =
    diagnostic.file === undefined
      ? ''
      : `${diagnostic.file}${diagnostic.line === undefined ? '' : `:${diagnostic.line}`}`;
  const parts = [diagnostic.resource, diagnostic.path].filter((part) => part !== undefined).join(' ');
  return html`${place && html`<code>${place}</code> `}<span class="muted">${parts}</span>`;
}

/** What regenerates this run, and what was checked while it ran. */
export function reproduceSection(result: Result): Section {
  const { manifest } = result;
  const commands =
    manifest.commands === 0
      ? ''
      : ` The run also depends on ${plural(manifest.commands, 'command')} given while it ran.`;
  const content = html`
<p class="section-lead">A run is a function of its model, its seed and its commands: this regenerates it, event by event.${commands}</p>
<div class="command"><code id="command">${commandOf(result)}</code><button type="button" class="small no-print" data-copy="command">Copy</button></div>
<dl class="facts wide">
<div><dt>Scenario</dt><dd>${result.scenario}</dd></div>
<div><dt>Seed</dt><dd><code>${manifest.seed}</code></dd></div>
<div><dt>Model</dt><dd><code>${manifest.modelHash}</code></dd></div>
<div><dt>Trace</dt><dd><code>${manifest.traceHash}</code></dd></div>
<div><dt>Events</dt><dd>${formatCount(manifest.events)}</dd></div>
<div><dt>Simulator</dt><dd>${result.simulator}</dd></div>
</dl>
${
  result.checks.length > 0 &&
  html`<h3>Laws checked while it ran</h3>
<ul class="checks">${result.checks.map((check) => html`<li>${check.passed ? stateChip('pass', 'holds') : stateChip('fail', 'broken')} <b>${check.name}</b> <span class="muted">${check.detail}</span></li>`)}</ul>`
}`;
  return { id: 'reproduce', title: 'Reproduce this run', short: 'Reproduce', content };
}

/** The command line that runs the scenario again. */
export function commandOf(result: Result): string {
  return `devops-sim run ${shellWord(result.scenario)} --seed ${result.manifest.seed}`;
}

function shellWord(word: string): string {
  return /^[\w./@:-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

export function glossarySection(): Section {
  const terms = Object.keys(glossary) as Term[];
  const content = html`<dl class="glossary">${terms.map((name) => {
    const [title, meaning] = glossary[name];
    return html`<div id="term-${name}" data-find="${title}"><dt>${title}</dt><dd>${meaning}</dd></div>`;
  })}</dl>`;
  return { id: 'glossary', title: 'Glossary', short: 'Glossary', content };
}
