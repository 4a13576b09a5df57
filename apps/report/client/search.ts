import { all, one, reveal } from './dom.ts';
import { filterRows } from './tables.ts';

interface Entry {
  readonly element: HTMLElement;
  readonly section: string;
  readonly text: string;
  readonly lower: string;
}

const resultsMax = 40;

/** Search over sections, services, objectives, findings, causes, table rows and terms. Returns how to open it. */
export function enableSearch(showHidden: (element: HTMLElement) => void): () => void {
  const dialog = one<HTMLDialogElement>('#search');
  const input = one<HTMLInputElement>('#search-input');
  const list = one('#search-results');
  let entries: Entry[] | null = null;
  let found: Entry[] = [];
  let chosen = 0;

  const choose = (index: number) => {
    chosen = Math.min(Math.max(index, 0), Math.max(0, found.length - 1));
    [...list.children].forEach((item, position) => {
      item.setAttribute('aria-selected', String(position === chosen));
    });
    const item = list.children[chosen];
    item?.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', item?.id ?? '');
  };
  const update = () => {
    found = matching(entries!, input.value);
    list.replaceChildren(...found.map((entry, index) => resultItem(entry, index, () => go(index))));
    if (found.length === 0) list.append(nothing());
    choose(0);
  };
  const go = (index: number) => {
    const entry = found[index];
    if (entry === undefined) return;
    dialog.close();
    open(entry.element, showHidden);
  };
  input.addEventListener('input', update);
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) choose(chosen + step);
    else if (event.key === 'Enter') go(chosen);
    else return;
    event.preventDefault();
  });
  return () => {
    if (dialog.open) return;
    entries ??= collect();
    dialog.showModal();
    input.select();
    update();
  };
}

function collect(): Entry[] {
  return all('[data-find], tbody tr').map((element) => {
    const text = element.dataset['find'] ?? [...element.children].map((cell) => cell.textContent).join(' · ');
    const section = element.closest('section')?.querySelector('h2')?.textContent ?? 'Verdict';
    return { element, section, text, lower: `${text} ${section}`.toLowerCase() };
  });
}

/** Entries that hold every word; those that begin with the text come first. */
function matching(entries: readonly Entry[], query: string): Entry[] {
  const text = query.trim().toLowerCase();
  const words = text.split(/\s+/).filter(Boolean);
  const hits = entries.filter((entry) => words.every((word) => entry.lower.includes(word)));
  const first = hits.filter((entry) => entry.lower.startsWith(text));
  return [...first, ...hits.filter((entry) => !entry.lower.startsWith(text))].slice(0, resultsMax);
}

function resultItem(entry: Entry, index: number, go: () => void): HTMLElement {
  const item = document.createElement('li');
  item.id = `result-${index}`;
  item.setAttribute('role', 'option');
  const where = document.createElement('span');
  where.className = 'where';
  where.textContent = entry.section;
  const text = document.createElement('span');
  text.textContent = entry.text;
  item.append(where, text);
  item.addEventListener('click', go);
  return item;
}

function nothing(): HTMLElement {
  const item = document.createElement('li');
  item.className = 'muted';
  item.textContent = 'Nothing found.';
  return item;
}

function open(element: HTMLElement, showHidden: (element: HTMLElement) => void): void {
  const filter = element.closest('.table')?.querySelector<HTMLInputElement>('[data-filter]');
  if (element.hidden && filter) {
    filter.value = '';
    filterRows(filter);
  }
  showHidden(element);
  for (const before of all('.found')) before.classList.remove('found');
  element.classList.add('found');
  reveal(element);
}
