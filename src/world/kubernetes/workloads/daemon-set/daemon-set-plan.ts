/**
 * Fidelity: which pods a DaemonSet makes and deletes: `podsShouldBeOnNode` (daemon/daemon_controller.go) and `rollingUpdate`
 * (daemon/update.go), 1.32. Pure; nodes are gone through in their order where Go's maps have none.
 */

/** A pod of the set as far as its node's plan needs it. */
export interface DaemonPod {
  readonly name: string;
  /** Made from the present template. */
  readonly updated: boolean;
  readonly phase: string;
  readonly ready: boolean;
  readonly available: boolean;
  readonly terminating: boolean;
  /** The scheduler has put it on its node. */
  readonly assigned: boolean;
  readonly created: string;
}

export interface DaemonNode {
  readonly name: string;
  /** A pod of the set belongs on it. */
  readonly shouldRun: boolean;
  /** One that is there may stay. */
  readonly mayStay: boolean;
  readonly pods: readonly DaemonPod[];
}

export interface NodePlan {
  readonly create: boolean;
  readonly delete: readonly DaemonPod[];
}

const nothing: NodePlan = { create: false, delete: [] };

/** What has to change on one node, rolling updates apart. `surges`: two pods may be there while one replaces the other. */
export function planNode({ shouldRun, mayStay, pods }: DaemonNode, surges: boolean): NodePlan {
  if (shouldRun && pods.length === 0) return { create: true, delete: [] };
  const present = pods.filter(({ terminating }) => !terminating);
  if (!mayStay) return present.length === 0 ? nothing : { create: false, delete: present };
  const ended = present.filter(isEnded);
  const running = present.filter((pod) => !isEnded(pod)).sort(assignedFirst);
  if (!surges) return { create: false, delete: [...ended, ...running.slice(1)] };
  if (running.length <= 1) return { create: running.length === 0 && shouldRun, delete: ended };
  return { create: false, delete: [...ended, ...surplusWhileSurging(running)] };
}

function isEnded({ phase }: DaemonPod): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/** Pods that have a node come first, then the oldest. */
function assignedFirst(a: DaemonPod, b: DaemonPod): number {
  if (a.assigned !== b.assigned) return a.assigned ? -1 : 1;
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** The oldest of either kind stay, the old one only while it is ready and the new one is not. */
function surplusWhileSurging(running: readonly DaemonPod[]): DaemonPod[] {
  const fresh = running.find(({ updated }) => updated);
  const old = running.find(({ updated }) => !updated);
  const surplus = running.filter((pod) => pod !== fresh && pod !== old);
  if (fresh !== undefined && old !== undefined && (!old.ready || fresh.available)) surplus.push(old);
  return surplus;
}

export interface RollingBounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export interface RollingPlan {
  readonly delete: readonly DaemonPod[];
  /** Names of nodes that get a second pod. */
  readonly create: readonly string[];
}

/** One step of a rolling update over all nodes that matter to the set. */
export function planRollingUpdate(nodes: readonly DaemonNode[], bounds: RollingBounds): RollingPlan {
  return bounds.maxSurge === 0 ? replaceInPlace(nodes, bounds.maxUnavailable) : surge(nodes, bounds.maxSurge);
}

interface Pair {
  readonly fresh: DaemonPod | undefined;
  readonly old: DaemonPod | undefined;
}

/** The one pod of either kind; null: there are several of one. */
function pairOf({ pods }: DaemonNode): Pair | null {
  const present = pods.filter(({ terminating }) => !terminating);
  const fresh = present.filter(({ updated }) => updated);
  const old = present.filter(({ updated }) => !updated);
  return fresh.length > 1 || old.length > 1 ? null : { fresh: fresh[0], old: old[0] };
}

function replaceInPlace(nodes: readonly DaemonNode[], maxUnavailable: number): RollingPlan {
  let unavailable = 0;
  const broken: DaemonPod[] = [];
  const candidates: DaemonPod[] = [];
  for (const node of nodes) {
    const pair = pairOf(node);
    if (pair === null || (pair.fresh === undefined) === (pair.old === undefined)) unavailable++;
    else if (pair.fresh !== undefined) unavailable += pair.fresh.available ? 0 : 1;
    else if (!pair.old!.available) broken.push(pair.old!);
    else candidates.push(pair.old!);
  }
  return {
    delete: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))],
    create: [],
  };
}

function surge(nodes: readonly DaemonNode[], maxSurge: number): RollingPlan {
  let surging = 0;
  const replaced: DaemonPod[] = [];
  const broken: string[] = [];
  const candidates: string[] = [];
  for (const node of nodes) {
    const pair = pairOf(node);
    if (pair === null) surging++;
    else if (pair.old !== undefined && pair.fresh === undefined)
      (pair.old.available ? candidates : broken).push(node.name);
    else if (pair.old !== undefined && pair.fresh !== undefined) {
      if (pair.fresh.available) replaced.push(pair.old);
      else surging++;
    }
  }
  return { delete: replaced, create: [...broken, ...candidates.slice(0, Math.max(0, maxSurge - surging))] };
}
