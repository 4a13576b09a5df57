import { all } from './dom.ts';

/** Makes every table sort by its headings and filter by its box. */
export function enableTables(): void {
  for (const button of all('[data-sort]'))
    button.addEventListener('click', () => sortBy(button.closest('th')!));
  for (const input of all<HTMLInputElement>('[data-filter]')) {
    input.addEventListener('input', () => filterRows(input));
  }
}

/** Sorts by a heading: figures from the largest, words from A; once more turns the order round. */
function sortBy(heading: HTMLTableCellElement): void {
  const table = heading.closest('table')!;
  const body = table.tBodies[0]!;
  const before = heading.getAttribute('aria-sort');
  const downward = before === null ? heading.classList.contains('number') : before === 'ascending';
  for (const other of all('th[aria-sort]', table)) other.removeAttribute('aria-sort');
  heading.setAttribute('aria-sort', downward ? 'descending' : 'ascending');
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[heading.cellIndex]!) }));
  rows.sort((a, b) => compare(a.key, b.key) * (downward ? -1 : 1));
  body.append(...rows.map(({ row }) => row));
}

function keyOf(cell: HTMLTableCellElement): string {
  return cell.dataset['value'] ?? cell.textContent ?? '';
}

/** Numbers by size, words by code unit; what is empty comes first. */
function compare(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a !== '' && b !== '' && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Shows the rows that hold every word of the box. */
export function filterRows(input: HTMLInputElement): void {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = all<HTMLTableRowElement>('tbody tr', input.closest('.table')!);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent!.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  const count = input.parentElement!.querySelector('output')!;
  count.textContent = words.length === 0 ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
}

/** Puts the focus into the filter of the table that has it, or else fills most of the window; false when there is none. */
export function focusFilter(): boolean {
  const seen = all<HTMLInputElement>('[data-filter]')
    .map((input) => ({ input, height: heightInSight(input.closest<HTMLElement>('.table')!) }))
    .sort((a, b) => b.height - a.height);
  const best = seen[0];
  if (best === undefined) return false;
  best.input.scrollIntoView({ block: 'nearest' });
  best.input.focus();
  best.input.select();
  return true;
}

function heightInSight(element: HTMLElement): number {
  if (element.contains(document.activeElement)) return Number.POSITIVE_INFINITY;
  const { top, bottom } = element.getBoundingClientRect();
  const seen = Math.min(bottom, innerHeight) - Math.max(top, 0);
  // Of tables out of sight, the nearest wins.
  return seen > 0 ? seen : -Math.abs(top - innerHeight / 2);
}
