/**
 * Fidelity: NodeResourcesFit (filter, and LeastAllocated score) and NodeResourcesBalancedAllocation of kube-scheduler 1.32 with default
 * arguments. For pods of one size the answers are remembered by node until something is placed there or taken off: one placement changes
 * the answer for one node out of thousands.
 */
import {
  cpuAllocatable,
  cpuRequested,
  cpuScored,
  memoryAllocatable,
  memoryRequested,
  memoryScored,
  type NodeTable,
  nodeStride,
  podsAllowed,
  podsPlaced,
} from '../node-table.ts';
import type { PodDemand } from '../pod-demand.ts';
import { balancedAllocationScore, leastAllocatedScore, weights } from './scores.ts';

/** Sizes of pods that are remembered at a time. */
const sizesKept = 256;
/** A size that comes up only once or twice is not worth an entry. */
const usesBeforeKept = 3;

/** Whether the node in a slot has room for the pod, and nothing else about it. */
export function hasRoom(table: NodeTable, demand: PodDemand, slot: number): boolean {
  const { core } = table;
  const { cpuMillis, memoryBytes, further } = demand;
  const at = slot * nodeStride;
  if (core[at + podsPlaced] + 1 > core[at + podsAllowed]) return false;
  if (cpuMillis > 0 && cpuMillis > core[at + cpuAllocatable] - core[at + cpuRequested]) return false;
  if (memoryBytes > 0 && memoryBytes > core[at + memoryAllocatable] - core[at + memoryRequested])
    return false;
  for (let each = 0; each < further.length; each++) {
    const { resource, amount } = further[each];
    if (amount > resource.allocatable[slot] - resource.requested[slot]) return false;
  }
  return true;
}

/** The two resource scores of a node that has room, times their weights. */
export function resourceScore(table: NodeTable, demand: PodDemand, slot: number): number {
  const { core } = table;
  const at = slot * nodeStride;
  const cpu = core[at + cpuAllocatable];
  const memory = core[at + memoryAllocatable];
  const least = leastAllocatedScore(
    core[at + cpuScored] + demand.scoredCpuMillis,
    cpu,
    core[at + memoryScored] + demand.scoredMemoryBytes,
    memory,
  );
  const balanced = balancedAllocationScore(
    core[at + cpuRequested] + demand.cpuMillis,
    cpu,
    core[at + memoryRequested] + demand.memoryBytes,
    memory,
  );
  return least * weights.resourcesFit + balanced * weights.balancedAllocation;
}

/** The answers for pods of one size, by slot; ask `look` where `seen` is not the node's present version. */
export class ResourceFit {
  /** -1: no room; else the score. */
  answers: Int16Array<ArrayBuffer>;
  seen: Int32Array<ArrayBuffer>;
  demand: PodDemand;
  uses = 0;
  readonly #table: NodeTable;

  constructor(table: NodeTable, demand: PodDemand) {
    this.#table = table;
    this.demand = demand;
    this.answers = new Int16Array(table.capacity);
    this.seen = new Int32Array(table.capacity).fill(-1);
  }

  look(slot: number): void {
    const table = this.#table;
    this.answers[slot] = hasRoom(table, this.demand, slot) ? resourceScore(table, this.demand, slot) : -1;
    this.seen[slot] = table.versions[slot];
  }

  /** For pods of another size from now on. */
  reset(demand: PodDemand): void {
    this.demand = demand;
    if (this.seen.length < this.#table.capacity) {
      this.answers = new Int16Array(this.#table.capacity);
      this.seen = new Int32Array(this.#table.capacity);
    }
    this.seen.fill(-1);
  }
}

export class ResourceFits {
  readonly #table: NodeTable;
  /** The least recently used first. */
  readonly #kept = new Map<string, ResourceFit>();
  readonly #uses = new Map<string, number>();
  #scratch: ResourceFit | null = null;

  constructor(table: NodeTable) {
    this.#table = table;
  }

  /** Valid until the next call. */
  of(demand: PodDemand): ResourceFit {
    const { size } = demand;
    const known = this.#kept.get(size);
    if (known !== undefined) {
      if (known.seen.length < this.#table.capacity) known.reset(demand);
      // Moving it to the end each time would cost more than a rough order is worth.
      if ((++known.uses & 63) === 0) {
        this.#kept.delete(size);
        this.#kept.set(size, known);
      }
      return known;
    }
    const uses = (this.#uses.get(size) ?? 0) + 1;
    if (uses >= usesBeforeKept) return this.#keep(demand);
    if (this.#uses.size > 16_384) this.#uses.clear();
    this.#uses.set(size, uses);
    if (this.#scratch === null) this.#scratch = new ResourceFit(this.#table, demand);
    else this.#scratch.reset(demand);
    return this.#scratch;
  }

  #keep(demand: PodDemand): ResourceFit {
    if (this.#kept.size < sizesKept) {
      const made = new ResourceFit(this.#table, demand);
      this.#kept.set(demand.size, made);
      return made;
    }
    const [[size, oldest]] = this.#kept;
    this.#kept.delete(size);
    this.#uses.set(size, 0);
    oldest.reset(demand);
    this.#kept.set(demand.size, oldest);
    return oldest;
  }
}
