/**
 * Fidelity: how an API server reads what clients send (apiserver endpoints/handlers create.go, update.go, 1.32): kind and version
 * must be those of the address, name and namespace too; then the fields by their types (`schema/decode.ts`).
 */

import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf } from '../objects/resource-types.ts';
import { isObject, isTooDeep, type JsonObject, member } from '../patch/json.ts';
import { done, invalid, type Outcome } from '../store/failure.ts';
import type { ApiRequest } from './request.ts';
import type { ResourceRoute } from './route.ts';
import type { Served } from './served-resource.ts';
import { badRequest } from './status.ts';

/** The body as an object of some kind, not nested beyond reason. */
export function bodyObject(body: unknown): Outcome<JsonObject> {
  if (!isObject(body))
    return badRequest('the object provided is unrecognized: the body must be a JSON object');
  if (isTooDeep(body)) return badRequest('the object provided is nested too deeply');
  return done(body);
}

/** The body as an object of the resource that the address names, with its kind stated. */
export function objectOf(request: ApiRequest, served: Served): Outcome<JsonObject> {
  const body = bodyObject(request.body);
  if (!body.ok) return body;
  return ofKind(body.value, served);
}

export function ofKind(object: JsonObject, served: Served): Outcome<JsonObject> {
  const wanted = apiVersionOf(served);
  const { kind } = served.type;
  const { apiVersion = wanted, kind: stated = kind } = object as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion !== wanted)
    return badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`,
    );
  if (stated !== kind)
    return badRequest(`${String(stated)} in version "${served.version}" cannot be handled as a ${kind}`);
  const metadata = member(object, 'metadata') ?? {};
  if (!isObject(metadata))
    return badRequest(
      `${kind} in version "${served.version}" cannot be handled as a ${kind}: json: cannot unmarshal into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
    );
  return done({ ...object, apiVersion: wanted, kind, metadata });
}

/** A new object with the namespace of the address; refuses one that says another. */
export function newObject(object: JsonObject, route: ResourceRoute, served: Served): Outcome<KubeObject> {
  const metadata = object['metadata'] as JsonObject;
  const { name, generateName, namespace, resourceVersion } = metadata as Readonly<
    Record<string, string | undefined>
  >;
  if (resourceVersion !== undefined && resourceVersion !== '')
    return badRequest('resourceVersion should not be set on objects to be created');
  if (!name && !generateName)
    return invalid(served.type, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]);
  if (namespace && namespace !== (route.namespace ?? '') && served.type.namespaced)
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  const { name: _, namespace: __, ...rest } = metadata;
  const placed = {
    ...(name ? { name } : {}),
    ...(served.type.namespaced ? { namespace: route.namespace ?? '' } : {}),
    ...rest,
  };
  return done({ ...object, metadata: placed } as unknown as KubeObject);
}

/** Another state of the object that the address names; refuses one that says another. */
export function sameObject(object: JsonObject, route: ResourceRoute, served: Served): Outcome<KubeObject> {
  const metadata = object['metadata'] as JsonObject;
  const { name, namespace } = metadata as Readonly<Record<string, string | undefined>>;
  if (name && name !== route.name)
    return badRequest(`the name of the object (${name}) does not match the name on the URL (${route.name})`);
  if (namespace && served.type.namespaced && namespace !== route.namespace)
    return badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${route.namespace})`,
    );
  const placed = {
    ...metadata,
    name: route.name,
    ...(served.type.namespaced ? { namespace: route.namespace } : {}),
  };
  return done({ ...object, metadata: placed } as unknown as KubeObject);
}
