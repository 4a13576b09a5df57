/**
 * A value as JSON, in pieces: of long lists each piece holds so many items that making it takes a few milliseconds, so that
 * a large answer holds up neither the run nor other clients.
 */
const itemsPerPart = 500;

export function* jsonParts(value: unknown): Generator<string> {
  const long = longList(value);
  if (long === null) {
    yield JSON.stringify(value);
    return;
  }
  const [name, items] = long;
  const { [name]: _, ...rest } = value as Readonly<Record<string, unknown>>;
  const head = JSON.stringify(rest);
  yield `${head.slice(0, -1)}${head === '{}' ? '' : ','}${JSON.stringify(name)}:[`;
  for (let at = 0; at < items.length; at += itemsPerPart) {
    const part = JSON.stringify(items.slice(at, at + itemsPerPart)).slice(1, -1);
    yield at === 0 ? part : `,${part}`;
  }
  yield ']}';
}

function longList(value: unknown): readonly [name: string, items: readonly unknown[]] | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const name of ['items', 'rows']) {
    const items = (value as Readonly<Record<string, unknown>>)[name];
    if (Array.isArray(items) && items.length > itemsPerPart) return [name, items];
  }
  return null;
}
