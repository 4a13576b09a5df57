/**
 * Fidelity: one look at a blue-green rollout: rollout/bluegreen.go and service.go of Argo Rollouts 1.7: the preview Service leads to
 * the new version, which grows beside the active one; when it is whole, analysed and promoted, the active Service switches,
 * and the old version ends after a delay.
 */

import type { Service } from '../objects/services.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import { isFullyPromoted } from './canary-counts.ts';
import { withConditions } from './conditions.ts';
import { pauseEnds, type RolloutPlan } from './plan.ts';
import { promote, scaleDownLater, shouldDelayOnAbort, withSelector } from './progress.ts';
import {
  actualOf,
  availableOf,
  byRevisionDown,
  deadlineOf,
  hashOfSet,
  podHashLabel,
  podHashOf,
  readyOf,
  sizeOf,
} from './replica-sets.ts';
import { type AnalysisReference, type BlueGreenStrategy, type RolloutStatus, replicasOf } from './rollout.ts';
import { currentRun, reconcileRuns } from './rollout-analysis.ts';
import type { RunType } from './wanted-run.ts';

/** Decides everything about a blue-green rollout; the result is in the plan. */
export function planBlueGreen(plan: RolloutPlan): void {
  const { rollout, newSet } = plan.view;
  const { previewService } = strategyOf(plan);
  if (rollout.status?.currentPodHash !== podHashOf(rollout)) {
    begin(plan);
    return;
  }
  if (newSet === null) {
    if (rollout.spec.paused !== true) plan.create = newReplicas(plan);
    finish(plan);
    return;
  }
  if (previewService !== undefined) plan.switches.set(previewService, hashOfSet(newSet));
  planSizes(plan, newSet);
  if (rollout.spec.paused !== true) {
    planPause(plan, newSet);
    planActive(plan, newSet);
    reconcileRuns(plan, references(plan, newSet));
  }
  finish(plan);
}

function strategyOf({ view }: RolloutPlan): BlueGreenStrategy {
  return view.rollout.spec.strategy.blueGreen!;
}

export function hashOfService(service: Service | undefined): string {
  return service?.spec.selector?.[podHashLabel] ?? '';
}

/** Where the active Service leads, before and after this look. */
function activeHash(plan: RolloutPlan): string {
  const { activeService } = strategyOf(plan);
  return plan.switches.get(activeService) ?? hashOfService(plan.view.services.get(activeService));
}

function allSets({ view }: RolloutPlan): readonly ReplicaSet[] {
  const { newSet, stableSet, otherSets } = view;
  return [...new Set([newSet, stableSet, ...otherSets])].filter((set) => set !== null);
}

function begin(plan: RolloutPlan): void {
  plan.clearPauses();
  plan.removeAbort();
  const { promoteFull: _, abortedAt: __, ...rest } = baseStatus(plan);
  const { activeSelector, previewSelector } = rest.blueGreen ?? {};
  plan.status = withConditions(plan, {
    ...rest,
    blueGreen: {
      ...(activeSelector === undefined ? {} : { activeSelector }),
      ...(previewSelector === undefined ? {} : { previewSelector }),
    },
  });
}

/** The new version may be small until it is promoted. */
function newReplicas(plan: RolloutPlan): number {
  const { rollout } = plan.view;
  const { previewReplicaCount } = strategyOf(plan);
  const full = replicasOf(rollout);
  const active = activeHash(plan);
  if (previewReplicaCount === undefined || active === '' || active === podHashOf(rollout)) return full;
  if (plan.status.promoteFull === true || isFullyPromoted(rollout)) return full;
  const paused = rollout.spec.paused === true || (rollout.status?.pauseConditions?.length ?? 0) > 0;
  const shown = rollout.status?.blueGreen?.scaleUpPreviewCheckPoint === true;
  return !paused && shown ? full : previewReplicaCount;
}

function planSizes(plan: RolloutPlan, newSet: ReplicaSet): void {
  const { rollout, stableSet, otherSets } = plan.view;
  for (const set of [shouldDelayOnAbort(plan) ? null : newSet, stableSet])
    if (set !== null && deadlineOf(set) !== undefined) plan.deadline(set, null);
  if (stableSet !== null && stableSet !== newSet) plan.scale(stableSet, replicasOf(rollout));
  const active = activeHash(plan);
  const receiving = otherSets.find((set) => hashOfSet(set) === active);
  if (receiving !== undefined) plan.scale(receiving, replicasOf(rollout));
  if (shouldDelayOnAbort(plan)) scaleDownLater(plan, newSet);
  else plan.scale(newSet, newReplicas(plan));
  endOthers(
    plan,
    otherSets.filter((set) => set !== receiving),
  );
}

/** Versions before the last one stay for the delay, for a fast way back. */
function endOthers(plan: RolloutPlan, others: readonly ReplicaSet[]): void {
  const { nowMicros, microsOf } = plan.view;
  const { scaleDownDelaySeconds = 30, scaleDownDelayRevisionLimit: limit } = strategyOf(plan);
  let kept = 0;
  for (const set of [...others].sort(byRevisionDown)) {
    if (sizeOf(set).replicas === 0) continue;
    const deadline = deadlineOf(set);
    const ends = deadline === undefined ? nowMicros + scaleDownDelaySeconds * 1e6 : microsOf(deadline);
    if (++kept > (limit ?? Number.POSITIVE_INFINITY) || ends <= nowMicros) plan.scale(set, 0);
    else {
      if (deadline === undefined) plan.deadline(set, ends);
      plan.lookAt(ends);
    }
  }
}

/** The new version has the pods that it needs before anything is switched to it. */
function isReadyForPause(plan: RolloutPlan, newSet: ReplicaSet): boolean {
  const { replicas, available } = sizeOf(newSet);
  const { previewReplicaCount } = strategyOf(plan);
  const wanted = previewReplicaCount ?? replicasOf(plan.view.rollout);
  return replicas >= wanted && available >= wanted;
}

/** The first version, a full promotion, and a way back within the delay are not kept waiting. */
function isFastTracked(plan: RolloutPlan, newSet: ReplicaSet): boolean {
  return activeHash(plan) === '' || plan.status.promoteFull === true || deadlineOf(newSet) !== undefined;
}

function wantsPause({ autoPromotionEnabled, autoPromotionSeconds = 0 }: BlueGreenStrategy): boolean {
  return autoPromotionEnabled === false || autoPromotionSeconds > 0;
}

function isPauseOver(plan: RolloutPlan): boolean {
  const { rollout, nowMicros } = plan.view;
  const strategy = strategyOf(plan);
  if (!wantsPause(strategy)) return true;
  if (rollout.status?.controllerPause !== true) return false;
  const seconds = strategy.autoPromotionSeconds ?? 0;
  const ends = pauseEnds(plan.view, 'BlueGreenPause', seconds);
  if (ends === null) return true;
  if (seconds === 0) return false;
  if (nowMicros < ends) plan.lookAt(ends);
  return nowMicros >= ends;
}

function isAnalysed(plan: RolloutPlan): boolean {
  if (strategyOf(plan).prePromotionAnalysis === undefined) return true;
  return currentRun(plan, 'PrePromotion')?.status?.phase === 'Successful';
}

function planPause(plan: RolloutPlan, newSet: ReplicaSet): void {
  const { rollout } = plan.view;
  if (plan.isAborted || !isReadyForPause(plan, newSet)) return;
  if (activeHash(plan) === hashOfSet(newSet)) {
    plan.resume('BlueGreenPause');
    return;
  }
  if (isFastTracked(plan, newSet)) {
    plan.clearPauses();
    return;
  }
  const paused = rollout.status?.pauseConditions?.some(({ reason }) => reason === 'BlueGreenPause') === true;
  if (paused) {
    if (isPauseOver(plan)) plan.resume('BlueGreenPause');
  } else if (wantsPause(strategyOf(plan)) && rollout.status?.controllerPause !== true && isAnalysed(plan))
    plan.pause('BlueGreenPause');
}

function planActive(plan: RolloutPlan, newSet: ReplicaSet): void {
  const { rollout } = plan.view;
  const { activeService } = strategyOf(plan);
  const stable = rollout.status?.stableRS ?? '';
  if (plan.isAborted) {
    if (stable !== '') plan.switches.set(activeService, stable);
    return;
  }
  const whole =
    availableOf([newSet]) >= replicasOf(rollout) && sizeOf(newSet).replicas >= replicasOf(rollout);
  if (!whole) return;
  if (isFastTracked(plan, newSet) || (isPauseOver(plan) && isAnalysed(plan)))
    plan.switches.set(activeService, hashOfSet(newSet));
}

function references(plan: RolloutPlan, newSet: ReplicaSet): ReadonlyMap<RunType, AnalysisReference> {
  const { prePromotionAnalysis: pre, postPromotionAnalysis: post } = strategyOf(plan);
  const wanted = new Map<RunType, AnalysisReference>();
  const { rollout, stableSet } = plan.view;
  if (stableSet === null || isFullyPromoted(rollout)) return wanted;
  const switched =
    hashOfService(plan.view.services.get(strategyOf(plan).activeService)) === hashOfSet(newSet);
  if (pre !== undefined && !switched && isReadyForPause(plan, newSet) && !isFastTracked(plan, newSet))
    wanted.set('PrePromotion', pre);
  if (post !== undefined && switched) wanted.set('PostPromotion', post);
  return wanted;
}

function baseStatus(plan: RolloutPlan): RolloutStatus {
  const { rollout, newSet, services } = plan.view;
  const { activeService, previewService } = strategyOf(plan);
  const sets = allSets(plan);
  const activeSelector = hashOfService(services.get(activeService));
  const previewSelector = previewService === undefined ? '' : hashOfService(services.get(previewService));
  const active = sets.find((set) => hashOfSet(set) === activeSelector);
  const currentPodHash = podHashOf(rollout);
  const promoteFull = plan.status.promoteFull === true && currentPodHash !== rollout.status?.stableRS;
  const { promoteFull: _, ...before } = plan.status;
  const blueGreen = {
    ...plan.status.blueGreen,
    ...(activeSelector === '' ? {} : { activeSelector }),
    ...(previewSelector === '' ? {} : { previewSelector }),
    ...checkPoint(plan, activeSelector),
  };
  return {
    ...before,
    ...(active === undefined
      ? withSelector(rollout, actualOf(sets))
      : withSelector(rollout, actualOf([active]), active.spec.selector)),
    currentPodHash,
    replicas: actualOf(sets),
    updatedReplicas: actualOf([newSet]),
    readyReplicas: readyOf(sets),
    availableReplicas: availableOf([newSet]),
    blueGreen,
    ...(promoteFull ? { promoteFull } : {}),
  };
}

/** Remembers that the small new version was once complete: from then on a resume makes it whole. */
function checkPoint(plan: RolloutPlan, active: string): { readonly scaleUpPreviewCheckPoint?: boolean } {
  const { newSet, rollout } = plan.view;
  const { previewReplicaCount } = strategyOf(plan);
  const before = rollout.status?.blueGreen?.scaleUpPreviewCheckPoint === true;
  if (previewReplicaCount === undefined || newSet === null || active === hashOfSet(newSet))
    return { scaleUpPreviewCheckPoint: false };
  const complete = availableOf([newSet]) === previewReplicaCount;
  return { scaleUpPreviewCheckPoint: before || complete };
}

function promotionReason(plan: RolloutPlan): string | null {
  const { newSet, stableSet, rollout, services } = plan.view;
  if (newSet === null) return null;
  const active = hashOfService(services.get(strategyOf(plan).activeService));
  if (stableSet === null || active === '') return 'Initial deploy';
  if (active !== hashOfSet(newSet)) return null;
  if (plan.status.promoteFull === true) return 'Full promotion requested';
  if (plan.isAborted || availableOf([newSet]) < replicasOf(rollout)) return null;
  if (strategyOf(plan).postPromotionAnalysis !== undefined && !isFullyPromoted(rollout)) {
    if (currentRun(plan, 'PostPromotion')?.status?.phase !== 'Successful') return null;
  }
  return 'Completed blue-green update';
}

function finish(plan: RolloutPlan): void {
  const { activeService } = strategyOf(plan);
  plan.keepsResumed = hashOfService(plan.view.services.get(activeService)) !== podHashOf(plan.view.rollout);
  const status = baseStatus(plan);
  const why = promotionReason(plan);
  plan.status = withConditions(plan, why === null ? status : promote(plan, status, why));
}
