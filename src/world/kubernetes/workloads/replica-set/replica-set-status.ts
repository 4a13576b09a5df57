/** Fidelity: `calculateStatus` and the ReplicaFailure condition of the ReplicaSet controller (replica_set_utils.go, 1.32). */
import { type Condition, conditionOf } from '../../objects/meta.ts';
import type { ReplicaSet } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

export interface ReplicaCounts {
  readonly replicas: number;
  readonly fullyLabeled: number;
  readonly ready: number;
  readonly available: number;
}

/** What kept the pods from being made or deleted; null: nothing did. */
export interface ManageFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}

/** The status that should be written; the same object when it stands there already. */
export function replicaSetStatus(
  set: ReplicaSet,
  counts: ReplicaCounts,
  failure: ManageFailure | null,
  timestamp: string,
): ReplicaSetStatus {
  const before = set.status;
  const conditions = failureConditions(before?.conditions, failure, timestamp);
  const generation = set.metadata.generation;
  const next: { -readonly [Name in keyof ReplicaSetStatus]: ReplicaSetStatus[Name] } = {
    replicas: counts.replicas,
  };
  // The API omits counts that are zero.
  if (counts.fullyLabeled !== 0) next.fullyLabeledReplicas = counts.fullyLabeled;
  if (counts.ready !== 0) next.readyReplicas = counts.ready;
  if (counts.available !== 0) next.availableReplicas = counts.available;
  if (generation !== undefined) next.observedGeneration = generation;
  if (conditions !== undefined) next.conditions = conditions;
  return before !== undefined && sameValue(before, next) ? before : next;
}

/** An old failure keeps its message until there is none any more. */
function failureConditions(
  before: readonly Condition[] | undefined,
  failure: ManageFailure | null,
  timestamp: string,
): readonly Condition[] | undefined {
  const old = conditionOf(before, 'ReplicaFailure');
  if (failure !== null && old === undefined) {
    const { reason, message } = failure;
    const made: Condition = {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: timestamp,
      reason,
      message,
    };
    return [...(before ?? []), made];
  }
  if (failure !== null || old === undefined) return before;
  const left = before!.filter((condition) => condition !== old);
  return left.length === 0 ? undefined : left;
}
