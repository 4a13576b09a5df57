/**
 * Fidelity: exact accounts, kept by looking at every change of the store as it happens; no real mechanism is simulated
 * here. What it counts is also published, under the names of kube-state-metrics 2.13 and kube-scheduler where those
 * have one of the same meaning.
 */
import { QuantileSketch } from '../../../base/sketch.ts';
import { microsPerMinute } from '../../../base/time.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { conditionOf, controllerOf, type KubeObject } from '../objects/meta.ts';
import { type Node, nodePoolLabel } from '../objects/node.ts';
import { isFinished, isReady, type Pod } from '../objects/pod.ts';
import {
  builtInTypes,
  type HorizontalPodAutoscaler,
  horizontalPodAutoscalers,
  nodes,
  pods,
  replicaSets,
} from '../objects/resource-types.ts';
import type { Change } from '../store/store.ts';
import type { AutoscalerAccount, ClusterAccounts, WorkloadAccount } from './accounts.ts';
import { Level } from './level.ts';

/** Kinds that run pods for users; ReplicaSets and Jobs count for themselves only where nothing owns them. */
const workloadKinds = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'ReplicationController',
]);
const flapMicros = 10 * microsPerMinute;

class WorkloadCounts {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desired = new Level();
  readonly ready = new Level();
  readonly missing = new Level();
  created = 0;
  unready = 0;
  restarts = 0;
  outOfMemory = 0;

  constructor(kind: string, namespace: string, name: string) {
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
  }

  update(nowMicros: number): void {
    this.missing.set(Math.max(0, this.desired.now - this.ready.now), nowMicros);
  }

  reset(nowMicros: number): void {
    for (const level of [this.desired, this.ready, this.missing]) level.reset(nowMicros);
    this.created = 0;
    this.unready = 0;
    this.restarts = 0;
    this.outOfMemory = 0;
  }

  account(nowMicros: number): WorkloadAccount {
    const { kind, namespace, name, desired, ready, missing, created, unready, restarts, outOfMemory } = this;
    return {
      kind,
      namespace,
      name,
      desiredAtEnd: desired.now,
      readyAtEnd: ready.now,
      desiredMost: desired.most,
      readyFewest: ready.fewest,
      readyMost: ready.most,
      desiredMicros: desired.integral(nowMicros),
      readyMicros: ready.integral(nowMicros),
      missingMicros: missing.integral(nowMicros),
      created,
      unready,
      restarts,
      outOfMemory,
    };
  }
}

class AutoscalerCounts {
  readonly namespace: string;
  readonly name: string;
  target = '';
  ups = 0;
  downs = 0;
  reversals = 0;
  readonly replicas = new Level();
  #direction = 0;
  #changedMicros = Number.NEGATIVE_INFINITY;

  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  scaled(from: number, to: number, nowMicros: number): void {
    const direction = Math.sign(to - from);
    if (direction > 0) this.ups++;
    else this.downs++;
    if (direction === -this.#direction && nowMicros - this.#changedMicros <= flapMicros) this.reversals++;
    this.#direction = direction;
    this.#changedMicros = nowMicros;
  }

  reset(nowMicros: number): void {
    this.replicas.reset(nowMicros);
    this.ups = 0;
    this.downs = 0;
    this.reversals = 0;
  }

  account(): AutoscalerAccount {
    const { namespace, name, target, ups, downs, reversals, replicas } = this;
    return { namespace, name, target, ups, downs, reversals, fewest: replicas.fewest, most: replicas.most };
  }
}

export class ClusterLedger {
  readonly #plane: ControlPlane;
  readonly #pools = new Map<string, Level>();
  readonly #workloads = new Map<string, WorkloadCounts>();
  readonly #autoscalers = new Map<string, AutoscalerCounts>();
  readonly #pods = new Level();
  readonly #unschedulable = new Level();
  /** Of pods that have not been ready yet: when they were created, by uid. */
  readonly #awaited = new Map<string, number>();
  #created = 0;
  #deleted = 0;
  #startup = new QuantileSketch();
  #fromMicros = 0;
  #requestsBefore = 0;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const { store } = plane;
    store.observe(nodes, (change) => this.#nodeChanged(change));
    store.observe(pods, (change) => this.#podChanged(change));
    store.observe(horizontalPodAutoscalers, (change) => this.#autoscalerChanged(change));
    for (const type of builtInTypes)
      if (workloadKinds.has(type.kind)) store.observe(type, (change) => this.#workloadChanged(change));
    this.#publish();
  }

  /** The measured window begins now. */
  reset(): void {
    const now = this.#now;
    for (const level of this.#pools.values()) level.reset(now);
    for (const counts of this.#workloads.values()) counts.reset(now);
    for (const counts of this.#autoscalers.values()) counts.reset(now);
    this.#pods.reset(now);
    this.#unschedulable.reset(now);
    this.#created = 0;
    this.#deleted = 0;
    this.#startup = new QuantileSketch();
    this.#fromMicros = now;
    this.#requestsBefore = this.#plane.apiRequests;
  }

  accounts(): ClusterAccounts {
    const now = this.#now;
    const { model } = this.#plane;
    return {
      fromMicros: this.#fromMicros,
      toMicros: now,
      nodes: [...this.#pools].map(([pool, level]) => ({
        pool,
        pricePerHour: model.nodePools.find(({ name }) => name === pool)?.pricePerHour ?? null,
        atEnd: level.now,
        fewest: level.fewest,
        most: level.most,
        nodeMicros: level.integral(now),
      })),
      pods: {
        atEnd: this.#pods.now,
        most: this.#pods.most,
        created: this.#created,
        deleted: this.#deleted,
        unschedulableAtEnd: this.#unschedulable.now,
        unschedulableMost: this.#unschedulable.most,
        unschedulableMicros: this.#unschedulable.integral(now),
        startup: this.#startup.summary(),
      },
      workloads: [...this.#workloads.values()].map((counts) => counts.account(now)),
      autoscalers: [...this.#autoscalers.values()].map((counts) => counts.account()),
      apiRequests: this.#plane.apiRequests - this.#requestsBefore,
    };
  }

  get #now(): number {
    return this.#plane.engine.now;
  }

  #publish(): void {
    const { instruments } = this.#plane;
    instruments.publish('cluster_pods', {}, () => this.#pods.now);
    instruments.publish('scheduler_pending_pods', { queue: 'unschedulable' }, () => this.#unschedulable.now);
    instruments.publish('apiserver_request_total', {}, () => this.#plane.apiRequests);
  }

  #nodeChanged({ kind, object }: Change<Node>): void {
    if (kind === 'MODIFIED') return;
    const pool = object.metadata.labels?.[nodePoolLabel] ?? '';
    let level = this.#pools.get(pool);
    if (level === undefined) {
      level = new Level();
      this.#pools.set(pool, level);
      const known = level;
      this.#plane.instruments.publish('cluster_nodes', { pool }, () => known.now);
    }
    level.add(kind === 'ADDED' ? 1 : -1, this.#now);
  }

  #podChanged({ kind, object, previous }: Change<Pod>): void {
    const now = this.#now;
    const { uid } = object.metadata;
    if (kind === 'ADDED') {
      this.#created++;
      this.#pods.add(1, now);
      this.#awaited.set(uid, now);
    }
    const before = previous !== null && isReady(previous);
    const after = kind !== 'DELETED' && isReady(object);
    if (after && !before) this.#becameReady(uid, now);
    const unplacedBefore = previous !== null && isUnplaced(previous);
    const unplaced = kind !== 'DELETED' && isUnplaced(object);
    if (unplaced !== unplacedBefore) this.#unschedulable.add(unplaced ? 1 : -1, now);
    this.#countFor(object, previous, { created: kind === 'ADDED', ready: Number(after) - Number(before) });
    if (kind !== 'DELETED') return;
    this.#deleted++;
    this.#pods.add(-1, now);
    this.#awaited.delete(uid);
  }

  #becameReady(uid: string, now: number): void {
    const created = this.#awaited.get(uid);
    if (created === undefined) return;
    this.#awaited.delete(uid);
    if (!this.#plane.starting) this.#startup.record(now - created);
  }

  #countFor(pod: Pod, previous: Pod | null, change: { created: boolean; ready: number }): void {
    const restarts = previous === null ? 0 : restartsSince(previous, pod);
    if (!change.created && change.ready === 0 && restarts === 0) return;
    const counts = this.#countsOf(pod);
    if (counts === undefined) return;
    if (change.created) counts.created++;
    counts.restarts += restarts;
    if (change.ready < 0 && livesOn(pod)) counts.unready++;
    if (restarts > 0 && wasOutOfMemory(pod)) counts.outOfMemory += restarts;
    if (change.ready === 0) return;
    counts.ready.add(change.ready, this.#now);
    counts.update(this.#now);
  }

  /** Of the workload at the top of a pod's owners. */
  #countsOf(pod: Pod): WorkloadCounts | undefined {
    const { namespace = '' } = pod.metadata;
    const owner = controllerOf(pod);
    if (owner === undefined) return undefined;
    const replicaSet =
      owner.kind === 'ReplicaSet' ? this.#plane.store.get(replicaSets, namespace, owner.name) : undefined;
    const top = (replicaSet === undefined ? undefined : controllerOf(replicaSet)) ?? owner;
    return this.#workloads.get(`${top.kind}/${namespace}/${top.name}`);
  }

  #workloadChanged({ kind, object }: Change): void {
    if (controllerOf(object) !== undefined) return;
    const { namespace = '', name } = object.metadata;
    const key = `${object.kind}/${namespace}/${name}`;
    let counts = this.#workloads.get(key);
    if (counts === undefined) {
      counts = new WorkloadCounts(object.kind, namespace, name);
      this.#workloads.set(key, counts);
      this.#publishWorkload(counts);
    }
    counts.desired.set(kind === 'DELETED' ? 0 : desiredOf(object), this.#now);
    counts.update(this.#now);
  }

  #publishWorkload(counts: WorkloadCounts): void {
    const { instruments } = this.#plane;
    const { kind, namespace, name } = counts;
    const labels = { namespace, workload: name, kind };
    instruments.publish('workload_replicas_desired', labels, () => counts.desired.now);
    instruments.publish('workload_replicas_ready', labels, () => counts.ready.now);
    instruments.publish('workload_restarts_total', labels, () => counts.restarts);
  }

  #autoscalerChanged({ kind, object, previous }: Change<HorizontalPodAutoscaler>): void {
    const { namespace = '', name } = object.metadata;
    const key = `${namespace}/${name}`;
    let counts = this.#autoscalers.get(key);
    if (counts === undefined) {
      counts = new AutoscalerCounts(namespace, name);
      this.#autoscalers.set(key, counts);
      this.#publishAutoscaler(counts);
    }
    const { scaleTargetRef } = object.spec;
    counts.target = `${scaleTargetRef.kind}/${scaleTargetRef.name}`;
    if (kind !== 'MODIFIED') return;
    const [from, to] = [previous?.status?.desiredReplicas, object.status?.desiredReplicas];
    if (to === undefined || to === from) return;
    counts.replicas.set(to, this.#now);
    // The first decision is where it begins.
    if (from === undefined) counts.replicas.reset(this.#now);
    else counts.scaled(from, to, this.#now);
  }

  #publishAutoscaler(counts: AutoscalerCounts): void {
    const labels = { namespace: counts.namespace, horizontalpodautoscaler: counts.name };
    const name = 'kube_horizontalpodautoscaler_status_desired_replicas';
    this.#plane.instruments.publish(name, labels, () => counts.replicas.now);
  }
}

/** It waits for a node, and the scheduler has found none. */
function isUnplaced(pod: Pod): boolean {
  if (pod.spec.nodeName !== undefined || isFinished(pod)) return false;
  const scheduled = conditionOf(pod.status.conditions, 'PodScheduled');
  return scheduled?.status === 'False' && scheduled.reason === 'Unschedulable';
}

/** Neither being deleted nor restarted: it runs, and does not answer. */
function livesOn({ metadata, status }: Pod): boolean {
  const containers = status.containerStatuses ?? [];
  return (
    metadata.deletionTimestamp === undefined && containers.every(({ state }) => state?.running !== undefined)
  );
}

function restartsSince(previous: Pod, pod: Pod): number {
  if (previous.status.containerStatuses === pod.status.containerStatuses) return 0;
  return restartsOf(pod) - restartsOf(previous);
}

function restartsOf({ status }: Pod): number {
  let restarts = 0;
  for (const container of status.containerStatuses ?? []) restarts += container.restartCount;
  return restarts;
}

function wasOutOfMemory({ status }: Pod): boolean {
  return (status.containerStatuses ?? []).some(
    ({ lastState }) => lastState?.terminated?.reason === 'OOMKilled',
  );
}

/** What a workload asks for; of a DaemonSet, what its controller has counted. */
function desiredOf(object: KubeObject): number {
  if (object.kind === 'DaemonSet')
    return (object.status as { desiredNumberScheduled?: number } | undefined)?.desiredNumberScheduled ?? 0;
  return (object.spec as { replicas?: number }).replicas ?? 1;
}
