/**
 * Fidelity: no mechanism of Kubernetes', which lists a controller's pods each time; the same numbers kept up with every change, so
 * that one pod's news costs the same whether its owner has three pods or fifty thousand.
 */
import { controllerOf, type Labels } from '../../objects/meta.ts';
import { isActive, isReady, type Pod } from '../../objects/pod.ts';
import { pods } from '../../objects/resource-types.ts';
import type { Store } from '../../store/store.ts';

/** What a controller's pods come to. Finished pods and those being deleted are in `owned` alone. */
export interface Tally {
  /** All that it controls. */
  owned: number;
  active: number;
  /** Active and ready. */
  ready: number;
  /** Active pods by their labels: pods of one template share one object. */
  readonly labels: Map<Labels | undefined, number>;
}

const none: Tally = { owned: 0, active: 0, ready: 0, labels: new Map() };

/** Keeps the tallies of the pods that owners of some kinds control. */
export class PodTallies {
  readonly #tallies = new Map<string, Tally>();
  readonly #kinds: ReadonlySet<string>;

  constructor(store: Store, kinds: readonly string[]) {
    this.#kinds = new Set(kinds);
    for (const pod of store.table(pods).values()) this.#count(pod, 1);
    store.observe(pods, ({ kind, object, previous }) => {
      if (previous !== null && kind === 'MODIFIED' && sameForOwner(previous, object)) return;
      if (previous !== null) this.#count(previous, -1);
      if (kind !== 'DELETED') this.#count(object, 1);
    });
  }

  /** By the owner's uid; do not change it. */
  of(uid: string): Tally {
    return this.#tallies.get(uid) ?? none;
  }

  #count(pod: Pod, by: 1 | -1): void {
    const owner = controllerOf(pod);
    if (owner === undefined || !this.#kinds.has(owner.kind)) return;
    let tally = this.#tallies.get(owner.uid);
    if (tally === undefined) {
      tally = { owned: 0, active: 0, ready: 0, labels: new Map() };
      this.#tallies.set(owner.uid, tally);
    }
    tally.owned += by;
    if (tally.owned === 0) this.#tallies.delete(owner.uid);
    if (!isActive(pod)) return;
    tally.active += by;
    if (isReady(pod)) tally.ready += by;
    const { labels } = pod.metadata;
    const alike = (tally.labels.get(labels) ?? 0) + by;
    if (alike === 0) tally.labels.delete(labels);
    else tally.labels.set(labels, alike);
  }
}

/** Whether a change of a pod is none to its owner: nothing that it counts by is different. */
export function sameForOwner(before: Pod, after: Pod): boolean {
  return (
    before.metadata.labels === after.metadata.labels &&
    before.metadata.ownerReferences === after.metadata.ownerReferences &&
    isActive(before) === isActive(after) &&
    isReady(before) === isReady(after)
  );
}
