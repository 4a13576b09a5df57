import type { TSchema } from 'typebox';

/**
 * The part of JSON Schema that the project's schemas use, as plain data: what TypeBox builds and what the
 * Kubernetes field table is turned into. `exactlyOne`, `atMostOne` and `synonyms` are this project's own.
 */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** False: fields that are not in `properties` are unknown. A schema: what they hold. */
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly minProperties?: number;
  /** Fields of which one and only one must be given. */
  readonly exactlyOne?: readonly string[];
  readonly atMostOne?: readonly string[];
  /** Other words that people try for this field. */
  readonly synonyms?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** A notation of `notation.ts`. */
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $id?: string;
}

/** Named schemas that references point to. */
export type Definitions = ReadonlyMap<string, Schema>;

/** A TypeBox schema as the plain data that it is. */
export function asSchema(schema: TSchema): Schema {
  return schema as unknown as Schema;
}

/** The definitions in force inside `schema`: those around it and its own. */
export function definitionsIn(schema: Schema, outer: Definitions): Definitions {
  if (schema.$defs === undefined) return outer;
  if (outer.size > 0) return new Map([...outer, ...Object.entries(schema.$defs)]);
  // The same schemas judge thousands of documents.
  let definitions = known.get(schema.$defs);
  if (definitions === undefined) {
    definitions = new Map(Object.entries(schema.$defs));
    known.set(schema.$defs, definitions);
  }
  return definitions;
}

const known = new WeakMap<object, Definitions>();

export const noDefinitions: Definitions = new Map();

/** Follows a reference to what it names, keeping the description of the place that refers. */
export function resolve(schema: Schema, definitions: Definitions): Schema {
  let resolved = schema;
  for (let hops = 0; resolved.$ref !== undefined && hops < 8; hops++) {
    const target = definitions.get(resolved.$ref.replace(/^.*\//, ''));
    if (target === undefined) return {};
    resolved = target;
  }
  return resolved;
}

/** The alternatives of a schema, those of nested unions and references included; itself when it has none. */
export function alternatives(
  schema: Schema,
  definitions: Definitions,
): { schema: Schema; definitions: Definitions }[] {
  const inner = definitionsIn(schema, definitions);
  const resolved = resolve(schema, inner);
  if (resolved.anyOf === undefined) return [{ schema: resolved, definitions: inner }];
  return resolved.anyOf.flatMap((each) => alternatives(each, inner));
}
