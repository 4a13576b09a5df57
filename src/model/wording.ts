import { notations } from './notation.ts';
import type { Path } from './place.ts';
import type { Schema } from './schema.ts';

/** The words in which problems are told. */

/** What a schema asks for: `a duration like 250ms`, `a list`. */
export function words(schema: Schema): string {
  if (schema.anyOf !== undefined) return joinWords([...new Set(schema.anyOf.map(words))]);
  if (schema.const !== undefined) return show(schema.const);
  if (schema.enum !== undefined) return joinWords(schema.enum.map(String));
  const notation = schema.format === undefined ? undefined : notations.get(schema.format);
  if (notation !== undefined) return `${notation.words} like ${notation.example.split(/,| or /)[0]}`;
  if (schema.type === undefined) return 'a value';
  return typeWords[schema.type];
}

const typeWords = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
} as const;

/** What a value is: `a list`, `the text "x"`, `3`. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `the text ${show(value)}` : show(value);
}

/** How to make the value one of the types that are accepted; empty when there is nothing to say. */
export function typeRemedy(value: unknown, accepted: readonly Schema[]): string {
  const wantsText = accepted.some((schema) => schema.type === 'string');
  if (typeof value === 'number' && accepted.some((schema) => schema.format === 'duration'))
    return `Write the unit: "${value}s" for seconds, "${value}ms" for milliseconds.`;
  if (wantsText && (typeof value === 'number' || typeof value === 'boolean'))
    return `Put it in quotes: "${value}".`;
  const wantsNumber = accepted.some((schema) => schema.type === 'integer' || schema.type === 'number');
  if (wantsNumber && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return 'Remove the quotes.';
  if (accepted.some((schema) => schema.type === 'array') && !Array.isArray(value))
    return 'Begin each item with "- ".';
  return '';
}

/** A value inside a sentence; texts in quotes, long ones cut. */
export function show(value: unknown): string {
  return typeof value === 'string' ? `"${shorten(value)}"` : shorten(String(value));
}

/** At most 60 characters on one line. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 60 ? line : `${line.slice(0, 57)}…`;
}

/** The last named part of a path, for the beginning of a sentence. */
export function nameOf(path: Path): string {
  return path.length === 0 ? 'The document' : pathName(path);
}

/** The last named part of a path: `steps[4]`. */
export function pathName(path: Path): string {
  const last = path.at(-1);
  if (typeof last !== 'number') return shorten(String(last));
  const owner = path.at(-2);
  return owner === undefined ? `[${last}]` : `${pathName(path.slice(0, -1))}[${last}]`;
}

/** `a, b or c`. */
export function joinWords(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? 'nothing';
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** `1 item`, `2 items`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
