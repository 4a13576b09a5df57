import { type ClusterView, conditionOf, isFinished } from '../../run/cluster-view.ts';

/** A pod that no node takes, and why, in the scheduler's words. */
export interface UnplacedPod {
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
}

/** Pods without a node, in the order of their creation within a namespace. */
export function pendingPods(view: ClusterView): UnplacedPod[] {
  return view
    .pods()
    .filter((pod) => pod.spec.nodeName === undefined && !isFinished(pod))
    .map(({ metadata, status }) => ({
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      reason: conditionOf(status.conditions, 'PodScheduled')?.message ?? 'not looked at yet',
    }));
}

const counted = /(\d+) (?:node\(s\) )?([^,.]+)/g;

/** What keeps pods from nodes, most frequent first: `Insufficient cpu` and the number of pods that met it. */
export function obstacles(pods: readonly UnplacedPod[]): { reason: string; pods: number }[] {
  const counts = new Map<string, number>();
  for (const { reason } of pods) {
    const own = reason.replace(/^\d+\/\d+ nodes are available: /, '').replace(/ preemption: .*$/, '');
    for (const [, , what] of own.matchAll(counted))
      counts.set(what.trim(), (counts.get(what.trim()) ?? 0) + 1);
  }
  return [...counts]
    .map(([reason, number]) => ({ reason, pods: number }))
    .sort((a, b) => b.pods - a.pods || (a.reason < b.reason ? -1 : 1));
}
