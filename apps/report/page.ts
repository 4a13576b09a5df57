import { createHash } from 'node:crypto';
import { assets } from './assets.ts';
import type { Content, Markup } from './markup.ts';
import { html, raw } from './markup.ts';
import type { Payload } from './payload.ts';
import { type Section, sectionMarkup } from './sections/section.ts';
import { pageCss } from './style.ts';
import { themeCss } from './theme.ts';

export interface Page {
  readonly title: string;
  /** Stands in the bar that stays in sight. */
  readonly brand: Content;
  readonly head: Markup;
  readonly sections: readonly Section[];
  readonly payload: Payload;
  /** What made the page, at its foot. */
  readonly foot: Content;
}

/** The whole document: everything inside, nothing fetched; its policy forbids any request and any foreign script. */
export function page(content: Page): string {
  const { plotScript, plotStyle, clientScript, notice } = assets();
  const hashes = [plotScript, clientScript].map(
    (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const policy = `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${content.title}</title>
<style>${raw(plotStyle)}</style>
<style>${raw(themeCss())}
${raw(pageCss)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
${bar(content)}
<main id="main" tabindex="-1">
<noscript><p class="notice warn">This report draws its charts with the script inside it. Without scripts all figures and tables are here, but no charts.</p></noscript>
${content.head}
${content.sections.map(sectionMarkup)}
</main>
<footer>${content.foot}<details><summary>Licences</summary><pre>${notice}</pre></details></footer>
${dialogs()}
<div id="tip" role="tooltip" hidden></div>
<div id="live" class="unseen" aria-live="polite"></div>
<script type="application/json" id="payload">${raw(embed(content.payload))}</script>
<script>${raw(plotScript)}</script>
<script>${raw(clientScript)}</script>
</body>
</html>
`.text;
}

/** JSON that cannot end its element, nor start a comment or a script inside it. */
export function embed(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

function bar(content: Page): Markup {
  return html`
<div class="topbar no-print">
<a class="brand" href="#main">${content.brand}</a>
<nav aria-label="Sections">${content.sections.map((section) => html`<a href="#${section.id}">${section.short}</a>`)}</nav>
<div class="tools">
<div class="group range" role="group" aria-label="Time shown">
<button type="button" data-act="earlier" aria-label="Earlier" data-tip="Earlier (←)">‹</button>
<button type="button" data-act="zoom-out" aria-label="Zoom out" data-tip="Zoom out (−)">−</button>
<button type="button" id="range" data-act="reset" data-tip="Show the whole run (r). Drag across a chart to zoom in.">whole run</button>
<button type="button" data-act="zoom-in" aria-label="Zoom in" data-tip="Zoom in (+)">+</button>
<button type="button" data-act="later" aria-label="Later" data-tip="Later (→)">›</button>
</div>
<button type="button" data-act="search" aria-label="Search" data-tip="Search (/)">${icon('M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.6 12.6L17 17')}</button>
<button type="button" data-act="theme" aria-label="Light or dark" data-tip="Light or dark (t)">${icon('M10 3a7 7 0 1 0 7 7a5 5 0 0 1-7-7')}</button>
<button type="button" data-act="help" aria-label="Keyboard help" data-tip="Keyboard help (?)">?</button>
</div>
</div>`;
}

function icon(path: string): Markup {
  return html`<svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true"><path d="${path}" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}

const keys: readonly (readonly [keys: string, does: string])[] = [
  ['/', 'search the report'],
  ['f', 'filter the table in sight'],
  ['+  −', 'zoom in and out'],
  ['←  →', 'earlier and later; on a focused chart: move the cursor'],
  ['r', 'show the whole run'],
  ['[  ]', 'previous and next service'],
  ['t', 'light or dark'],
  ['?', 'this help'],
  ['Esc', 'close, leave the field, or show the whole run'],
];

function dialogs(): Markup {
  return html`
<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Keyboard</h2>
<dl class="keys">${keys.map(([key, does]) => html`<div><dt>${key.split('  ').map((one) => html`<kbd>${one}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl>
<p class="muted">Drag across a chart to zoom, double-click to show the whole run. The address keeps what you see: copy it to share the view.</p>
<p><button type="button" data-close>Close</button></p></dialog>
<dialog id="search" aria-label="Search the report"><label class="unseen" for="search-input">Search the report</label>
<input type="search" id="search-input" role="combobox" aria-expanded="true" aria-controls="search-results" aria-autocomplete="list" placeholder="Services, endpoints, causes, assumptions, terms …" autocomplete="off" spellcheck="false">
<ul id="search-results" role="listbox" aria-label="Results"></ul></dialog>`;
}
