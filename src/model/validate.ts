import { notations } from './notation.ts';
import type { Path } from './place.ts';
import {
  alternatives,
  type Definitions,
  definitionsIn,
  noDefinitions,
  resolve,
  type Schema,
} from './schema.ts';
import { didYouMean, nearest } from './suggest.ts';
import { count, describe, joinWords, nameOf, pathName, shorten, show, typeRemedy, words } from './wording.ts';

/** One thing that is wrong with a value. */
export interface Issue {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly path: Path;
  /** The field name at the end of the path is at fault, not its value. */
  readonly onKey?: boolean;
  /** Of an unknown field: the field of the same object that it stands for, by all appearances. */
  readonly meant?: string;
  /** Of an unknown field: the one that is meant must be there. */
  readonly required?: boolean;
}

export interface ValidateOptions {
  /** Judges the lists and objects in misspelt fields as if they were written well. */
  readonly throughMisspelt?: boolean;
}

/**
 * Everything in which `value` departs from `schema`, in the order of the value. An unknown field has the code
 * `unknown-field`: how grave it is, the caller decides.
 */
export function validate(value: unknown, schema: Schema, options: ValidateOptions = {}): Issue[] {
  const issues: Issue[] = [];
  new Validation(issues, options).check(value, schema, { path: [], definitions: noDefinitions });
  return issues;
}

interface At {
  readonly path: Path;
  readonly definitions: Definitions;
}

class Validation {
  readonly #issues: Issue[];
  readonly #options: ValidateOptions;

  constructor(issues: Issue[], options: ValidateOptions) {
    this.#issues = issues;
    this.#options = options;
  }

  check(value: unknown, schema: Schema, at: At): void {
    const definitions = definitionsIn(schema, at.definitions);
    const resolved = resolve(schema, definitions);
    const inner = { path: at.path, definitions };
    if (resolved.anyOf !== undefined) this.#checkUnion(value, resolved, inner);
    else if (!hasType(value, resolved)) this.#wrongType(value, [resolved], at.path);
    else if (Array.isArray(value)) this.#checkList(value, resolved, inner);
    else if (typeof value === 'object' && value !== null)
      this.#checkObject(value as Record<string, unknown>, resolved, inner);
    else this.#checkScalar(value, resolved, at.path);
  }

  #report(
    code: string,
    message: string,
    path: Path,
    more: Omit<Partial<Issue>, 'code' | 'message' | 'path'> = {},
  ): void {
    const { remedy, ...rest } = more;
    this.#issues.push({ code, message, path, ...(remedy ? { remedy } : {}), ...rest });
  }

  #wrongType(value: unknown, accepted: readonly Schema[], path: Path): void {
    const wanted = joinWords([...new Set(accepted.map(words))]);
    const name = nameOf(path);
    if (value === null) {
      this.#report('empty-value', `${name} is empty.`, path, { remedy: `Give it ${wanted}, or remove it.` });
      return;
    }
    this.#report('wrong-type', `${name} must be ${wanted}, not ${describe(value)}.`, path, {
      remedy: typeRemedy(value, accepted),
    });
  }

  #checkScalar(value: unknown, schema: Schema, path: Path): void {
    const name = nameOf(path);
    if (schema.const !== undefined && value !== schema.const) {
      this.#report('wrong-value', `${name} must be ${show(schema.const)}, not ${show(value)}.`, path);
      return;
    }
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const allowed = schema.enum.map(String);
      const guess = didYouMean(String(value), allowed);
      this.#report('wrong-value', `${name} cannot be ${show(value)}.`, path, {
        remedy: `${guess === '' ? '' : `${guess} `}Use ${joinWords(allowed)}.`,
      });
      return;
    }
    if (typeof value === 'number') this.#checkNumber(value, schema, path);
    if (typeof value === 'string') this.#checkText(value, schema, path);
  }

  #checkNumber(value: number, schema: Schema, path: Path): void {
    const { minimum, exclusiveMinimum, maximum } = schema;
    const say = (bound: string) =>
      this.#report('out-of-range', `${nameOf(path)} must be ${bound}, not ${value}.`, path);
    if (minimum !== undefined && value < minimum) say(`at least ${minimum}`);
    else if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
      say(`more than ${exclusiveMinimum}`);
    else if (maximum !== undefined && value > maximum) say(`at most ${maximum}`);
  }

  #checkText(value: string, schema: Schema, path: Path): void {
    const notation = schema.format === undefined ? undefined : notations.get(schema.format);
    if (notation !== undefined && !notation.accepts(value))
      this.#report('bad-notation', `${nameOf(path)} must be ${notation.words}, not ${show(value)}.`, path, {
        remedy: `Write it like ${notation.example}.`,
      });
    else if (schema.minLength !== undefined && value.length < schema.minLength)
      this.#report('empty-value', `${nameOf(path)} is empty.`, path);
    else if (schema.maxLength !== undefined && value.length > schema.maxLength)
      this.#report('too-long', `${nameOf(path)} has more than ${schema.maxLength} characters.`, path);
    else if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      this.#report('bad-notation', `${nameOf(path)} cannot be ${show(value)}.`, path);
  }

  #checkList(value: readonly unknown[], schema: Schema, at: At): void {
    const { minItems, maxItems, items } = schema;
    if (minItems !== undefined && value.length < minItems)
      this.#report('too-few', `${nameOf(at.path)} needs at least ${count(minItems, 'item')}.`, at.path);
    if (maxItems !== undefined && value.length > maxItems) {
      const message = `${nameOf(at.path)} has ${value.length} items; at most ${maxItems} are allowed.`;
      this.#report('too-many', message, at.path);
    }
    if (items === undefined) return;
    value.forEach((item, index) => {
      this.check(item, items, { path: [...at.path, index], definitions: at.definitions });
    });
  }

  #checkObject(value: Record<string, unknown>, schema: Schema, at: At): void {
    for (const key of Object.keys(value)) this.#checkField(key, value, schema, at);
    for (const key of schema.required ?? [])
      if (!Object.hasOwn(value, key)) this.#missing(key, value, schema, at.path);
    const { minProperties } = schema;
    if (minProperties !== undefined && Object.keys(value).length < minProperties)
      this.#report('too-few', `${nameOf(at.path)} needs at least ${count(minProperties, 'field')}.`, at.path);
    this.#checkChoices(value, schema, at.path);
  }

  #checkField(key: string, value: Record<string, unknown>, schema: Schema, at: At): void {
    const path = [...at.path, key];
    const field = fieldSchema(schema, key);
    if (field === null) this.#unknown(key, value, schema, { ...at, path });
    else this.check(value[key], field, { path, definitions: at.definitions });
  }

  #unknown(key: string, value: Readonly<Record<string, unknown>>, schema: Schema, at: At): void {
    const { path } = at;
    const names = Object.keys(schema.properties ?? {});
    const bySynonym = names.find((name) => schema.properties![name].synonyms?.includes(key));
    const guess = bySynonym ?? nearest(key, names);
    const where = path.length === 1 ? 'the document' : pathName(path.slice(0, -1));
    const example = Object.values(schema.patternProperties ?? {})[0]?.description;
    let remedy = example === undefined ? 'Remove it.' : `Fields hold: ${example}`;
    if (guess !== null) remedy = `Did you mean "${guess}"?`;
    else if (names.length > 0 && names.length <= 24) remedy = `Known here: ${names.join(', ')}.`;
    const meant = guess !== null && !Object.hasOwn(value, guess) ? guess : null;
    this.#report('unknown-field', `${shorten(key)} is not a field of ${where}.`, path, {
      remedy,
      onKey: true,
      ...(meant === null ? {} : { meant, required: schema.required?.includes(meant) ?? false }),
    });
    if (meant === null || this.#options.throughMisspelt !== true) return;
    const field = schema.properties![meant];
    const held = value[key];
    const fits = alternatives(field, at.definitions).some((each) => hasType(held, each.schema));
    if (typeof held === 'object' && held !== null && fits) this.check(held, field, at);
  }

  #missing(key: string, value: Record<string, unknown>, schema: Schema, path: Path): void {
    const field = ownProperty(schema, key);
    const wanted = field === undefined ? '' : ` (${words(field)})`;
    // When the value is there under a misspelt name, the unknown field has been reported with the right one.
    const known = new Set(Object.keys(schema.properties ?? {}));
    const misspelt = Object.keys(value).some((given) => !known.has(given) && nearest(given, known) === key);
    if (misspelt) return;
    const owner = path.length === 0 ? 'The document' : nameOf(path);
    this.#report('missing-field', `${owner} lacks ${key}${wanted}.`, [...path, key], {
      remedy: `Add ${key}.${field?.description === undefined ? '' : ` ${field.description}`}`,
    });
  }

  #checkChoices(value: Record<string, unknown>, schema: Schema, path: Path): void {
    const choices = schema.exactlyOne ?? schema.atMostOne;
    if (choices === undefined) return;
    const given = choices.filter((key) => Object.hasOwn(value, key));
    const known = Object.keys(schema.properties ?? {});
    const misspelt = Object.keys(value).some(
      (key) => !known.includes(key) && choices.includes(nearest(key, known) ?? ''),
    );
    if (given.length === 0 && schema.exactlyOne !== undefined && !misspelt)
      this.#report('missing-choice', `${nameOf(path)} needs one of ${choices.join(', ')}.`, path);
    for (const extra of given.slice(1)) {
      const message = `${nameOf(path)} cannot have both ${given[0]} and ${extra}.`;
      this.#report('exclusive-fields', message, [...path, extra], {
        onKey: true,
        remedy: 'Keep one of them.',
      });
    }
  }

  #checkUnion(value: unknown, union: Schema, at: At): void {
    const all = alternatives(union, at.definitions);
    const fitting = all.filter((each) => hasType(value, each.schema));
    if (fitting.length === 0) {
      this.#wrongType(
        value,
        all.map((each) => each.schema),
        at.path,
      );
      return;
    }
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && fitting.length > 1) {
      this.#checkObjectUnion(value as Record<string, unknown>, fitting, at.path);
      return;
    }
    // The alternative that comes closest says what is wrong; one without a fault says nothing.
    let fewest: Issue[] | null = null;
    for (const each of fitting) {
      const issues: Issue[] = [];
      new Validation(issues, this.#options).check(value, each.schema, {
        path: at.path,
        definitions: each.definitions,
      });
      if (fewest === null || issues.length < fewest.length) fewest = issues;
    }
    this.#issues.push(...(fewest ?? []));
  }

  /** Chooses between kinds of objects by the fields that only one of them requires. */
  #checkObjectUnion(
    value: Record<string, unknown>,
    candidates: readonly { schema: Schema; definitions: Definitions }[],
    path: Path,
  ): void {
    const claimed = candidates.filter(({ schema }) => claims(schema, value));
    // A kind that names what it requires goes before one that takes any field of a pattern.
    const named = claimed.filter(({ schema }) => schema.required !== undefined);
    const chosen = named.length > 0 ? named : claimed.slice(0, 1);
    if (chosen.length === 1) {
      this.check(value, chosen[0].schema, { path, definitions: chosen[0].definitions });
      return;
    }
    const marks = (from: readonly { schema: Schema }[]) =>
      from.flatMap(({ schema }) => (schema.required ?? []).slice(0, 1));
    if (chosen.length > 1) {
      const [first, ...others] = marks(chosen);
      for (const extra of others)
        this.#report(
          'exclusive-fields',
          `${nameOf(path)} cannot have both ${first} and ${extra}.`,
          [...path, extra],
          {
            onKey: true,
            remedy: 'Keep one of them.',
          },
        );
      this.#checkKnownFields(value, chosen, path);
      return;
    }
    this.#checkKnownFields(value, candidates, path);
    const names = marks(candidates);
    const given = Object.keys(value).find((key) => nearest(key, names) !== null);
    this.#report('missing-choice', `${nameOf(path)} needs one of ${names.join(', ')}.`, path, {
      remedy: given === undefined ? '' : `"${given}" looks like "${nearest(given, names)}".`,
    });
  }

  /** Whichever kind of object is meant, a field that some kind has is judged by the first that has it. */
  #checkKnownFields(
    value: Readonly<Record<string, unknown>>,
    candidates: readonly { schema: Schema; definitions: Definitions }[],
    path: Path,
  ): void {
    for (const [key, held] of Object.entries(value)) {
      const owner = candidates.find(({ schema }) => ownProperty(schema, key) !== undefined);
      if (owner === undefined) continue;
      const at = { path: [...path, key], definitions: owner.definitions };
      this.check(held, owner.schema.properties![key], at);
    }
  }
}

/** What a field must hold; null when the object has no such field. */
export function fieldSchema(schema: Schema, key: string): Schema | null {
  const known = ownProperty(schema, key);
  if (known !== undefined) return known;
  const byPattern = Object.entries(schema.patternProperties ?? {});
  const match = byPattern.find(([pattern]) => new RegExp(pattern).test(key));
  if (match !== undefined) return match[1];
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  const open = schema.additionalProperties ?? byPattern.length === 0;
  return open ? {} : null;
}

/** Whether an object is meant to be of this kind: it has all that the kind requires, or only what its pattern names. */
export function claims(schema: Schema, value: Record<string, unknown>): boolean {
  if (schema.required !== undefined) return schema.required.every((key) => Object.hasOwn(value, key));
  const patterns = Object.keys(schema.patternProperties ?? {}).map((pattern) => new RegExp(pattern));
  const keys = Object.keys(value);
  return keys.some((key) => patterns.some((pattern) => pattern.test(key)));
}

function ownProperty(schema: Schema, key: string): Schema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined;
}

export function hasType(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'null':
      return value === null;
    case 'string':
    case 'boolean':
      return typeof value === schema.type;
    default:
      if (schema.enum !== undefined) return schema.enum.some((each) => typeof each === typeof value);
      return true;
  }
}
