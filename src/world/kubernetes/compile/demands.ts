/** Fidelity: no mechanism; what pods ask of machines, at the most that autoscalers make of them. */
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { AutoscalerDocument } from '../../traffic/compile/cluster/manifest.ts';
import type { PodSpec } from '../objects/pod.ts';
import { podRequests } from '../objects/resources.ts';
import type { Demand } from './sizing.ts';

/** What runs pods of a template at `spec.template`. */
export const templated: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Rollout',
  'Job',
]);

interface Written {
  readonly spec?: Partial<PodSpec> & {
    readonly replicas?: number;
    readonly parallelism?: number;
    readonly template?: { readonly spec?: Partial<PodSpec> };
    readonly jobTemplate?: { readonly spec?: Written['spec'] };
  };
}

/** One for each workload, Job and Pod. */
export function demandsOf(resources: ResourceSet): Demand[] {
  const demands: Demand[] = [];
  for (const resource of resources.all) {
    const { spec } = resource.value as Written;
    const inner = resource.kind === 'CronJob' ? spec?.jobTemplate?.spec : spec;
    const runs = templated.has(resource.kind) || resource.kind === 'CronJob';
    const pod = runs ? inner?.template?.spec : resource.kind === 'Pod' ? spec : undefined;
    if (pod?.containers === undefined) continue;
    const requests = podRequests(pod as PodSpec);
    demands.push({
      cores: (requests['cpu'] ?? 0) / 1000,
      memoryBytes: requests['memory'] ?? 0,
      count: largestSize(resources, resource, inner?.replicas ?? inner?.parallelism ?? 1),
      apart: livesApart(pod),
      everywhere: resource.kind === 'DaemonSet',
    });
  }
  return demands;
}

function largestSize(resources: ResourceSet, workload: Resource, replicas: number): number {
  const autoscaler = resources
    .byKind<AutoscalerDocument>('HorizontalPodAutoscaler')
    .find(
      ({ namespace, value }) =>
        namespace === workload.namespace &&
        value.spec?.scaleTargetRef?.kind === workload.kind &&
        value.spec.scaleTargetRef.name === workload.name,
    );
  return Math.max(replicas, autoscaler?.value.spec?.maxReplicas ?? 0);
}

const hostname = 'kubernetes.io/hostname';

function livesApart(pod: Partial<PodSpec>): boolean {
  const terms = pod.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(({ topologyKey }) => topologyKey === hostname);
}
