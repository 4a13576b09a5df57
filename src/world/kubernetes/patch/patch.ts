/**
 * Fidelity: how the API server applies a client's patch to an object and words its refusals (apiserver endpoints/handlers
 * patch.go, 1.32). What comes out is decoded, defaulted and validated as any other write. Server-side apply is in
 * `server-side-apply.ts`, ownership of fields in `managed-fields.ts`.
 */
import type { SchemaNode } from '../schema/node.ts';
import { done, type Outcome, refuse } from '../store/failure.ts';
import { isObject, type JsonObject } from './json.ts';
import { applyJsonPatch, isJsonPatch, jsonPatchOperationsMax } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

export const patchContentTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const rejected = 'the server rejected our request due to an error in our request';

/**
 * The object with the patch applied; shares what stays. `schema` is the type of the whole object. Refuses with `BadRequest`
 * what is malformed, with `Invalid` what does not fit this object.
 */
export function applyPatch(
  kind: 'json' | 'merge' | 'strategic',
  object: JsonObject,
  patch: unknown,
  schema: SchemaNode,
): Outcome<JsonObject> {
  if (kind === 'json') return jsonPatched(object, patch);
  if (!isObject(patch)) return refuse('BadRequest', `error decoding patch: ${notAnObject(patch)}`);
  if (kind === 'merge') return asObject(applyMergePatch(object, patch));
  const result = applyStrategicMergePatch(object, patch, schema);
  if (result.ok) return done(result.value);
  return result.reason === 'Invalid'
    ? refuse('Invalid', rejected, {})
    : refuse(result.reason, result.message);
}

function jsonPatched(object: JsonObject, patch: unknown): Outcome<JsonObject> {
  if (!isJsonPatch(patch)) {
    const found = Array.isArray(patch) ? 'array element' : goKind(patch);
    return refuse('BadRequest', `json: cannot unmarshal ${found} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > jsonPatchOperationsMax)
    return refuse(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${jsonPatchOperationsMax}, got ${patch.length}`,
    );
  const result = applyJsonPatch(object, patch);
  // The server keeps to itself which operation failed.
  return result.ok ? asObject(result.value) : refuse('Invalid', rejected, {});
}

function asObject(value: unknown): Outcome<JsonObject> {
  return isObject(value) ? done(value) : refuse('BadRequest', notAnObject(value));
}

function notAnObject(value: unknown): string {
  return `json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`;
}

function goKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
