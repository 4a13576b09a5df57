/**
 * Fidelity: how a Rollout keeps its ReplicaSets (rollout/sync.go, utils/replicaset and utils/annotations of Argo Rollouts 1.7):
 * one for each pod template, found by the template's hash, numbered by revisions, with the deadline of a delayed end.
 */
import { controlledBy, type Draft } from '../objects/meta.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import { hashOf } from '../workloads/revisions/template-hash.ts';
import { type Rollout, replicasOf } from './rollout.ts';

export const podHashLabel = 'rollouts-pod-template-hash';
export const revisionAnnotation = 'rollout.argoproj.io/revision';
export const desiredAnnotation = 'rollout.argoproj.io/desired-replicas';
export const deadlineAnnotation = 'scale-down-deadline';

export function podHashOf({ spec, status }: Rollout): string {
  return hashOf(spec.template, status?.collisionCount);
}

export function stepHashOf({ spec }: Rollout): string {
  return hashOf(spec.strategy.canary?.steps ?? [], undefined);
}

export function hashOfSet(set: ReplicaSet | null): string {
  return set?.metadata.labels?.[podHashLabel] ?? '';
}

export function revisionOf({ metadata }: { readonly metadata: ReplicaSet['metadata'] }): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

export function nextRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf)) + 1;
}

export function sizeOf(set: ReplicaSet): { readonly replicas: number; readonly available: number } {
  return { replicas: set.spec.replicas ?? 1, available: set.status?.availableReplicas ?? 0 };
}

export function availableOf(sets: readonly (ReplicaSet | null)[]): number {
  return sets.reduce((sum, set) => sum + (set?.status?.availableReplicas ?? 0), 0);
}

export function actualOf(sets: readonly (ReplicaSet | null)[]): number {
  return sets.reduce((sum, set) => sum + (set?.status?.replicas ?? 0), 0);
}

export function readyOf(sets: readonly (ReplicaSet | null)[]): number {
  return sets.reduce((sum, set) => sum + (set?.status?.readyReplicas ?? 0), 0);
}

export function deadlineOf(set: ReplicaSet): string | undefined {
  return set.metadata.annotations?.[deadlineAnnotation];
}

/** The newest revision first. */
export function byRevisionDown(a: ReplicaSet, b: ReplicaSet): number {
  return revisionOf(b) - revisionOf(a) || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** The ReplicaSet of the rollout's present template. */
export function newSetFor(rollout: Rollout, revision: number, replicas: number): Draft<ReplicaSet> {
  const { metadata, spec } = rollout;
  const hash = podHashOf(rollout);
  const { template, selector, minReadySeconds } = spec;
  const labels = { ...template.metadata?.labels, [podHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? '',
      labels,
      annotations: {
        [revisionAnnotation]: String(revision),
        [desiredAnnotation]: String(replicasOf(rollout)),
      },
      ownerReferences: [controlledBy(rollout)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [podHashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

/** Whether the ReplicaSet still says how large an older size of the rollout was. */
export function saysOtherSize(set: ReplicaSet, rollout: Rollout): boolean {
  return set.metadata.annotations?.[desiredAnnotation] !== String(replicasOf(rollout));
}

/** Old ReplicaSets beyond the history limit that have no pods, the oldest first. */
export function setsToForget(rollout: Rollout, others: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const limit = rollout.spec.revisionHistoryLimit ?? 10;
  const oldest = [...others].sort((a, b) => byRevisionDown(b, a));
  return oldest
    .slice(0, Math.max(0, oldest.length - limit))
    .filter((set) => sizeOf(set).replicas === 0 && (set.status?.replicas ?? 0) === 0);
}
