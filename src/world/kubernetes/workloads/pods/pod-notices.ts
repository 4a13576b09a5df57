/**
 * Fidelity: the pod handlers of the kube-controller-manager's loops (1.32), which share one watch: each learns of the pods that its
 * kind controls, and of those that nobody controls and that it might adopt.
 */

import type { Watch } from '../../control/watch.ts';
import { controllerOf, type KubeObject, type LabelSelector } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { pods, type ResourceType } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { Change, Store } from '../../store/store.ts';

/** Told of a change of a pod, and the key of its owner. */
export type OwnedPodObserver = (ownerKey: string, change: Change<Pod>) => void;
/** Told of a pod without a controller, new or with other labels. */
export type OrphanObserver = (pod: Pod) => void;

export class PodNotices {
  readonly #owned = new Map<string, OwnedPodObserver[]>();
  readonly #orphans: OrphanObserver[] = [];

  constructor(watch: Watch) {
    watch.on(pods, (change) => this.#tell(change));
  }

  /** Observers of one kind of owner are told in the order in which they asked. */
  onOwned(kind: string, observer: OwnedPodObserver): void {
    const known = this.#owned.get(kind);
    if (known === undefined) this.#owned.set(kind, [observer]);
    else known.push(observer);
  }

  onOrphan(observer: OrphanObserver): void {
    this.#orphans.push(observer);
  }

  #tell(change: Change<Pod>): void {
    const { object, previous, kind } = change;
    const owner = controllerOf(object);
    if (owner !== undefined) this.#tellOwner(owner.kind, owner.name, change);
    const before = previous === null ? undefined : controllerOf(previous);
    if (before !== undefined && before.uid !== owner?.uid) this.#tellOwner(before.kind, before.name, change);
    if (owner !== undefined || kind === 'DELETED') return;
    const fresh = before !== undefined || previous?.metadata.labels !== object.metadata.labels;
    if (fresh) for (const observer of this.#orphans) observer(object);
  }

  #tellOwner(kind: string, name: string, change: Change<Pod>): void {
    const observers = this.#owned.get(kind);
    if (observers === undefined) return;
    const key = `${change.object.metadata.namespace}/${name}`;
    for (const observer of observers) observer(key, change);
  }
}

/** Those of the pod's namespace that would adopt it. */
export function* wouldAdopt<T extends KubeObject>(
  store: Store,
  type: ResourceType<T>,
  pod: Pod,
  selectorOf: (owner: T) => LabelSelector | undefined,
): Generator<T, void, undefined> {
  for (const owner of store.table(type).values(pod.metadata.namespace ?? ''))
    if (selects(selectorOf(owner), pod.metadata.labels)) yield owner;
}
