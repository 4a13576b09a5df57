/**
 * Fidelity: the DaemonSet controller (daemon/daemon_controller.go and update.go, 1.32): two workers, 250 pods at a time, failed pods
 * are replaced with back-off from 1 s to 15 min per node.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { scaledValue } from '../../objects/int-or-percent.ts';
import { keyOf, splitKey } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { isReady, type Pod, type PodTemplate } from '../../objects/pod.ts';
import { daemonSets, nodes, pods } from '../../objects/resource-types.ts';
import { selects } from '../../objects/selector.ts';
import type { DaemonSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import type { Index } from '../../store/store.ts';
import { availableInMicros } from '../pods/availability.ts';
import { adopt, adoptable, release } from '../pods/claims.ts';
import { PodControl } from '../pods/pod-control.ts';
import { type PodNotices, wouldAdopt } from '../pods/pod-notices.ts';
import { sameForOwner } from '../pods/pod-tally.ts';
import { slowStart } from '../pods/slow-start.ts';
import {
  type ControllerRevision,
  type ControllerRevisions,
  hashLabel,
  revisionLabel,
} from '../revisions/controller-revisions.ts';
import {
  type DaemonNode,
  type DaemonPod,
  planNode,
  planRollingUpdate,
  type RollingBounds,
} from './daemon-set-plan.ts';
import { daemonPod, type Eligibility, eligibility, nodeOf } from './daemon-set-pod.ts';
import { FailureBackoff } from './failure-backoff.ts';

const workers = 2;
const burstReplicas = 250;
const component = 'daemonset-controller';

export type DaemonSetStatus = NonNullable<DaemonSet['status']>;

export class DaemonSets {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #control: PodControl;
  readonly #revisions: ControllerRevisions;
  readonly #orphans: Index<Pod>;
  readonly #backoff: FailureBackoff;
  /** By template and what of a node decides: its spec. */
  readonly #eligible = new WeakMap<PodTemplate, WeakMap<Node['spec'], KnownEligibility>>();

  constructor(plane: ControlPlane, notices: PodNotices, orphans: Index<Pod>, revisions: ControllerRevisions) {
    this.#plane = plane;
    this.#orphans = orphans;
    this.#revisions = revisions;
    this.#control = new PodControl(plane, component);
    this.#backoff = new FailureBackoff(plane.clock);
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#listen(notices);
  }

  #listen(notices: PodNotices): void {
    const { manager, store } = this.#plane;
    manager.watch.on(daemonSets, ({ object }) => this.#loop.enqueue(keyOf(object)));
    manager.watch.on(nodes, ({ kind, object, previous }) => {
      const same = previous?.spec === object.spec && previous.metadata.labels === object.metadata.labels;
      if (kind === 'MODIFIED' && same) return;
      for (const set of store.table(daemonSets).values()) this.#loop.enqueue(keyOf(set));
    });
    notices.onOwned('DaemonSet', (key, { kind, object, previous }) => {
      if (kind !== 'MODIFIED' || !sameForOwner(previous!, object)) this.#loop.enqueue(key);
    });
    notices.onOrphan((pod) => {
      for (const set of wouldAdopt(store, daemonSets, pod, ({ spec }) => spec.selector))
        this.#loop.enqueue(keyOf(set));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const set = this.#plane.store.get(daemonSets, ...splitKey(key));
    if (set === undefined) return null;
    if (set.metadata.deletionTimestamp !== undefined) return this.#finish(key);
    const claims = this.#claims(set);
    if (claims.length > 0) return this.#first(key, claims);
    const current = this.#revisions.current(set, set.status?.collisionCount, this.#countCollision(set));
    if ('write' in current) return this.#first(key, [current.write]);
    return this.#manage(set, hashIn(current.revision));
  }

  #first(key: string, writes: readonly Write[]): Reconciliation {
    return { writes, next: (refused) => (refused > 0 ? null : this.#reconcile(key)) };
  }

  #claims(set: DaemonSet): Write[] {
    const { api, podsByOwner } = this.#plane;
    const { selector } = set.spec;
    const writes: Write[] = [];
    for (const pod of this.#orphans.get(set.metadata.namespace ?? ''))
      if (adoptable(set, selector, pod)) writes.push(adopt(api, pods, set, pod));
    for (const pod of podsByOwner.get(set.metadata.uid))
      if (!selects(selector, pod.metadata.labels)) writes.push(release(api, pods, set, pod));
    return writes;
  }

  #countCollision({ metadata: { namespace = '', name } }: DaemonSet): Write {
    return () =>
      this.#plane.api.modifyStatus(daemonSets, namespace, name, (now) => ({
        ...now,
        status: { ...(now.status ?? empty), collisionCount: (now.status?.collisionCount ?? 0) + 1 },
      }));
  }

  /** Brings each node to one pod, and when that is done takes one step of a rolling update. */
  #manage(set: DaemonSet, hash: string): Reconciliation {
    const places = this.#places(set, hash);
    const bounds = boundsOf(set, places.filter(({ shouldRun }) => shouldRun).length);
    const create: string[] = [];
    const leaving: DaemonPod[] = [];
    for (const place of places) {
      const plan = planNode(place, bounds.maxSurge > 0);
      if (plan.create) create.push(place.name);
      for (const pod of plan.delete) if (this.#mayReplace(set, hash, place.name, pod)) leaving.push(pod);
    }
    leaving.push(...this.#homeless(set, hash));
    const rolls = set.spec.updateStrategy?.type !== 'OnDelete';
    if (create.length === 0 && leaving.length === 0 && rolls) {
      const relevant = places.filter(({ shouldRun, pods: present }) => shouldRun || present.length > 0);
      const step = planRollingUpdate(relevant, bounds);
      create.push(...step.create);
      leaving.push(...step.delete);
    }
    return this.#write(set, hash, create, leaving);
  }

  #write(
    set: DaemonSet,
    hash: string,
    create: readonly string[],
    leaving: readonly DaemonPod[],
  ): Reconciliation {
    const creations = create
      .slice(0, burstReplicas)
      .map((name) => this.#control.create(set, daemonPod(set, hash, name)));
    const namespace = set.metadata.namespace ?? '';
    const deletions = leaving.slice(0, burstReplicas).flatMap(({ name }) => {
      const pod = this.#plane.store.get(pods, namespace, name);
      return pod === undefined ? [] : [this.#control.delete(set, pod)];
    });
    if (create.length > burstReplicas || leaving.length > burstReplicas)
      this.#loop.enqueueAfter(keyOf(set), 0);
    return slowStart(creations, () => ({ writes: deletions, next: () => this.#finish(keyOf(set)) }));
  }

  /** A pod that failed is deleted only once its node's back-off is over; the set looks again then. */
  #mayReplace(set: DaemonSet, hash: string, node: string, pod: DaemonPod): boolean {
    if (pod.phase !== 'Failed' && pod.phase !== 'Succeeded') return true;
    const { namespace } = set.metadata;
    if (pod.phase === 'Failed') {
      const wait = this.#backoff.waitMicros(`${set.metadata.uid}/${hash}/${node}`);
      if (wait > 0) {
        this.#loop.enqueueAfter(keyOf(set), wait);
        return false;
      }
    }
    const failed = pod.phase === 'Failed';
    const found = `Found ${failed ? 'failed' : 'succeeded'} daemon pod ${namespace}/${pod.name} on node ${node}`;
    this.#plane.events.record(set, {
      type: failed ? 'Warning' : 'Normal',
      reason: failed ? 'FailedDaemonPod' : 'SucceededDaemonPod',
      message: `${found}, will try to ${failed ? 'kill' : 'delete'} it`,
      component,
    });
    return true;
  }

  /** Every node, with the set's pods on it. */
  #places(set: DaemonSet, hash: string): DaemonNode[] {
    const byNode = new Map<string, DaemonPod[]>();
    for (const pod of this.#plane.podsByOwner.get(set.metadata.uid)) {
      const name = nodeOf(pod);
      const known = byNode.get(name);
      if (known === undefined) byNode.set(name, [this.#podView(set, hash, pod)]);
      else known.push(this.#podView(set, hash, pod));
    }
    const places: DaemonNode[] = [];
    for (const node of this.#plane.store.table(nodes).values()) {
      const { shouldRun, mayStay } = this.#eligibility(set.spec.template, node);
      const { name } = node.metadata;
      places.push({ name, shouldRun, mayStay, pods: byNode.get(name) ?? noPods });
    }
    return places;
  }

  #eligibility(template: PodTemplate, node: Node): Eligibility {
    let ofTemplate = this.#eligible.get(template);
    if (ofTemplate === undefined) {
      ofTemplate = new WeakMap();
      this.#eligible.set(template, ofTemplate);
    }
    const known = ofTemplate.get(node.spec);
    if (known !== undefined && known.name === node.metadata.name && known.labels === node.metadata.labels)
      return known;
    const { name, labels } = node.metadata;
    const computed = { ...eligibility(template, node), name, labels };
    ofTemplate.set(node.spec, computed);
    return computed;
  }

  /** Pods that wait for a node that is gone. */
  #homeless(set: DaemonSet, hash: string): DaemonPod[] {
    const { podsByOwner, store } = this.#plane;
    const found: DaemonPod[] = [];
    for (const pod of podsByOwner.get(set.metadata.uid))
      if ((pod.spec.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined)
        if (store.get(nodes, '', nodeOf(pod)) === undefined) found.push(this.#podView(set, hash, pod));
    return found;
  }

  #podView(set: DaemonSet, hash: string, pod: Pod): DaemonPod {
    const { name, labels, deletionTimestamp, creationTimestamp } = pod.metadata;
    const left = availableInMicros(pod, set.spec.minReadySeconds ?? 0, this.#plane.clock);
    return {
      name,
      updated: labels?.[revisionLabel] === hash,
      phase: pod.status.phase,
      ready: isReady(pod),
      available: left === 0,
      terminating: deletionTimestamp !== undefined,
      assigned: (pod.spec.nodeName ?? '') !== '',
      created: creationTimestamp,
    };
  }

  #finish(key: string): Reconciliation | null {
    const set = this.#plane.store.get(daemonSets, ...splitKey(key));
    if (set === undefined) return null;
    const wait = this.#nextAvailable(set);
    const again = wait === null ? {} : { againMicros: wait };
    const status = this.#statusOf(set);
    if (status === null) return again;
    const used = new Set<string>();
    for (const pod of this.#plane.podsByOwner.get(set.metadata.uid))
      used.add(pod.metadata.labels?.[revisionLabel] ?? '');
    const revisions = this.#revisions.of(set);
    const names = revisions.filter((revision) => used.has(hashIn(revision)) || revision === revisions.at(-1));
    const live = new Set(names.map(({ metadata }) => metadata.name));
    const writes = this.#revisions.forget(set, live, set.spec.revisionHistoryLimit ?? 10);
    if (!sameValue(set.status, status)) writes.unshift(this.#writeStatus(set));
    return { ...again, writes };
  }

  #writeStatus({ metadata: { namespace = '', name } }: DaemonSet): Write {
    return () =>
      this.#plane.api.modifyStatus(daemonSets, namespace, name, (now) => {
        const status = this.#statusOf(now);
        return status === null ? null : { ...now, status };
      });
  }

  #statusOf(set: DaemonSet): DaemonSetStatus | null {
    const current = this.#revisions.current(set, set.status?.collisionCount, this.#countCollision(set));
    if ('write' in current) return null;
    return statusFor(set, this.#places(set, hashIn(current.revision)));
  }

  #nextAvailable(set: DaemonSet): number | null {
    const { minReadySeconds = 0 } = set.spec;
    if (minReadySeconds === 0) return null;
    let next: number | null = null;
    for (const pod of this.#plane.podsByOwner.get(set.metadata.uid)) {
      const left = availableInMicros(pod, minReadySeconds, this.#plane.clock);
      if (left !== null && left > 0 && (next === null || left < next)) next = left;
    }
    return next;
  }
}

interface KnownEligibility extends Eligibility {
  readonly name: string;
  readonly labels: Node['metadata']['labels'];
}

const noPods: readonly DaemonPod[] = [];
const empty: DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
};

function hashIn({ metadata }: ControllerRevision): string {
  return metadata.labels?.[hashLabel] ?? metadata.name;
}

/** Both bounds round up; when neither lets anything move, one may be unavailable. */
export function boundsOf({ spec }: DaemonSet, desired: number): RollingBounds {
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, desired, true) ?? 0;
  const unavailable = scaledValue(maxUnavailable, desired, true) ?? 1;
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** The counts: of each node its oldest pod stands for it. */
export function statusFor(set: DaemonSet, places: readonly DaemonNode[]): DaemonSetStatus {
  const counts = { scheduled: 0, misscheduled: 0, desired: 0, ready: 0, updated: 0, available: 0 };
  for (const { shouldRun, pods: present } of places) {
    const [oldest] = present.length > 1 ? [...present].sort(readyFirst) : present;
    if (!shouldRun) counts.misscheduled += oldest === undefined ? 0 : 1;
    else {
      counts.desired++;
      if (oldest === undefined) continue;
      counts.scheduled++;
      if (oldest.ready) counts.ready++;
      if (oldest.available) counts.available++;
      if (oldest.updated) counts.updated++;
    }
  }
  const { generation } = set.metadata;
  const unavailable = counts.desired - counts.available;
  return {
    currentNumberScheduled: counts.scheduled,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(counts.updated === 0 ? {} : { updatedNumberScheduled: counts.updated }),
    ...(counts.available === 0 ? {} : { numberAvailable: counts.available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(set.status?.collisionCount === undefined ? {} : { collisionCount: set.status.collisionCount }),
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}

function readyFirst(a: DaemonPod, b: DaemonPod): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
