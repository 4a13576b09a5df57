/**
 * Fidelity: create, replace, the four patches, delete and deletecollection (apiserver endpoints/handlers, 1.32), of an object, its
 * status or its scale. What a client sends is read by its type, then goes through the same `Api` as what control loops write.
 */
import { assert } from '../../../base/assert.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf } from '../objects/resource-types.ts';
import { isObject, type JsonObject, member } from '../patch/json.ts';
import { applyPatch, patchContentTypes } from '../patch/patch.ts';
import { applyConfiguration } from '../patch/server-side-apply.ts';
import type { SchemaNode } from '../schema/node.ts';
import type { DeleteOptions, WriteOptions } from '../store/api.ts';
import { done, notFound, type Outcome, refuse } from '../store/failure.ts';
import { bodyObject, newObject, objectOf, ofKind, sameObject } from './decoding.ts';
import { type FieldOwnership, writerOf } from './field-ownership.ts';
import type { ApiRequest } from './request.ts';
import type { ResourceRoute } from './route.ts';
import { scaleOf, withScale } from './scale.ts';
import type { Served } from './served-resource.ts';
import { decoded, schemaFor } from './shapes.ts';
import { badRequest } from './status.ts';

/** One request to change something, with what its address means. */
export interface WritePlace {
  readonly plane: ControlPlane;
  readonly request: ApiRequest;
  readonly route: ResourceRoute;
  readonly served: Served;
  readonly ownership: FieldOwnership;
}

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

function optionsOf({ request, route }: WritePlace): WriteOptions {
  return {
    outside: true,
    dryRun: isDryRun(request),
    subresource: route.subresource === 'status' ? 'status' : '',
  };
}

/** As query or body say it; what is neither `All` nor nothing has been refused before. */
export function isDryRun({ query }: ApiRequest): boolean {
  return query['dryRun'] === 'All';
}

function stored(object: KubeObject, { conversion, type }: Served): KubeObject {
  const made = conversion === null ? object : conversion.toStored(object);
  return made.kind === type.kind ? made : { ...made, kind: type.kind };
}

function shown(object: KubeObject, { conversion }: Served): KubeObject {
  return conversion === null ? object : conversion.toServed(object);
}

export function create(place: WritePlace): Outcome<Written> {
  const { request, served, route } = place;
  const body = objectOf(request, served);
  if (!body.ok) return body;
  const read = decoded(body.value, served, request);
  if (!read.ok) return read;
  const draft = newObject(read.value.object, route, served);
  return draft.ok ? insert(place, draft.value, read.value.warnings, writerOf(request)) : draft;
}

/** `manager` is null when ownership is in the object already. */
function insert(
  place: WritePlace,
  draft: KubeObject,
  warnings: readonly string[],
  writer: string | null,
): Outcome<Written> {
  const { plane, served } = place;
  const object = stored(draft, served);
  const write = () => plane.api.create(served.type, object, optionsOf(place));
  const outcome = writer === null ? write() : place.ownership.as(writer, schemaFor(served), write);
  return outcome.ok ? done({ object: outcome.value, created: true, warnings }) : outcome;
}

function currentOf({ plane, route, served }: WritePlace): Outcome<KubeObject> {
  const name = route.name ?? '';
  const current = plane.store.get(served.type, route.namespace ?? '', name);
  return current === undefined ? notFound(served.type, name) : done(current);
}

export function replace(place: WritePlace): Outcome<Written> {
  const { request, served, route } = place;
  if (route.subresource === 'scale') return replaceScale(place);
  const body = objectOf(request, served);
  if (!body.ok) return body;
  const read = decoded(body.value, served, request);
  if (!read.ok) return read;
  const object = sameObject(read.value.object, route, served);
  return object.ok ? update(place, object.value, read.value.warnings, writerOf(request)) : object;
}

function update(
  place: WritePlace,
  object: KubeObject,
  warnings: readonly string[],
  writer: string | null,
): Outcome<Written> {
  const { plane, served } = place;
  const write = () => plane.api.update(served.type, stored(object, served), optionsOf(place));
  const outcome = writer === null ? write() : place.ownership.as(writer, schemaFor(served), write);
  return outcome.ok ? done({ object: outcome.value, created: false, warnings }) : outcome;
}

function replaceScale(place: WritePlace): Outcome<Written> {
  const body = bodyObject(place.request.body);
  return body.ok ? putScale(place, body.value) : body;
}

function putScale(place: WritePlace, sent: JsonObject): Outcome<Written> {
  const current = currentOf(place);
  if (!current.ok) return current;
  const scaled = withScale(current.value, sent, place.served.type);
  if (!scaled.ok) return scaled;
  const metadata = member(sent, 'metadata');
  const version = isObject(metadata) ? member(metadata, 'resourceVersion') : undefined;
  const asked =
    typeof version === 'string' && version !== '' ? version : scaled.value.metadata.resourceVersion;
  const object = { ...scaled.value, metadata: { ...scaled.value.metadata, resourceVersion: asked } };
  const { plane, served, request, ownership } = place;
  const write = () => plane.api.update(served.type, object, { outside: true, dryRun: isDryRun(request) });
  const outcome = ownership.as(writerOf(request), schemaFor(served), write);
  if (!outcome.ok) return outcome;
  return done({ object: scaleOf(outcome.value, served.type), created: false, warnings: [] });
}

const patchKinds: Readonly<Record<string, 'json' | 'merge' | 'strategic' | 'apply'>> = {
  [patchContentTypes.json]: 'json',
  [patchContentTypes.merge]: 'merge',
  [patchContentTypes.strategic]: 'strategic',
  [patchContentTypes.apply]: 'apply',
};

export function patch(place: WritePlace): Outcome<Written> {
  const { request, served } = place;
  const mediaType = request.contentType.split(';')[0].trim().toLowerCase();
  const kind = Object.hasOwn(patchKinds, mediaType) ? patchKinds[mediaType] : undefined;
  // Definitions say nothing about strategic merges.
  if (kind === undefined || (kind === 'strategic' && served.definition !== null))
    return refuse(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${acceptedPatches(served)}`,
    );
  if (kind === 'apply') return apply(place);
  const current = currentOf(place);
  if (!current.ok) return current;
  return place.route.subresource === 'scale'
    ? patchScale(place, kind, current.value)
    : patchObject(place, kind, current.value);
}

function acceptedPatches({ definition }: Served): string {
  const all = Object.values(patchContentTypes);
  return all.filter((type) => definition === null || type !== patchContentTypes.strategic).join(', ');
}

type PatchKind = 'json' | 'merge' | 'strategic';

function patchObject(place: WritePlace, kind: PatchKind, current: KubeObject): Outcome<Written> {
  const { request, served, route } = place;
  const before = shown(current, served) as unknown as JsonObject;
  const patched = applyPatch(kind, before, request.body, schemaFor(served));
  if (!patched.ok) return named(patched, place);
  const typed = ofKind(patched.value, served);
  if (!typed.ok) return typed;
  const read = decoded(typed.value, served, request);
  if (!read.ok) return read;
  const object = sameObject(read.value.object, route, served);
  return object.ok ? update(place, object.value, read.value.warnings, writerOf(request)) : object;
}

/** A patch that does not fit is refused by the name of what it was for. */
function named(outcome: Outcome<never> | Outcome<JsonObject>, { served, route }: WritePlace): Outcome<never> {
  assert(!outcome.ok, 'Only refusals are named.');
  const { failure } = outcome;
  if (failure.reason !== 'Invalid') return outcome;
  const details = { name: route.name ?? '', group: served.group, kind: served.type.kind };
  return { ok: false, failure: { ...failure, details } };
}

function patchScale(place: WritePlace, kind: PatchKind, current: KubeObject): Outcome<Written> {
  const scale = scaleOf(current, place.served.type) as unknown as JsonObject;
  const patched = applyPatch(kind, scale, place.request.body, anyShape);
  return patched.ok ? putScale(place, patched.value) : named(patched, place);
}

const anyShape: SchemaNode = { kind: 'any' };

function apply(place: WritePlace): Outcome<Written> {
  const { plane, request, route, served } = place;
  const body = objectOf(request, served);
  if (!body.ok) return body;
  const problem = applyProblem(request, body.value, route);
  if (problem !== null) return problem;
  const current = plane.store.get(served.type, route.namespace ?? '', route.name ?? '');
  if (current === undefined && route.subresource !== '') return notFound(served.type, route.name ?? '');
  const read = decoded(body.value, served, request);
  if (!read.ok) return read;
  const applied = applyConfiguration({
    type: { ...served.type, version: served.version },
    schema: schemaFor(served),
    live: current === undefined ? null : shown(current, served),
    config: read.value.object,
    manager: writerOf(request),
    force: request.query['force'] === 'true',
    subresource: route.subresource,
    timestamp: plane.clock.timestamp(),
  });
  if (!applied.ok) return applied;
  if (current === undefined) {
    const draft = newObject(withName(applied.value, route), route, served);
    return draft.ok ? insert(place, draft.value, read.value.warnings, null) : draft;
  }
  const object = sameObject(applied.value as unknown as JsonObject, route, served);
  return object.ok ? update(place, object.value, read.value.warnings, null) : object;
}

function withName(object: KubeObject, { name }: ResourceRoute): JsonObject {
  return { ...object, metadata: { ...object.metadata, name } } as unknown as JsonObject;
}

function applyProblem(request: ApiRequest, body: JsonObject, { name }: ResourceRoute): Outcome<never> | null {
  if (!request.query['fieldManager'])
    return badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const stated = member(body['metadata'] as JsonObject, 'name');
  if (stated !== undefined && stated !== name)
    return badRequest(
      `the name of the object (${String(stated)}) does not match the name on the URL (${name})`,
    );
  return null;
}

const policies: ReadonlySet<unknown> = new Set(['Background', 'Foreground', 'Orphan']);

/** What a deletion is asked to heed, from its body and its query. */
export function deleteOptionsOf(request: ApiRequest): Outcome<DeleteOptions> {
  const body =
    request.body === null || request.body === undefined ? done<JsonObject>({}) : bodyObject(request.body);
  if (!body.ok) return body;
  const { query } = request;
  const grace = member(body.value, 'gracePeriodSeconds') ?? numberIn(query['gracePeriodSeconds']);
  if (
    grace !== undefined &&
    grace !== null &&
    (typeof grace !== 'number' || !Number.isSafeInteger(grace) || grace < 0)
  )
    return badRequest(
      'DeleteOptions.meta.k8s.io "" is invalid: gracePeriodSeconds: Invalid value: must be a non-negative integer',
    );
  const policy =
    member(body.value, 'propagationPolicy') ?? query['propagationPolicy'] ?? orphaning(body.value, query);
  if (policy !== undefined && policy !== null && !policies.has(policy))
    return badRequest(
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: ${JSON.stringify(policy)}: must be "Foreground", "Background", "Orphan", or nil`,
    );
  const preconditions = member(body.value, 'preconditions');
  const dryRun = isDryRun(request) || isAll(member(body.value, 'dryRun'));
  return done({
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(typeof policy === 'string' ? { propagationPolicy: policy as 'Background' } : {}),
    ...(isObject(preconditions) ? { preconditions: textMembers(preconditions) } : {}),
    ...(dryRun ? { dryRun } : {}),
  });
}

function isAll(value: unknown): boolean {
  return Array.isArray(value) && value.includes('All');
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}

function orphaning(body: JsonObject, query: ApiRequest['query']): string | undefined {
  const orphan =
    member(body, 'orphanDependents') ??
    (query['orphanDependents'] === undefined ? undefined : query['orphanDependents'] === 'true');
  return orphan === true ? 'Orphan' : undefined;
}

function textMembers(object: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => typeof value === 'string'),
  ) as Record<string, string>;
}

export interface Removed {
  readonly object: KubeObject;
  /** Nothing holds it back: it is gone. */
  readonly gone: boolean;
}

export function remove(place: WritePlace, name: string, namespace: string): Outcome<Removed> {
  const options = deleteOptionsOf(place.request);
  if (!options.ok) return options;
  const { plane, served } = place;
  const outcome = plane.api.delete(served.type, namespace, name, options.value);
  if (!outcome.ok) return outcome;
  const gone = options.value.dryRun !== true && plane.store.get(served.type, namespace, name) === undefined;
  return done({ object: outcome.value, gone });
}

/** `apps/v1, Kind=Deployment`, for messages. */
export function kindText(served: Served): string {
  return `${apiVersionOf(served)}, Kind=${served.type.kind}`;
}
