/** Tables, wrapped text and rules for a terminal of known width. Colour does not count as width. */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut with an ellipsis when the table is wider than the terminal, once nothing else is left to give. */
  readonly shrinks?: boolean;
  /** Left out of a table that would have to cut its names otherwise; the lowest number goes first. */
  readonly spare?: number;
}

export interface TableLayout {
  readonly width: number;
  readonly indent?: number;
  readonly title?: (text: string) => string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character.
const colourCode = /\u001b\[[0-9;]*m/g;
const figureAndUnit = /(\d) (?=(?:%|µs|ms|s|min|h|d|pt|points?|USD|EUR)(?:[\s,.;:)]|$))/g;
/** Blanks between columns, the usual number first. */
const gaps = [2, 1] as const;
const narrowest = 6;

/** Columns that a text takes on the screen. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const _ of text.replace(colourCode, '')) width++;
  return width;
}

/** Cuts to `width` columns, with an ellipsis when something is lost; coloured text loses its colour then. */
export function cut(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  return [...text.replace(colourCode, '')].slice(0, Math.max(0, width - 1)).join('') + '…';
}

/** Fills up to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - visibleWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/**
 * Rows under titles, one line each, no trailing blanks. Cells may be coloured. An empty title row is left out. Where
 * the width does not suffice, columns move together first, then spare ones go, and only then are texts cut.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  layout: TableLayout,
): string[] {
  const indent = ' '.repeat(layout.indent ?? 0);
  const { shown, widths, gap } = fit(columns, rows, layout.width - indent.length);
  const cell = (cells: readonly string[], i: number) =>
    pad(cut(cells[i] ?? '', widths[i]!), widths[i]!, columns[i]!.align);
  const line = (cells: readonly string[]) => indent + shown.map((i) => cell(cells, i)).join(' '.repeat(gap));
  const lines = rows.map((row) => line(row).trimEnd());
  if (columns.every((column) => column.title === '')) return lines;
  const titles = columns.map((column) => column.title);
  const style = layout.title ?? ((text: string) => text);
  return [indent + style(line(titles).slice(indent.length).trimEnd()), ...lines];
}

/**
 * Breaks text at blanks into lines of at most `width` columns, though never between a figure and its unit; words
 * longer than a line stay whole.
 */
export function wrap(text: string, width: number, indent = '', hanging = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text
    .replace(figureAndUnit, '$1\u00a0')
    .split(/[ \t\n]+/)
    .filter((part) => part !== '')) {
    if (!empty && visibleWidth(line) + 1 + visibleWidth(word) > width) {
      lines.push(line);
      line = hanging;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  if (!empty) lines.push(line);
  return lines.map((each) => each.replaceAll('\u00a0', ' '));
}

/** Text of strangers made harmless for a terminal: control characters would move its cursor or recolour it. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '�');
}

interface Fit {
  /** Positions of the columns that are shown. */
  readonly shown: readonly number[];
  /** One for each column, shown or not. */
  readonly widths: readonly number[];
  readonly gap: number;
}

function fit(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): Fit {
  const widths = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, visibleWidth(row[i] ?? '')), visibleWidth(column.title)),
  );
  const spare = columns.flatMap(({ spare: rank }, i) => (rank === undefined ? [] : [{ rank, i }]));
  const leaving = spare.sort((a, b) => a.rank - b.rank).map(({ i }) => i);
  for (let gone = 0; gone <= leaving.length; gone++) {
    const left = leaving.slice(0, gone);
    const shown = columns.map((_, i) => i).filter((i) => !left.includes(i));
    for (const gap of gaps) if (excess(shown, widths, gap, width) <= 0) return { shown, widths, gap };
  }
  return shrunk(columns, widths, width);
}

function shrunk(columns: readonly Column[], natural: readonly number[], width: number): Fit {
  const shown = columns.map((_, i) => i).filter((i) => columns[i]!.spare === undefined);
  const widths = [...natural];
  const gap = gaps.at(-1)!;
  // The widest shrinkable column gives way first, so that short ones stay whole.
  for (let over = excess(shown, widths, gap, width); over > 0; over--) {
    let widest = -1;
    for (const i of shown) {
      if (columns[i]!.shrinks && widths[i]! > narrowest && widths[i]! > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) break;
    widths[widest]!--;
  }
  return { shown, widths, gap };
}

function excess(shown: readonly number[], widths: readonly number[], gap: number, width: number): number {
  return shown.reduce((sum, i) => sum + widths[i]! + gap, -gap) - width;
}
