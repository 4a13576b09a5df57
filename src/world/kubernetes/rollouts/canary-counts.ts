/**
 * Fidelity: how many pods of each version a canary keeps: utils/replicaset/canary.go of Argo Rollouts 1.7. Without traffic
 * routing the pods' numbers are the weight; with it the stable version stays whole unless dynamicStableScale. As in later
 * releases, minPodsPerReplicaSet asks for no more pods than the rollout has.
 */
import { resolveBounds } from '../workloads/deployment/rolling-update.ts';
import { type CanaryStep, type Rollout, replicasOf } from './rollout.ts';

/** What a ReplicaSet asks for and has. */
export interface SetSize {
  readonly replicas: number;
  readonly available: number;
}

export interface Counts {
  readonly canary: number;
  readonly stable: number;
}

export function stepsOf({ spec }: Rollout): readonly CanaryStep[] {
  return spec.strategy.canary?.steps ?? [];
}

/** Null where the rollout has no steps at all. */
export function stepIndexOf(rollout: Rollout): number | null {
  return stepsOf(rollout).length === 0 ? null : (rollout.status?.currentStepIndex ?? 0);
}

/** The step that the rollout is at; undefined after the last one. */
export function currentStep(rollout: Rollout): CanaryStep | undefined {
  const index = stepIndexOf(rollout);
  return index === null ? undefined : stepsOf(rollout)[index];
}

export function isFullyPromoted({ status }: Rollout): boolean {
  return status?.stableRS === status?.currentPodHash;
}

/** The weight of the last setWeight step that was reached; 100 when all steps are done, 0 when aborted. */
export function currentWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0;
  const index = stepIndexOf(rollout);
  const steps = stepsOf(rollout);
  if (index === null || index >= steps.length) return 100;
  for (let at = index; at >= 0; at--) {
    const { setWeight } = steps[at];
    if (setWeight !== undefined) return setWeight;
  }
  return 0;
}

/** A number of pods that a step fixes, or the weight by which they are reckoned. */
export function canarySize(rollout: Rollout): { readonly replicas: number | null; readonly weight: number } {
  const { promoteFull, stableRS } = rollout.status ?? {};
  if (promoteFull === true || stableRS === undefined || stableRS === '' || isFullyPromoted(rollout))
    return { replicas: null, weight: 100 };
  const scale = canaryScale(rollout);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas, weight: 0 };
  return { replicas: null, weight: scale?.weight ?? currentWeight(rollout) };
}

/** The setCanaryScale that is in force: the last one reached, unless it goes by the weight again or there is no routing. */
function canaryScale(rollout: Rollout): CanaryStep['setCanaryScale'] {
  const index = stepIndexOf(rollout);
  const steps = stepsOf(rollout);
  const { trafficRouting, abortScaleDownDelaySeconds } = rollout.spec.strategy.canary ?? {};
  if (index === null || index >= steps.length || trafficRouting === undefined) return undefined;
  // With a delay of 0 an aborted canary is never scaled down, so its scale stays in force.
  if (rollout.status?.abort === true && abortScaleDownDelaySeconds !== 0) return undefined;
  for (let at = index; at >= 0; at--) {
    const { setCanaryScale } = steps[at];
    if (setCanaryScale !== undefined)
      return setCanaryScale.matchTrafficWeight === true ? undefined : setCanaryScale;
  }
  return undefined;
}

function isTied(weight: number, total: number): boolean {
  const exact = total * (weight / 100);
  return exact - Math.trunc(exact) === 0.5;
}

/**
 * The numbers of pods that come closest to the weight, among `replicas` pods or one more where a surge is allowed. A weight
 * from 1 to 99 gives neither version none, where there are two pods or more.
 */
export function closestCounts(replicas: number, weight: number, surge: number): Counts {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const ceiling = Math.ceil((replicas * weight) / 100);
  const floor = Math.floor((replicas * weight) / 100);
  const zeroAllowed = weight === 100 || weight === 0 || (replicas === 1 && surge === 0);
  const floorAllowed = floor !== 0 || zeroAllowed;
  const options: (readonly [canary: number, total: number])[] = [];
  if (ceiling < replicas || zeroAllowed) options.push([ceiling, replicas]);
  if (!isTied(weight, replicas) && floorAllowed) options.push([floor, replicas]);
  if (surge > 0) {
    options.push([ceiling, replicas + 1]);
    if (!isTied(weight, replicas + 1) && floorAllowed) options.push([floor, replicas + 1]);
  }
  if (options.length === 0) return { canary: 0, stable: replicas };
  const distance = ([canary, total]: readonly [number, number]) => Math.abs((canary * 100) / total - weight);
  let best = options[0];
  for (const option of options) if (distance(option) < distance(best)) best = option;
  return { canary: best[0], stable: best[1] - best[0] };
}

export interface Sets {
  /** Null while there is none. */
  readonly canary: SetSize | null;
  /** Null where there is none, or where it is the canary itself. */
  readonly stable: SetSize | null;
  /** Of older versions together. */
  readonly others: number;
}

/** What each version should ask for next, without traffic routing, under maxSurge and maxUnavailable. */
export function basicCounts(rollout: Rollout, { canary, stable, others }: Sets): Counts {
  const replicas = replicasOf(rollout);
  const { maxSurge, maxUnavailable } = rollout.spec.strategy.canary ?? {};
  const { surge, unavailable } = resolveBounds(maxSurge, maxUnavailable, replicas);
  const closest = closestCounts(replicas, canarySize(rollout).weight, surge);
  const wanted = stable === null ? { canary: replicas, stable: 0 } : closest;
  const most = replicas + surge;
  const least = replicas - unavailable;
  const total = others + (canary?.replicas ?? 0) + (stable?.replicas ?? 0);
  const grown = growth({ canary, stable, wanted, room: most - total });
  if (others > 0) return grown;
  const increasing = canary === null || wanted.canary >= canary.replicas;
  const removable = countable(canary, !increasing) + countable(stable, increasing);
  if (removable <= least) return grown;
  return shrunk({ canary, stable, wanted, grown, increasing, excess: removable - least, most, least });
}

interface Growth {
  readonly canary: SetSize | null;
  readonly stable: SetSize | null;
  readonly wanted: Counts;
  readonly room: number;
}

/** The stable version takes the room first. */
function growth({ canary, stable, wanted, room }: Growth): Counts {
  const raise = (size: SetSize | null, to: number, free: number) =>
    size !== null && size.replicas < to && free > 0
      ? Math.min(to, size.replicas + free)
      : (size?.replicas ?? 0);
  const stableNext = raise(stable, wanted.stable, room);
  const left = room - (stableNext - (stable?.replicas ?? 0));
  return { canary: raise(canary, wanted.canary, left), stable: stableNext };
}

/** Pods that may be counted on when others go; the version that gives way counts whole, even if its pods never became ready. */
function countable(size: SetSize | null, whole: boolean): number {
  if (size === null) return 0;
  return whole || size.replicas < size.available ? size.replicas : size.available;
}

interface Shrinking {
  readonly canary: SetSize | null;
  readonly stable: SetSize | null;
  readonly wanted: Counts;
  readonly grown: Counts;
  readonly increasing: boolean;
  readonly excess: number;
  readonly most: number;
  readonly least: number;
}

function shrunk(asked: Shrinking): Counts {
  const { canary, stable, wanted, grown, increasing, excess, most, least } = asked;
  const lower = (size: SetSize | null, to: number, now: number) =>
    size !== null && size.replicas > to ? Math.max(to, size.replicas - excess) : now;
  if (!increasing) {
    const next = lower(canary, wanted.canary, grown.canary);
    const [draining, kept] = withinLimits(canary, stable, next, grown.stable, most, least);
    return { canary: draining, stable: kept };
  }
  if (stable === null) return grown;
  const next = lower(stable, wanted.stable, grown.stable);
  const [draining, kept] = withinLimits(stable, canary, next, grown.canary, most, least);
  return { canary: kept, stable: draining };
}

/** Holds both numbers to the surge first, then gives back what that would take from availability. */
function withinLimits(
  draining: SetSize | null,
  kept: SetSize | null,
  drainingNext: number,
  keptNext: number,
  most: number,
  least: number,
): readonly [draining: number, kept: number] {
  if (kept === null) return [drainingNext, keptNext];
  const over = Math.max(0, keptNext + drainingNext - most);
  const held = keptNext - over;
  const available = Math.min(draining?.available ?? 0, drainingNext) + Math.min(kept.available, held);
  const lost = Math.max(0, kept.available - held);
  const restored = held + Math.min(lost, Math.max(0, least - available));
  return [drainingNext - Math.max(0, restored + drainingNext - most), restored];
}

/** Pods for a share of the traffic. */
function podsFor(replicas: number, weight: number): number {
  return Math.ceil((weight * replicas) / 100);
}

/** What each version should ask for with traffic routing, given the weights that are in force now. */
export function routedCounts(
  rollout: Rollout,
  weights: { readonly canary: number; readonly stable: number } | null,
): Counts {
  const replicas = replicasOf(rollout);
  const { replicas: fixed, weight } = canarySize(rollout);
  const { dynamicStableScale, minPodsPerReplicaSet = 0 } = rollout.spec.strategy.canary ?? {};
  const leastPods = Math.min(minPodsPerReplicaSet, replicas);
  const atLeast = (count: number) => (count === 0 ? 0 : Math.max(count, leastPods));
  const canary = fixed ?? atLeast(podsFor(replicas, weight));
  if (dynamicStableScale !== true) return { canary, stable: replicas };
  const stable = podsFor(replicas, 100 - weight);
  if (weights === null) return { canary: atLeast(canary), stable: atLeast(stable) };
  const aborted = rollout.status?.abort === true;
  // No version shrinks below the traffic that it still has.
  return {
    canary: atLeast(aborted ? Math.max(podsFor(replicas, weights.canary), canary) : canary),
    stable: atLeast(Math.max(stable, podsFor(replicas, weights.stable))),
  };
}

/** By whichever of the two the rollout goes. */
export function countsOf(rollout: Rollout, sets: Sets): Counts {
  if (rollout.spec.strategy.canary?.trafficRouting === undefined) return basicCounts(rollout, sets);
  const weights = rollout.status?.canary?.weights;
  return routedCounts(
    rollout,
    weights === undefined ? null : { canary: weights.canary.weight, stable: weights.stable.weight },
  );
}

/**
 * Both versions have the pods that the present step asks for. With dynamicStableScale the stable version may have more: it
 * shrinks when its traffic has gone.
 */
export function atDesiredCounts(rollout: Rollout, sets: Sets, othersAvailable: number): boolean {
  const { trafficRouting, dynamicStableScale } = rollout.spec.strategy.canary ?? {};
  const routed = trafficRouting !== undefined;
  const wanted = routed ? routedCounts(rollout, null) : basicCounts(rollout, sets);
  const { canary, stable } = sets;
  if (canary === null || stable === null) return false;
  const has = (size: SetSize, count: number) => size.replicas === count && size.available === count;
  if (!has(canary, wanted.canary)) return false;
  if (routed && dynamicStableScale === true) return stable.available >= wanted.stable;
  return has(stable, wanted.stable) && (routed || othersAvailable === 0);
}
