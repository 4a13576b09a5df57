/**
 * Fidelity: a cluster as its manifests and its Topology describe it: every object that an API server of Kubernetes 1.32
 * (with Argo Rollouts and the vertical autoscaler) would take is applied to it as it was written.
 */
import { Check } from '../../../model/check.ts';
import type { CompileContext, Compiler } from '../../../model/kind.ts';
import type { TopologyDocument } from '../../../model/kinds/topology.ts';
import { readQuantity } from '../../../model/notation.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { Image, KubernetesModel, ManifestObject, NodePool } from '../model.ts';
import { checkObjects } from './check-objects.ts';
import { demandsOf, templated } from './demands.ts';
import { nodeObjects } from './node-objects.ts';
import { assumedPool, statedPools } from './node-pools.ts';
import { appliedObjects, withoutSecrets } from './objects.ts';
import { servingsOf } from './servings.ts';
import { controlPlaneSettings } from './settings.ts';

export const kubernetesCompiler: Compiler = { room: 'kubernetes', compile: compileKubernetes };

/**
 * The Kubernetes section, or null when nothing runs on a cluster: no workload and no Topology. As in every compiler, with
 * an error among the diagnostics the section must not be run.
 */
export function compileKubernetes(resources: ResourceSet, context: CompileContext): KubernetesModel | null {
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
  const nodes = nodeObjects(resources, context);
  const nodePools = poolsOf(resources, topology, context);
  const autoscaled = nodePools.some(({ autoscaling }) => autoscaling !== null);
  return {
    version: spec?.controlPlane?.version ?? 'v1.32.0',
    nodePools,
    objects: objectsOf(resources, nodes, nodePools, context),
    servings: servingsOf(resources, context),
    images: imagesOf(spec?.images),
    settings: controlPlaneSettings(topology, autoscaled, context.infer),
  };
}

function poolsOf(
  resources: ResourceSet,
  topology: Resource<TopologyDocument> | null,
  context: CompileContext,
): readonly NodePool[] {
  if (topology !== null && (topology.value.spec.nodePools ?? []).length > 0)
    return statedPools(topology, resources, context);
  if (resources.byKind('Node').length > 0) return [];
  return [assumedPool(demandsOf(resources), resources, context)];
}

function objectsOf(
  resources: ResourceSet,
  nodes: readonly ManifestObject[],
  pools: readonly NodePool[],
  context: CompileContext,
): ManifestObject[] {
  const names = new Set([
    ...nodes.map(({ metadata }) => metadata.name),
    ...pools.flatMap(({ name, count }) => Array.from({ length: count }, (_, index) => `${name}-${index}`)),
  ]);
  const applied = appliedObjects(resources, names);
  checkObjects(applied, context.diagnostics);
  const objects = applied.map(({ object }) => withoutSecrets(object));
  const firstOther = objects.findIndex(({ kind }) => kind !== 'Namespace');
  const at = firstOther < 0 ? objects.length : firstOther;
  return [...objects.slice(0, at), ...nodes, ...objects.slice(at)];
}

function imagesOf(written: TopologyDocument['spec']['images']): Image[] {
  return Object.entries(written ?? {}).map(([name, size]) => ({ name, bytes: readQuantity(size) ?? 0 }));
}
