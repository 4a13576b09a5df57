import type { CapacityPlan, CapacityTraffic } from '../../model/capacity-plan-result.ts';
import type { Model } from '../../model/model.ts';
import type { Result } from '../../model/result.ts';
import { type ClusterView, isFinished, type NodePool } from '../../run/cluster-view.ts';
import { obstacles, type UnplacedPod } from './pending.ts';
import { clusterOf, type Sizes } from './sized-cluster.ts';

export type Fill = Readonly<Record<'cpu' | 'memory' | 'pods', number>>;

/** How full a cluster's machines are: requested over allocatable. */
export function fillOf(view: ClusterView): Fill {
  const total = { cpu: 0, memory: 0, pods: 0 };
  const asked = { cpu: 0, memory: 0, pods: 0 };
  for (const node of view.nodes()) {
    const amounts = view.allocatableOf(node);
    for (const name of ['cpu', 'memory', 'pods'] as const) total[name] += amounts[name] ?? 0;
  }
  for (const pod of view.pods()) {
    if (pod.spec.nodeName === undefined || isFinished(pod)) continue;
    const amounts = view.requestsOf(pod);
    asked.cpu += amounts['cpu'] ?? 0;
    asked.memory += amounts['memory'] ?? 0;
    asked.pods++;
  }
  const share = (name: keyof Fill) => (total[name] === 0 ? 0 : asked[name] / total[name]);
  return { cpu: share('cpu'), memory: share('memory'), pods: share('pods') };
}

/** What a run says of machines under traffic. */
export function trafficOf(result: Result, lost: readonly string[], pending: number): CapacityTraffic {
  const missed = [
    ...result.objectives.filter(({ passed }) => !passed).map(({ name }) => name),
    ...result.thresholds
      .filter(({ passed }) => !passed)
      .map(({ metric, expression }) => `${metric} ${expression}`),
  ];
  return { lost: [...lost], holds: missed.length === 0, missed, pendingPods: pending };
}

/** What the search has found. */
export interface CapacityFindings {
  readonly model: Model;
  readonly simulator: string;
  readonly seed: number;
  readonly zonesLost: number;
  readonly sized: readonly boolean[];
  /** Null: no number of machines does. */
  readonly needed: Sizes | null;
  /** The machines that there are, autoscaled pools at their maximum, do. */
  readonly enough: boolean;
  readonly stated: ReadonlyMap<string, number>;
  readonly peak: ReadonlyMap<string, number>;
  readonly peakPods: number;
  readonly binding: {
    readonly pool: string | null;
    readonly lost: readonly string[];
    readonly pending: readonly UnplacedPod[];
  };
  readonly fill: Fill;
  readonly fillWithLoss: Fill;
  readonly unplaced: readonly UnplacedPod[];
  readonly traffic: readonly CapacityTraffic[];
  readonly tried: number;
}

/** The largest size that a pool may have of itself. */
export const mostOf = ({ autoscaling, count }: NodePool) =>
  autoscaling === null ? count : Math.max(count, Math.min(autoscaling.max, 15_000));

/** The plan in the words of its schema. */
export function capacityPlan(found: CapacityFindings): CapacityPlan {
  const { model, needed, enough, fill, fillWithLoss } = found;
  const { nodePools } = clusterOf(model);
  const pools = nodePools.map((pool, i) => ({
    name: pool.name,
    machine: machineOf(pool),
    zones: [...pool.zones],
    sized: found.sized[i]!,
    now: pool.count,
    most: mostOf(pool),
    needed: needed === null ? null : needed[i]!,
    pricePerHour: pool.pricePerHour,
  }));
  return {
    schema: 'sim.devops/capacity-plan/v1',
    simulator: found.simulator,
    scenario: model.name,
    seed: found.seed,
    zonesLost: found.zonesLost,
    verdict:
      needed === null || found.traffic.some(({ holds }) => !holds)
        ? 'impossible'
        : enough
          ? 'enough'
          : 'too-few',
    reasons: reasonsOf(found),
    currency: model.prices.currency,
    pools,
    pricePerHour: priceOf(nodePools, needed),
    peak: {
      pods: found.peakPods,
      workloads: [...found.peak].flatMap(([workload, most]) => {
        const replicas = found.stated.get(workload) ?? 0;
        return most > replicas ? [{ workload, replicas, most }] : [];
      }),
    },
    binding: {
      pool: found.binding.pool,
      lost: [...found.binding.lost],
      pods: found.binding.pending.length,
      obstacles: obstacles(found.binding.pending),
    },
    fill: (['cpu', 'memory', 'pods'] as const).map((resource) => ({
      resource,
      share: fill[resource],
      shareWithLoss: fillWithLoss[resource],
    })),
    unplaced: [...found.unplaced],
    traffic: [...found.traffic],
    tried: found.tried,
    notes: notesOf(found),
  };
}

function machineOf({ instanceType, cores, memoryBytes }: NodePool): string {
  const shape = `${cores} cores, ${Math.round(memoryBytes / 268_435_456) / 4} GiB`;
  return ['custom', 'assumed'].includes(instanceType) ? shape : `${instanceType}, ${shape}`;
}

function priceOf(pools: readonly NodePool[], needed: Sizes | null): CapacityPlan['pricePerHour'] {
  if (needed === null || pools.some(({ pricePerHour }) => pricePerHour === null)) return null;
  const sum = (size: (i: number) => number) =>
    pools.reduce((total, { pricePerHour }, i) => total + pricePerHour! * size(i), 0);
  return { now: sum((i) => pools[i]!.count), needed: sum((i) => needed[i]!) };
}

function reasonsOf({ needed, enough, unplaced, traffic, model, zonesLost }: CapacityFindings): string[] {
  if (needed === null) {
    const [first] = obstacles(unplaced);
    return [
      `${unplaced.length} pods find no node, however many there are: ${first?.reason ?? unplaced[0]!.reason}`,
    ];
  }
  const missed = [...new Set(traffic.flatMap((run) => run.missed))];
  if (missed.length > 0)
    return [
      `${missed.join(', ')} ${missed.length === 1 ? 'is' : 'are'} missed even with machines in plenty: machines are not what is short`,
    ];
  if (enough) return [];
  const loss =
    zonesLost === 0 ? '' : `, so that ${zonesLost === 1 ? 'any zone' : `any ${zonesLost} zones`} may fail`;
  return clusterOf(model).nodePools.flatMap((pool, i) =>
    needed[i]! > mostOf(pool)
      ? [`${pool.name} needs ${needed[i]} machines and may have ${mostOf(pool)}${loss}`]
      : [],
  );
}

function notesOf({ model, zonesLost, sized, peak }: CapacityFindings): string[] {
  const { nodePools, objects } = clusterOf(model);
  const kinds = new Set(objects.map(({ kind }) => kind));
  return [
    ...(peak.size === 0 ? [] : ['Every workload is placed with the most replicas that it ever had at once.']),
    ...(zonesLost > 0
      ? ['A zone that is lost is lost from the beginning: its pods are placed in the others.']
      : []),
    ...(nodePools.filter((_, i) => sized[i]).length > 1
      ? ['Pools are made small one after another, the dearest first: another mix may do as well.']
      : []),
    ...(kinds.has('Job') || kinds.has('CronJob')
      ? ['Jobs take what room there is: they are not counted.']
      : []),
  ];
}
