/**
 * Fidelity: how many pods a workload has when the run begins, in Kubernetes 1.32: what it states, or its default; at least
 * what its HorizontalPodAutoscaler asks for, which leaves a workload of none alone; of a DaemonSet one on every node that
 * takes it.
 */
import type { Resource, ResourceSet } from '../../../../model/resource.ts';
import { nodesFor } from '../../../kubernetes/compile/machines.ts';
import type { AutoscalerDocument } from './manifest.ts';
import type { Workload } from './workload.ts';

/** The autoscaler of a workload, or null. */
export function autoscalerOf(
  resources: ResourceSet,
  workload: Pick<Resource, 'kind' | 'namespace' | 'name'>,
): Resource<AutoscalerDocument> | null {
  const autoscalers = resources.byKind<AutoscalerDocument>('HorizontalPodAutoscaler');
  const found = autoscalers.find(({ namespace, value }) => {
    const target = value.spec?.scaleTargetRef;
    return (
      namespace === workload.namespace && target?.name === workload.name && target.kind === workload.kind
    );
  });
  return found ?? null;
}

export interface Replicas {
  readonly count: number;
  /** Why, where the workload itself does not say so; else null. */
  readonly source: string | null;
}

/** Replicas of a workload at the beginning. */
export function replicasOf(resources: ResourceSet, workload: Workload, zones: readonly string[]): Replicas {
  const { resource } = workload;
  if (resource.kind === 'Pod') return { count: 1, source: null };
  if (resource.kind === 'DaemonSet')
    return { count: nodesFor(resources, workload.pod, zones), source: 'one on each node that takes it' };
  const stated = resource.value.spec?.replicas;
  const autoscaler = autoscalerOf(resources, resource);
  const least = leastOf(autoscaler);
  if (autoscaler === null || stated === 0 || (stated ?? 1) >= least.count) {
    if (stated !== undefined) return { count: stated, source: null };
    if (autoscaler === null) return { count: 1, source: `default of Kubernetes for a ${resource.kind}` };
  }
  return { count: least.count, source: `${least.source} of ${autoscaler!.id}` };
}

function leastOf(autoscaler: Resource<AutoscalerDocument> | null): { count: number; source: string } {
  const stated = autoscaler?.value.spec?.minReplicas;
  return stated === undefined
    ? { count: 1, source: 'default minReplicas' }
    : { count: stated, source: 'minReplicas' };
}
