import { apiVersionOf, type Kind } from '../../src/model/kind.ts';
import { notations } from '../../src/model/notation.ts';
import { asSchema, type Schema } from '../../src/model/schema.ts';

/**
 * JSON Schema as editors read it: what this project adds to JSON Schema is said in its own words (`exactlyOne` as
 * `oneOf`, a notation as a pattern), and named schemas stand once, at the top.
 */

type Json = Record<string, unknown>;
const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** The schema of one kind of document. */
export function kindSchema(kind: Kind): Json {
  const { body, definitions } = plain(asSchema(kind.schema), kind.summary);
  return {
    $schema: dialect,
    $id: `${apiVersionOf(kind)}/${kind.kind}`,
    title: kind.kind,
    ...body,
    $defs: definitions,
  };
}

/** One schema for files that hold documents of several kinds: each own kind by its name, others left alone. */
export function combinedSchema(kinds: readonly Kind[]): Json {
  const named: Json = {};
  const shared: Json = {};
  for (const kind of kinds) {
    const { body, definitions } = plain(asSchema(kind.schema), kind.summary);
    named[kind.kind] = { title: kind.kind, ...body };
    Object.assign(shared, definitions);
  }
  const isKind = (kind: Kind) => ({
    properties: { apiVersion: { const: apiVersionOf(kind) }, kind: { const: kind.kind } },
    required: ['apiVersion', 'kind'],
  });
  return {
    $schema: dialect,
    $id: 'sim.devops/all',
    title: 'Documents of DevOps Simulator',
    description: 'Documents of the own kinds are checked; those of Kubernetes and others are left alone.',
    type: 'object',
    properties: {
      apiVersion: { type: 'string', examples: [...new Set(kinds.map(apiVersionOf))] },
      kind: { type: 'string', examples: kinds.map((kind) => kind.kind) },
    },
    // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's word, and nobody awaits a schema.
    allOf: kinds.map((kind) => ({ if: isKind(kind), then: { $ref: `#/$defs/${kind.kind}` } })),
    $defs: { ...named, ...shared },
  };
}

/** The schema of a value that is not a document, such as the result of a run. */
export function valueSchema(schema: Schema): Json {
  const { body, definitions } = plain(schema, schema.description ?? '');
  const extra = Object.keys(definitions).length === 0 ? {} : { $defs: definitions };
  return { $schema: dialect, $id: schema.$id, title: schema.title, ...body, ...extra };
}

function plain(schema: Schema, description: string): { body: Json; definitions: Json } {
  const definitions: Json = {};
  const body = translate(schema, definitions);
  return { body: { ...body, description }, definitions };
}

function translate(schema: Schema, definitions: Json): Json {
  for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
    if (definitions[name] !== undefined) continue;
    // Set before it is translated: it may refer to itself.
    definitions[name] = {};
    definitions[name] = translate(definition, definitions);
  }
  const json: Json = {};
  for (const [key, value] of Object.entries(schema)) {
    if (dropped.has(key)) continue;
    json[key] = value;
  }
  if (schema.$ref !== undefined) json['$ref'] = `#/$defs/${schema.$ref.replace(/^.*\//, '')}`;
  if (schema.format !== undefined) Object.assign(json, notation(schema.format));
  if (schema.anyOf !== undefined) json['anyOf'] = schema.anyOf.map((each) => translate(each, definitions));
  if (schema.items !== undefined) json['items'] = translate(schema.items, definitions);
  for (const field of ['properties', 'patternProperties'] as const)
    if (schema[field] !== undefined) json[field] = translateAll(schema[field], definitions);
  if (typeof schema.additionalProperties === 'object')
    json['additionalProperties'] = translate(schema.additionalProperties, definitions);
  return { ...json, ...choices(schema) };
}

const dropped = new Set(['$defs', '$id', 'format', 'synonyms', 'exactlyOne', 'atMostOne']);

function translateAll(schemas: Readonly<Record<string, Schema>>, definitions: Json): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, translate(schema, definitions)]),
  );
}

function notation(format: string): Json {
  const known = notations.get(format);
  return known === undefined ? { format } : { pattern: known.pattern };
}

function choices(schema: Schema): Json {
  if (schema.exactlyOne !== undefined)
    return { oneOf: schema.exactlyOne.map((field) => ({ required: [field] })) };
  if (schema.atMostOne === undefined) return {};
  const pairs = schema.atMostOne.flatMap((first, index) =>
    schema.atMostOne!.slice(index + 1).map((second) => [first, second]),
  );
  return { not: { anyOf: pairs.map((required) => ({ required })) } };
}
