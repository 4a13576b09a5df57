/**
 * Fidelity: kube-scheduler 1.32 with its default profile: one pod after the other is taken from the queue, placed in the cache and bound
 * through the API at the client's rate. A cycle takes 0.25 ms and 0.2 µs for each node of the cluster, which gives about the 800 pods a
 * second that scheduler_perf measures at 5,000 nodes. Simplified: the decision is made at the end of that time from what is known then;
 * binding never fails in the node's plugins; volumes that are not bound and dynamic resources are not looked at.
 */
import type { RandomStream } from '../../../base/random.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { conditionOf, withCondition } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import { isFinished, type NodeSelectorTerm, type Pod } from '../objects/pod.ts';
import {
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
  replicationControllers,
  services,
  statefulSets,
} from '../objects/resource-types.ts';
import type { Change, Store } from '../store/store.ts';
import { bindPod } from './bind.ts';
import { ClusterState, type PlacedPod } from './cluster-state.ts';
import { diagnosisText, noNodes } from './diagnosis.ts';
import { Placement } from './placement.ts';
import type { PodGroup } from './pod-group.ts';
import { Preemption, type PreemptionCandidate } from './preemption.ts';
import { type ClusterEvent, mayHelp } from './queue/hints.ts';
import { type PendingPod, SchedulingQueue } from './queue/queue.ts';

const schedulerName = 'default-scheduler';
const cycleMicros = 250;
const cycleMicrosPerNode = 0.2;

interface Verdict {
  readonly version: number;
  readonly message: string;
  readonly plugins: PendingPod['plugins'];
}

export class Scheduler {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly placement: Placement;
  readonly #plane: ControlPlane;
  readonly #stream: RandomStream;
  readonly #handler: number;
  readonly #preemption: Preemption;
  /** What the last pod of a group was told, and of which state. */
  readonly #verdicts = new WeakMap<PodGroup, Verdict>();
  #busy = false;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#stream = plane.random('scheduler');
    const { engine, store, scheduler } = plane;
    this.state = new ClusterState({
      services: (namespace) => store.table(services).values(namespace),
      namespaceLabels: (namespace) => store.get(namespaces, '', namespace)?.metadata.labels,
      volumeTerms: (namespace, claim) => boundVolumeTerms(store, namespace, claim),
      ownerSelector: (namespace, { kind, name }) => {
        if (kind === 'ReplicaSet') return store.get(replicaSets, namespace, name)?.spec.selector;
        if (kind === 'StatefulSet') return store.get(statefulSets, namespace, name)?.spec.selector;
        if (kind !== 'ReplicationController') return undefined;
        const spec = store.get(replicationControllers, namespace, name)?.spec as
          | { readonly selector?: Readonly<Record<string, string>> }
          | undefined;
        return spec?.selector === undefined ? undefined : { matchLabels: spec.selector };
      },
    });
    this.placement = new Placement(this.state);
    this.queue = new SchedulingQueue({ engine, wake: () => this.#wake(), instant: () => plane.starting });
    this.#handler = engine.register('kubernetes/scheduler/cycle', () => this.#cycle());
    this.#preemption = new Preemption({
      state: this.state,
      placement: this.placement,
      budgets: () => store.table(podDisruptionBudgets).values(),
      startedMicros: ({ pod }) =>
        pod.status.startTime === undefined
          ? plane.clock.nowMicros
          : plane.clock.microsOf(pod.status.startTime),
      stream: plane.random('scheduler/preemption'),
    });
    scheduler.watch.on(nodes, (change) => this.#seeNode(change));
    scheduler.watch.on(pods, (change) => this.#seePod(change));
    scheduler.watch.on(services, () => this.state.selectorsVersion++);
    scheduler.watch.on(namespaces, ({ object, previous }) => {
      if (previous !== null && previous.metadata.labels !== object.metadata.labels)
        this.state.kinships.relabelled(object.metadata.name);
    });
  }

  #seeNode({ kind, object, previous }: Change<Node>): void {
    if (kind === 'DELETED') this.state.dropNode(object.metadata.name);
    // Most updates of nodes say only that they are still there.
    else if (previous !== null && sameForScheduling(previous, object)) return;
    else this.state.putNode(object);
    this.#moveFor({ kind: 'node', before: previous, after: kind === 'DELETED' ? null : object });
  }

  #seePod({ kind, object, previous }: Change<Pod>): void {
    const { uid } = object.metadata;
    const gone = kind === 'DELETED' || isFinished(object);
    if (object.spec.nodeName !== undefined && !gone) {
      if (previous === null || previous.spec.nodeName === undefined) this.queue.remove(uid);
      this.placement.nominations.remove(uid);
      const before = this.state.placed(uid)?.group;
      if (!this.state.observe(object)) return;
      if (before !== undefined) this.#moveFor({ kind: 'pod', change: 'gone', group: before });
      this.#moveFor({ kind: 'pod', change: 'came', group: this.state.placed(uid)!.group });
      return;
    }
    const placed = this.state.placed(uid);
    if (gone) {
      const waiting = this.queue.get(uid);
      this.queue.remove(uid);
      this.placement.nominations.remove(uid);
      if (placed === undefined) {
        if (waiting !== undefined) this.state.kinships.leave(waiting.group.kin);
        return;
      }
      this.state.take(placed);
      this.#moveFor({ kind: 'pod', change: 'gone', group: placed.group });
      return;
    }
    if (placed !== undefined || (object.spec.schedulerName ?? schedulerName) !== schedulerName) return;
    const entry = this.queue.get(uid);
    const group = this.state.groupOf(object);
    if (entry === undefined) this.#enqueue(object, group);
    else this.queue.update(entry, object, group, true);
  }

  #enqueue(pod: Pod, group: PodGroup): void {
    const { place } = this.queue.add(pod, group);
    if (place !== 'gated' || conditionOf(pod.status.conditions, 'PodScheduled') !== undefined) return;
    this.#setCondition(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
  }

  /** Pods that did not fit and that this may help are tried again. */
  #moveFor(event: ClusterEvent): void {
    for (const entry of [...this.queue.unschedulable()])
      if (mayHelp(entry.plugins, entry.group, event)) this.queue.requeue(entry);
  }

  #wake(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { engine, starting } = this.#plane;
    const micros = starting ? 0 : cycleMicros + cycleMicrosPerNode * this.state.table.size;
    engine.after(Math.round(micros), this.#handler, 0, 0);
  }

  #cycle(): void {
    this.#busy = false;
    const entry = this.queue.pop();
    if (entry === undefined) return;
    this.#schedule(entry);
    if (this.queue.hasActive) this.#wake();
  }

  #schedule(entry: PendingPod): void {
    const { pod } = entry;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.queue.remove(pod.metadata.uid);
      return;
    }
    if (!entry.group.kin.known) entry.group = this.state.groupOf(pod);
    const { group } = entry;
    if (this.state.table.size === 0) {
      this.#fail(entry, noNodes, new Set());
      return;
    }
    const slot = this.#nominatedSlot(entry) ?? this.placement.best(group, this.#stream, pod.metadata.uid);
    if (slot >= 0) this.#assume(entry, this.state.table.nodes[slot]!.metadata.name);
    else this.#turnDown(entry);
  }

  /** The node that was cleared for it, when it fits there now. */
  #nominatedSlot({ pod, group }: PendingPod): number | null {
    const { uid } = pod.metadata;
    const nomination = this.placement.nominations.of(uid);
    const slot = nomination === undefined ? undefined : this.state.table.slots.get(nomination.nodeName);
    if (slot === undefined) return null;
    this.placement.begin(group, uid);
    return this.placement.fits(slot) ? slot : null;
  }

  /** Pods alike do not fit for the same reasons as long as nothing happens. */
  #turnDown(entry: PendingPod): void {
    const { group, pod } = entry;
    const known = this.#verdicts.get(group);
    if (known?.version === this.state.version && this.placement.nominations.size === 0) {
      this.#fail(entry, known.message, known.plugins);
      return;
    }
    const diagnosis = this.placement.diagnose(group, pod.metadata.uid);
    const start = diagnosisText(diagnosis.nodes, diagnosis.counts, diagnosis.conflict);
    const barred = this.#whyNotPreempt(entry);
    if (barred !== null) {
      this.#fail(entry, `${start} preemption: ${barred}`, diagnosis.plugins);
      return;
    }
    const { version } = this.state;
    const result = this.#preemption.find(group, pod.metadata.uid, diagnosis);
    if (result.candidate !== null) {
      this.#preempt(entry, result.candidate, start, diagnosis.plugins);
      return;
    }
    const message = `${start} preemption: ${result.text}`;
    this.#verdicts.set(group, { version, message, plugins: diagnosis.plugins });
    this.#fail(entry, message, diagnosis.plugins);
  }

  #whyNotPreempt({ pod, group }: PendingPod): string | null {
    if (!group.demand.preempts) return 'not eligible due to preemptionPolicy=Never.';
    const nomination = this.placement.nominations.of(pod.metadata.uid);
    const slot = nomination === undefined ? undefined : this.state.table.slots.get(nomination.nodeName);
    if (slot === undefined) return null;
    this.placement.begin(group, pod.metadata.uid);
    if (this.placement.rejection(slot)?.resolvable === false) return null;
    const leaving = this.state
      .podsOn(slot)
      .some((each) => each.terminating && each.group.demand.priority < group.demand.priority);
    return leaving ? 'not eligible due to a terminating pod on the nominated node.' : null;
  }

  #preempt(
    entry: PendingPod,
    { slot, victims }: PreemptionCandidate,
    message: string,
    plugins: PendingPod['plugins'],
  ): void {
    const { pod, group } = entry;
    const nodeName = this.state.table.nodes[slot]!.metadata.name;
    for (const victim of victims) this.#pushOut(victim, pod, nodeName);
    for (const { pod: other, priority } of [...this.placement.nominations.on(nodeName)])
      if (priority < group.demand.priority) this.#clearNomination(other);
    this.placement.nominations.set({ pod, priority: group.demand.priority, nodeName });
    this.#fail(entry, message, plugins, nodeName);
  }

  #pushOut({ pod }: PlacedPod, preemptor: Pod, nodeName: string): void {
    const { api, clock, events, scheduler } = this.#plane;
    const { namespace = '', name, uid } = pod.metadata;
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
    } as const;
    scheduler.client.send(() => {
      api.modifyStatus(pods, namespace, name, (now) => {
        const conditions = withCondition(now.status.conditions, target, clock.timestamp());
        return now.metadata.uid === uid ? { ...now, status: { ...now.status, conditions } } : null;
      });
    });
    scheduler.client.send(() => {
      if (!api.delete(pods, namespace, name, { preconditions: { uid } }).ok) return;
      const message = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`;
      events.record(pod, { reason: 'Preempted', message, component: schedulerName });
      this.#plane.note(
        'schedule',
        `${namespace}/${name}`,
        `preempted on ${nodeName} by ${preemptor.metadata.namespace}/${preemptor.metadata.name}`,
      );
    });
  }

  #clearNomination(pod: Pod): void {
    const { namespace = '', name, uid } = pod.metadata;
    this.placement.nominations.remove(uid);
    const { api, scheduler } = this.#plane;
    scheduler.client.send(() => {
      api.modifyStatus(pods, namespace, name, (now) => {
        const { nominatedNodeName, ...status } = now.status;
        return now.metadata.uid === uid && nominatedNodeName !== undefined ? { ...now, status } : null;
      });
    });
  }

  #assume(entry: PendingPod, nodeName: string): void {
    const { pod } = entry;
    const { namespace = '', name, uid } = pod.metadata;
    this.queue.remove(uid);
    this.placement.nominations.remove(uid);
    const placed = this.state.place(pod, nodeName);
    placed.assumed = true;
    const { api, clock, events, scheduler } = this.#plane;
    scheduler.client.send(() => {
      const outcome = bindPod(api, clock, { namespace, name, uid, nodeName });
      if (outcome.ok)
        events.record(pod, {
          reason: 'Scheduled',
          message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
          component: schedulerName,
        });
      else this.#unassume(entry, placed);
    });
  }

  /** Binding was refused: the pod is gone, or somebody else has bound it. */
  #unassume(entry: PendingPod, placed: PlacedPod): void {
    if (!placed.assumed || this.state.placed(placed.pod.metadata.uid) !== placed) return;
    this.state.take(placed);
    this.#moveFor({ kind: 'pod', change: 'gone', group: placed.group });
    const { namespace = '', name, uid } = entry.pod.metadata;
    const now = this.#plane.store.get(pods, namespace, name);
    if (now?.metadata.uid === uid && now.spec.nodeName === undefined) this.queue.retry(entry);
  }

  #fail(
    entry: PendingPod,
    message: string,
    plugins: PendingPod['plugins'],
    nominatedNodeName?: string,
  ): void {
    const { pod } = entry;
    this.queue.reject(entry, plugins);
    this.#plane.events.record(pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
      component: schedulerName,
    });
    const known = conditionOf(pod.status.conditions, 'PodScheduled');
    if (known?.status === 'False' && known.message === message && nominatedNodeName === undefined) return;
    this.#setCondition(pod, 'Unschedulable', message, nominatedNodeName);
  }

  #setCondition(pod: Pod, reason: string, message: string, nominatedNodeName?: string): void {
    const { api, clock, scheduler } = this.#plane;
    const { namespace = '', name, uid } = pod.metadata;
    const nominated = nominatedNodeName === undefined ? {} : { nominatedNodeName };
    scheduler.client.send(() =>
      api.modifyStatus(pods, namespace, name, (now) => {
        if (now.metadata.uid !== uid || now.spec.nodeName !== undefined) return null;
        const next = { type: 'PodScheduled', status: 'False', reason, message } as const;
        const conditions = withCondition(now.status.conditions, next, clock.timestamp());
        return { ...now, status: { ...now.status, conditions, ...nominated } };
      }),
    );
  }
}

/** The node affinity of the volume that a claim is bound to. */
function boundVolumeTerms(
  store: Store,
  namespace: string,
  claim: string,
): readonly NodeSelectorTerm[] | null {
  const { volumeName } = (store.get(persistentVolumeClaims, namespace, claim)?.spec ?? {}) as {
    readonly volumeName?: string;
  };
  if (volumeName === undefined) return null;
  const { nodeAffinity } = (store.get(persistentVolumes, '', volumeName)?.spec ?? {}) as {
    readonly nodeAffinity?: {
      readonly required?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] };
    };
  };
  return nodeAffinity?.required?.nodeSelectorTerms ?? null;
}

function sameForScheduling(a: Node, b: Node): boolean {
  return (
    a.metadata.labels === b.metadata.labels &&
    a.spec === b.spec &&
    a.status.allocatable === b.status.allocatable &&
    a.status.images === b.status.images
  );
}
