/**
 * Fidelity: server-side apply (apimachinery util/managedfields over structured-merge-diff v4, Kubernetes 1.32): merge of what
 * is applied, conflicts with other managers, force, removal of what is applied no longer and nobody else owns, and the care for
 * objects that client-side apply has made.
 */
import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-types.ts';
import type { SchemaNode } from '../schema/node.ts';
import { sameValue } from '../store/equality.ts';
import { done, type Failure, type Outcome, refuse } from '../store/failure.ts';
import { FieldSet } from './field-set.ts';
import { isObject, type JsonObject, member } from './json.ts';
import {
  emptyObject,
  type Manager,
  type Managers,
  managerId,
  ownable,
  readManagers,
  updated,
  withManagers,
  withoutManagedFields,
  withoutTaken,
} from './managed-fields.ts';
import { compare, fieldsOf, merged, removed, typeErrors } from './typed-value.ts';

export interface ApplyRequest {
  readonly type: ResourceType;
  readonly schema: SchemaNode;
  /** What is there; null: it will be created. */
  readonly live: KubeObject | null;
  /** What the client applies, as decoded. */
  readonly config: JsonObject;
  readonly manager: string;
  readonly force: boolean;
  readonly subresource: string;
  /** Whole seconds. */
  readonly timestamp: string;
}

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
const kubectl = 'kubectl';
const beforeFirstApply = 'before-first-apply';

/**
 * The object after the apply, with managedFields, before defaults and validation. Nothing that the server owns is set in a
 * new object. Refusals: a `Conflict` with a cause for each path, `BadRequest` for managedFields in what is applied,
 * `InternalError` for what does not fit the type.
 */
export function applyConfiguration(request: ApplyRequest): Outcome<KubeObject> {
  const { config, type } = request;
  const metadata = member(config, 'metadata');
  if (isObject(metadata) && member(metadata, 'managedFields') !== undefined)
    return refuse('BadRequest', 'metadata.managedFields must be nil');
  const errors = typeErrors(config, request.schema);
  if (errors.length > 0) return refuse('InternalError', typingMessage(type, metadata, errors));
  const outcome = attempt(request, request.force);
  if (outcome.conflicts.length === 0) return done(withLastApplied(outcome.object, request));
  const conflicts = remaining(outcome.conflicts, request);
  if (conflicts.length > 0) return { ok: false, failure: conflictFailure(conflicts) };
  return done(withLastApplied(attempt(request, true).object, request));
}

function typingMessage(type: ResourceType, metadata: unknown, errors: readonly string[]): string {
  const { name = '', namespace = '' } = isObject(metadata) ? metadata : {};
  const listed =
    errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`;
  const about = `${namespace}/${name}; ${apiVersionOf(type)}, Kind=${type.kind}`;
  return `failed to create typed patch object (${about}): ${listed}`;
}

interface ManagerConflict {
  readonly manager: Manager['entry'];
  readonly fields: FieldSet;
}

interface Attempt {
  readonly object: KubeObject;
  readonly conflicts: readonly ManagerConflict[];
}

function attempt(request: ApplyRequest, force: boolean): Attempt {
  const { schema, config, subresource } = request;
  const live = request.live === null ? null : withoutManagedFields(request.live);
  const base: unknown = live ?? emptyObject(schema);
  const before = managersBefore(request);
  const entry = {
    manager: request.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(request.type),
    ...(subresource === '' ? {} : { subresource }),
  } as const;
  const id = managerId(entry);
  const last = before.get(id);
  const fields = ownable(fieldsOf(config, schema), subresource);
  const own: Manager = { entry, fields, time: request.timestamp };
  const managers = new Map(before).set(id, own);
  const laid = merged(base, config, schema);
  const object = withoutNulls(pruned(laid, managers, last?.fields, schema)) as KubeObject;
  const { added, modified, removed: gone } = compare(base, object, schema);
  const changed = added.union(modified);
  const conflicts = conflictsOf(managers, changed, id);
  if (conflicts.length > 0 && !force) return { object, conflicts };
  const left = new Map(withoutTaken(managers, changed, gone, id));
  const isSame = live !== null && sameValue(live, object) && last?.fields.equals(fields) === true;
  if (!fields.isEmpty) left.set(id, isSame ? { ...own, time: last.time } : own);
  return { object: withManagers(object, left), conflicts: [] };
}

/** An object that nobody was known to manage belongs to `before-first-apply`. */
function managersBefore({ live, schema, subresource, timestamp }: ApplyRequest): Managers {
  const known = readManagers(live?.metadata.managedFields);
  if (known.size > 0 || live === null) return known;
  const writer = { manager: beforeFirstApply, subresource, timestamp };
  return updated(emptyObject(schema), withoutManagedFields(live), known, writer, schema);
}

function conflictsOf(managers: Managers, changed: FieldSet, own: string): readonly ManagerConflict[] {
  return [...managers]
    .filter(([id]) => id !== own)
    .map(([, { entry, fields }]) => ({ manager: entry, fields: fields.intersection(changed) }))
    .filter(({ fields }) => !fields.isEmpty);
}

/** Without what the manager applied last time, does not apply now, and nobody else owns. */
function pruned(value: unknown, managers: Managers, last: FieldSet | undefined, schema: SchemaNode): unknown {
  if (last === undefined || last.isEmpty) return value;
  const named = (set: FieldSet) => set.withNamedFields(schema);
  const all = named(fieldsOf(value, schema));
  const withoutLast = removed(value, named(last), schema);
  let owned = FieldSet.empty;
  for (const { fields } of managers.values()) owned = owned.union(fields);
  const kept = named(fieldsOf(withoutLast, schema)).union(named(owned));
  const withOwned = removed(value, all.difference(kept), schema);
  // Only what this manager owned before may go: fields below a removed item that were nobody's stay.
  const left = named(fieldsOf(withOwned, schema));
  return removed(value, all.difference(left).intersection(named(last)), schema);
}

/** Without members that are null; the same value when there are none. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const kept = entries
    .filter(([, part]) => part !== null && part !== undefined)
    .map(([key, part]) => [key, withoutNulls(part)] as const);
  const isSame = kept.length === entries.length && kept.every(([, part], at) => part === entries[at][1]);
  return isSame ? value : Object.fromEntries(kept);
}

/** kubectl's server-side apply takes over without conflict what its client-side apply had set. */
function remaining(conflicts: readonly ManagerConflict[], request: ApplyRequest): readonly ManagerConflict[] {
  if (request.manager !== kubectl) return conflicts;
  const allowed = lastAppliedFields(request);
  return conflicts
    .map(({ manager, fields }) => ({ manager, fields: fields.difference(allowed) }))
    .filter(({ fields }) => !fields.isEmpty);
}

/** What client-side apply has set and nobody has changed since. */
function lastAppliedFields({ live, schema }: ApplyRequest): FieldSet {
  const text = live?.metadata.annotations?.[lastAppliedAnnotation];
  if (live === null || text === undefined) return FieldSet.empty;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    return FieldSet.empty;
  }
  const { modified, removed: gone } = compare(last, withoutManagedFields(live), schema);
  return fieldsOf(last, schema).difference(modified.union(gone));
}

function withLastApplied(object: KubeObject, { live, manager, config }: ApplyRequest): KubeObject {
  const annotations = object.metadata.annotations;
  if (manager !== kubectl || live?.metadata.annotations?.[lastAppliedAnnotation] === undefined) return object;
  const value = `${JSON.stringify(withoutLastApplied(config))}\n`;
  if (annotations?.[lastAppliedAnnotation] === value) return object;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: value } },
  };
}

function withoutLastApplied(config: JsonObject): JsonObject {
  const { metadata } = config;
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return config;
  const { [lastAppliedAnnotation]: _, ...annotations } = metadata['annotations'];
  return { ...config, metadata: { ...metadata, annotations } };
}

/** `"kubectl-edit" using apps/v1`, with its subresource if it has one. */
function managerText({ manager, operation, apiVersion, subresource }: Manager['entry']): string {
  const below =
    subresource === undefined || subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  return `${JSON.stringify(manager)}${below}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function conflictFailure(conflicts: readonly ManagerConflict[]): Failure {
  const listed = conflicts
    .map(({ manager, fields }) => ({ text: managerText(manager), paths: [...fields.paths()] }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const causes = listed.flatMap(({ text, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${text}`, field })),
  );
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${causes[0].message}: ${causes[0].field}`
      : `Apply failed with ${causes.length} conflicts: ${listed
          .map(({ text, paths }) =>
            [`conflicts with ${text}:`, ...paths.map((path) => `- ${path}`)].join('\n'),
          )
          .join('\n')}`;
  return refuse('Conflict', message, { causes }).failure;
}
