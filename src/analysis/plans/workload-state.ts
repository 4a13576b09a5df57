import { type Condition, conditionOf, type KubeObject } from '../../run/cluster-view.ts';

/** How far a workload is with its pods, whatever its kind: what `kubectl rollout status` looks at. */
export interface WorkloadState {
  /** Pods that are asked for. */
  readonly replicas: number;
  /** Of the newest revision. */
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  readonly images: string[];
  /** The controller has seen the newest spec. */
  readonly observed: boolean;
  /** Every pod is of the newest revision and available; a Rollout is promoted. */
  readonly complete: boolean;
  readonly failed: 'deadline-exceeded' | 'aborted' | null;
  readonly paused: boolean;
  /** The controller's own words; empty: none. */
  readonly message: string;
  readonly deadlineSeconds: number | null;
}

interface Spec {
  readonly replicas?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
  readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
}

interface Status {
  readonly observedGeneration?: number | string;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberReady?: number;
  readonly numberAvailable?: number;
  readonly conditions?: readonly Condition[];
  readonly phase?: string;
  readonly message?: string;
  readonly abort?: boolean;
  readonly stableRS?: string;
  readonly currentPodHash?: string;
}

/** Reads the state of a Deployment, StatefulSet, DaemonSet or Rollout. */
export function workloadState(workload: KubeObject): WorkloadState {
  const spec = (workload.spec ?? {}) as Spec;
  const status = (workload.status ?? {}) as Status;
  const { generation = 1 } = workload.metadata;
  const shared = {
    images: (spec.template?.spec?.containers ?? []).map(({ image }) => image ?? ''),
    observed: Number(status.observedGeneration ?? 0) >= generation,
    deadlineSeconds: null,
    failed: null,
    paused: spec.paused === true,
    message: status.message ?? '',
    replicas: spec.replicas ?? 1,
    updated: status.updatedReplicas ?? 0,
    ready: status.readyReplicas ?? 0,
    available: status.availableReplicas ?? 0,
  };
  if (workload.kind === 'DaemonSet') return ofDaemonSet(status, shared);
  if (workload.kind === 'StatefulSet') {
    const { replicas, updated, ready } = shared;
    return { ...shared, complete: updated >= replicas && ready >= replicas };
  }
  const all =
    shared.updated >= shared.replicas &&
    (status.replicas ?? 0) <= shared.updated &&
    shared.available >= shared.updated;
  const deadlineSeconds = spec.progressDeadlineSeconds ?? 600;
  if (workload.kind === 'Rollout') return ofRollout(status, { ...shared, deadlineSeconds }, all);
  const progressing = conditionOf(status.conditions, 'Progressing');
  const late = progressing?.reason === 'ProgressDeadlineExceeded';
  return {
    ...shared,
    deadlineSeconds,
    complete: all,
    failed: late ? 'deadline-exceeded' : null,
    message: late ? (progressing.message ?? '') : '',
  };
}

type Shared = Omit<WorkloadState, 'complete'>;

function ofDaemonSet(status: Status, shared: Shared): WorkloadState {
  const { desiredNumberScheduled: replicas = 0, updatedNumberScheduled: updated = 0 } = status;
  const { numberReady: ready = 0, numberAvailable: available = 0 } = status;
  const complete = updated >= replicas && available >= replicas;
  return { ...shared, replicas, updated, ready, available, complete };
}

function ofRollout(status: Status, shared: Shared, all: boolean): WorkloadState {
  const aborted = status.abort === true || status.phase === 'Degraded';
  return {
    ...shared,
    complete: all && status.phase === 'Healthy' && status.stableRS === status.currentPodHash,
    failed: aborted ? 'aborted' : null,
    paused: status.phase === 'Paused' || shared.paused,
  };
}
