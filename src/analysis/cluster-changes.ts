import type {
  AutoscalerResult,
  ClusterResult,
  NodePoolResult,
  WorkloadResult,
} from '../model/cluster-result.ts';
import type { Result } from '../model/result.ts';

/** The events that tell of the cluster, not of requests. */
const clusterKinds: ReadonlySet<string> = new Set<string>([
  'scale',
  'rollout',
  'restart',
  'evict',
  'node',
  'probe',
  'schedule',
]);

/**
 * The cluster of a result when something happened in it that is worth a reader's time; null where nothing runs on one
 * and where it stood still: no pod came, went, restarted, waited or failed its probe, and no node came or went.
 */
export function changedCluster({
  cluster,
  events,
}: Pick<Result, 'cluster' | 'events'>): ClusterResult | null {
  if (cluster === undefined) return null;
  const { pods, workloads, nodePools } = cluster;
  const changed =
    pods.created + pods.deleted + pods.unschedulableMost > 0 ||
    workloads.some(workloadChanged) ||
    nodePools.some(poolChanged) ||
    events.some(({ kind }) => clusterKinds.has(kind));
  return changed ? cluster : null;
}

/** Whether a workload was not the same all the time. */
export function workloadChanged(workload: WorkloadResult): boolean {
  const { desired, desiredMost, desiredMean, ready, readyFewest, readyMost } = workload;
  return (
    desired !== desiredMost ||
    desiredMean !== desired ||
    readyFewest !== readyMost ||
    ready !== desired ||
    workload.created + workload.restarts + workload.unready > 0
  );
}

/** Whether nodes came or went. */
export function poolChanged({ fewest, most }: NodePoolResult): boolean {
  return fewest !== most;
}

/** Whether an autoscaler ever decided for another number. */
export function autoscalerActed({ ups, downs }: AutoscalerResult): boolean {
  return ups + downs > 0;
}
