/**
 * Fidelity: how many nodes take a DaemonSet's pods: those with the labels of its nodeSelector whose taints it tolerates
 * (DaemonSet controller, 1.32). Simplified: node affinity is left to the controller itself, when the run begins.
 */
import type { TopologyDocument } from '../../../model/kinds/topology.ts';
import type { ResourceSet } from '../../../model/resource.ts';
import type { PodSpec } from '../../traffic/compile/cluster/manifest.ts';
import { demandsOf } from './demands.ts';
import { type Demand, type MachineShape, machinesFor } from './sizing.ts';

const gib = 1024 * 1024 * 1024;

/** The usual general-purpose machine of every large cloud. */
export const usualMachine = { cores: 4, memoryBytes: 16 * gib, pods: 110 } as const;

/** The machines that are assumed where nothing states any: of the usual size, or larger where a pod needs it. */
export function assumedMachines(
  demands: readonly Demand[],
  zones: number,
): MachineShape & { readonly count: number } {
  const cores = Math.max(usualMachine.cores, ...demands.map((demand) => Math.ceil(demand.cores * 1.25)));
  const memoryBytes = Math.max(
    usualMachine.memoryBytes,
    ...demands.map((demand) => Math.ceil((demand.memoryBytes * 1.25) / gib) * gib),
  );
  const shape = { cores, memoryBytes, pods: usualMachine.pods };
  return { ...shape, count: machinesFor(demands, shape, zones) };
}

interface Machines {
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

interface NodeDocument {
  readonly metadata?: { readonly labels?: Machines['labels'] };
  readonly spec?: { readonly taints?: Machines['taints'] };
}

function machinesIn(resources: ResourceSet, zones: readonly string[]): Machines[] {
  const pools = resources.byKind<TopologyDocument>('Topology')[0]?.value.spec.nodePools ?? [];
  if (pools.length > 0)
    return pools.map(({ count, labels = {}, taints = [] }) => ({ count, labels, taints }));
  const nodes = resources.byKind<NodeDocument>('Node');
  if (nodes.length > 0)
    return nodes.map(({ value }) => ({
      count: 1,
      labels: value.metadata?.labels ?? {},
      taints: value.spec?.taints ?? [],
    }));
  return [{ count: assumedMachines(demandsOf(resources), zones.length).count, labels: {}, taints: [] }];
}

/** Labels that every node has: what they say is not held against a machine. */
const everyNode = /^(?:beta\.)?kubernetes\.io\/(?:os|arch|hostname)$|^topology\.kubernetes\.io\//;

/** Machines at the beginning that take pods of a DaemonSet. */
export function nodesFor(resources: ResourceSet, pod: PodSpec, zones: readonly string[]): number {
  const selector = Object.entries(pod.nodeSelector ?? {}).filter(([key]) => !everyNode.test(key));
  const tolerations = pod.tolerations ?? [];
  return machinesIn(resources, zones)
    .filter(
      ({ labels, taints }) =>
        selector.every(([key, value]) => labels[key] === value) &&
        taints.every(
          (taint) =>
            taint.effect === 'PreferNoSchedule' ||
            tolerations.some((toleration) => tolerates(toleration, taint)),
        ),
    )
    .reduce((sum, { count }) => sum + count, 0);
}

type Toleration = NonNullable<PodSpec['tolerations']>[number];

function tolerates(toleration: Toleration, taint: Machines['taints'][number]): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''));
}
