/**
 * Fidelity: the arithmetic of rolling updates: `NewRSNewReplicas`, `ResolveFenceposts` (deployment/util/deployment_util.go) and the two
 * ways of scaling old ReplicaSets down (deployment/rolling.go), 1.32.
 */
import { scaledValue } from '../../objects/int-or-percent.ts';
import type { IntOrString } from '../../objects/meta.ts';
import type { Deployment } from '../../objects/workloads.ts';

/** What a ReplicaSet asks for and has. */
export interface SetSize {
  readonly replicas: number;
  readonly available: number;
}

export interface Bounds {
  /** Pods that there may be beyond those wanted. */
  readonly surge: number;
  /** Pods of those wanted that may be unavailable. */
  readonly unavailable: number;
}

const usualShare = '25%';

/** Both bounds in pods: surge rounded up, unavailable down; were both 0 nothing could ever move, so 1 may be unavailable. */
export function resolveBounds(
  maxSurge: IntOrString | undefined,
  maxUnavailable: IntOrString | undefined,
  desired: number,
): Bounds {
  const surge = scaledValue(maxSurge ?? usualShare, desired, true) ?? 0;
  const unavailable = scaledValue(maxUnavailable ?? usualShare, desired, false) ?? 0;
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function isRollingUpdate({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate';
}

export function replicasOf({ spec }: { readonly spec: { readonly replicas?: number } }): number {
  return spec.replicas ?? 1;
}

/** The bounds of a Deployment; none while it is recreated. At most as many are unavailable as are wanted. */
export function boundsOf(deployment: Deployment): Bounds {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return { surge: 0, unavailable: 0 };
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const { surge, unavailable } = resolveBounds(maxSurge, maxUnavailable, desired);
  return { surge, unavailable: desired === 0 ? 0 : Math.min(unavailable, desired) };
}

/** What the new ReplicaSet should ask for, given all that the Deployment's sets ask for now, it included. */
export function newSetReplicas(deployment: Deployment, total: number, current: number): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const surge =
    scaledValue(deployment.spec.strategy?.rollingUpdate?.maxSurge ?? usualShare, desired, true) ?? 0;
  const room = desired + surge - total;
  return room <= 0 ? current : current + Math.min(room, desired - current);
}

export interface OldSets {
  readonly desired: number;
  readonly unavailable: number;
  /** Oldest first, those of no replicas included or not. */
  readonly old: readonly SetSize[];
  readonly fresh: SetSize;
}

/**
 * What the old ReplicaSets should ask for next, in their order. First pods go that are not available anyway, then healthy
 * ones as far as enough stay available; pods of the new set that are not available yet count against both.
 */
export function oldSetsReplicas({ desired, unavailable, old, fresh }: OldSets): number[] {
  const sizes = old.map(({ replicas }) => replicas);
  const oldTotal = total(sizes);
  const minAvailable = desired - unavailable;
  const mayGo = oldTotal + fresh.replicas - minAvailable - (fresh.replicas - fresh.available);
  if (oldTotal === 0 || mayGo <= 0) return sizes;
  dropUnhealthy(sizes, old, mayGo);
  const available = old.reduce((sum, set) => sum + set.available, fresh.available);
  dropOldest(sizes, available - minAvailable);
  return sizes;
}

function dropUnhealthy(sizes: number[], old: readonly SetSize[], mayGo: number): void {
  let left = mayGo;
  for (let at = 0; at < sizes.length && left > 0; at++) {
    const gone = Math.min(left, Math.max(0, sizes[at] - old[at].available));
    sizes[at] -= gone;
    left -= gone;
  }
}

function dropOldest(sizes: number[], mayGo: number): void {
  let left = mayGo;
  for (let at = 0; at < sizes.length && left > 0; at++) {
    const gone = Math.min(left, sizes[at]);
    sizes[at] -= gone;
    left -= gone;
  }
}

function total(sizes: readonly number[]): number {
  let sum = 0;
  for (const size of sizes) sum += size;
  return sum;
}
