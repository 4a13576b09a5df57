import { alternatives, type Definitions, definitionsIn, resolve, type Schema } from './schema.ts';

/** A field of a schema, seen through references, lists and unions: what `explain`, the docs pages and completion show. */
export interface Field {
  readonly name: string;
  /** As kubectl prints types: `duration`, `[]Object`, `map[string]string`. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  readonly default: unknown;
  readonly examples: readonly unknown[];
  /** The only words that may be written, or none. */
  readonly words: readonly string[];
  readonly schema: Schema;
  readonly definitions: Definitions;
}

/** Fields that come together, as one of the alternatives of an object. */
export interface FieldGroup {
  readonly description: string;
  readonly fields: readonly Field[];
  /** Fields of which exactly one, or at most one, is given. */
  readonly exactlyOne: readonly string[];
  readonly atMostOne: readonly string[];
}

export function fieldOf(
  name: string,
  schema: Schema,
  of: { required: boolean; definitions: Definitions },
): Field {
  const definitions = definitionsIn(schema, of.definitions);
  const resolved = resolve(schema, definitions);
  return {
    name,
    type: typeName(schema, of.definitions),
    required: of.required,
    description: schema.description ?? resolved.description ?? describedBesideNull(resolved),
    default: schema.default ?? resolved.default,
    examples: schema.examples ?? resolved.examples ?? [],
    words: wordsOf(schema, of.definitions),
    schema,
    definitions: of.definitions,
  };
}

/** A value that may be null is described where the value is. */
function describedBesideNull({ anyOf }: Schema): string {
  if (anyOf?.some(({ type }) => type === 'null') !== true) return '';
  return anyOf.find(({ description }) => description !== undefined)?.description ?? '';
}

/**
 * What stands inside the field, lists and maps looked through: one group for each kind of object it may hold. With
 * `own`, the families of distributions are left out: they have a page of their own.
 */
export function groupsOf(field: Field, which: 'all' | 'own' = 'all'): FieldGroup[] {
  return objectsOf(field.schema, field.definitions, which).map(({ schema, definitions }) => ({
    description: schema.description ?? '',
    fields: fieldsOf(schema, definitions),
    exactlyOne: schema.exactlyOne ?? [],
    atMostOne: schema.atMostOne ?? [],
  }));
}

/** Everything that a field may hold as fields, those of all alternatives together, without repetition. */
export function childrenOf(field: Field): Field[] {
  const byName = new Map<string, Field>();
  for (const group of groupsOf(field))
    for (const child of group.fields) if (!byName.has(child.name)) byName.set(child.name, child);
  return [...byName.values()];
}

function objectsOf(
  schema: Schema,
  definitions: Definitions,
  which: 'all' | 'own',
): { schema: Schema; definitions: Definitions }[] {
  if (which === 'own' && isDistribution(schema)) return [];
  const inner = definitionsIn(schema, definitions);
  const parts = resolve(schema, inner).anyOf;
  if (parts !== undefined) return parts.flatMap((part) => objectsOf(part, inner, which));
  return alternatives(schema, definitions).flatMap((each) => {
    if (each.schema.type === 'array' && each.schema.items !== undefined)
      return objectsOf(each.schema.items, each.definitions, which);
    const { additionalProperties } = each.schema;
    if (each.schema.properties === undefined && typeof additionalProperties === 'object')
      return objectsOf(additionalProperties, each.definitions, which);
    return each.schema.properties === undefined ? [] : [each];
  });
}

function fieldsOf(schema: Schema, definitions: Definitions): Field[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([name, property]) =>
    fieldOf(name, property, { required: required.has(name), definitions }),
  );
}

function isDistribution(schema: Schema): boolean {
  return schema.$ref?.replace(/^.*\//, '') === 'Distribution';
}

function wordsOf(schema: Schema, definitions: Definitions): string[] {
  return alternatives(schema, definitions).flatMap((each) => {
    if (each.schema.enum !== undefined) return each.schema.enum.map(String);
    return each.schema.const === undefined ? [] : [String(each.schema.const)];
  });
}

function typeName(schema: Schema, definitions: Definitions): string {
  const inner = definitionsIn(schema, definitions);
  if (isDistribution(schema)) return 'Distribution';
  const names = alternatives(schema, definitions).map((each) =>
    singleTypeName(each.schema, each.definitions),
  );
  const isWork = resolve(schema, inner).anyOf?.some(isDistribution) === true;
  const distinct = [...new Set(isWork ? ['Distribution', 'Object'] : names)];
  // A notation says more than the plain number that may stand for it; null says that there is none.
  const hasNotation = distinct.some((name) => name !== 'number' && name !== 'null');
  return (hasNotation ? distinct.filter((name) => name !== 'number') : distinct).join(' or ');
}

function singleTypeName(schema: Schema, definitions: Definitions): string {
  if (schema.type === 'array')
    return `[]${schema.items === undefined ? 'any' : typeName(schema.items, definitions)}`;
  if (schema.enum !== undefined || schema.type === undefined)
    return schema.enum === undefined ? 'any' : 'string';
  if (schema.type !== 'object') return schema.format?.replace('fineDuration', 'duration') ?? schema.type;
  if (schema.properties !== undefined) return 'Object';
  const values = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
  return typeof values === 'object' ? `map[string]${typeName(values, definitions)}` : 'Object';
}
