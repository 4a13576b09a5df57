/**
 * Fidelity: which type the objects of a resource have, and how strictly what a client sends is held to it (`fieldValidation`).
 * Built-in kinds have theirs in `schema/`, custom resources in their definition.
 */
import { apiVersionOf } from '../objects/resource-types.ts';
import type { JsonObject } from '../patch/json.ts';
import { customSchema } from '../schema/custom-resources.ts';
import { type Decoded, decodeObject } from '../schema/fields.ts';
import { schemaOfKind } from '../schema/kinds.ts';
import type { ObjectNode } from '../schema/node.ts';
import type { Outcome } from '../store/failure.ts';
import type { ApiRequest } from './request.ts';
import type { Served } from './served-resource.ts';

const anyObject: ObjectNode = {
  kind: 'object',
  name: 'Object',
  key: 'Object',
  fields: new Map(),
  atomic: false,
  preserve: true,
};

export function schemaFor(served: Served): ObjectNode {
  if (served.definition !== null) return customSchema(served.definition, served.version)?.node ?? anyObject;
  return schemaOfKind(apiVersionOf(served), served.type.kind) ?? anyObject;
}

/** The object as its type reads it. */
export function decoded(object: JsonObject, served: Served, request: ApiRequest): Outcome<Decoded> {
  const { group, version, type } = served;
  const { fieldValidation } = request.query;
  return decodeObject({
    body: object,
    type: { group, version, kind: type.kind },
    schema: schemaFor(served),
    validation: fieldValidation === 'Warn' || fieldValidation === 'Ignore' ? fieldValidation : 'Strict',
    duplicates: request.duplicates ?? [],
    custom: served.definition !== null,
  });
}
