import { formatCount } from './format.ts';
import { term } from './glossary.ts';
import type { Markup } from './markup.ts';
import { html } from './markup.ts';
import type { MarkKind } from './payload.ts';

/** What the signs above the charts mean; each switches the events of its kind on all charts. False without events. */
export function markKey(kinds: readonly MarkKind[]): Markup | false {
  if (kinds.length === 0) return false;
  return html`<div class="marks"><span>${term('mark', 'Events')}</span><ul class="legend" aria-label="Events marked on the charts">${kinds.map(
    ({ kind, title, signs, count }) =>
      html`<li><button type="button" aria-pressed="true" data-mark-kind="${kind}" data-tip="Show or hide these events on all charts."><span class="sign" aria-hidden="true">${signs}</span><span class="name">${title}</span></button><span class="value">${formatCount(count)}</span></li>`,
  )}</ul></div>`;
}
