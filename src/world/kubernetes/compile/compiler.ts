/**
 * Fidelity: a cluster as its manifests and its Topology describe it: every object that an API server of Kubernetes 1.32
 * (with Argo Rollouts and the vertical autoscaler) would take is applied to it as it was written.
 */
import { Check } from '../../../model/check.ts';
import type { CompileContext, Compiler } from '../../../model/kind.ts';
import type { TopologyDocument } from '../../../model/kinds/topology.ts';
import { readQuantity } from '../../../model/notation.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { AutoscalerDocument } from '../../traffic/compile/cluster/manifest.ts';
import type { Image, KubernetesModel, ManifestObject, NodePool } from '../model.ts';
import type { PodSpec } from '../objects/pod.ts';
import { typeOfKind } from '../objects/resource-types.ts';
import { podRequests } from '../objects/resources.ts';
import { assumedPool, statedPools } from './node-pools.ts';
import { servingsOf } from './servings.ts';
import { controlPlaneSettings } from './settings.ts';
import type { Demand } from './sizing.ts';

export const kubernetesCompiler: Compiler = { room: 'kubernetes', compile: compileKubernetes };

/** What runs pods, with its template at `spec.template`. */
const templated = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout', 'Job']);

/**
 * The Kubernetes section, or null when nothing runs on a cluster: no workload and no Topology. As in every compiler, with
 * an error among the diagnostics the section must not be run.
 */
function compileKubernetes(resources: ResourceSet, context: CompileContext): KubernetesModel | null {
  const topologies = resources.byKind<TopologyDocument>('Topology');
  const runs = resources.all.some(({ kind }) => templated.has(kind) || kind === 'Pod' || kind === 'CronJob');
  for (const extra of topologies.slice(1))
    new Check(extra, context.diagnostics).error(
      'topology-twice',
      [],
      `${extra.id} describes the cluster, which ${topologies[0].id} describes already.`,
      'Keep one Topology.',
    );
  if (topologies.length === 0 && !runs) return null;
  return section(resources, topologies[0] ?? null, context);
}

function section(
  resources: ResourceSet,
  topology: Resource<TopologyDocument> | null,
  context: CompileContext,
): KubernetesModel {
  const spec = topology?.value.spec;
  const nodePools = poolsOf(resources, topology, context);
  const autoscaled = nodePools.some(({ autoscaling }) => autoscaling !== null);
  return {
    version: spec?.controlPlane?.version ?? 'v1.32.0',
    nodePools,
    objects: resources.all.filter((resource) => isApplied(resource)).map(manifestOf),
    servings: servingsOf(resources, context),
    images: imagesOf(spec?.images),
    settings: controlPlaneSettings(spec?.controlPlane, autoscaled, context.infer),
  };
}

function poolsOf(
  resources: ResourceSet,
  topology: Resource<TopologyDocument> | null,
  context: CompileContext,
): readonly NodePool[] {
  if (topology !== null && (topology.value.spec.nodePools ?? []).length > 0)
    return statedPools(topology, context);
  if (resources.byKind('Node').length > 0) return [];
  return [assumedPool(demandsOf(resources), resources, context)];
}

/** Pods' own kinds are applied, the project's and OpenSLO's are not. */
function isApplied({ apiVersion, kind }: Resource): boolean {
  return typeOfKind(apiVersion, kind) !== undefined && kind !== 'Event';
}

function manifestOf({ value, namespace, apiVersion, kind }: Resource): ManifestObject {
  const object = value as ManifestObject;
  return typeOfKind(apiVersion, kind)!.namespaced
    ? { ...object, metadata: { ...object.metadata, namespace } }
    : object;
}

interface Templated {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec?: Partial<PodSpec> };
  };
}

function demandsOf(resources: ResourceSet): Demand[] {
  const demands: Demand[] = [];
  for (const resource of resources.all) {
    if (!templated.has(resource.kind)) continue;
    const { spec } = resource.value as Templated;
    const pod = spec?.template?.spec;
    if (pod?.containers === undefined) continue;
    const requests = podRequests(pod as PodSpec);
    demands.push({
      cores: (requests['cpu'] ?? 0) / 1000,
      memoryBytes: requests['memory'] ?? 0,
      count: largestSize(resources, resource, spec?.replicas ?? 1),
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

function imagesOf(written: TopologyDocument['spec']['images']): Image[] {
  return Object.entries(written ?? {}).map(([name, size]) => ({ name, bytes: readQuantity(size) ?? 0 }));
}
