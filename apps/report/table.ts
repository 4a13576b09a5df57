import type { Content, Markup } from './markup.ts';
import { html } from './markup.ts';

export interface TableColumn {
  readonly title: string;
  /** Right-aligned figures. */
  readonly numeric?: boolean;
  /** An explanation shown on hover and focus. */
  readonly tip?: string;
}

export interface TableCell {
  readonly content: Content;
  /** What the column is sorted by; the shown text when left out. */
  readonly sort?: number | string | null;
  readonly className?: string;
}

export interface TableSpec {
  /** Unique; the DOM id. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** What stands there when there are no rows. */
  readonly empty: string;
}

/** Tables with fewer rows are read at a glance and get no filter. */
const filterFrom = 6;

/** A table that can be sorted by its headings and, when long, filtered. The first column names the row. */
export function table(spec: TableSpec): Markup {
  if (spec.rows.length === 0) return html`<p class="empty" id="${spec.id}">${spec.empty}</p>`;
  return html`
<div class="table" id="${spec.id}">
${spec.rows.length >= filterFrom && filterBox(spec)}
<div class="scroll" tabindex="0" role="region" aria-label="${spec.caption}">
<table><caption>${spec.caption}</caption>
<thead><tr>${spec.columns.map(heading)}</tr></thead>
<tbody>${spec.rows.map((row) => html`<tr>${row.map((cell, index) => dataCell(cell, index, spec.columns[index]!))}</tr>\n`)}</tbody>
</table></div></div>`;
}

function filterBox(spec: TableSpec): Markup {
  return html`<div class="filter no-print"><label for="${spec.id}-filter">Filter</label>
<input type="search" id="${spec.id}-filter" data-filter placeholder="any word" autocomplete="off" spellcheck="false">
<output for="${spec.id}-filter">${spec.rows.length} rows</output></div>`;
}

function heading(column: TableColumn): Markup {
  return html`<th scope="col" class="${column.numeric && 'number'}"><button type="button" data-sort data-tip="${column.tip}">${column.title}<span class="arrow" aria-hidden="true"></span></button></th>`;
}

function dataCell(cell: TableCell, index: number, column: TableColumn): Markup {
  const classes = [column.numeric ? 'number' : '', cell.className ?? ''].filter(Boolean).join(' ');
  const sort = cell.sort === undefined ? null : html` data-value="${cell.sort ?? ''}"`;
  if (index === 0) return html`<th scope="row" class="${classes}"${sort}>${cell.content}</th>`;
  return html`<td class="${classes}"${sort}>${cell.content}</td>`;
}
