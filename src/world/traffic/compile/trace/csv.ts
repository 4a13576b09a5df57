/**
 * Fidelity: comma-separated values as RFC 4180 describes them (quotes, doubled quotes, line breaks inside quotes),
 * and as real trace files have them: a byte-order mark, CRLF, blank lines, lines that start with '#', and a semicolon
 * or tab instead of the comma. A field is never unescaped beyond its quotes. Source: RFC 4180 §2.
 */

export type Separator = ',' | ';' | '\t';

/** One record: its fields without surrounding blanks, and the 1-based line it starts on. */
export type OnRecord = (fields: readonly string[], line: number) => void;

/** The separator of a file: the one that is most frequent in its first record, a comma when there is none. */
export function separatorOf(text: string): Separator {
  const first = text.split(/\r?\n/, 20).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
  const count = (separator: Separator): number => first.split(separator).length;
  let best: Separator = ',';
  for (const candidate of [';', '\t'] as const) if (count(candidate) > count(best)) best = candidate;
  return best;
}

/**
 * Reads every record of `text` in order. Returns the line of a quote that is never closed, or null when all is well;
 * the text after such a quote belongs to the last record, which is passed on as it is.
 */
export function readRecords(text: string, separator: Separator, onRecord: OnRecord): number | null {
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let line = 1;
  while (position < text.length) {
    let end = text.indexOf('\n', position);
    if (end === -1) end = text.length;
    const record = text.slice(position, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    if (record.charCodeAt(0) !== 35 && record.includes('"')) {
      const quoted = readQuoted(text, position, separator);
      onRecord(quoted.fields, line);
      if (!quoted.closed) return line;
      line += quoted.lines;
      position = quoted.end;
      continue;
    }
    if (record.trim() !== '' && record.charCodeAt(0) !== 35) onRecord(plainFields(record, separator), line);
    position = end + 1;
    line += 1;
  }
  return null;
}

function plainFields(record: string, separator: Separator): string[] {
  const fields = record.split(separator);
  for (let i = 0; i < fields.length; i += 1) fields[i] = fields[i].trim();
  return fields;
}

interface QuotedRecord {
  readonly fields: readonly string[];
  readonly end: number;
  readonly lines: number;
  readonly closed: boolean;
}

function readQuoted(text: string, start: number, separator: Separator): QuotedRecord {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let lines = 1;
  let position = start;
  for (; position < text.length; position += 1) {
    const character = text[position];
    if (quoted) {
      if (character === '\n') lines += 1;
      if (character !== '"') field += character;
      else if (text[position + 1] === '"') {
        field += '"';
        position += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === separator) {
      fields.push(field.trim());
      field = '';
    } else if (character === '\n') break;
    else field += character;
  }
  fields.push(field.trim());
  return { fields, end: position + 1, lines, closed: !quoted };
}
