/**
 * Fidelity: what a StatefulSet does next: `updateStatefulSet` with `processReplica`, `processCondemned` and the rolling update
 * (statefulset/stateful_set_control.go, 1.32). Pure. `maxUnavailable`, alpha there, holds as soon as it is stated.
 */

/** A pod as far as its place in the set matters. */
export interface PodView {
  readonly ordinal: number;
  readonly name: string;
  /** Name of the ControllerRevision that it was made from. */
  readonly revision: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Ready for as long as minReadySeconds asks. */
  readonly available: boolean;
  readonly terminating: boolean;
}

export interface SetView {
  readonly replicas: number;
  /** The first ordinal. */
  readonly start: number;
  readonly parallel: boolean;
  /** Pods are replaced when somebody deletes them, not by the set. */
  readonly onDelete: boolean;
  readonly partition: number;
  /** Pods; null: one after the other. */
  readonly maxUnavailable: number | null;
  readonly updateRevision: string;
  readonly pods: readonly PodView[];
}

export interface Plan {
  /** Ordinals in the order in which they are to be made. */
  readonly create: readonly number[];
  readonly delete: readonly PodView[];
  /** Of those to delete, those that are beyond the set's size. */
  readonly condemned: readonly PodView[];
}

interface Draft {
  readonly create: number[];
  readonly delete: PodView[];
  readonly condemned: PodView[];
}

/** Running and ready, and not on its way out. */
export function isHealthy(pod: PodView | null): boolean {
  return pod !== null && pod.phase === 'Running' && pod.ready && !pod.terminating;
}

/** Of which revision a new pod has to be: the current one below the partition, else the updated one. */
export function needsCurrentRevision(
  { onDelete, partition, start }: Pick<SetView, 'onDelete' | 'partition' | 'start'>,
  ordinal: number,
): boolean {
  return !onDelete && ordinal < start + partition;
}

export function planStatefulSet(view: SetView): Plan {
  const plan: Draft = { create: [], delete: [], condemned: [] };
  const places: (PodView | null)[] = new Array<PodView | null>(view.replicas).fill(null);
  const condemned: PodView[] = [];
  for (const pod of view.pods) {
    const place = pod.ordinal - view.start;
    if (place >= 0 && place < view.replicas) places[place] = pod;
    else condemned.push(pod);
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  if (fill(view, places, plan) && shrink(view, places, condemned, plan)) replace(view, places, plan);
  return plan;
}

/** Makes what is missing; in order, each waits for the one before. False: nothing else may happen now. */
function fill(view: SetView, places: readonly (PodView | null)[], plan: Draft): boolean {
  for (const [place, pod] of places.entries()) {
    const waits = fillPlace(view.start + place, pod, plan);
    if (waits && !view.parallel) return false;
  }
  return true;
}

/** Whether those after it have to wait for this place. */
function fillPlace(ordinal: number, pod: PodView | null, plan: Draft): boolean {
  if (pod === null) {
    plan.create.push(ordinal);
    return true;
  }
  if (pod.phase === 'Failed' || pod.phase === 'Succeeded') {
    if (!pod.terminating) plan.delete.push(pod);
    return true;
  }
  return pod.terminating || pod.phase !== 'Running' || !pod.ready || !pod.available;
}

/** Takes away what is beyond the size, from the highest ordinal; in order, one at a time and none while another is unwell. */
function shrink(
  { parallel }: SetView,
  places: readonly (PodView | null)[],
  condemned: readonly PodView[],
  plan: Draft,
): boolean {
  const firstUnhealthy =
    places.find((pod) => !isHealthy(pod)) ?? condemned.filter((pod) => !isHealthy(pod)).at(-1);
  for (const pod of condemned) {
    if (pod.terminating) {
      if (parallel) continue;
      return false;
    }
    const unwell = pod.phase !== 'Running' || !pod.ready || !pod.available;
    if (unwell && !parallel && pod !== firstUnhealthy) return false;
    plan.delete.push(pod);
    plan.condemned.push(pod);
    if (!parallel) return false;
  }
  return true;
}

/** Deletes pods of old revisions from the highest ordinal down to the partition. */
function replace(view: SetView, places: readonly (PodView | null)[], plan: Draft): void {
  if (view.onDelete) return;
  if (view.maxUnavailable !== null) {
    replaceSeveral(view, places, plan, view.maxUnavailable);
    return;
  }
  for (let place = places.length - 1; place >= view.partition; place--) {
    const pod = places[place];
    if (pod !== null && pod.revision !== view.updateRevision && !pod.terminating) {
      plan.delete.push(pod);
      return;
    }
    if (!isHealthy(pod)) return;
  }
}

function replaceSeveral(
  view: SetView,
  places: readonly (PodView | null)[],
  plan: Draft,
  maxUnavailable: number,
): void {
  let left = maxUnavailable - places.filter((pod) => !isHealthy(pod)).length;
  for (let place = places.length - 1; place >= view.partition && left > 0; place--) {
    const pod = places[place];
    if (pod === null || pod.revision === view.updateRevision || pod.terminating) continue;
    plan.delete.push(pod);
    left--;
  }
}
