import type { Model } from '../../model/model.ts';
import type { ClusterView, KubernetesModel, NodePool } from '../../run/cluster-view.ts';

/** Models that differ in their machines, for the question how many there have to be. */

/** Machines by pool, in the order of the pools. */
export type Sizes = readonly number[];

type Replicated = { readonly spec?: { readonly replicas?: number } };
type Scaled = {
  readonly spec?: {
    readonly maxReplicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
};

const replicated: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'Rollout',
  'ReplicaSet',
  'ReplicationController',
]);

export const clusterOf = (model: Model) => model.rooms['kubernetes'] as KubernetesModel;

const keyOf = (kind: string, namespace: unknown, name: string) => `${kind} ${namespace ?? 'default'}/${name}`;

/** The replicas of each workload as its manifest has them. */
export function statedReplicas(model: Model): Map<string, number> {
  return new Map(
    clusterOf(model)
      .objects.filter(({ kind }) => replicated.has(kind))
      .map((object) => [
        keyOf(object.kind, object.metadata['namespace'], object.metadata.name),
        (object as Replicated).spec?.replicas ?? 1,
      ]),
  );
}

/** The replicas of each workload with every autoscaler at its maximum. */
export function largestReplicas(model: Model): Map<string, number> {
  const largest = statedReplicas(model);
  for (const object of clusterOf(model).objects) {
    if (object.kind !== 'HorizontalPodAutoscaler') continue;
    const { maxReplicas = 0, scaleTargetRef } = (object as Scaled).spec ?? {};
    const key = keyOf(scaleTargetRef?.kind ?? '', object.metadata['namespace'], scaleTargetRef?.name ?? '');
    const stated = largest.get(key);
    if (stated !== undefined) largest.set(key, Math.max(stated, maxReplicas));
  }
  return largest;
}

/** Remembers the most replicas that each workload is ever given. */
export function followReplicas(view: ClusterView, stated: ReadonlyMap<string, number>): Map<string, number> {
  const most = new Map(stated);
  for (const kind of replicated)
    view.onChange(kind, (object) => {
      const key = keyOf(kind, object.metadata.namespace, object.metadata.name);
      const before = most.get(key);
      const now = (object as Replicated).spec?.replicas ?? 1;
      if (before !== undefined && now > before) most.set(key, now);
    });
  return most;
}

export interface Sizing {
  readonly sizes: Sizes;
  /** Zones whose machines are gone. */
  readonly lost?: readonly string[];
  /** Replicas at the beginning, by workload; the manifests' own when left out. */
  readonly replicas?: ReadonlyMap<string, number>;
}

/** The model with so many machines, all there from the beginning and no others ever. */
export function sizedModel(model: Model, { sizes, lost = [], replicas }: Sizing): Model {
  const cluster = clusterOf(model);
  const nodePools = cluster.nodePools.map((pool, i) => sized(pool, sizes[i]!, lost));
  const { settings } = cluster;
  const objects =
    replicas === undefined
      ? cluster.objects
      : cluster.objects.map((object) => {
          const wanted = replicas.get(keyOf(object.kind, object.metadata['namespace'], object.metadata.name));
          if (wanted === undefined) return object;
          return { ...object, spec: { ...(object as Replicated).spec, replicas: wanted } };
        });
  const kubernetes: KubernetesModel = {
    ...cluster,
    nodePools,
    objects,
    settings: { ...settings, clusterAutoscaler: { ...settings.clusterAutoscaler, enabled: false } },
  };
  return { ...model, rooms: { ...model.rooms, kubernetes } };
}

/** Machines fill the zones of their pool in turn; those of the lost zones are missing. */
function sized(pool: NodePool, size: number, lost: readonly string[]): NodePool {
  const left = pool.zones.filter((zone) => !lost.includes(zone));
  let count = 0;
  for (let i = 0; i < size; i++) if (!lost.includes(pool.zones[i % pool.zones.length]!)) count++;
  return { ...pool, zones: left.length === 0 ? pool.zones : left, count, autoscaling: null };
}

/** Every choice of `count` of the zones that the pools are in; one empty choice for none. */
export function losses(pools: readonly NodePool[], count: number): readonly (readonly string[])[] {
  const zones = [...new Set(pools.flatMap((pool) => pool.zones))].sort();
  const choose = (from: number, left: number): string[][] =>
    left === 0
      ? [[]]
      : zones.slice(from).flatMap((zone, i) => choose(from + i + 1, left - 1).map((rest) => [zone, ...rest]));
  return choose(0, count);
}
