import type { Kind } from './kind.ts';
import type { Place } from './place.ts';
import { defaultNamespace } from './resource.ts';

/** A document before validation: values as written, changed by `--set` and variants. */
export interface Draft {
  value: Record<string, unknown>;
  place: Place;
  /** Set when what it says is in doubt: the text that it was read from, with errors. */
  readonly flawed?: string;
}

/** What a document calls itself; empty where it says nothing, or nothing that is a text. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function identityOf(value: Readonly<Record<string, unknown>>): Identity {
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const text = (field: unknown) => (typeof field === 'string' ? field : '');
  return {
    apiVersion: text(value['apiVersion']),
    kind: text(value['kind']),
    namespace: text(metadata['namespace']) || defaultNamespace,
    name: text(metadata['name']),
  };
}

/** Whether a word names the kind: itself, its plural or a short name, in any case. */
export function namesKind(kind: Kind, word: string): boolean {
  const lower = word.toLowerCase();
  return kind.kind.toLowerCase() === lower || kind.plural === lower || kind.shortNames.includes(lower);
}

/** A copy of plain JSON. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)])) as T;
}
