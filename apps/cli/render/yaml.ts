/**
 * Plain JSON values as YAML that people can read: block style for objects and lists of objects, one flow line for
 * lists of scalars. Written here because results hold long series, and a general YAML printer takes minutes for them.
 */
export function toYaml(value: unknown): string {
  return `${block(value, '').replace(/^\n/, '')}\n`;
}

function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) return list(value, indent);
  if (typeof value === 'object' && value !== null) return mapping(value, indent);
  return ` ${scalar(value)}`;
}

function mapping(value: object, indent: string): string {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  if (entries.length === 0) return ' {}';
  return entries.map(([key, member]) => `\n${indent}${scalar(key)}:${block(member, `${indent}  `)}`).join('');
}

function list(value: readonly unknown[], indent: string): string {
  if (value.every((item) => typeof item !== 'object' || item === null)) {
    return ` [${value.map(scalar).join(', ')}]`;
  }
  return value
    .map((item) => {
      const text = block(item, `${indent}  `);
      // The first key of an object stands on the line of its dash.
      return `\n${indent}-${text.startsWith('\n') ? ` ${text.slice(indent.length + 3)}` : text}`;
    })
    .join('');
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'null';
  return isPlain(value) ? value : JSON.stringify(value);
}

// Words that YAML readers take for something other than text are quoted, and so is whatever is not a simple word.
function isPlain(text: string): boolean {
  if (!/^[A-Za-z_/][A-Za-z0-9_./ ()-]*$/.test(text) || text.endsWith(' ')) return false;
  return !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}
