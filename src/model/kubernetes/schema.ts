import type { TSchema } from 'typebox';
import type { Schema } from '../schema.ts';
import table from './fields.json' with { type: 'json' };

/**
 * Schemas of the kinds of Kubernetes 1.32, Argo Rollouts and the vertical autoscaler from the field table (`fields.json`, ©
 * The Kubernetes Authors, The Argo Authors, Apache-2.0; `scripts/generate/kubernetes-fields.ts` makes it): names, types and required fields as Kubernetes
 * defines them, without prose. What types cannot say is in the rules beside this file.
 */

const scalars: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  time: { type: 'string' },
  any: {},
  intOrString: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  quantity: { anyOf: [{ type: 'string', format: 'quantity' }, { type: 'number' }] },
};

function typeSchema(written: string): Schema {
  if (written.endsWith('[]')) return { type: 'array', items: typeSchema(written.slice(0, -2)) };
  if (written.endsWith('{}'))
    return { type: 'object', additionalProperties: typeSchema(written.slice(0, -2)) };
  return scalars[written] ?? { $ref: written };
}

function objectSchema(fields: Readonly<Record<string, string>>): Schema {
  const entries = Object.entries(fields);
  const properties = entries.map(([name, type]) => [name, typeSchema(type.replace(/!$/, ''))] as const);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
    required: entries.filter(([, type]) => type.endsWith('!')).map(([name]) => name),
  };
}

const types = table.types as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>;

const definitions: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(types).map(([name, fields]) => [name, objectSchema(fields)]),
);

/** The schema of a document of that type, e.g. `Deployment` or `v2.HorizontalPodAutoscaler`. */
export function kubernetesSchema(type: string, required: readonly string[]): TSchema {
  const schema: Schema = { ...definitions[type], required, $defs: definitions };
  return schema as TSchema;
}

/** The schema of the metadata of any document. */
export const metadataSchema: Schema = { ...definitions['ObjectMeta'], $defs: definitions };
