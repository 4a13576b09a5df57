/**
 * Fidelity: kube-scheduler 1.32 with its default profile: one pod after the other is taken from the queue, placed in the cache and bound
 * through the API at the client's rate. A cycle takes 0.25 ms and 0.2 µs for each node of the cluster, which gives about the 800 pods a
 * second that scheduler_perf measures at 5,000 nodes. Simplified: the decision is made at the end of that time from what is known then;
 * binding never fails in the node's plugins; dynamic resources and volumes that are not bound are not looked at.
 */
import type { RandomStream } from '../../../base/random.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { conditionOf, withCondition } from '../objects/meta.ts';
import { isFinished, type Pod } from '../objects/pod.ts';
import {
  namespaces,
  nodes,
  pods,
  replicaSets,
  replicationControllers,
  services,
  statefulSets,
} from '../objects/resource-types.ts';
import type { Change } from '../store/store.ts';
import { bindPod } from './bind.ts';
import { ClusterState, type PlacedPod } from './cluster-state.ts';
import { diagnosisText, noNodes } from './diagnosis.ts';
import { Placement } from './placement.ts';
import { type PendingPod, SchedulingQueue } from './queue.ts';

const schedulerName = 'default-scheduler';
const cycleMicros = 250;
const cycleMicrosPerNode = 0.2;

export class Scheduler {
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly placement: Placement;
  readonly #plane: ControlPlane;
  readonly #stream: RandomStream;
  readonly #handler: number;
  #busy = false;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#stream = plane.random('scheduler');
    const { engine, store, scheduler } = plane;
    this.state = new ClusterState({
      services: (namespace) => store.table(services).values(namespace),
      namespaceLabels: (namespace) => store.get(namespaces, '', namespace)?.metadata.labels,
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
    scheduler.watch.on(nodes, ({ kind, object }) => {
      if (kind === 'DELETED') this.state.dropNode(object.metadata.name);
      else this.state.putNode(object);
      this.#moveAll();
    });
    scheduler.watch.on(pods, (change) => this.#seePod(change));
    scheduler.watch.on(services, () => this.state.selectorsVersion++);
    scheduler.watch.on(namespaces, ({ object, previous }) => {
      if (previous !== null && previous.metadata.labels !== object.metadata.labels)
        this.state.kinships.relabelled(object.metadata.name);
    });
  }

  #seePod({ kind, object, previous }: Change<Pod>): void {
    const { uid } = object.metadata;
    const gone = kind === 'DELETED' || isFinished(object);
    if (object.spec.nodeName !== undefined && !gone) {
      if (previous === null || previous.spec.nodeName === undefined) this.queue.remove(uid);
      if (this.state.observe(object)) this.#moveAll();
      return;
    }
    const placed = this.state.placed(uid);
    if (gone) {
      this.queue.remove(uid);
      if (placed !== undefined) {
        this.state.take(placed);
        this.#moveAll();
      }
      return;
    }
    if (placed !== undefined || (object.spec.schedulerName ?? schedulerName) !== schedulerName) return;
    const entry = this.queue.get(uid);
    const group = this.state.groupOf(object);
    if (entry === undefined) this.queue.add(object, group);
    else this.queue.update(entry, object, group, true);
  }

  #moveAll(): void {
    for (const entry of [...this.queue.unschedulable()]) this.queue.requeue(entry);
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
    if (!entry.group.kin.known) entry.group = this.state.groupOf(pod);
    const { group } = entry;
    if (this.state.table.size === 0) {
      this.#fail(entry, noNodes, new Set());
      return;
    }
    const slot = this.placement.best(group, this.#stream);
    if (slot >= 0) {
      this.#assume(entry, this.state.table.nodes[slot]!.metadata.name);
      return;
    }
    const { nodes: count, counts, plugins } = this.placement.diagnose(group);
    this.#fail(entry, diagnosisText(count, counts), plugins);
  }

  #assume(entry: PendingPod, nodeName: string): void {
    const { pod } = entry;
    const { namespace = '', name, uid } = pod.metadata;
    this.queue.remove(uid);
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
    this.#moveAll();
    const { namespace = '', name, uid } = entry.pod.metadata;
    const now = this.#plane.store.get(pods, namespace, name);
    if (now?.metadata.uid === uid && now.spec.nodeName === undefined) this.queue.retry(entry);
  }

  #fail(entry: PendingPod, message: string, plugins: PendingPod['plugins']): void {
    const { pod } = entry;
    this.queue.reject(entry, plugins);
    const { api, clock, events, scheduler } = this.#plane;
    events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, component: schedulerName });
    const known = conditionOf(pod.status.conditions, 'PodScheduled');
    if (known?.status === 'False' && known.message === message) return;
    const { namespace = '', name, uid } = pod.metadata;
    scheduler.client.send(() =>
      api.modifyStatus(pods, namespace, name, (now) => {
        if (now.metadata.uid !== uid || now.spec.nodeName !== undefined) return null;
        const next = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
        const conditions = withCondition(now.status.conditions, next, clock.timestamp());
        return { ...now, status: { ...now.status, conditions } };
      }),
    );
  }
}
