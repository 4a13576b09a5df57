import type { Payload } from '../payload.ts';
import { enableAppearance } from './appearance.ts';
import { Board } from './board.ts';
import { all, announce, isTyping, one } from './dom.ts';
import { enableMarkSwitches } from './mark-switches.ts';
import { enableNavigation, enableRange } from './navigation.ts';
import { enableSearch } from './search.ts';
import { enableServices } from './services.ts';
import { enableTables, focusFilter } from './tables.ts';
import { enableTooltips } from './tooltip.ts';
import { ViewStore } from './view.ts';

const payload = JSON.parse(one('#payload').textContent!) as Payload;
const view = new ViewStore(payload);
const board = new Board(payload, view);
const stepService = enableServices(view, board);
const switchTheme = enableAppearance(view, board);
const openSearch = enableSearch(showPanelOf);
enableTables();
enableTooltips();
enableNavigation(view);
enableRange(view, payload);
enableMarkSwitches(view, board);
enableLog();
enableCopy();

const actions: Readonly<Record<string, () => void>> = {
  'zoom-in': () => view.zoom(0.5),
  'zoom-out': () => view.zoom(2),
  earlier: () => view.pan(-0.25),
  later: () => view.pan(0.25),
  reset: () => view.reset(),
  search: openSearch,
  theme: switchTheme,
  help: () => one<HTMLDialogElement>('#help').showModal(),
  filter: () => focusFilter(),
  'previous-service': () => stepService(-1),
  'next-service': () => stepService(1),
};

const keys: Readonly<Record<string, string>> = {
  '/': 'search',
  '?': 'help',
  f: 'filter',
  t: 'theme',
  r: 'reset',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '[': 'previous-service',
  ']': 'next-service',
};

for (const button of all('[data-act]')) button.addEventListener('click', actions[button.dataset['act']!]!);
for (const button of all('[data-close]')) {
  button.addEventListener('click', () => button.closest('dialog')!.close());
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null)
    return;
  if (event.key === 'Escape') return leave(event);
  if (isTyping(event.target)) return;
  const scrolls = event.target instanceof Element && event.target.closest('.scroll') !== null;
  const arrow = scrolls ? undefined : { ArrowLeft: 'earlier', ArrowRight: 'later' }[event.key];
  const action = arrow ?? keys[event.key];
  if (action === undefined) return;
  event.preventDefault();
  actions[action]!();
});

/** Esc leaves a field (and empties a filter); elsewhere it shows the whole run. */
function leave(event: KeyboardEvent): void {
  if (event.target instanceof HTMLInputElement) {
    event.target.value = '';
    event.target.dispatchEvent(new Event('input'));
    event.target.blur();
  } else if (!view.whole) view.reset();
}

/** Chooses the service whose panel holds the element. */
function showPanelOf(element: HTMLElement): void {
  const panel = element.closest<HTMLElement>('[data-panel]');
  if (panel !== null) view.set({ service: Number(panel.dataset['panel']) });
}

/** The switches between a linear and a logarithmic scale; they all act together. */
function enableLog(): void {
  const buttons = all('[data-log]');
  const show = () => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(view.current.log));
  };
  for (const button of buttons) button.addEventListener('click', () => view.set({ log: !view.current.log }));
  view.onChange(show);
  show();
}

function enableCopy(): void {
  for (const button of all('[data-copy]')) {
    button.addEventListener('click', async () => {
      const source = one(`#${button.dataset['copy']}`);
      try {
        await navigator.clipboard.writeText(source.textContent!);
        announce('Copied');
        button.textContent = 'Copied';
      } catch {
        // Without the right to write to the clipboard, the reader copies what is now selected.
        getSelection()?.selectAllChildren(source);
      }
    });
  }
}
