import { copyOf, isObject } from './draft.ts';
import type { Path } from './place.ts';
import {
  alternatives,
  type Definitions,
  definitionsIn,
  noDefinitions,
  resolve,
  type Schema,
} from './schema.ts';
import { claims, fieldSchema, hasType, type Issue, validate } from './validate.ts';

/**
 * Documents of the wrong shape, with something of the right shape in place of what is at fault. Nobody runs them: they
 * are compiled so that whatever else is wrong with them, and with what refers to them, is told in the same pass.
 */

/** A document that compilers can take, and the places in it of which nothing is known. */
export interface Mended {
  readonly value: Record<string, unknown>;
  readonly doubts: readonly Path[];
  /** Fields that stand under the name they were meant to have: where they were written, and that name. */
  readonly renamed: readonly { readonly path: Path; readonly meant: string }[];
}

/** The document without its faults; null when they go too deep. `owner` keeps its stand-ins apart from those of others. */
export function mend(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  of: { readonly issues: readonly Issue[]; readonly owner: string },
): Mended | null {
  const { issues } = of;
  const mending = new Mending(copyOf(value) as Record<string, unknown>, schema, of);
  for (const issue of issues) mending.replace(issue);
  mending.rename();
  const left = validate(mending.value, schema);
  return left.every(({ code }) => code === 'unknown-field' || code === 'exclusive-fields') ? mending : null;
}

/** A name that stands for one that is not known. No document can hold it by chance. */
const mark = '\uE000';
const end = '\uE001';

export function isStandIn(name: unknown): boolean {
  return typeof name === 'string' && name.startsWith(mark);
}

/** The text of a list without the names that stand for unknown ones. */
export function withoutStandIns(text: string): string {
  return text.replace(/(?:, | and )?\uE000[^\uE001]*\uE001/g, '');
}

export function mentionsStandIn(text: string): boolean {
  return text.includes(mark);
}

interface Root {
  readonly path: Path;
  readonly schema: Schema;
  readonly definitions: Definitions;
}

class Mending implements Mended {
  readonly value: Record<string, unknown>;
  readonly #schema: Schema;
  readonly #meant: ReadonlyMap<string, string>;
  readonly #found: Path[] = [];
  readonly renamed: { readonly path: Path; readonly meant: string }[] = [];
  readonly #owner: string;
  #names = 0;

  constructor(
    value: Record<string, unknown>,
    schema: Schema,
    { issues, owner }: { readonly issues: readonly Issue[]; readonly owner: string },
  ) {
    this.value = value;
    this.#owner = owner;
    this.#schema = schema;
    this.#meant = new Map(
      issues.flatMap(({ path, meant }) => (meant === undefined ? [] : [[JSON.stringify(path), meant]])),
    );
  }

  /** In the words of the mended document. */
  get doubts(): readonly Path[] {
    return this.#found.map((path) => this.#translated(path));
  }

  replace({ code, path }: Issue): void {
    if (code === 'unknown-field' || this.#found.some((root) => isWithin(path, root))) return;
    const root = this.#rootOf(path);
    const there = valueAt(this.value, root.path);
    if (code === 'missing-choice' && isObject(there) && root.schema.exactlyOne !== undefined)
      this.#choose(there, root);
    // Both are there, and each can be read.
    else if (code !== 'exclusive-fields' || root.path.length < path.length)
      this.#put(root.path, this.#example(root.schema, root.definitions));
  }

  #choose(there: Record<string, unknown>, { path, schema, definitions }: Root): void {
    const misspelt = Object.keys(there).some((key) => {
      const meant = this.#meant.get(JSON.stringify([...path, key]));
      return meant !== undefined && schema.exactlyOne!.includes(meant);
    });
    if (misspelt) return;
    const [first] = schema.exactlyOne!;
    this.#put([...path, first], this.#example(fieldSchema(schema, first) ?? {}, definitions));
  }

  /** Gives misspelt fields the names that were meant, the innermost first. */
  rename(): void {
    const paths = [...this.#meant.keys()].map((key) => JSON.parse(key) as Path);
    for (const path of paths.sort((a, b) => b.length - a.length)) {
      const holder = valueAt(this.value, path.slice(0, -1));
      const key = String(path.at(-1));
      const meant = this.#meant.get(JSON.stringify(path))!;
      if (!isObject(holder) || !Object.hasOwn(holder, key) || Object.hasOwn(holder, meant)) continue;
      const root = this.#rootOf(path);
      const sound = typeof holder[key] !== 'object' && validate(holder[key], inside(root)).length === 0;
      if (!sound && (typeof holder[key] !== 'object' || !hasSomeType(holder[key], root)))
        this.#put(path, this.#example(root.schema, root.definitions));
      holder[meant] = holder[key];
      delete holder[key];
      this.renamed.push({ path, meant });
    }
  }

  /** The value to replace so that a fault at `path` is gone: itself, or what it cannot be told from. */
  #rootOf(path: Path): Root {
    let node: unknown = this.value;
    let schema = this.#schema;
    let definitions = noDefinitions;
    for (let depth = 0; ; depth++) {
      const here = { path: path.slice(0, depth), schema, definitions: definitionsIn(schema, definitions) };
      // The parts of a distribution say nothing alone.
      if (isObject(node) && isDistribution(node)) return here;
      const one = chosen(node, here);
      if (one === null) return here;
      if (depth === path.length) return one.schema.anyOf === undefined ? { ...one, path } : here;
      const key = path[depth];
      const next = this.#below(one.schema, path.slice(0, depth + 1));
      if (next === null) return { ...one, path: path.slice(0, depth + 1), schema: {} };
      node = (node as Record<string | number, unknown> | undefined)?.[key];
      schema = next;
      definitions = one.definitions;
    }
  }

  #below(schema: Schema, path: Path): Schema | null {
    const key = path.at(-1)!;
    if (typeof key === 'number') return schema.items ?? null;
    return fieldSchema(schema, this.#meant.get(JSON.stringify(path)) ?? key);
  }

  #put(path: Path, value: unknown): void {
    const holder = valueAt(this.value, path.slice(0, -1)) as Record<string | number, unknown> | undefined;
    if (typeof holder !== 'object' || holder === null) return;
    holder[path.at(-1)!] = value;
    this.#found.push(path);
  }

  #translated(path: Path): Path {
    return path.map((key, index) => this.#meant.get(JSON.stringify(path.slice(0, index + 1))) ?? key);
  }

  /** The least that the schema takes. Names are unlike any other, so that none is found or given twice. */
  #example(schema: Schema, outer: Definitions): unknown {
    const definitions = definitionsIn(schema, outer);
    const one = resolve(schema, definitions);
    if (one.anyOf !== undefined) return this.#example(one.anyOf[0], definitions);
    if (one.const !== undefined) return one.const;
    if (one.enum !== undefined) return one.default ?? one.enum[0];
    switch (one.type) {
      case 'object':
        return this.#exampleObject(one, definitions);
      case 'array':
        return Array.from({ length: one.minItems ?? 0 }, () => this.#example(one.items ?? {}, definitions));
      case 'integer':
      case 'number':
        return Math.min(Math.max(1, one.minimum ?? 0), one.maximum ?? 1);
      case 'boolean':
        return false;
      case 'string':
        return exampleTexts.get(one.format ?? '') ?? `${mark}${this.#owner} ${++this.#names}${end}`;
      default:
        return null;
    }
  }

  #exampleObject(schema: Schema, definitions: Definitions): Record<string, unknown> {
    const keys = [...(schema.required ?? []), ...(schema.exactlyOne?.slice(0, 1) ?? [])];
    return Object.fromEntries(
      keys.map((key) => [key, this.#example(fieldSchema(schema, key) ?? {}, definitions)]),
    );
  }
}

const exampleTexts: ReadonlyMap<string, string> = new Map([
  ['duration', '1s'],
  ['fineDuration', '1ms'],
  ['rate', '1/s'],
  ['share', '50%'],
  ['quantity', '1'],
  ['instant', '2026-01-01T00:00:00Z'],
]);

const families: ReadonlySet<string> = new Set([
  'exponential',
  'uniform',
  'normal',
  'lognormal',
  'gamma',
  'weibull',
  'pareto',
  'empirical',
  'mixture',
]);

function isDistribution(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).some((key) => families.has(key));
}

/** Of a union the only alternative that the value can be meant for; null when that cannot be said. */
function chosen(value: unknown, here: Root): Root | null {
  const resolved = resolve(here.schema, here.definitions);
  if (resolved.anyOf === undefined) return { ...here, schema: resolved };
  if (!isObject(value)) return { ...here, schema: resolved };
  const fitting = alternatives(resolved, here.definitions).filter((each) => hasType(value, each.schema));
  if (fitting.length === 1) return { ...here, ...fitting[0] };
  const claimed = fitting.filter(({ schema }) => schema.required !== undefined && claims(schema, value));
  return claimed.length === 1 ? { ...here, ...claimed[0] } : null;
}

function inside({ schema, definitions }: Root): Schema {
  return definitions.size === 0 ? schema : { ...schema, $defs: Object.fromEntries(definitions) };
}

function hasSomeType(value: unknown, { schema, definitions }: Root): boolean {
  return alternatives(schema, definitions).some((each) => hasType(value, each.schema));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, key) => (node as Record<string | number, unknown> | null | undefined)?.[key],
    root,
  );
}

/** Whether a path leads to a place, or into it. */
export function isWithin(path: Path, root: Path): boolean {
  return root.length <= path.length && root.every((key, index) => key === path[index]);
}
