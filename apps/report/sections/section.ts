import type { Content, Markup } from '../markup.ts';
import { html } from '../markup.ts';

/** A part of the report with its heading; `short` is its name in the navigation. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly short: string;
  readonly content: Content;
}

/** The section as a landmark. */
export function sectionMarkup(section: Section): Markup {
  return html`
<section id="${section.id}" aria-labelledby="${section.id}-title" data-find="${section.title}">
<h2 id="${section.id}-title">${section.title}</h2>
${section.content}
</section>`;
}

/** A state in words with its sign, so that colour is never all that tells. */
export function stateChip(state: 'pass' | 'fail' | 'warn' | 'none', words: string): Markup {
  const signs = { pass: '✓', fail: '✗', warn: '⚠', none: '–' };
  return html`<span class="chip ${state}"><span aria-hidden="true">${signs[state]}</span> ${words}</span>`;
}

/** A link that shows a stretch of time on all charts. */
export function zoomLink(fromSeconds: number, toSeconds: number, words: Content): Markup {
  return html`<a class="zoom" href="#t=${fromSeconds}-${toSeconds}" data-zoom="${fromSeconds},${toSeconds}">${words}</a>`;
}
