/**
 * JSON that people can read and that stays small: objects and lists of objects over several lines, lists of
 * scalars on one. Results hold long series, and a number per line would make them ten times as long.
 */
export function toJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return JSON.stringify(value);
    return `[\n${value.map((item) => inner + toJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const lines = members.map(([key, member]) => `${inner}${JSON.stringify(key)}: ${toJson(member, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null;
