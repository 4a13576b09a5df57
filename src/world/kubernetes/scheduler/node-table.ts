/**
 * Fidelity: NodeInfo of kube-scheduler 1.32 (framework/types.go) as columns: allocatable and requested amounts by node, pods placed,
 * and the order in which nodes are looked at. Whoever remembers something of nodes' labels, taints or cordons follows `changes`.
 */
import type { Node } from '../objects/node.ts';
import { regionLabel, zoneLabel } from '../objects/node.ts';
import { amountsOf } from '../objects/resources.ts';
import { NodeOrder } from './node-order.ts';
import { type HostPort, HostPortsInUse } from './rules/host-ports.ts';

/** Columns of `core`: a node's eight numbers lie side by side, in one line of the processor's cache. */
export const nodeStride = 8;
export const cpuAllocatable = 0;
export const memoryAllocatable = 1;
export const cpuRequested = 2;
export const memoryRequested = 3;
/** With 100m and 200 MiB for containers that state no request: what scores are made of. */
export const cpuScored = 4;
export const memoryScored = 5;
export const podsAllowed = 6;
export const podsPlaced = 7;

/** A resource beside CPU and memory: `ephemeral-storage`, `nvidia.com/gpu`; amounts by slot. */
export interface FurtherResource {
  readonly name: string;
  allocatable: Float64Array;
  requested: Float64Array;
}

/** What a pod takes of a node. */
export interface Charge {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly scoredCpuMillis: number;
  readonly scoredMemoryBytes: number;
  /** Amounts above zero of other resources, by name. */
  readonly further: readonly { readonly resource: FurtherResource; readonly amount: number }[];
  readonly ports: readonly HostPort[];
}

function grown(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(column);
  return longer;
}

/** The nodes by slot: slots of nodes that are gone are used again. */
export class NodeTable {
  capacity = 64;
  core = new Float64Array(64 * nodeStride);
  /** By slot; counts up when amounts change. */
  versions: Int32Array<ArrayBuffer> = new Int32Array(64);
  /** By slot; null: free. */
  readonly nodes: (Node | null)[] = [];
  readonly slots = new Map<string, number>();
  readonly order = new NodeOrder();
  /** Slots whose labels, taints or cordon changed, in order, with slots of nodes that came and went. */
  readonly changes: number[] = [];
  readonly #further: FurtherResource[] = [];
  readonly #furtherByName = new Map<string, FurtherResource>();
  readonly #free: number[] = [];
  readonly #ports: (HostPortsInUse | undefined)[] = [];

  get size(): number {
    return this.slots.size;
  }

  /** The column of a resource, made when first asked for. */
  further(name: string): FurtherResource {
    let resource = this.#furtherByName.get(name);
    if (resource === undefined) {
      const column = () => new Float64Array(this.capacity);
      resource = { name, allocatable: column(), requested: column() };
      this.#furtherByName.set(name, resource);
      this.#further.push(resource);
    }
    return resource;
  }

  /** Registers a node, or its present state; returns its slot. */
  put(node: Node): number {
    const { name } = node.metadata;
    const known = this.slots.get(name);
    const slot = known ?? this.#free.pop() ?? this.nodes.length;
    if (slot >= this.capacity) this.#grow();
    const before = known === undefined ? null : this.nodes[slot];
    this.nodes[slot] = node;
    this.slots.set(name, slot);
    if (before === null || !sameConstraints(before, node)) this.changes.push(slot);
    if (before?.status.allocatable !== node.status.allocatable) this.#setAllocatable(slot, node);
    this.order.add(slot, zoneKey(node));
    return slot;
  }

  /** The node is gone; what was placed on it must have been taken off. */
  drop(slot: number): void {
    const node = this.nodes[slot]!;
    this.slots.delete(node.metadata.name);
    this.nodes[slot] = null;
    this.#ports[slot] = undefined;
    this.core.fill(0, slot * nodeStride, (slot + 1) * nodeStride);
    for (const resource of this.#further) {
      resource.allocatable[slot] = 0;
      resource.requested[slot] = 0;
    }
    this.order.remove(slot);
    this.#free.push(slot);
    this.changes.push(slot);
  }

  /** Adds (`sign` 1) or takes off (-1) what one pod asks for. */
  charge(slot: number, demand: Charge, sign: 1 | -1): void {
    const { core } = this;
    const at = slot * nodeStride;
    core[at + cpuRequested] += sign * demand.cpuMillis;
    core[at + memoryRequested] += sign * demand.memoryBytes;
    core[at + cpuScored] += sign * demand.scoredCpuMillis;
    core[at + memoryScored] += sign * demand.scoredMemoryBytes;
    core[at + podsPlaced] += sign;
    this.versions[slot]++;
    for (const { resource, amount } of demand.further) resource.requested[slot] += sign * amount;
    if (demand.ports.length > 0) this.#chargePorts(slot, demand, sign);
  }

  /** Whether one of the pod's host ports is taken. */
  portsCollide(slot: number, demand: Charge): boolean {
    const inUse = this.#ports[slot];
    return inUse !== undefined && demand.ports.some((port) => inUse.collides(port));
  }

  #chargePorts(slot: number, demand: Charge, sign: 1 | -1): void {
    const inUse = this.#ports[slot] ?? new HostPortsInUse();
    this.#ports[slot] = inUse;
    for (const port of demand.ports)
      if (sign > 0) inUse.add(port);
      else inUse.remove(port);
  }

  #setAllocatable(slot: number, node: Node): void {
    const amounts = amountsOf(node.status.allocatable);
    const at = slot * nodeStride;
    this.core[at + cpuAllocatable] = amounts['cpu'] ?? 0;
    this.core[at + memoryAllocatable] = amounts['memory'] ?? 0;
    this.core[at + podsAllowed] = amounts['pods'] ?? 0;
    this.versions[slot]++;
    for (const { allocatable } of this.#further) allocatable[slot] = 0;
    for (const name in amounts)
      if (name !== 'cpu' && name !== 'memory' && name !== 'pods')
        this.further(name).allocatable[slot] = amounts[name];
  }

  #grow(): void {
    this.capacity *= 2;
    const { versions } = this;
    this.versions = new Int32Array(this.capacity);
    this.versions.set(versions);
    this.core = grown(this.core, this.capacity * nodeStride);
    for (const resource of this.#further) {
      resource.allocatable = grown(resource.allocatable, this.capacity);
      resource.requested = grown(resource.requested, this.capacity);
    }
  }
}

function zoneKey({ metadata: { labels } }: Node): string {
  return `${labels?.[regionLabel] ?? ''}:${labels?.[zoneLabel] ?? ''}`;
}

function sameConstraints(a: Node, b: Node): boolean {
  return (
    a.metadata.labels === b.metadata.labels &&
    a.spec.taints === b.spec.taints &&
    a.spec.unschedulable === b.spec.unschedulable
  );
}
