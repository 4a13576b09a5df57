/** Fidelity: what canary and blue-green share of rollout/sync.go and replicaset.go (Argo Rollouts 1.7): promotion and delayed ends. */
import { selectorText } from '../objects/selector.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import type { RolloutPlan } from './plan.ts';
import { availableOf, deadlineOf, revisionOf } from './replica-sets.ts';
import { type Rollout, type RolloutStatus, replicasOf } from './rollout.ts';

/** The new version becomes the stable one. */
export function promote(plan: RolloutPlan, status: RolloutStatus, why: string): RolloutStatus {
  plan.clearPauses();
  plan.removeAbort();
  const { promoteFull: _, abortedAt: __, ...rest } = status;
  const hash = status.currentPodHash ?? '';
  if (status.stableRS === hash) return rest;
  const { newSet, rollout } = plan.view;
  const revision = revisionOf(newSet ?? rollout);
  plan.event(
    'Normal',
    'RolloutCompleted',
    `Rollout completed update to revision ${revision} (${hash}): ${why}`,
  );
  return { ...rest, stableRS: hash };
}

/** After an abort the new version stays for a while, so that its pods can be looked at; 0 says for ever. */
export function shouldDelayOnAbort(plan: RolloutPlan): boolean {
  const { rollout, stableSet } = plan.view;
  const { canary, blueGreen } = rollout.spec.strategy;
  if (!plan.isAborted || stableSet === null) return false;
  if (canary !== undefined && canary.trafficRouting === undefined) return false;
  const stated = (canary ?? blueGreen)?.abortScaleDownDelaySeconds;
  if (stated === 0) return true;
  return !(canary?.dynamicStableScale === true && stated === undefined);
}

/** Ends the aborted version when its deadline has come; sets one when the stable version is whole. */
export function scaleDownLater(plan: RolloutPlan, newSet: ReplicaSet): boolean {
  const { rollout, stableSet, nowMicros, microsOf } = plan.view;
  const { canary, blueGreen } = rollout.spec.strategy;
  const seconds = (canary ?? blueGreen)?.abortScaleDownDelaySeconds ?? 30;
  if (seconds === 0) return false;
  const deadline = deadlineOf(newSet);
  if (deadline !== undefined) {
    const at = microsOf(deadline);
    if (at <= nowMicros) return plan.scale(newSet, 0);
    plan.lookAt(at);
  } else if (availableOf([stableSet]) === replicasOf(rollout) && (newSet.spec.replicas ?? 1) > 0) {
    plan.deadline(newSet, nowMicros + seconds * 1e6);
    plan.lookAt(nowMicros + seconds * 1e6);
  }
  return false;
}

/** What the scale subresource shows. */
export function withSelector(rollout: Rollout, replicas: number, selector = rollout.spec.selector) {
  return { HPAReplicas: replicas, selector: selectorText(selector) };
}
