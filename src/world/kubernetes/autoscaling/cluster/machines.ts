import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { WhatIf } from '../../scheduler/what-if.ts';
import type { Outcome } from '../../store/failure.ts';

/** What the cluster-autoscaler needs of a cloud and of the cluster. */
export interface Machines {
  /** A machine of the pool has come: it registers as a ready node. */
  add(pool: string): Node;
  /** The machine is given back: its node is gone. */
  remove(node: Node): void;
  /** The scheduler's view, to ask what would be if. */
  readonly whatIf: WhatIf;
  /** Through the eviction API, with its budgets. */
  evict(namespace: string, name: string): Outcome<Pod>;
}
