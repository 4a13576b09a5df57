/**
 * Fidelity: one look at a canary: rollout/canary.go, trafficrouting.go and replicaset.go of Argo Rollouts 1.7, in their order:
 * services, traffic, analyses, sizes, pauses, status. Simplified: a weight is in force as soon as it is set, and service
 * meshes and Ingresses all behave alike.
 */
import { parseDuration } from '../../../base/time.ts';
import type { IntOrString } from '../objects/meta.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import {
  atDesiredCounts,
  countsOf,
  currentStep,
  currentWeight,
  isFullyPromoted,
  type Sets,
  stepIndexOf,
  stepsOf,
} from './canary-counts.ts';
import { withConditions } from './conditions.ts';
import { pauseEnds, type RolloutPlan } from './plan.ts';
import { promote, scaleDownLater, shouldDelayOnAbort, withSelector } from './progress.ts';
import {
  actualOf,
  availableOf,
  byRevisionDown,
  deadlineOf,
  hashOfSet,
  podHashOf,
  readyOf,
  saysOtherSize,
  sizeOf,
  stepHashOf,
} from './replica-sets.ts';
import { type CanaryStep, type RolloutStatus, replicasOf, type TrafficWeights } from './rollout.ts';
import { canaryReferences, currentRun, reconcileRuns } from './rollout-analysis.ts';

export function setsOf(plan: RolloutPlan): Sets {
  const { newSet, stableSet, otherSets } = plan.view;
  const distinct = stableSet !== null && stableSet.metadata.name !== newSet?.metadata.name;
  return {
    canary: newSet === null ? null : sizeOf(newSet),
    stable: distinct ? sizeOf(stableSet) : null,
    others: otherSets.reduce((sum, set) => sum + sizeOf(set).replicas, 0),
  };
}

/** Decides everything about a canary; the result is in the plan. */
export function planCanary(plan: RolloutPlan): void {
  const { rollout, newSet } = plan.view;
  const { currentPodHash, currentStepHash } = rollout.status ?? {};
  if (currentPodHash !== podHashOf(rollout) || currentStepHash !== stepHashOf(rollout)) {
    begin(plan);
    return;
  }
  const resized = allSets(plan).some((set) => sizeOf(set).replicas > 0 && saysOtherSize(set, rollout));
  if (newSet === null) {
    if (rollout.spec.paused !== true)
      plan.create = countsOf(rollout, { ...setsOf(plan), canary: emptySet }).canary;
    finish(plan);
    return;
  }
  if (rollout.spec.paused !== true || resized) {
    planTargets(plan);
    planWeights(plan);
    reconcileRuns(plan, canaryReferences(plan));
    if (!plan.hasPaused && !planSizes(plan)) planPause(plan);
  } else {
    planWeights(plan);
    reconcileRuns(plan, canaryReferences(plan));
  }
  finish(plan);
}

const emptySet = { replicas: 0, available: 0 };

function allSets({ view }: RolloutPlan): readonly ReplicaSet[] {
  const { newSet, stableSet, otherSets } = view;
  return [...new Set([newSet, stableSet, ...otherSets])].filter((set) => set !== null);
}

/** A new template or other steps: the walk begins anew, or is over when it leads back to the stable version. */
function begin(plan: RolloutPlan): void {
  const { rollout } = plan.view;
  plan.clearPauses();
  plan.removeAbort();
  const steps = stepsOf(rollout).length;
  const { promoteFull: _, currentStepIndex: __, abortedAt: ___, ...rest } = baseStatus(plan);
  const stable = rollout.status?.stableRS;
  const back = stable !== undefined && stable !== '' && stable === rest.currentPodHash;
  if (back && steps > 0) plan.event('Normal', 'SkipSteps', 'Rollback to stable');
  const { weights } = rest.canary ?? {};
  const status: RolloutStatus = {
    ...rest,
    ...(steps > 0 ? { currentStepIndex: back ? steps : 0 } : {}),
    canary: weights === undefined ? {} : { weights },
  };
  plan.status = withConditions(plan, status);
}

function baseStatus(plan: RolloutPlan): RolloutStatus {
  const { rollout, newSet } = plan.view;
  const sets = allSets(plan);
  const currentPodHash = podHashOf(rollout);
  const promoteFull = plan.status.promoteFull === true && currentPodHash !== rollout.status?.stableRS;
  const { promoteFull: _, ...before } = plan.status;
  return {
    ...before,
    ...withSelector(rollout, actualOf(sets)),
    currentPodHash,
    currentStepHash: stepHashOf(rollout),
    replicas: actualOf(sets),
    updatedReplicas: actualOf([newSet]),
    readyReplicas: readyOf(sets),
    availableReplicas: availableOf(sets),
    ...(promoteFull ? { promoteFull } : {}),
  };
}

/** With routing by services, the canary's leads to the new version once it can answer. */
function planTargets(plan: RolloutPlan): void {
  const { rollout, newSet, stableSet } = plan.view;
  const { canaryService, stableService } = rollout.spec.strategy.canary ?? {};
  if (stableSet !== null && stableService !== undefined)
    plan.switches.set(stableService, hashOfSet(stableSet));
  if (canaryService === undefined || newSet === null) return;
  if (plan.isAborted && stableSet !== null) plan.switches.set(canaryService, hashOfSet(stableSet));
  else if (availableOf([newSet]) > 0) plan.switches.set(canaryService, hashOfSet(newSet));
}

function planWeights(plan: RolloutPlan): void {
  const { rollout, newSet, stableSet } = plan.view;
  const { trafficRouting, canaryService, stableService } = rollout.spec.strategy.canary ?? {};
  if (trafficRouting === undefined || newSet === null) {
    const { weights: _, ...rest } = plan.status.canary ?? {};
    plan.status = { ...plan.status, canary: rest };
    return;
  }
  const weight = desiredWeight(plan);
  const stable = hashOfSet(stableSet ?? newSet);
  const named = (serviceName: string | undefined) => (serviceName === undefined ? {} : { serviceName });
  const weights: TrafficWeights = {
    canary: { weight, podTemplateHash: hashOfSet(newSet), ...named(canaryService) },
    stable: { weight: 100 - weight, podTemplateHash: stable, ...named(stableService) },
  };
  const before = rollout.status?.canary?.weights;
  if (before === undefined)
    plan.event('Normal', 'TrafficWeightUpdated', `Traffic weight updated to ${weight}`);
  else if (before.canary.weight !== weight)
    plan.event(
      'Normal',
      'TrafficWeightUpdated',
      `Traffic weight updated from ${before.canary.weight} to ${weight}`,
    );
  plan.status = { ...plan.status, canary: { ...plan.status.canary, weights } };
}

function desiredWeight(plan: RolloutPlan): number {
  const { rollout, newSet } = plan.view;
  const { dynamicStableScale } = rollout.spec.strategy.canary ?? {};
  const wanted = replicasOf(rollout);
  const before = rollout.status?.canary?.weights?.canary.weight;
  if (isFullyPromoted(rollout)) return 0;
  if (plan.isAborted) {
    if (dynamicStableScale !== true) return 0;
    const able = Math.trunc((100 * availableOf([plan.view.stableSet])) / Math.max(1, wanted));
    return Math.min(Math.max(0, 100 - able), before ?? 100);
  }
  const available = availableOf([newSet]);
  if (available === 0) return 0;
  if (plan.status.promoteFull === true)
    return dynamicStableScale === true
      ? Math.min(100, Math.trunc((100 * available) / Math.max(1, wanted)))
      : (before ?? 0);
  return steppedWeight(plan);
}

/** The weight of the step, once its pods are there; until then the one before. */
function steppedWeight(plan: RolloutPlan): number {
  const { rollout, otherSets } = plan.view;
  const index = stepIndexOf(rollout);
  if (index === null) return 0;
  if (atDesiredCounts(rollout, setsOf(plan), availableOf(otherSets))) return currentWeight(rollout);
  const steps = stepsOf(rollout);
  for (let at = index - 1; at >= 0; at--) {
    const { setWeight } = steps[at];
    if (setWeight !== undefined) return setWeight;
  }
  return 0;
}

/** Brings ReplicaSets to their sizes, one kind at a time; whether any changed. */
function planSizes(plan: RolloutPlan): boolean {
  const { rollout, newSet, stableSet } = plan.view;
  const sets = setsOf(plan);
  const wanted = countsOf(aborting(plan), sets);
  for (const set of [shouldDelayOnAbort(plan) ? null : newSet, stableSet])
    if (set !== null && deadlineOf(set) !== undefined) plan.deadline(set, null);
  if (stableSet !== null && sets.stable !== null && plan.scale(stableSet, wanted.stable)) return true;
  if (newSet !== null && scaleNew(plan, newSet, wanted.canary)) return true;
  return scaleOthers(plan, rollout.spec.strategy.canary?.trafficRouting !== undefined);
}

/** The rollout as it will be when this look's abort is written. */
function aborting(plan: RolloutPlan) {
  const { rollout } = plan.view;
  return plan.isAborted ? { ...rollout, status: { ...rollout.status, abort: true } } : rollout;
}

function scaleNew(plan: RolloutPlan, newSet: ReplicaSet, replicas: number): boolean {
  if (!shouldDelayOnAbort(plan)) return plan.scale(newSet, replicas);
  return scaleDownLater(plan, newSet);
}

/** Older versions go: at once where their pods would get traffic, else after the delay. */
function scaleOthers(plan: RolloutPlan, routed: boolean): boolean {
  const { rollout, otherSets } = plan.view;
  const {
    maxUnavailable,
    scaleDownDelaySeconds = 30,
    scaleDownDelayRevisionLimit,
  } = rollout.spec.strategy.canary ?? {};
  const others = otherSets.filter((set) => sizeOf(set).replicas > 0).sort(byRevisionDown);
  let changed = false;
  let kept = 0;
  const sizes = new Map(others.map((set) => [set, sizeOf(set)]));
  // Pods that never became available would only hold up the rest.
  for (const [set, { replicas, available }] of sizes)
    if (available < replicas && !routed) changed = plan.scale(set, available) || changed;
  const least = replicasOf(rollout) - unavailableOf(maxUnavailable, replicasOf(rollout));
  let room = availableOf(allSets(plan)) - least;
  for (const [set, { replicas, available }] of sizes) {
    if (routed) {
      const later = plan.view.nowMicros + scaleDownDelaySeconds * 1e6;
      const staying = ++kept <= (scaleDownDelayRevisionLimit ?? Number.POSITIVE_INFINITY);
      changed = endAt(plan, set, staying && scaleDownDelaySeconds > 0 ? later : null) || changed;
      continue;
    }
    const now = Math.min(replicas, available);
    if (room <= 0 || now === 0) continue;
    const next = Math.max(0, now - room);
    room -= now - next;
    changed = plan.scale(set, next) || changed;
  }
  return changed;
}

/** Gives a ReplicaSet its deadline, or ends it when that has come; null: now. */
function endAt(plan: RolloutPlan, set: ReplicaSet, laterMicros: number | null): boolean {
  const deadline = deadlineOf(set);
  if (laterMicros === null) return plan.scale(set, 0);
  if (deadline === undefined) {
    plan.deadline(set, laterMicros);
    plan.lookAt(laterMicros);
    return false;
  }
  const at = plan.view.microsOf(deadline);
  if (at <= plan.view.nowMicros) return plan.scale(set, 0);
  plan.lookAt(at);
  return false;
}

function unavailableOf(maxUnavailable: IntOrString | undefined, replicas: number): number {
  const value = maxUnavailable ?? '25%';
  return typeof value === 'number' ? value : Math.floor((Number.parseInt(value, 10) * replicas) / 100);
}

/** Seconds of a pause step: a number, `30`, `5m`; null: until somebody resumes. */
export function pauseSeconds(duration: IntOrString | undefined): number | null {
  if (duration === undefined) return null;
  if (typeof duration === 'number' || /^\d+$/.test(duration)) return Number(duration);
  return (parseDuration(duration) ?? 0) / 1e6;
}

function planPause(plan: RolloutPlan): void {
  const { rollout } = plan.view;
  const step = currentStep(rollout);
  if (step?.pause === undefined || plan.isAborted || plan.status.promoteFull === true) return;
  const seconds = pauseSeconds(step.pause.duration);
  const ends = pauseEnds(plan.view, 'CanaryPauseStep', seconds ?? 0);
  if (ends === null) {
    if (rollout.status?.controllerPause !== true) plan.pause('CanaryPauseStep');
  } else if (seconds !== null) plan.lookAt(ends);
}

function isStepDone(plan: RolloutPlan, step: CanaryStep): boolean {
  const { rollout, otherSets, nowMicros } = plan.view;
  if (rollout.spec.paused === true) return false;
  if (step.pause !== undefined) {
    const seconds = pauseSeconds(step.pause.duration);
    const ends = pauseEnds(plan.view, 'CanaryPauseStep', seconds ?? 0);
    // Without its condition, a rollout that had paused was resumed by somebody.
    if (ends === null) return rollout.status?.controllerPause === true;
    return seconds !== null && nowMicros >= ends;
  }
  if (step.analysis !== undefined) return currentRun(plan, 'Step')?.status?.phase === 'Successful';
  const settled =
    plan.changes.size === 0 ||
    [...plan.changes.values()].every(({ set, replicas }) => sizeOf(set).replicas === replicas);
  if (!settled || !atDesiredCounts(rollout, setsOf(plan), availableOf(otherSets))) return false;
  const weights = rollout.status?.canary?.weights;
  const routed = rollout.spec.strategy.canary?.trafficRouting !== undefined;
  // What the step sets must be what is in force.
  return step.setWeight === undefined || !routed || weights?.canary.weight === step.setWeight;
}

function finish(plan: RolloutPlan): void {
  const { rollout } = plan.view;
  const steps = stepsOf(rollout);
  let status = baseStatus(plan);
  let index = stepIndexOf(rollout);
  if (plan.status.promoteFull === true) {
    plan.clearPauses();
    plan.removeAbort();
    if (steps.length > 0) index = steps.length;
  }
  const why = promotionReason(plan, index);
  if (why !== null) status = promote(plan, status, why);
  else if (plan.isAborted) {
    if (index !== null) index = isFullyPromoted(rollout) ? steps.length : 0;
  } else if (index !== null && steps[index] !== undefined && isStepDone(plan, steps[index])) {
    index = advance(plan, index);
    const { currentStepAnalysisRunStatus: _, ...canary } = status.canary ?? {};
    status = { ...status, canary };
  }
  const walked = why !== null && steps.length > 0 ? steps.length : index;
  const { currentStepIndex: _, ...rest } = status;
  plan.status = withConditions(plan, walked === null ? rest : { ...rest, currentStepIndex: walked });
}

function advance(plan: RolloutPlan, index: number): number {
  const steps = stepsOf(plan.view.rollout);
  plan.resume('CanaryPauseStep');
  plan.event(
    'Normal',
    'RolloutStepCompleted',
    `Rollout step ${index + 1}/${steps.length} completed (${stepText(steps[index])})`,
  );
  return index + 1;
}

/** As events name a step. */
export function stepText(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `setWeight: ${step.setWeight}`;
  if (step.pause !== undefined)
    return step.pause.duration === undefined ? 'pause' : `pause: ${step.pause.duration}`;
  if (step.analysis !== undefined) return 'analysis';
  const { replicas, weight, matchTrafficWeight } = step.setCanaryScale ?? {};
  if (matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  return replicas === undefined
    ? `setCanaryScale{weight: ${weight}}`
    : `setCanaryScale{replicas: ${replicas}}`;
}

function promotionReason(plan: RolloutPlan, index: number | null): string | null {
  const { rollout, newSet, stableSet } = plan.view;
  if (newSet === null) return null;
  if (stableSet === null) return 'Initial deploy';
  if (plan.isAborted || availableOf([newSet]) !== replicasOf(rollout)) return null;
  if (plan.status.promoteFull === true) return 'Full promotion requested';
  if (isRollbackWithinWindow(plan)) return 'Rollback within window';
  const steps = stepsOf(rollout).length;
  // The last weight is walked only when its traffic has followed.
  if (steps !== 0 && index !== steps) return null;
  if (!trafficFollowed(plan)) return null;
  return `Completed all ${steps} canary steps`;
}

function trafficFollowed({ view, status }: RolloutPlan): boolean {
  const { canary } = view.rollout.spec.strategy;
  if (canary?.trafficRouting === undefined || isFullyPromoted(view.rollout)) return true;
  const weight = status.canary?.weights?.canary.weight;
  return weight === undefined || weight === 100 || stepsOf(view.rollout).length === 0;
}

function isRollbackWithinWindow({ view }: RolloutPlan): boolean {
  const { rollout, newSet, stableSet, otherSets } = view;
  const revisions = rollout.spec.rollbackWindow?.revisions ?? 0;
  if (revisions === 0 || newSet === null || stableSet === null) return false;
  const made = (set: ReplicaSet) => set.metadata.creationTimestamp;
  if (made(newSet) >= made(stableSet)) return false;
  const between = otherSets.filter((set) => made(set) > made(newSet) && made(set) < made(stableSet)).length;
  return between < revisions;
}
