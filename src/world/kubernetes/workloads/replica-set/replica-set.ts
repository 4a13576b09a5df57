/**
 * Fidelity: the ReplicaSet controller (replicaset/replica_set.go, 1.32), and the ReplicationController's, which is the same one
 * there: five workers, slow start, 500 pods at a time. In place of expectations a worker waits until its writes have been
 * answered, and then reads what is.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { controllerOf, type KubeObject, keyOf, type LabelSelector, splitKey } from '../../objects/meta.ts';
import { isActive, type Pod } from '../../objects/pod.ts';
import { pods, type ResourceType } from '../../objects/resource-types.ts';
import { containsAll, selects } from '../../objects/selector.ts';
import type { ReplicaSet } from '../../objects/workloads.ts';
import { Index } from '../../store/store.ts';
import { availableInMicros } from '../pods/availability.ts';
import { adopt, adoptable, release } from '../pods/claims.ts';
import { PodControl } from '../pods/pod-control.ts';
import { podFromTemplate } from '../pods/pod-from-template.ts';
import { type PodNotices, wouldAdopt } from '../pods/pod-notices.ts';
import { type PodTallies, sameForOwner, type Tally } from '../pods/pod-tally.ts';
import { slowStart } from '../pods/slow-start.ts';
import { podsToDelete } from './delete-ranking.ts';
import { type ManageFailure, type ReplicaCounts, replicaSetStatus } from './replica-set-status.ts';

const burstReplicas = 500;
const workers = 5;

export interface ReplicaSetParts {
  readonly plane: ControlPlane;
  readonly notices: PodNotices;
  readonly tallies: PodTallies;
  /** Pods without a controller, by namespace. */
  readonly orphans: Index<Pod>;
  /** `replicaset-controller`, and its name in events. */
  readonly component: string;
  /** ReplicaSets, or ReplicationControllers seen as such. */
  readonly type: ResourceType<ReplicaSet>;
  /** A ReplicationController's selector is a plain map of labels. */
  readonly selectorOf: (set: ReplicaSet) => LabelSelector | undefined;
}

/** Keeps the number of pods of each ReplicaSet. */
export class ReplicaSets {
  readonly #parts: ReplicaSetParts;
  readonly #plane: ControlPlane;
  readonly #control: PodControl;
  readonly #loop: Controller;
  /** Keys of those that have to look for pods to adopt. */
  readonly #adopting = new Set<string>();
  readonly #byOwner: Index<ReplicaSet>;

  constructor(parts: ReplicaSetParts) {
    const { plane, component, type, notices } = parts;
    this.#parts = parts;
    this.#plane = plane;
    this.#control = new PodControl(plane, component);
    this.#byOwner = new Index(plane.store, type, (set) => controllerOf(set)?.uid);
    const { client } = plane.component(component, plane.model.settings.controllers);
    this.#loop = new Controller({
      engine: plane.engine,
      client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.manager.watch.on(type, ({ kind, object, previous }) => {
      // Its own writes of status are no news to it.
      if (kind === 'MODIFIED' && previous?.spec === object.spec && sameLife(previous, object)) return;
      if (kind === 'ADDED') this.#adopting.add(keyOf(object));
      this.#loop.enqueue(keyOf(object));
    });
    this.#hear(notices, type);
  }

  #hear(notices: PodNotices, type: ResourceType<ReplicaSet>): void {
    notices.onOwned(type.kind, (key, { kind, object, previous }) => {
      if (kind === 'MODIFIED' && sameForOwner(previous!, object)) return;
      this.#loop.enqueue(key);
    });
    notices.onOrphan((pod) => {
      for (const set of wouldAdopt(this.#plane.store, type, pod, this.#parts.selectorOf)) {
        this.#adopting.add(keyOf(set));
        this.#loop.enqueue(keyOf(set));
      }
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const set = this.#plane.store.get(this.#parts.type, ...splitKey(key));
    if (set === undefined) {
      this.#adopting.delete(key);
      return null;
    }
    const claims = this.#claims(set);
    if (claims.length === 0) return this.#manage(set);
    return { writes: claims, next: () => this.#again(key) };
  }

  /** Goes on after pods were claimed, with the set as it is then. */
  #again(key: string): Reconciliation | null {
    const set = this.#plane.store.get(this.#parts.type, ...splitKey(key));
    return set === undefined ? null : this.#manage(set);
  }

  #claims(set: ReplicaSet): Write[] {
    const { plane, orphans, selectorOf } = this.#parts;
    const selector = selectorOf(set);
    const writes: Write[] = [];
    if (this.#adopting.delete(keyOf(set)))
      for (const pod of orphans.get(set.metadata.namespace ?? ''))
        if (isActive(pod) && adoptable(set, selector, pod)) writes.push(adopt(plane.api, pods, set, pod));
    for (const labels of this.#tally(set).labels.keys())
      if (!selects(selector, labels))
        for (const pod of plane.podsByOwner.get(set.metadata.uid))
          if (pod.metadata.labels === labels && isActive(pod))
            writes.push(release(plane.api, pods, set, pod));
    return writes;
  }

  #tally(set: ReplicaSet): Tally {
    return this.#parts.tallies.of(set.metadata.uid);
  }

  #manage(set: ReplicaSet): Reconciliation | null {
    const missing = (set.spec.replicas ?? 1) - this.#tally(set).active;
    if (missing === 0 || set.metadata.deletionTimestamp !== undefined) return this.#finish(set, null);
    return missing > 0 ? this.#grow(set, missing) : this.#shrink(set, -missing);
  }

  #grow(set: ReplicaSet, missing: number): Reconciliation {
    let failure: ManageFailure | null = null;
    const draft = podFromTemplate(set.spec.template, set);
    const refused = ({ message }: { message: string }) => {
      failure ??= { reason: 'FailedCreate', message };
    };
    const create = this.#control.create(set, draft, { refused });
    const writes = new Array<Write>(Math.min(missing, burstReplicas)).fill(create);
    return slowStart(writes, () => this.#finish(set, failure));
  }

  #shrink(set: ReplicaSet, surplus: number): Reconciliation {
    let failure: ManageFailure | null = null;
    const refused = ({ message }: { message: string }) => {
      failure ??= { reason: 'FailedDelete', message };
    };
    const own = this.#active(set);
    const count = Math.min(surplus, burstReplicas);
    const leaving = podsToDelete(
      own,
      count < own.length ? this.#related(set) : own,
      count,
      this.#plane.clock,
    );
    return {
      writes: leaving.map((pod) => this.#control.delete(set, pod, { refused })),
      next: () => this.#finish(set, failure),
    };
  }

  #active(set: ReplicaSet): Pod[] {
    return [...this.#plane.podsByOwner.get(set.metadata.uid)].filter(isActive);
  }

  /** Active pods of the set and of its siblings: those of a Deployment's other revisions. */
  *#related(set: ReplicaSet): Generator<Pod, void, undefined> {
    const owner = controllerOf(set);
    for (const sibling of owner === undefined ? [set] : this.#byOwner.get(owner.uid))
      for (const pod of this.#plane.podsByOwner.get(sibling.metadata.uid)) if (isActive(pod)) yield pod;
  }

  /** Writes the status when it is not what it should be. */
  #finish(started: ReplicaSet, failure: ManageFailure | null): Reconciliation | null {
    const { type } = this.#parts;
    const { namespace = '', name } = started.metadata;
    const set = this.#plane.store.get(type, namespace, name);
    if (set === undefined) return null;
    const [counts, againMicros] = this.#counts(set);
    const again = againMicros === null ? {} : { againMicros };
    const missing = (set.spec.replicas ?? 1) - counts.replicas;
    // More than one burst was asked for: the next one follows at once.
    if (missing !== 0 && failure === null && set.metadata.deletionTimestamp === undefined)
      this.#loop.enqueue(keyOf(set));
    if (this.#status(set, counts, failure) === set.status) return again;
    return { ...again, writes: [() => this.#writeStatus(set, failure)] };
  }

  #status(set: ReplicaSet, counts: ReplicaCounts, failure: ManageFailure | null) {
    return replicaSetStatus(set, counts, failure, this.#plane.clock.timestamp());
  }

  #writeStatus({ metadata: { namespace = '', name } }: ReplicaSet, failure: ManageFailure | null) {
    return this.#plane.api.modifyStatus(this.#parts.type, namespace, name, (current) => ({
      ...current,
      status: this.#status(current, this.#counts(current)[0], failure),
    }));
  }

  /** The counts of its status, and after how many microseconds another pod will be available when all stay ready. */
  #counts(set: ReplicaSet): readonly [ReplicaCounts, number | null] {
    const tally = this.#tally(set);
    const wanted = set.spec.template.metadata?.labels ?? {};
    let fullyLabeled = 0;
    for (const [labels, count] of tally.labels)
      if (labels === wanted || containsAll(labels, wanted)) fullyLabeled += count;
    const [available, nextMicros] = this.#available(set, tally);
    return [{ replicas: tally.active, fullyLabeled, ready: tally.ready, available }, nextMicros];
  }

  #available(set: ReplicaSet, tally: Tally): readonly [number, number | null] {
    const { minReadySeconds = 0 } = set.spec;
    if (minReadySeconds === 0 || tally.ready === 0) return [tally.ready, null];
    let available = 0;
    let next: number | null = null;
    for (const pod of this.#plane.podsByOwner.get(set.metadata.uid)) {
      const left = isActive(pod) ? availableInMicros(pod, minReadySeconds, this.#plane.clock) : null;
      if (left === 0) available++;
      else if (left !== null && (next === null || left < next)) next = left;
    }
    return [available, next];
  }
}

/** Neither began to be deleted nor changed hands or labels. */
function sameLife(before: KubeObject, after: KubeObject): boolean {
  return (
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.metadata.generation === after.metadata.generation
  );
}
