/**
 * Fidelity: JSON Patch (RFC 6902) as the API server applies it with evanphx/json-patch 4.12 (Kubernetes 1.32): negative
 * indices count from the end, a test of a missing member against null holds, at most 10,000 operations.
 */
import { sameValue } from '../store/equality.ts';
import { has, isObject, type JsonObject, put } from './json.ts';

/** The document after all operations, or why one of them can't be applied. */
export type JsonPatchResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

class Refused extends Error {}

export const jsonPatchOperationsMax = 10_000;

/** Applies operations that `isJsonPatch` has found well formed; all of them or none. */
export function applyJsonPatch(document: unknown, operations: readonly JsonObject[]): JsonPatchResult {
  try {
    return { ok: true, value: operations.reduce(applied, document) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, message: error.message };
    throw error;
  }
}

/** Whether the body is a list of objects, which is all that decoding asks for. */
export function isJsonPatch(body: unknown): body is readonly JsonObject[] {
  return Array.isArray(body) && body.every(isObject);
}

function applied(document: unknown, operation: JsonObject): unknown {
  const path = pointerOf(operation, 'path');
  switch (operation['op']) {
    case 'add':
      return add(document, path, operand(operation), 'add');
    case 'remove':
      return remove(document, path, 'remove');
    case 'replace':
      return replace(document, path, operand(operation));
    case 'move': {
      const from = pointerOf(operation, 'from');
      if (path.length > from.length && from.every((token, at) => token === path[at]))
        throw new Refused(`move operation does not apply: ${textOf(from)} can't be moved into itself`);
      return add(remove(document, from, 'move'), path, need(document, from, 'move'), 'move');
    }
    case 'copy':
      return add(document, path, need(document, pointerOf(operation, 'from'), 'copy'), 'copy');
    case 'test':
      return test(document, path, operation['value'] ?? null);
    default:
      throw new Refused(`Unexpected kind: ${String(operation['op'])}`);
  }
}

function pointerOf(operation: JsonObject, name: 'path' | 'from'): readonly string[] {
  const text = operation[name];
  if (typeof text !== 'string') throw new Refused(`unable to decode ${name} from operation: missing value`);
  if (text === '') return [];
  if (!text.startsWith('/')) throw new Refused(`${name} ${text} does not begin with a slash`);
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function textOf(path: readonly string[]): string {
  return path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function operand(operation: JsonObject): unknown {
  if (!Object.hasOwn(operation, 'value'))
    throw new Refused(`${operation['op']} operation does not apply: it has no value`);
  return operation['value'];
}

/** Index of an existing item, or -1. */
function indexOf(list: readonly unknown[], token: string): number {
  if (!/^-?\d+$/.test(token)) return -1;
  const index = Number(token);
  const counted = index < 0 ? index + list.length : index;
  return counted >= 0 && counted < list.length ? counted : -1;
}

function find(document: unknown, path: readonly string[]): { readonly value: unknown } | null {
  let value = document;
  for (const token of path) {
    if (Array.isArray(value)) {
      const index = indexOf(value, token);
      if (index < 0) return null;
      value = value[index];
    } else if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else return null;
  }
  return { value };
}

function need(document: unknown, path: readonly string[], operation: string): unknown {
  const found = find(document, path);
  if (found === null)
    throw new Refused(
      `${operation} operation does not apply: doc is missing key: ${textOf(path)}: missing value`,
    );
  return found.value;
}

/** The document with its part at `path` changed by `change`, which gets the container and the last token. */
function within(
  document: unknown,
  path: readonly string[],
  at: number,
  operation: string,
  change: (container: unknown, token: string) => unknown,
): unknown {
  const token = path[at];
  if (at === path.length - 1) return change(document, token);
  const missing = `${operation} operation does not apply: doc is missing path: ${JSON.stringify(textOf(path))}: missing value`;
  if (Array.isArray(document)) {
    const index = indexOf(document, token);
    if (index < 0) throw new Refused(missing);
    return document.with(index, within(document[index], path, at + 1, operation, change));
  }
  if (!isObject(document) || !has(document, token)) throw new Refused(missing);
  return withMember(document, token, within(document[token], path, at + 1, operation, change));
}

function withMember(object: JsonObject, key: string, value: unknown): JsonObject {
  const copy = { ...object };
  put(copy, key, value);
  return copy;
}

function add(document: unknown, path: readonly string[], value: unknown, operation: string): unknown {
  if (path.length === 0) return value;
  return within(document, path, 0, operation, (container, token) => {
    if (isObject(container)) return withMember(container, token, value);
    if (Array.isArray(container))
      return container.toSpliced(insertionIndex(container, token, operation), 0, value);
    throw new Refused(
      `${operation} operation does not apply: doc is missing path: ${textOf(path)}: missing value`,
    );
  });
}

function insertionIndex(list: readonly unknown[], token: string, operation: string): number {
  if (token === '-') return list.length;
  if (!/^-?\d+$/.test(token))
    throw new Refused(`${operation} operation does not apply: ${token} is not an index`);
  const index = Number(token);
  const counted = index < 0 ? index + list.length + 1 : index;
  if (counted < 0 || counted > list.length)
    throw new Refused(`Unable to access invalid index: ${index}: invalid index referenced`);
  return counted;
}

function remove(document: unknown, path: readonly string[], operation: string): unknown {
  if (path.length === 0)
    throw new Refused(`${operation} operation does not apply: the whole document can't be removed`);
  need(document, path, operation);
  return within(document, path, 0, operation, (container, token) => {
    if (Array.isArray(container)) return container.toSpliced(indexOf(container, token), 1);
    const { [token]: _, ...rest } = container as JsonObject;
    return rest;
  });
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  need(document, path, 'replace');
  return within(document, path, 0, 'replace', (container, token) =>
    Array.isArray(container)
      ? container.with(indexOf(container, token), value)
      : withMember(container as JsonObject, token, value),
  );
}

function test(document: unknown, path: readonly string[], value: unknown): unknown {
  need(document, path.slice(0, -1), 'test');
  const found = find(document, path);
  if (!sameValue(found?.value ?? null, value))
    throw new Refused(`testing value ${textOf(path)} failed: test failed`);
  return document;
}
