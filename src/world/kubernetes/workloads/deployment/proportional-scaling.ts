/**
 * Fidelity: how a Deployment that is scaled in the middle of a rollout shares the difference among its ReplicaSets
 * (`scale` of deployment/sync.go, `GetReplicaSetProportion` of deployment_util.go, 1.32): in proportion to their sizes, by what the
 * largest total was before, the rest to the largest set.
 */

export interface ScalableSet {
  readonly name: string;
  readonly replicas: number;
  /** The most that the Deployment's sets could ask for together when this one was last scaled: its annotation; null: none. */
  readonly maxReplicas: number | null;
  /** Whole microseconds; newer is larger. */
  readonly createdMicros: number;
}

export interface Proportions {
  readonly desired: number;
  readonly surge: number;
  /** `status.replicas` of the Deployment: stands in for an annotation that is missing. */
  readonly statusReplicas: number;
  /** Those that ask for pods. */
  readonly sets: readonly ScalableSet[];
}

/** What each set should ask for, by name. */
export function proportionalSizes({
  desired,
  surge,
  statusReplicas,
  sets,
}: Proportions): Map<string, number> {
  const allowed = desired > 0 ? desired + surge : 0;
  const toAdd = allowed - sets.reduce((sum, { replicas }) => sum + replicas, 0);
  const ordered = inOrder(sets, toAdd);
  const sizes = new Map<string, number>();
  let added = 0;
  for (const set of ordered) {
    const before = set.maxReplicas === null || set.maxReplicas === 0 ? statusReplicas : set.maxReplicas;
    const fraction = fractionOf(set.replicas, desired, desired + surge, before);
    const share = shareOf(set.replicas, fraction, toAdd, added);
    sizes.set(set.name, set.replicas + share);
    added += share;
  }
  const first = ordered[0];
  if (first !== undefined && toAdd !== 0)
    sizes.set(first.name, Math.max(0, sizes.get(first.name)! + toAdd - added));
  return sizes;
}

/** The largest first; of two alike the newer when sets grow, the older when they shrink; of one second a later name is newer. */
function inOrder(sets: readonly ScalableSet[], toAdd: number): readonly ScalableSet[] {
  if (toAdd === 0) return sets;
  const newerFirst = toAdd > 0 ? 1 : -1;
  return [...sets].sort(
    (a, b) =>
      b.replicas - a.replicas ||
      (b.createdMicros - a.createdMicros || (a.name < b.name ? 1 : -1)) * newerFirst,
  );
}

function fractionOf(replicas: number, desired: number, maxReplicas: number, before: number): number {
  if (desired === 0) return -replicas;
  if (before === 0) return 0;
  return Math.floor((replicas * maxReplicas) / before + 0.5) - replicas;
}

function shareOf(replicas: number, fraction: number, toAdd: number, added: number): number {
  if (replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}
