/**
 * Fidelity: managedFields as the API server keeps them (apimachinery util/managedfields, Kubernetes 1.32): who owns which
 * fields, how updates take fields over, at most ten managers of updates, and the fields that nobody owns. Simplified: one
 * version of each resource, so nothing is converted.
 */
import type { KubeObject, ManagedFieldsEntry } from '../objects/meta.ts';
import type { ObjectNode, SchemaNode } from '../schema/node.ts';
import { FieldSet } from './field-set.ts';
import type { JsonObject } from './json.ts';
import { compare } from './typed-value.ts';

/** One manager's fields; `time` is when it last changed them. */
export interface Manager {
  readonly entry: Omit<ManagedFieldsEntry, 'fieldsV1' | 'fieldsType' | 'time'>;
  readonly fields: FieldSet;
  readonly time: string | undefined;
}

/** Managers by what makes them different: name, operation, subresource and, of updates, version. */
export type Managers = ReadonlyMap<string, Manager>;

export function managerId(entry: Manager['entry']): string {
  const version = entry.operation === 'Apply' ? '' : entry.apiVersion;
  return JSON.stringify([entry.manager, entry.operation, version, entry.subresource ?? '']);
}

export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers = new Map<string, Manager>();
  for (const { fieldsV1, fieldsType: _, time, ...entry } of entries ?? [])
    managers.set(managerId(entry), { entry, fields: FieldSet.fromJson(fieldsV1), time });
  return managers;
}

function compareManagers(a: Manager, b: Manager): number {
  const keysOf = ({ entry, time = '' }: Manager) => [
    entry.operation,
    time,
    entry.manager,
    entry.apiVersion,
    entry.subresource ?? '',
  ];
  const right = keysOf(b);
  for (const [at, key] of keysOf(a).entries()) if (key !== right[at]) return key < right[at] ? -1 : 1;
  return 0;
}

/** As an object carries them: appliers first, then by time and name. */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] {
  return [...managers.values()].sort(compareManagers).map(({ entry, fields, time }) => {
    const { manager, operation, apiVersion, subresource } = entry;
    return {
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: fields.toJson(),
      ...(subresource === undefined || subresource === '' ? {} : { subresource }),
    } as const;
  });
}

/** Metadata that belongs to nobody. */
const ownerless = FieldSet.fromJson({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});
const statusFields = FieldSet.fromJson({ 'f:status': {} });
const demandFields = FieldSet.fromJson({ 'f:spec': {}, 'f:metadata': { 'f:labels': {} } });

/** A set without what nobody owns and what this address does not change. */
export function ownable(fields: FieldSet, subresource: string): FieldSet {
  const named = fields.difference(ownerless);
  if (subresource === 'status') return named.without(demandFields);
  return subresource === '' ? named.without(statusFields) : named;
}

export function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Takes from managers other than `except` what a write has changed and removed; those left with nothing are gone. */
export function withoutTaken(
  managers: Managers,
  taken: FieldSet,
  gone: FieldSet,
  except: string | null,
): Managers {
  const left = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const fields = id === except ? manager.fields : manager.fields.difference(taken).difference(gone);
    if (!fields.isEmpty) left.set(id, fields === manager.fields ? manager : { ...manager, fields });
  }
  return left;
}

const updateManagersMax = 10;
const ancientName = 'ancient-changes';

/** The oldest updates beyond ten become one: `ancient-changes`, one for each version. */
function capped(managers: Managers): Managers {
  const updates = [...managers.values()].filter(({ entry }) => entry.operation === 'Update');
  if (updates.length <= updateManagersMax) return managers;
  const oldest = updates.sort(compareManagers);
  const left = new Map(managers);
  for (let count = updates.length, at = 0; count > updateManagersMax && at < oldest.length; at++) {
    const { entry, fields, time } = oldest[at];
    if (entry.manager === ancientName) continue;
    const ancient = { manager: ancientName, operation: 'Update', apiVersion: entry.apiVersion } as const;
    const id = managerId(ancient);
    const known = left.get(id);
    left.delete(managerId(entry));
    left.set(id, { entry: ancient, fields: known?.fields.union(fields) ?? fields, time });
    if (known !== undefined || at > 0) count--;
  }
  return left;
}

/** Fields of Go structs that JSON always shows, whether or not anything is in them: a new object has them from the start. */
const alwaysShown = new Set([
  'metadata',
  'spec',
  'status',
  'strategy',
  'updateStrategy',
  'template',
  'jobTemplate',
]);
const shownBelow = new Set(['spec', 'template', 'jobTemplate']);

/** What the server compares a new object with: an empty one of its type. */
export function emptyObject(schema: SchemaNode): JsonObject {
  return schema.kind === 'object' ? emptyOf(schema) : {};
}

function emptyOf(node: ObjectNode): JsonObject {
  const made: Record<string, unknown> = {};
  for (const [name, field] of node.fields) {
    if (field.node.kind === 'object' && alwaysShown.has(name))
      made[name] = shownBelow.has(name) ? emptyOf(field.node) : {};
    else if (field.node.kind === 'list' && field.required) made[name] = null;
  }
  return made;
}

export interface UpdateWriter {
  /** Field manager: `kubectl-client-side-apply`. */
  readonly manager: string;
  readonly subresource: string;
  /** Whole seconds, of the write. */
  readonly timestamp: string;
}

/**
 * The new state with the writer's ownership of all that it changed. `live` is null for a new object. An object that has never
 * had managedFields stays without, until somebody applies to it or creates it through here. Defaults must have been set.
 */
export function trackUpdate<T extends KubeObject>(
  live: T | null,
  next: T,
  writer: UpdateWriter,
  schema: SchemaNode,
): T {
  const sent = next.metadata.managedFields;
  const isReset =
    sent !== undefined && sent.length > 0 && sent.every((entry) => !entry.manager && !entry.fieldsV1);
  const known = readManagers(sent === undefined || sent.length === 0 ? live?.metadata.managedFields : sent);
  const bare = withoutManagedFields(next);
  if (isReset || (live !== null && known.size === 0)) return bare;
  const before = live === null ? emptyObject(schema) : withoutManagedFields(live);
  const managers = updated(before, bare, known, writer, schema);
  return withManagers(bare, managers);
}

export function withManagers<T extends KubeObject>(object: T, managers: Managers): T {
  const bare = withoutManagedFields(object);
  if (managers.size === 0) return bare;
  return { ...bare, metadata: { ...bare.metadata, managedFields: writeManagers(managers) } };
}

/** Managers after an update of one object by another. */
export function updated(
  before: unknown,
  next: KubeObject,
  managers: Managers,
  writer: UpdateWriter,
  schema: SchemaNode,
): Managers {
  const { added, modified, removed } = compare(before, next, schema);
  const changed = added.union(modified);
  const left = new Map(withoutTaken(managers, changed, removed, null));
  const taken = ownable(changed, writer.subresource);
  if (taken.isEmpty) return left;
  const entry = {
    manager: writer.manager,
    operation: 'Update',
    apiVersion: next.apiVersion,
    ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
  } as const;
  const id = managerId(entry);
  const fields = left.get(id)?.fields.union(taken) ?? taken;
  left.set(id, { entry, fields, time: writer.timestamp });
  return capped(left);
}
