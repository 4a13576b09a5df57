/**
 * Fidelity: the binpacking estimator of the cluster-autoscaler 1.32 (estimator/binpacking_estimator.go): the largest pods first, each on
 * the first new node that takes it, on one more where none does and the group may still grow; checked with the scheduler's own filters.
 * Simplified: every pod looks at all new nodes, where 1.32 looks only at the newest once a group of equal pods has needed one more.
 */
import type { NodePool } from '../../model.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { amountsOf, podRequests } from '../../objects/resources.ts';
import type { WhatIf } from '../../scheduler/what-if.ts';
import { templateNode } from './node-group.ts';

export interface Estimate {
  readonly nodes: number;
  /** Those that would find a place. */
  readonly pods: readonly Pod[];
  /** Why the others would not, by pod uid. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
}

/** A pod's share of a node: processor and memory together. */
export function sizeOf(pod: Pod, node: Node): number {
  const requests = podRequests(pod.spec);
  const allocatable = amountsOf(node.status.allocatable);
  const share = (resource: string) => {
    const available = allocatable[resource] ?? 0;
    return available > 0 ? (requests[resource] ?? 0) / available : 0;
  };
  return share('cpu') + share('memory');
}

export interface EstimateInput {
  readonly whatIf: WhatIf;
  readonly pool: NodePool;
  /** Machines of the pool so far: the next one's number. */
  readonly index: number;
  /** New nodes that there may be at most. */
  readonly most: number;
  readonly pods: readonly Pod[];
  /** What runs on every new node. */
  readonly daemons: (node: Node) => readonly Pod[];
  readonly timestamp: string;
  readonly version: string;
}

/** How many nodes of the pool the pods need. Leaves no trace in what it asks. */
export function estimate(input: EstimateInput): Estimate {
  return input.whatIf.trial(() => packed(input));
}

function packed({ whatIf, pool, index, most, pods, daemons, timestamp, version }: EstimateInput): Estimate {
  const reasons = new Map<string, readonly string[]>();
  const placed: Pod[] = [];
  const names = new Set<string>();
  /** New nodes that hold a pod: one that was only tried out takes no further pods. */
  const inUse = new Set<string>();
  const add = (): Node => {
    const node = templateNode(pool, index + names.size, timestamp, version);
    whatIf.addNode(node);
    for (const daemon of daemons(node)) whatIf.addPod(daemon, node.metadata.name);
    names.add(node.metadata.name);
    return node;
  };
  const first = add();
  const shape = templateNode(pool, index, timestamp, version);
  const largest = [...pods].sort((a, b) => sizeOf(b, shape) - sizeOf(a, shape));
  const among = (node: Node) => inUse.has(node.metadata.name);
  let newest = first.metadata.name;
  for (const pod of largest) {
    if (inUse.size > 0 && whatIf.place(pod, { among }).nodeName !== null) {
      placed.push(pod);
      continue;
    }
    const against = whatIf.reasonsAgainst(pod, inUse.size === 0 ? newest : (newest = freshNode()));
    if (against.length > 0) {
      reasons.set(pod.metadata.uid, against);
      continue;
    }
    if (inUse.size >= most) {
      reasons.set(pod.metadata.uid, ['max node group size reached']);
      continue;
    }
    whatIf.addPod(pod, newest);
    placed.push(pod);
    inUse.add(newest);
  }
  return { nodes: inUse.size, pods: placed, reasons };

  /** The last new node if it is still empty, else one more. */
  function freshNode(): string {
    return names.size > inUse.size ? newest : add().metadata.name;
  }
}
