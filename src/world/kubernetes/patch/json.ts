/** Fidelity: no mechanism; plain JSON values. */

/** Plain JSON values as decoded. Nothing here changes a value: what differs is a new one that shares the rest. */

export type JsonObject = Readonly<Record<string, unknown>>;
/** An object under construction. */
export type Draft = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member, or undefined; what objects inherit is not theirs. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined;
}

/** Sets a member by whatever name, `__proto__` included. */
export function put(object: Draft, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** A copy that may be changed. */
export function copyOf(object: JsonObject): Draft {
  return { ...object };
}

/** How deep a client's JSON may nest, so that nothing which follows it can run out of stack. Go's decoder allows 10,000. */
export const depthMax = 500;

/** Whether the value nests deeper than `depthMax`. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) return true;
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null
        ? Object.values(one).filter((part) => typeof part === 'object')
        : [],
    );
  }
  return false;
}

/** The value as Go prints it with `%v`: `map[a:1 b:[x y]]`. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
}
