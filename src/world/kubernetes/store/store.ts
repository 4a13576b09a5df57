/**
 * Fidelity: what etcd and the watch cache hold: the objects of every resource, one revision for all of them, and the
 * order of changes. Objects are immutable typed values that share structure, so nothing is encoded in a run. Simplified:
 * one store without replicas, compaction or loss; a write is durable at once, and its latency is the client's.
 */
import { assert } from '../../../base/assert.ts';
import type { KubeObject } from '../objects/meta.ts';
import { type ResourceType, resourceName } from '../objects/resource-types.ts';

export interface Change<T extends KubeObject = KubeObject> {
  readonly kind: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly type: ResourceType<T>;
  /** After the change; of a deleted object its last state, with the revision of the deletion. */
  readonly object: T;
  readonly previous: T | null;
  readonly revision: number;
}

export type Observer<T extends KubeObject = KubeObject> = (change: Change<T>) => void;

/** The place of one object: who holds it sees the object as it is now. Only the store writes to it. */
export interface Place<T extends KubeObject = KubeObject> {
  object: T;
}

/** All objects of one resource. Iteration is in the order of creation within a namespace. */
export class Table<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  /** Kept up before observers are told. */
  readonly indexes: Index<T>[] = [];
  readonly observers: Observer[] = [];
  readonly #namespaces = new Map<string, Map<string, Place<T>>>();
  #size = 0;

  constructor(type: ResourceType<T>) {
    this.type = type;
  }

  get size(): number {
    return this.#size;
  }

  /** The namespace is empty for what belongs to the cluster. */
  get(namespace: string, name: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name)?.object;
  }

  placeOf(namespace: string, name: string): Place<T> | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** Objects of one namespace, or of all. Do not write to the store while iterating. */
  *values(namespace?: string): Generator<T, void, undefined> {
    if (namespace === undefined)
      for (const names of this.#namespaces.values()) for (const place of names.values()) yield place.object;
    else for (const place of this.#namespaces.get(namespace)?.values() ?? []) yield place.object;
  }

  *places(): Generator<Place<T>, void, undefined> {
    for (const names of this.#namespaces.values()) yield* names.values();
  }

  /** Called by the store alone, for what is not there yet. */
  add(object: T): Place<T> {
    const { namespace = '', name } = object.metadata;
    let names = this.#namespaces.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.#namespaces.set(namespace, names);
    }
    const place = { object };
    names.set(name, place);
    this.#size++;
    return place;
  }

  /** Called by the store alone. */
  drop(object: T): void {
    const { namespace = '', name } = object.metadata;
    const names = this.#namespaces.get(namespace);
    if (names?.delete(name) !== true) return;
    this.#size--;
    if (names.size === 0) this.#namespaces.delete(namespace);
  }
}

const noObjects: readonly never[] = [];

/** The objects by some property: pods by node, by owner. */
export class Index<T extends KubeObject> {
  readonly #groups = new Map<string, Set<Place<T>>>();
  readonly #keyOf: (object: T) => string | undefined;

  constructor(store: Store, type: ResourceType<T>, keyOf: (object: T) => string | undefined) {
    this.#keyOf = keyOf;
    const table = store.table(type);
    for (const place of table.places()) this.#add(keyOf(place.object), place);
    table.indexes.push(this);
  }

  /** As they are now, in the order in which they joined the group. */
  get(key: string): readonly T[] {
    const group = this.#groups.get(key);
    if (group === undefined) return noObjects;
    const objects: T[] = [];
    for (const place of group) objects.push(place.object);
    return objects;
  }

  count(key: string): number {
    return this.#groups.get(key)?.size ?? 0;
  }

  keys(): Iterable<string> {
    return this.#groups.keys();
  }

  /** Called by the store alone: `previous` was in this place, `object` is now; null: none. */
  follow(place: Place<T>, previous: T | null, object: T | null): void {
    const before = previous === null ? undefined : this.#keyOf(previous);
    const after = object === null ? undefined : this.#keyOf(object);
    if (before === after) return;
    this.#remove(before, place);
    this.#add(after, place);
  }

  #add(key: string | undefined, place: Place<T>): void {
    if (key === undefined) return;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Set([place]));
    else group.add(place);
  }

  #remove(key: string | undefined, place: Place<T>): void {
    if (key === undefined) return;
    const group = this.#groups.get(key);
    group?.delete(place);
    if (group?.size === 0) this.#groups.delete(key);
  }
}

/** Every object of a cluster. */
export class Store {
  /** Of the last change; the first is 1. */
  revision = 0;
  readonly #tables = new Map<string, Table>();
  /** The same by the types with which they were asked for. */
  readonly #tablesByType = new Map<ResourceType, Table>();
  readonly #allObservers: Observer[] = [];

  /** The resource's table, made when first asked for. */
  table<T extends KubeObject>(type: ResourceType<T>): Table<T> {
    const known = this.#tablesByType.get(type as ResourceType);
    return (known ?? this.#tableOf(type as ResourceType)) as unknown as Table<T>;
  }

  #tableOf(type: ResourceType): Table {
    const name = resourceName(type);
    const table = this.#tables.get(name) ?? new Table(type);
    this.#tables.set(name, table);
    this.#tablesByType.set(type, table);
    return table;
  }

  tables(): Iterable<Table> {
    return this.#tables.values();
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string): T | undefined {
    return this.table(type).get(namespace, name);
  }

  /** Is told of every change at once, in order, within the write. It must not write: it may queue. */
  observe<T extends KubeObject>(type: ResourceType<T>, observer: Observer<T>): void {
    this.table(type).observers.push(observer as unknown as Observer);
  }

  observeAll(observer: Observer): void {
    this.#allObservers.push(observer);
  }

  /** Adds an object that is not there yet. `own`: its metadata was made for this, and gets the revision itself. */
  insert<T extends KubeObject>(type: ResourceType<T>, object: T, own = false): T {
    const table = this.table(type);
    const { namespace = '', name } = object.metadata;
    assert(table.placeOf(namespace, name) === undefined, `There is no ${resourceName(type)} ${name} yet.`);
    const stored = this.#revised(object, own);
    const place = table.add(stored);
    for (const index of table.indexes) index.follow(place, null, stored);
    this.#tell(table, { kind: 'ADDED', type, object: stored, previous: null, revision: this.revision });
    return stored;
  }

  /** Puts another state of an object in the place of its present one. `own`: as with `insert`. */
  replace<T extends KubeObject>(type: ResourceType<T>, object: T, own = false): T {
    const { namespace = '', name } = object.metadata;
    const place = this.table(type).placeOf(namespace, name);
    assert(place !== undefined, `There is a ${resourceName(type)} ${name}.`);
    return this.replaceAt(type, place, object, own);
  }

  /** The same for who knows the place. */
  replaceAt<T extends KubeObject>(type: ResourceType<T>, place: Place<T>, object: T, own: boolean): T {
    const table = this.table(type);
    const previous = place.object;
    const stored = this.#revised(object, own);
    place.object = stored;
    for (const index of table.indexes) index.follow(place, previous, stored);
    this.#tell(table, { kind: 'MODIFIED', type, object: stored, previous, revision: this.revision });
    return stored;
  }

  /** Takes an object out; returns its last state, which bears the revision of its end. */
  remove<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const table = this.table(type);
    const { namespace = '', name } = object.metadata;
    const place = table.placeOf(namespace, name);
    assert(place !== undefined, `There is a ${resourceName(type)} ${name}.`);
    const previous = place.object;
    const last = this.#revised(object, false);
    table.drop(previous);
    for (const index of table.indexes) index.follow(place, previous, null);
    this.#tell(table, { kind: 'DELETED', type, object: last, previous, revision: this.revision });
    return last;
  }

  #revised<T extends KubeObject>(object: T, own: boolean): T {
    const resourceVersion = String(++this.revision);
    if (!own) return { ...object, metadata: { ...object.metadata, resourceVersion } };
    (object.metadata as { resourceVersion: string }).resourceVersion = resourceVersion;
    return object;
  }

  #tell<T extends KubeObject>(table: Table<T>, change: Change<T>): void {
    const told = change as unknown as Change;
    for (const observer of table.observers) observer(told);
    for (const observer of this.#allObservers) observer(told);
  }
}
