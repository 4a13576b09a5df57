/**
 * Fidelity: what the watch cache and etcd remember of the past (apiserver storage/cacher, 1.32): the last changes, from which
 * watches catch up and lists of an earlier revision are made; who asks for something older is told that it has expired.
 * Simplified: one window for all resources, of a fixed number of changes, where the server has one for each that grows.
 */
import type { KubeObject } from '../objects/meta.ts';
import { type ResourceType, resourceName } from '../objects/resource-types.ts';
import type { Change, Observer, Store } from '../store/store.ts';

export const changesKept = 50_000;
/** So many changes apart, watches of other resources are told that time has passed. */
const tellEvery = 500;

export class History {
  readonly #store: Store;
  readonly #kept: number;
  /** Ascending by revision; the oldest are cut off in lots. */
  #changes: Change[] = [];
  /** The state right after this revision can still be told. */
  #oldest: number;
  readonly #followers = new Map<string, Set<Observer>>();
  readonly #idle = new Set<() => void>();

  constructor(store: Store, kept = changesKept) {
    this.#store = store;
    this.#kept = kept;
    this.#oldest = store.revision;
    store.observeAll((change) => this.#keep(change));
  }

  /** The earliest revision that is still known. */
  get oldest(): number {
    return this.#oldest;
  }

  get revision(): number {
    return this.#store.revision;
  }

  /** Changes of one resource after a revision, which must not be older than `oldest`. */
  since(type: ResourceType, revision: number): Change[] {
    const name = resourceName(type);
    const changes: Change[] = [];
    for (let at = this.#changes.length - 1; at >= 0 && this.#changes[at].revision > revision; at--)
      if (resourceName(this.#changes[at].type) === name) changes.push(this.#changes[at]);
    return changes.reverse();
  }

  /** All objects of a resource as they were right after a revision, in no order; not older than `oldest`. */
  stateAt(type: ResourceType, revision: number, namespace: string | undefined): KubeObject[] {
    const objects = [...this.#store.table(type).values(namespace)];
    const changes = revision < this.#store.revision ? this.since(type, revision) : [];
    if (changes.length === 0) return objects;
    const state = new Map(objects.map((object) => [uidOf(object), object]));
    for (const { object, previous } of changes.reverse()) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (previous === null) state.delete(uidOf(object));
      else state.set(uidOf(object), previous);
    }
    return [...state.values()];
  }

  /**
   * Is told of each change of a resource at once, and by `elsewhere` now and then when other resources have changed; returns
   * what ends that.
   */
  follow(type: ResourceType, observer: Observer, elsewhere: () => void): () => void {
    const name = resourceName(type);
    const followers = this.#followers.get(name) ?? new Set();
    this.#followers.set(name, followers.add(observer));
    this.#idle.add(elsewhere);
    return () => {
      followers.delete(observer);
      this.#idle.delete(elsewhere);
    };
  }

  /** Tells followers of a resource of something that the store doesn't hold; `make` is called when there are any. */
  publish(type: ResourceType, make: () => Change): void {
    const followers = this.#followers.get(resourceName(type));
    if (followers === undefined || followers.size === 0) return;
    const change = make();
    for (const follower of followers) follower(change);
  }

  #keep(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length >= 2 * this.#kept) {
      this.#changes = this.#changes.slice(-this.#kept);
      this.#oldest = this.#changes[0].revision;
    }
    const followers = this.#followers.get(resourceName(change.type));
    if (followers !== undefined) for (const follower of followers) follower(change);
    if (this.#changes.length % tellEvery === 0) for (const tell of this.#idle) tell();
  }
}

function uidOf(object: KubeObject): string {
  return object.metadata.uid;
}
