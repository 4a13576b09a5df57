/** Tables, wrapped text and rules for a terminal of known width. Colour does not count as width. */

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut with an ellipsis when the table is wider than the terminal. */
  readonly shrinks?: boolean;
}

export interface TableLayout {
  readonly width: number;
  readonly indent?: number;
  readonly title?: (text: string) => string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character.
const colourCode = /\u001b\[[0-9;]*m/g;
const figureAndUnit = /(\d) (?=(?:%|µs|ms|s|min|h|d|pt|points?|USD|EUR)(?:[\s,.;:)]|$))/g;
const gap = 2;
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

/** Rows under titles, one line each, no trailing blanks. Cells may be coloured. An empty title row is left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  layout: TableLayout,
): string[] {
  const indent = ' '.repeat(layout.indent ?? 0);
  const widths = columnWidths(columns, rows, layout.width - indent.length);
  const line = (cells: readonly string[]) =>
    indent +
    cells.map((cell, i) => pad(cut(cell, widths[i]!), widths[i]!, columns[i]!.align)).join(' '.repeat(gap));
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

function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, visibleWidth(row[i] ?? '')), visibleWidth(column.title)),
  );
  const excess = () => widths.reduce((sum, one) => sum + one + gap, -gap) - width;
  // The widest shrinkable column gives way first, so that short ones stay whole.
  for (let over = excess(); over > 0; over = excess()) {
    let widest = -1;
    for (let i = 0; i < columns.length; i++) {
      if (columns[i]!.shrinks && widths[i]! > narrowest && widths[i]! > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) break;
    widths[widest]!--;
  }
  return widths;
}
