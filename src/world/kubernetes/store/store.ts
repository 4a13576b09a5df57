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

/** All objects of one resource. Iteration is in the order of creation within a namespace. */
export class Table<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  readonly #namespaces = new Map<string, Map<string, T>>();
  #size = 0;

  constructor(type: ResourceType<T>) {
    this.type = type;
  }

  get size(): number {
    return this.#size;
  }

  /** The namespace is empty for what belongs to the cluster. */
  get(namespace: string, name: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /** Objects of one namespace, or of all. Do not write to the store while iterating. */
  *values(namespace?: string): Generator<T, void, undefined> {
    if (namespace !== undefined) yield* this.#namespaces.get(namespace)?.values() ?? [];
    else for (const names of this.#namespaces.values()) yield* names.values();
  }

  /** Called by the store alone. */
  put(object: T): void {
    const { namespace = '', name } = object.metadata;
    let names = this.#namespaces.get(namespace);
    if (names === undefined) {
      names = new Map();
      this.#namespaces.set(namespace, names);
    }
    const before = names.size;
    names.set(name, object);
    this.#size += names.size - before;
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

/** The objects by some property: pods by node, by owner. */
export class Index<T extends KubeObject> {
  readonly #groups = new Map<string, Map<string, T>>();
  readonly #keyOf: (object: T) => string | undefined;

  constructor(store: Store, type: ResourceType<T>, keyOf: (object: T) => string | undefined) {
    this.#keyOf = keyOf;
    for (const object of store.table(type).values()) this.#add(object);
    store.observe(type, ({ kind, object, previous }) => {
      if (previous !== null && (kind === 'DELETED' || keyOf(previous) !== keyOf(object)))
        this.#remove(previous);
      if (kind !== 'DELETED') this.#add(object);
    });
  }

  /** In the order in which they joined the group. */
  get(key: string): Iterable<T> {
    return this.#groups.get(key)?.values() ?? [];
  }

  count(key: string): number {
    return this.#groups.get(key)?.size ?? 0;
  }

  keys(): Iterable<string> {
    return this.#groups.keys();
  }

  #add(object: T): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Map();
      this.#groups.set(key, group);
    }
    group.set(object.metadata.uid, object);
  }

  #remove(object: T): void {
    const key = this.#keyOf(object);
    if (key === undefined) return;
    const group = this.#groups.get(key);
    group?.delete(object.metadata.uid);
    if (group?.size === 0) this.#groups.delete(key);
  }
}

/** Every object of a cluster. */
export class Store {
  /** Of the last change; the first is 1. */
  revision = 0;
  readonly #tables = new Map<string, Table>();
  readonly #observers = new Map<string, Observer[]>();
  readonly #allObservers: Observer[] = [];

  /** The resource's table, made when first asked for. */
  table<T extends KubeObject>(type: ResourceType<T>): Table<T> {
    const name = resourceName(type);
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(type as ResourceType);
      this.#tables.set(name, table);
    }
    return table as unknown as Table<T>;
  }

  tables(): Iterable<Table> {
    return this.#tables.values();
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string): T | undefined {
    return this.table(type).get(namespace, name);
  }

  /** Is told of every change at once, in order, within the write. It must not write: it may queue. */
  observe<T extends KubeObject>(type: ResourceType<T>, observer: Observer<T>): void {
    const name = resourceName(type);
    const list = this.#observers.get(name);
    if (list === undefined) this.#observers.set(name, [observer as unknown as Observer]);
    else list.push(observer as unknown as Observer);
  }

  observeAll(observer: Observer): void {
    this.#allObservers.push(observer);
  }

  /** Adds an object that is not there yet. */
  insert<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const table = this.table(type);
    const { namespace = '', name } = object.metadata;
    assert(table.get(namespace, name) === undefined, `There is no ${resourceName(type)} ${name} yet.`);
    const stored = this.#revise(object);
    table.put(stored);
    this.#tell({ kind: 'ADDED', type, object: stored, previous: null, revision: this.revision });
    return stored;
  }

  /** Puts another state of an object in the place of its present one. */
  replace<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const table = this.table(type);
    const previous = table.get(object.metadata.namespace ?? '', object.metadata.name);
    assert(previous !== undefined, `There is a ${resourceName(type)} ${object.metadata.name}.`);
    const stored = this.#revise(object);
    table.put(stored);
    this.#tell({ kind: 'MODIFIED', type, object: stored, previous, revision: this.revision });
    return stored;
  }

  /** Takes an object out; returns its last state, which bears the revision of its end. */
  remove<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const table = this.table(type);
    const { namespace = '', name } = object.metadata;
    const previous = table.get(namespace, name);
    assert(previous !== undefined, `There is a ${resourceName(type)} ${name}.`);
    const last = this.#revise(object);
    table.drop(previous);
    this.#tell({ kind: 'DELETED', type, object: last, previous, revision: this.revision });
    return last;
  }

  #revise<T extends KubeObject>(object: T): T {
    this.revision++;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
  }

  #tell<T extends KubeObject>(change: Change<T>): void {
    const told = change as unknown as Change;
    const observers = this.#observers.get(resourceName(change.type));
    if (observers !== undefined) for (const observer of observers) observer(told);
    for (const observer of this.#allObservers) observer(told);
  }
}
