import type {
  RolloutPlan,
  RolloutPod,
  RolloutRevision,
  RolloutStep,
} from '../../model/rollout-plan-result.ts';
import {
  type ClusterView,
  conditionOf,
  controllerOf,
  isFinished,
  isReady,
  type KubeObject,
  type Pod,
  type ReplicaSet,
} from '../../run/cluster-view.ts';
import { type WorkloadState, workloadState } from './workload-state.ts';

/** Follows one workload from a change on. */
export class RolloutWatch {
  readonly steps: RolloutStep[] = [];
  readonly revisions: RolloutRevision[] = [];
  readonly unplaced = new Map<string, { -readonly [K in keyof RolloutPod]: RolloutPod[K] }>();
  outcome: RolloutPlan['outcome'] = 'unfinished';
  message = '';
  /** When it came to its outcome; null: not yet. */
  endedMicros: number | null = null;
  readonly before: KubeObject;
  readonly #view: ClusterView;
  readonly #now: () => number;
  readonly #sets: string[] = [];
  readonly #oldSets: ReadonlySet<string>;
  readonly #oldPods: ReadonlySet<string>;

  /** Made before the change; `now` is the run's virtual time. */
  constructor(view: ClusterView, workload: KubeObject, now: () => number) {
    this.#view = view;
    this.#now = now;
    this.before = workload;
    const { uid } = workload.metadata;
    const sets = view.replicaSetsOf(uid);
    this.#oldSets = new Set(sets.map(({ metadata }) => metadata.uid));
    this.#oldPods = new Set(
      [uid, ...this.#oldSets].flatMap((owner) => view.podsOf(owner).map((pod) => pod.metadata.uid)),
    );
    this.#look();
    view.onChange(workload.kind, (object) => {
      if (object.metadata.uid === uid) this.#look();
    });
    view.onChange('ReplicaSet', (object) => {
      if (controllerOf(object)?.uid === uid) this.#look();
    });
    view.onChange('Pod', (object, deleted) => this.#seePod(object as Pod, deleted));
  }

  #current(): KubeObject | undefined {
    const { kind, metadata } = this.before;
    return this.#view.object(kind, metadata.namespace ?? '', metadata.name);
  }

  #look(): void {
    const workload = this.#current();
    if (workload === undefined) return;
    const state = workloadState(workload);
    const sets = this.#view.replicaSetsOf(workload.metadata.uid);
    const sizes = sets.length > 0 ? this.#sizesOf(sets) : this.#sizesByStatus(state);
    this.#keep({ atSeconds: this.#now() / 1e6, available: state.available, sizes });
    if (this.endedMicros === null) this.#judge(workload, state);
  }

  #keep(step: RolloutStep): void {
    const last = this.steps.at(-1);
    if (last?.atSeconds === step.atSeconds) this.steps.pop();
    else if (last !== undefined && sameSizes(last, step)) return;
    this.steps.push(step);
  }

  #sizesOf(sets: readonly ReplicaSet[]): RolloutStep['sizes'] {
    for (const set of sets) {
      const { uid, name } = set.metadata;
      if (this.#sets.includes(uid) || (this.#oldSets.has(uid) && (set.spec.replicas ?? 1) === 0)) continue;
      this.#sets.push(uid);
      const images = set.spec.template.spec.containers.map(({ image }) => image ?? '');
      this.revisions.push({ name, images, isNew: !this.#oldSets.has(uid) });
    }
    return this.#sets.map((uid) => {
      const set = sets.find(({ metadata }) => metadata.uid === uid);
      const { readyReplicas = 0, availableReplicas = 0 } = set?.status ?? {};
      return { desired: set?.spec.replicas ?? 0, ready: readyReplicas, available: availableReplicas };
    });
  }

  /** StatefulSets and DaemonSets count their pods by revision themselves. */
  #sizesByStatus({ replicas, updated, ready, available, images }: WorkloadState): RolloutStep['sizes'] {
    if (this.revisions.length === 0)
      this.revisions.push(
        { name: 'old', images: workloadState(this.before).images, isNew: false },
        { name: 'new', images, isNew: true },
      );
    this.revisions[1] = { name: 'new', images, isNew: true };
    const old = Math.max(0, replicas - updated);
    const oldReady = Math.min(old, ready);
    return [
      { desired: old, ready: oldReady, available: Math.min(old, available) },
      { desired: updated, ready: ready - oldReady, available: available - Math.min(old, available) },
    ];
  }

  #judge(workload: KubeObject, state: WorkloadState): void {
    if (workload.metadata.generation === this.before.metadata.generation || !state.observed) return;
    this.message = state.message;
    if (state.failed !== null) this.#end(state.failed);
    else if (state.complete) this.#end(this.revisions.some(({ isNew }) => isNew) ? 'complete' : 'unchanged');
  }

  #end(outcome: RolloutPlan['outcome']): void {
    this.outcome = outcome;
    this.endedMicros = this.#now();
  }

  /** Call at the end of the run. */
  finish(): void {
    const workload = this.#current();
    if (this.endedMicros !== null || workload === undefined) return;
    const state = workloadState(workload);
    this.message = state.message;
    if (state.paused) this.outcome = 'paused';
    if (workload.metadata.generation === this.before.metadata.generation) this.outcome = 'unchanged';
  }

  #isNew(pod: Pod): boolean {
    const owner = controllerOf(pod);
    if (owner === undefined || this.#oldPods.has(pod.metadata.uid)) return false;
    if (owner.uid === this.before.metadata.uid) return true;
    return this.#sets.includes(owner.uid) && !this.#oldSets.has(owner.uid);
  }

  #seePod(pod: Pod, deleted: boolean): void {
    const { uid, name, namespace = '' } = pod.metadata;
    const known = this.unplaced.get(uid);
    if (known !== undefined) {
      if (deleted || pod.spec.nodeName !== undefined) known.untilSeconds ??= this.#now() / 1e6;
      return;
    }
    if (deleted || pod.spec.nodeName !== undefined) return;
    const scheduled = conditionOf(pod.status.conditions, 'PodScheduled');
    if (scheduled?.status !== 'False' || !this.#isNew(pod)) return;
    const fromSeconds = this.#now() / 1e6;
    this.unplaced.set(uid, {
      namespace,
      name,
      fromSeconds,
      untilSeconds: null,
      reason: scheduled.message ?? '',
    });
  }

  /** New pods that are not ready now. */
  unwell(): RolloutPod[] {
    return this.#view
      .pods()
      .filter(
        (pod) => this.#isNew(pod) && !isReady(pod) && !isFinished(pod) && pod.spec.nodeName !== undefined,
      )
      .map((pod) => ({
        namespace: pod.metadata.namespace ?? '',
        name: pod.metadata.name,
        fromSeconds: this.#view.microsOf(pod.metadata.creationTimestamp) / 1e6,
        untilSeconds: null,
        reason: whyUnready(pod),
      }));
  }
}

function whyUnready(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  const statuses = pod.status.containerStatuses ?? [];
  for (const { name, state, restartCount, ready } of statuses) {
    if (ready) continue;
    const restarts = restartCount === 0 ? '' : `, ${restartCount} restarts`;
    if (state?.waiting?.reason !== undefined) return `container ${name}: ${state.waiting.reason}${restarts}`;
    if (state?.running !== undefined) return `container ${name} runs and is not ready${restarts}`;
    if (state?.terminated !== undefined)
      return `container ${name} ended with code ${state.terminated.exitCode}${restarts}`;
  }
  return pod.status.phase;
}

function sameSizes(a: RolloutStep, b: RolloutStep): boolean {
  return a.available === b.available && JSON.stringify(a.sizes) === JSON.stringify(b.sizes);
}
