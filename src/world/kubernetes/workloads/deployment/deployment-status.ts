/**
 * Fidelity: the status of a Deployment and its conditions: `calculateStatus` (deployment/sync.go) and `syncRolloutStatus`
 * (deployment/progress.go), 1.32. Going past the progress deadline only sets a condition; nothing is rolled back.
 */
import { type Condition, conditionOf } from '../../objects/meta.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import type { Clock } from '../../store/clock.ts';
import { boundsOf, replicasOf } from './rolling-update.ts';

export type DeploymentStatus = NonNullable<Deployment['status']>;

export const newSetAvailable = 'NewReplicaSetAvailable';
export const timedOutReason = 'ProgressDeadlineExceeded';
const noDeadline = 2_147_483_647;

/** Seconds within which a rollout has to make some progress; null: no limit. */
export function deadlineOf({ spec }: Deployment): number | null {
  const seconds = spec.progressDeadlineSeconds ?? 600;
  return seconds === noDeadline ? null : seconds;
}

export interface Sets {
  readonly all: readonly ReplicaSet[];
  /** The one of the present template; undefined before it is made. */
  readonly fresh: ReplicaSet | undefined;
}

function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  let total = 0;
  for (const set of sets) total += count(set) ?? 0;
  return total;
}

/** The counts and availability; other conditions as they were. */
export function deploymentStatus(
  deployment: Deployment,
  { all, fresh }: Sets,
  clock: Clock,
): DeploymentStatus {
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const enough = available >= replicasOf(deployment) - boundsOf(deployment).unavailable;
  const conditions = withDeploymentCondition(
    deployment.status?.conditions ?? [],
    enough
      ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : condition(
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
        ),
    clock,
  );
  const next: Changeable = {};
  const { generation } = deployment.metadata;
  if (generation !== undefined) next.observedGeneration = generation;
  setCount(
    next,
    'replicas',
    sum(all, ({ status }) => status?.replicas),
  );
  setCount(next, 'updatedReplicas', fresh?.status?.replicas ?? 0);
  setCount(
    next,
    'readyReplicas',
    sum(all, ({ status }) => status?.readyReplicas),
  );
  setCount(next, 'availableReplicas', available);
  setCount(next, 'unavailableReplicas', Math.max(0, sum(all, replicasOf) - available));
  setCount(next, 'collisionCount', deployment.status?.collisionCount ?? 0);
  next.conditions = conditions;
  return next;
}

type Changeable = { -readonly [Name in keyof DeploymentStatus]: DeploymentStatus[Name] };
type Count = Exclude<keyof DeploymentStatus, 'conditions'>;

/** The API omits a count that is zero. */
function setCount(status: Changeable, name: Count, count: number): void {
  if (count !== 0) status[name] = count;
}

export function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition {
  return { type, status, reason, message };
}

/** Deployments keep a condition, message and all, while its status and reason stay. One that is a ReplicaSet's brings its own times. */
export function withDeploymentCondition(
  conditions: readonly Condition[],
  next: Condition,
  clock: Clock,
): readonly Condition[] {
  const old = conditionOf(conditions, next.type);
  if (old?.status === next.status && old.reason === next.reason) return conditions;
  const now = clock.timestamp();
  const changed = next.lastTransitionTime ?? now;
  const lastTransitionTime = old?.status === next.status ? (old.lastTransitionTime ?? changed) : changed;
  const made = { ...next, lastUpdateTime: next.lastUpdateTime ?? now, lastTransitionTime };
  return [...conditions.filter((condition) => condition !== old), made];
}

/** All pods are those of the present template, available, and nothing older is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** More new pods, fewer old ones, or more ready or available ones than the status says. */
function isProgressing(before: DeploymentStatus, next: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  return (
    (next.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function isTimedOut(deployment: Deployment, status: DeploymentStatus, clock: Clock): boolean {
  const seconds = deadlineOf(deployment);
  const progress = conditionOf(status.conditions, 'Progressing');
  if (seconds === null || progress === undefined || progress.reason === newSetAvailable) return false;
  if (progress.reason === timedOutReason) return true;
  return clock.microsOf(progress.lastUpdateTime) + seconds * 1e6 < clock.nowMicros;
}

/** The status with the conditions of the rollout: progressing, complete, past its deadline, and failures of its sets. */
export function rolloutStatus(deployment: Deployment, sets: Sets, clock: Clock): DeploymentStatus {
  const status = deploymentStatus(deployment, sets, clock);
  const current = conditionOf(deployment.status?.conditions, 'Progressing');
  let conditions = status.conditions ?? [];
  if (deadlineOf(deployment) === null) conditions = without(conditions, 'Progressing');
  else if (!settled(status, current)) conditions = progressed(deployment, sets, status, clock);
  const failure = setFailure(sets);
  conditions =
    failure === undefined
      ? without(conditions, 'ReplicaFailure')
      : withDeploymentCondition(conditions, failure, clock);
  return { ...status, conditions };
}

/** Was complete before, and nothing has begun since. */
function settled(status: DeploymentStatus, progress: Condition | undefined): boolean {
  return (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && progress?.reason === newSetAvailable;
}

function progressed(
  deployment: Deployment,
  { fresh }: Sets,
  status: DeploymentStatus,
  clock: Clock,
): readonly Condition[] {
  const conditions = status.conditions ?? [];
  const subject =
    fresh === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${fresh.metadata.name}"`;
  if (isComplete(deployment, status))
    return withDeploymentCondition(
      conditions,
      condition('Progressing', 'True', newSetAvailable, `${subject} has successfully progressed.`),
      clock,
    );
  if (isProgressing(deployment.status ?? {}, status)) {
    const next = condition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`);
    return renewed(conditions, next, clock);
  }
  if (!isTimedOut(deployment, status, clock)) return conditions;
  const message = `${subject} has timed out progressing.`;
  return withDeploymentCondition(
    conditions,
    condition('Progressing', 'False', timedOutReason, message),
    clock,
  );
}

/** Each bit of progress dates the condition anew, which is what the deadline counts from. */
function renewed(conditions: readonly Condition[], next: Condition, clock: Clock): readonly Condition[] {
  const old = conditionOf(conditions, 'Progressing');
  const now = clock.timestamp();
  const lastTransitionTime = old?.status === 'True' ? (old.lastTransitionTime ?? now) : now;
  return [...without(conditions, 'Progressing'), { ...next, lastUpdateTime: now, lastTransitionTime }];
}

function without(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;
}

/** What a ReplicaSet could not do: the new one's failure before the old ones'. */
function setFailure({ all, fresh }: Sets): Condition | undefined {
  const ordered = fresh === undefined ? all : [fresh, ...all];
  for (const set of ordered) {
    const failure = conditionOf(set.status?.conditions, 'ReplicaFailure');
    if (failure === undefined) continue;
    const { lastTransitionTime } = failure;
    return lastTransitionTime === undefined ? failure : { ...failure, lastUpdateTime: lastTransitionTime };
  }
  return undefined;
}

/** Microseconds after which the deadline has to be looked at again; null: it has not. */
export function deadlineCheckMicros(
  deployment: Deployment,
  status: DeploymentStatus,
  clock: Clock,
): number | null {
  const seconds = deadlineOf(deployment);
  const progress = conditionOf(status.conditions, 'Progressing');
  if (seconds === null || progress === undefined) return null;
  if (isComplete(deployment, status) || progress.reason === timedOutReason) return null;
  const left = clock.microsOf(progress.lastUpdateTime) + seconds * 1e6 - clock.nowMicros;
  // Times are written in whole seconds, so a second more is sure to be past the deadline.
  return Math.max(0, left) + 1e6;
}
