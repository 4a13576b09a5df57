/**
 * Fidelity: no mechanism; how the tables of types are written. A type is `string`, `int32`, a type's name, `any`; a list is
 * `Container[name]` (items told apart by these keys), `string[=]` (a set) or `string[]` (atomic); a map is `string{}` or,
 * owned as a whole, `string{=}`. `!` at the end: required. After a space stands the strategic merge strategy, `merge=port`,
 * `retainKeys` or `replace`, where it isn't the usual one: lists with one key merge by it. The member `""` of a type says `atomic` or
 * `preserve`.
 */
import { assert } from '../../../base/assert.ts';
import {
  anyNode,
  type Field,
  type ObjectNode,
  type PatchRule,
  type ScalarType,
  type SchemaNode,
} from './node.ts';

export type TypeTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

const scalarTypes: ReadonlySet<string> = new Set([
  'string',
  'boolean',
  'int32',
  'int64',
  'double',
  'time',
  'microTime',
  'bytes',
  'intOrString',
  'quantity',
] satisfies ScalarType[]);

const scalarNodes = new Map<string, SchemaNode>(
  [...scalarTypes].map((type) => [type, { kind: 'scalar', type: type as ScalarType }]),
);

class TypeNode implements ObjectNode {
  readonly kind = 'object';
  readonly name: string;
  readonly key: string;
  readonly atomic: boolean;
  readonly preserve: boolean;
  readonly #written: Readonly<Record<string, string>>;
  readonly #types: Types;
  #fields: ReadonlyMap<string, Field> | null = null;

  constructor(key: string, written: Readonly<Record<string, string>>, types: Types) {
    this.key = key;
    this.name = key.slice(key.lastIndexOf('.') + 1);
    this.atomic = written['']?.includes('atomic') === true;
    this.preserve = written['']?.includes('preserve') === true;
    this.#written = written;
    this.#types = types;
  }

  /** Read when first asked for: types refer to each other. */
  get fields(): ReadonlyMap<string, Field> {
    this.#fields ??= new Map(
      Object.entries(this.#written)
        .filter(([field]) => field !== '')
        .map(([field, text]) => [field, this.#types.field(text)]),
    );
    return this.#fields;
  }
}

/** Types by name, of one or more tables. */
export class Types {
  readonly #nodes = new Map<string, ObjectNode>();
  readonly #fields = new Map<string, Field>();

  add(table: TypeTable): void {
    for (const [key, written] of Object.entries(table)) {
      assert(!this.#nodes.has(key), `The type ${key} is listed once.`);
      this.#nodes.set(key, new TypeNode(key, written, this));
    }
  }

  get(key: string): ObjectNode | undefined {
    return this.#nodes.get(key);
  }

  names(): Iterable<string> {
    return this.#nodes.keys();
  }

  /** Fields written alike share their nodes. */
  field(text: string): Field {
    let field = this.#fields.get(text);
    if (field === undefined) {
      field = this.#read(text);
      this.#fields.set(text, field);
    }
    return field;
  }

  #read(text: string): Field {
    const required = text.endsWith('!');
    const [type, strategy] = (required ? text.slice(0, -1) : text).split(' ');
    const node = this.#type(type);
    return { node, required, patch: patchRule(strategy, node) };
  }

  #type(text: string): SchemaNode {
    const container = /^(.*)(?:\[([^[\]]*)\]|\{(=?)\})$/.exec(text);
    if (container === null) return this.#named(text);
    const [, inner, list, map] = container;
    if (list === undefined) return { kind: 'map', values: this.#type(inner), atomic: map === '=' };
    const merge = list === '' ? 'atomic' : list === '=' ? 'set' : 'map';
    return { kind: 'list', items: this.#type(inner), merge, keys: merge === 'map' ? list.split(',') : [] };
  }

  #named(name: string): SchemaNode {
    if (name === 'any') return anyNode;
    const node = scalarNodes.get(name) ?? this.#nodes.get(name);
    assert(node !== undefined, `The type ${name} is listed.`);
    return node;
  }
}

function patchRule(strategy: string | undefined, node: SchemaNode): PatchRule | null {
  if (strategy === undefined)
    return node.kind === 'list' && node.keys.length === 1
      ? { merge: true, mergeKey: node.keys[0], retainKeys: false }
      : null;
  const [words, mergeKey = null] = strategy.split('=');
  return { merge: words.includes('merge'), mergeKey, retainKeys: words.includes('retainKeys') };
}
