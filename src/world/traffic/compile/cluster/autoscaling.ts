/**
 * Fidelity: HorizontalPodAutoscalers are read but do not act in this version. A workload that
 * leaves its replicas to an autoscaler runs with the autoscaler's minimum (default 1), which is where Kubernetes 1.32
 * would begin to scale from.
 */
import type { Diagnostics } from '../../../../base/diagnostics.ts';
import { type Resource, type ResourceSet, resourceId } from '../../../../model/resource.ts';
import { plural, where } from '../report.ts';
import type { AutoscalerDocument } from './manifest.ts';
import type { Workload } from './workload.ts';

function autoscalerOf(resources: ResourceSet, workload: Workload): Resource<AutoscalerDocument> | null {
  return (
    resources.byKind<AutoscalerDocument>('HorizontalPodAutoscaler').find((autoscaler) => {
      const target = autoscaler.value.spec?.scaleTargetRef;
      return (
        autoscaler.namespace === workload.namespace &&
        target?.name === workload.name &&
        target.kind === workload.resource.kind
      );
    }) ?? null
  );
}

/** Replicas of a workload that states none, and why. */
export function replicasWithoutCount(
  resources: ResourceSet,
  workload: Workload,
): { readonly count: number; readonly source: string } {
  const autoscaler = autoscalerOf(resources, workload);
  if (autoscaler === null)
    return { count: 1, source: `default of Kubernetes for a ${workload.resource.kind}` };
  const stated = autoscaler.value.spec?.minReplicas;
  return stated === undefined
    ? { count: 1, source: `default minReplicas of ${autoscaler.id}` }
    : { count: stated, source: `minReplicas of ${autoscaler.id}` };
}

/** Says what autoscalers would do that this version does not: of each where it is known, of the others together. */
export function noteAutoscalers(
  resources: ResourceSet,
  workloads: readonly Workload[],
  diagnostics: Diagnostics,
): void {
  const byId = new Map(workloads.map((workload) => [workload.resource.id, workload]));
  const others: Resource[] = [];
  for (const autoscaler of resources.byKind<AutoscalerDocument>('HorizontalPodAutoscaler')) {
    const { scaleTargetRef: target, maxReplicas } = autoscaler.value.spec ?? {};
    const workload = byId.get(resourceId(target?.kind ?? '', autoscaler.namespace, target?.name ?? ''));
    const count =
      workload === undefined
        ? undefined
        : (workload.resource.value.spec?.replicas ?? replicasWithoutCount(resources, workload).count);
    if (workload === undefined || count === undefined || maxReplicas === undefined || maxReplicas === count) {
      others.push(autoscaler);
      continue;
    }
    diagnostics.info(
      'autoscaler-later',
      `${autoscaler.id} may scale ${workload.resource.id} to ${maxReplicas}, but this version keeps ${plural(count, 'replica')}: autoscaling acts from the next version on.`,
      where(autoscaler, ['spec'], 'Try other sizes with --set, or with a scale command of the Scenario.'),
    );
  }
  if (others.length > 0)
    diagnostics.info(
      'acts-later',
      `${plural(others.length, 'HorizontalPodAutoscaler')} checked; autoscaling acts from the next version on, replicas stay as the workload states them.`,
      { position: others[0].at() },
    );
}
