/**
 * Fidelity: conditions, phase and message of a Rollout: utils/conditions, calculateRolloutConditions of rollout/sync.go and
 * CalculateRolloutPhase of utils/rollout in Argo Rollouts 1.7.
 */
import { type Condition, conditionOf } from '../objects/meta.ts';
import { currentStep, stepsOf } from './canary-counts.ts';
import type { RolloutPlan } from './plan.ts';
import { availableOf, hashOfSet, revisionOf } from './replica-sets.ts';
import { type Rollout, type RolloutPhase, type RolloutStatus, replicasOf } from './rollout.ts';

export type RolloutCondition = Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'> & {
  readonly reason: string;
  readonly message: string;
};

/** The conditions with one of them set; equal status and reason leave it as it was. */
export function withRolloutCondition(
  conditions: readonly Condition[],
  next: RolloutCondition,
  timestamp: string,
): readonly Condition[] {
  const old = conditionOf(conditions, next.type);
  if (old?.status === next.status && old.reason === next.reason) return conditions;
  const lastTransitionTime = (old?.status === next.status ? old.lastTransitionTime : timestamp) ?? timestamp;
  const made = { ...next, lastTransitionTime, lastUpdateTime: timestamp };
  return [...conditions.filter(({ type }) => type !== next.type), made];
}

function condition(
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): RolloutCondition {
  return { type, status, reason, message };
}

/** All desired pods are of the new version, available and reached, and no others run. */
export function isHealthy(rollout: Rollout, status: RolloutStatus): boolean {
  const { blueGreen, canary } = rollout.spec.strategy;
  const wanted = replicasOf(rollout);
  if (status.updatedReplicas !== wanted || status.availableReplicas !== wanted) return false;
  if (rollout.status?.observedGeneration !== String(rollout.metadata.generation ?? 0)) return false;
  if (blueGreen !== undefined) {
    const { activeSelector, previewSelector } = status.blueGreen ?? {};
    const previewed = blueGreen.previewService === undefined || previewSelector === status.currentPodHash;
    return activeSelector === status.currentPodHash && previewed;
  }
  if (canary === undefined) return true;
  const steps = stepsOf(rollout).length;
  const walked = steps === 0 || status.currentStepIndex === undefined || status.currentStepIndex === steps;
  return walked && isCompleted(status) && status.replicas === wanted;
}

function isCompleted({ stableRS, currentPodHash }: RolloutStatus): boolean {
  return stableRS !== undefined && stableRS !== '' && stableRS === currentPodHash;
}

function hasProgressed(rollout: Rollout, status: RolloutStatus): boolean {
  const before = rollout.status ?? {};
  const old = ({ replicas = 0, updatedReplicas = 0 }: RolloutStatus) => replicas - updatedReplicas;
  return (
    (status.updatedReplicas ?? 0) !== (before.updatedReplicas ?? 0) ||
    old(status) < old(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    movedOn(rollout, status, before)
  );
}

function movedOn({ spec }: Rollout, status: RolloutStatus, before: RolloutStatus): boolean {
  if (spec.strategy.blueGreen !== undefined)
    return (
      before.blueGreen?.activeSelector !== status.blueGreen?.activeSelector ||
      before.blueGreen?.previewSelector !== status.blueGreen?.previewSelector
    );
  const stepped =
    status.currentStepIndex !== undefined &&
    before.currentStepIndex !== undefined &&
    status.currentStepIndex !== before.currentStepIndex;
  return stepped || status.stableRS !== before.stableRS || status.currentStepHash !== before.currentStepHash;
}

/** Steps that may last for ever don't count against the deadline. */
function isIndefinite(rollout: Rollout): boolean {
  const step = currentStep(rollout);
  return step !== undefined && (step.analysis !== undefined || step.pause !== undefined);
}

function deadlineMicros(rollout: Rollout): number {
  return (rollout.spec.progressDeadlineSeconds ?? 600) * 1e6;
}

export function isPaused({ spec, status }: Rollout): boolean {
  return spec.paused === true || (status?.pauseConditions?.length ?? 0) > 0;
}

/** Conditions for a status, with the events and the abort that come of them. */
export function withConditions(plan: RolloutPlan, status: RolloutStatus): RolloutStatus {
  const { timestamp } = plan.view;
  let conditions = pauseChanges(plan).reduce(
    (list, next) => withRolloutCondition(list, next, timestamp),
    plan.view.rollout.status?.conditions ?? [],
  );
  const set = (next: RolloutCondition): boolean => {
    const before = conditions;
    conditions = withRolloutCondition(conditions, next, timestamp);
    return conditions !== before;
  };
  const healthy = isHealthy(plan.view.rollout, status) && !isPaused(plan.view.rollout);
  const becameUnhealthy = setHealth(healthy, conditionOf(conditions, 'Healthy') !== undefined, set);
  if (plan.isAborted) setAborted(plan, set);
  else conditions = withProgress(plan, status, conditions, { healthy, becameUnhealthy });
  set(availability(plan, status));
  setCompleted(plan, status, set);
  const { conditions: _, ...rest } = status;
  return { ...rest, conditions: conditions.filter(({ type }) => type !== 'InvalidSpec') };
}

/** What being paused or resumed says of progress: time in a pause is not time without progress. */
function pauseChanges({ view }: RolloutPlan): RolloutCondition[] {
  const { rollout } = view;
  const progressing = conditionOf(rollout.status?.conditions, 'Progressing');
  const aborted = progressing?.reason === 'RolloutAborted';
  const paused = isPaused(rollout);
  const changes: RolloutCondition[] = [];
  const [reason, message] = paused
    ? ['RolloutPaused', 'Rollout is paused']
    : ['RolloutResumed', 'Rollout is resumed'];
  if (!aborted && paused !== (progressing?.reason === 'RolloutPaused'))
    changes.push(condition('Progressing', 'Unknown', reason, message));
  if (aborted && rollout.status?.abort !== true)
    changes.push(condition('Progressing', 'Unknown', 'RolloutRetry', 'Retrying Rollout after abort'));
  const shown = conditionOf(rollout.status?.conditions, 'Paused')?.status === 'True';
  if (!aborted && paused !== shown)
    changes.push(condition('Paused', paused ? 'True' : 'False', 'RolloutPaused', 'Rollout is paused'));
  return changes;
}

type SetCondition = (next: RolloutCondition) => boolean;

function setHealth(healthy: boolean, known: boolean, set: SetCondition): boolean {
  if (healthy) set(condition('Healthy', 'True', 'RolloutHealthy', 'Rollout is healthy'));
  else if (known) return set(condition('Healthy', 'False', 'RolloutHealthy', 'Rollout is not healthy'));
  return false;
}

function setAborted(plan: RolloutPlan, set: SetCondition): void {
  const { newSet, rollout } = plan.view;
  const revision = newSet === null ? revisionOf(rollout) : revisionOf(newSet);
  const detail = plan.abortMessage === '' ? '' : `: ${plan.abortMessage}`;
  const message = `Rollout aborted update to revision ${revision}${detail}`;
  if (set(condition('Progressing', 'False', 'RolloutAborted', message)))
    plan.event('Warning', 'RolloutAborted', message);
}

interface Health {
  readonly healthy: boolean;
  readonly becameUnhealthy: boolean;
}

function withProgress(
  plan: RolloutPlan,
  status: RolloutStatus,
  conditions: readonly Condition[],
  { becameUnhealthy }: Health,
): readonly Condition[] {
  const { rollout, newSet, timestamp } = plan.view;
  const set = (next: RolloutCondition, from = conditions) => withRolloutCondition(from, next, timestamp);
  const named = (tail: string) =>
    newSet === null
      ? `Rollout "${rollout.metadata.name}" ${tail}`
      : `ReplicaSet "${newSet.metadata.name}" ${tail}`;
  if (isHealthy(rollout, status))
    return set(
      condition('Progressing', 'True', 'NewReplicaSetAvailable', named('has successfully progressed.')),
    );
  if (hasProgressed(rollout, status) || becameUnhealthy) {
    const next =
      isCompleted(status) && becameUnhealthy
        ? condition(
            'Progressing',
            'True',
            'ReplicaSetNotAvailable',
            'Rollout does not have minimum availability',
          )
        : condition('Progressing', 'True', 'ReplicaSetUpdated', named('is progressing.'));
    return renewed(conditions, next, timestamp);
  }
  return timedOut(plan, conditions, named('has timed out progressing.'));
}

/** Also with the same reason the time of the update is now: it is from there that the deadline runs. */
function renewed(
  conditions: readonly Condition[],
  next: RolloutCondition,
  timestamp: string,
): readonly Condition[] {
  const old = conditionOf(conditions, next.type);
  const lastTransitionTime = (old?.status === next.status ? old.lastTransitionTime : timestamp) ?? timestamp;
  const made = { ...next, lastTransitionTime, lastUpdateTime: timestamp };
  return [...conditions.filter(({ type }) => type !== next.type), made];
}

function timedOut(
  plan: RolloutPlan,
  conditions: readonly Condition[],
  message: string,
): readonly Condition[] {
  const { rollout, nowMicros, microsOf, timestamp } = plan.view;
  const progressing = conditionOf(conditions, 'Progressing');
  if (progressing === undefined || isIndefinite(rollout) || isPaused(rollout)) return conditions;
  const late = progressing.reason === 'ProgressDeadlineExceeded';
  // Who has completed, or hasn't begun, isn't late.
  if (progressing.reason === 'NewReplicaSetAvailable') return conditions;
  const deadline = microsOf(progressing.lastUpdateTime) + deadlineMicros(rollout);
  if (!late && deadline > nowMicros) {
    plan.lookAt(deadline);
    return conditions;
  }
  if (rollout.spec.progressDeadlineAbort === true) {
    plan.abort(message);
    plan.event('Warning', 'RolloutAborted', message);
  }
  const next = condition('Progressing', 'False', 'ProgressDeadlineExceeded', message);
  return withRolloutCondition(conditions, next, timestamp);
}

function availability({ view }: RolloutPlan, status: RolloutStatus): RolloutCondition {
  const { rollout, newSet, stableSet, otherSets } = view;
  const wanted = replicasOf(rollout);
  const all = [...new Set([newSet, stableSet, ...otherSets])];
  const active = all.find((set) => set !== null && hashOfSet(set) === status.blueGreen?.activeSelector);
  const enough =
    rollout.spec.strategy.blueGreen !== undefined
      ? active !== undefined && availableOf([active]) === wanted
      : availableOf(all) >= wanted;
  return enough
    ? condition('Available', 'True', 'AvailableReason', 'Rollout has minimum availability')
    : condition('Available', 'False', 'AvailableReason', 'Rollout does not have minimum availability');
}

function setCompleted(plan: RolloutPlan, status: RolloutStatus, set: SetCondition): void {
  const done = isCompleted(status);
  const next = condition('Completed', done ? 'True' : 'False', 'RolloutCompleted', 'RolloutCompleted');
  if (!set(next) || done) return;
  const revision = revisionOf(plan.view.rollout) + 1;
  const message = `Rollout not completed, started update to revision ${revision} (${status.currentPodHash})`;
  plan.event('Normal', 'RolloutNotCompleted', message);
}

/** What `kubectl argo rollouts` shows first, and why. */
export function phaseOf(rollout: Rollout, status: RolloutStatus): readonly [RolloutPhase, string] {
  for (const { type, reason = '', message = '', status: state } of status.conditions ?? []) {
    if (type === 'InvalidSpec' && state === 'True') return ['Degraded', `${type}: ${message}`];
    if (type === 'Progressing' && (reason === 'RolloutAborted' || reason === 'ProgressDeadlineExceeded'))
      return ['Degraded', `${reason}: ${message}`];
  }
  if (rollout.spec.paused === true) return ['Paused', 'manually paused'];
  const [pause] = status.pauseConditions ?? [];
  if (pause !== undefined) return ['Paused', pause.reason];
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  if (updatedReplicas < replicasOf(rollout)) return ['Progressing', 'more replicas need to be updated'];
  if (availableReplicas < updatedReplicas)
    return ['Progressing', 'updated replicas are still becoming available'];
  const { blueGreen, canary } = rollout.spec.strategy;
  if (blueGreen !== undefined) {
    const active = status.blueGreen?.activeSelector ?? '';
    if (active === '' || active !== status.currentPodHash)
      return ['Progressing', 'active service cutover pending'];
    if (!isCompleted(status))
      return blueGreen.postPromotionAnalysis === undefined
        ? ['Progressing', 'waiting for post-promotion verification to complete']
        : ['Progressing', 'waiting for analysis to complete'];
  } else if (canary !== undefined) {
    if (canary.trafficRouting === undefined && replicas > updatedReplicas)
      return ['Progressing', 'old replicas are pending termination'];
    if (!isCompleted(status)) return ['Progressing', 'waiting for all steps to complete'];
  }
  return ['Healthy', ''];
}
