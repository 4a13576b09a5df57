/**
 * Fidelity: what a pod asks of a node by itself (kube-scheduler 1.32): requests as component-helpers resource.PodRequests gives them,
 * the same with 100m and 200 MiB where a container states none (for scores), host ports, images. Computed once for all pods that share
 * the parts of their spec. NodeName never filters: the scheduler sees only pods without a node.
 */
import type { ResourceList } from '../objects/meta.ts';
import type { Container, PodSpec } from '../objects/pod.ts';
import { amountsOf, podRequests } from '../objects/resources.ts';
import type { Charge, FurtherResource, NodeTable } from './node-table.ts';
import { hostPortsOf } from './rules/host-ports.ts';
import type { NodeProfile, NodeProfiles } from './rules/node-profile.ts';
import { unstatedCpuMillis, unstatedMemoryBytes } from './rules/scores.ts';

export interface PodDemand extends Charge {
  readonly spec: PodSpec;
  /** The same for pods that ask for the same amounts. */
  readonly size: string;
  /** Normalised names of the containers' images, init containers first. */
  readonly images: readonly string[];
  readonly priority: number;
  /** May it push out others. */
  readonly preempts: boolean;
  /** Which nodes it accepts by their labels and taints. */
  readonly profile: NodeProfile;
}

/** With the tag that a name without one means. */
export function normalisedImage(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}

const zero: ResourceList = {};

/** What one resource comes to, when a container that does not state it counts as `unstated`. */
export function scoredRequest(spec: PodSpec, resource: 'cpu' | 'memory', unstated: number): number {
  const of = ({ resources }: Container) => amountsOf(resources?.requests ?? zero)[resource] ?? unstated;
  let total = 0;
  for (const container of spec.containers) total += of(container);
  let sidecars = 0;
  let start = 0;
  for (const container of spec.initContainers ?? []) {
    const amount = of(container);
    if (container.restartPolicy === 'Always') sidecars += amount;
    start = Math.max(start, container.restartPolicy === 'Always' ? sidecars : sidecars + amount);
  }
  return Math.max(total + sidecars, start) + (amountsOf(spec.overhead)[resource] ?? 0);
}

/** Finds and keeps demands. */
export class PodDemands {
  readonly #table: NodeTable;
  readonly #profiles: NodeProfiles;
  readonly #known = new WeakMap<object, PodDemand[]>();

  constructor(table: NodeTable, profiles: NodeProfiles) {
    this.#table = table;
    this.#profiles = profiles;
  }

  /** One demand for all specs that share their parts. */
  of(spec: PodSpec): PodDemand {
    // Pods of a DaemonSet share their containers, and each has an affinity of its own.
    const key = spec.affinity ?? spec.containers;
    let demands = this.#known.get(key);
    if (demands === undefined) {
      demands = [];
      this.#known.set(key, demands);
    }
    for (const demand of demands) if (sharesParts(demand.spec, spec)) return demand;
    const made = this.#make(spec);
    demands.push(made);
    return made;
  }

  #make(spec: PodSpec): PodDemand {
    const requests = podRequests(spec);
    const further: { resource: FurtherResource; amount: number }[] = [];
    for (const name in requests)
      if (name !== 'cpu' && name !== 'memory' && name !== 'pods' && requests[name] > 0)
        further.push({ resource: this.#table.further(name), amount: requests[name] });
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    const cpuMillis = requests['cpu'] ?? 0;
    const memoryBytes = requests['memory'] ?? 0;
    const scoredCpuMillis = scoredRequest(spec, 'cpu', unstatedCpuMillis);
    const scoredMemoryBytes = scoredRequest(spec, 'memory', unstatedMemoryBytes);
    const more = further.map(({ resource, amount }) => `${resource.name}=${amount}`).sort();
    return {
      spec,
      size: [cpuMillis, memoryBytes, scoredCpuMillis, scoredMemoryBytes, ...more].join(' '),
      cpuMillis,
      memoryBytes,
      scoredCpuMillis,
      scoredMemoryBytes,
      further,
      ports: hostPortsOf(spec),
      images: containers.map(({ image }) => normalisedImage(image ?? '')),
      priority: spec.priority ?? 0,
      preempts: spec.preemptionPolicy !== 'Never',
      profile: this.#profiles.of(spec),
    };
  }
}

function sharesParts(a: PodSpec, b: PodSpec): boolean {
  return (
    a === b ||
    (a.containers === b.containers &&
      a.initContainers === b.initContainers &&
      a.affinity === b.affinity &&
      a.tolerations === b.tolerations &&
      a.nodeSelector === b.nodeSelector &&
      a.topologySpreadConstraints === b.topologySpreadConstraints &&
      a.overhead === b.overhead &&
      a.volumes === b.volumes &&
      a.priority === b.priority &&
      a.preemptionPolicy === b.preemptionPolicy)
  );
}
