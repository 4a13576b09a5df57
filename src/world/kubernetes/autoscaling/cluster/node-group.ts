/**
 * Fidelity: a node group as the cluster-autoscaler 1.32 keeps it (clusterstate): its target size, machines that are on their way,
 * and the backoff after one that did not come: 5 minutes, doubled up to 30, forgotten after 3 hours. What a new node
 * looks like is known from the pool itself, as it is from a cloud's template.
 */
import type { NodePool } from '../../model.ts';
import { machineNode } from '../../node/machine.ts';
import type { Node } from '../../objects/node.ts';

const minute = 60e6;
const firstBackoffMicros = 5 * minute;
const lastBackoffMicros = 30 * minute;
const backoffForgottenMicros = 180 * minute;

/** A request for one machine. */
export interface Incoming {
  readonly requestedMicros: number;
  /** False: the provider has none left, and it never comes. */
  readonly comes: boolean;
}

export class NodeGroup {
  readonly pool: NodePool;
  readonly min: number;
  readonly max: number;
  /** Machines that have been asked for and have not come. */
  readonly incoming = new Set<Incoming>();
  backoffUntilMicros = 0;
  #backoffMicros = 0;
  #failedMicros = 0;

  constructor(pool: NodePool) {
    this.pool = pool;
    this.min = pool.autoscaling!.min;
    this.max = pool.autoscaling!.max;
  }

  get name(): string {
    return this.pool.name;
  }

  /** Whether the provider still has a machine, beside `present` ones and those on their way. */
  hasStock(present: number): boolean {
    const { stock, count } = this.pool;
    if (stock === null) return true;
    const coming = [...this.incoming].filter(({ comes }) => comes).length;
    return present + coming < count + stock;
  }

  isBackedOff(nowMicros: number): boolean {
    return nowMicros < this.backoffUntilMicros;
  }

  backOff(nowMicros: number): void {
    const fresh = this.#backoffMicros === 0 || nowMicros - this.#failedMicros > backoffForgottenMicros;
    this.#backoffMicros = fresh ? firstBackoffMicros : Math.min(2 * this.#backoffMicros, lastBackoffMicros);
    this.#failedMicros = nowMicros;
    this.backoffUntilMicros = nowMicros + this.#backoffMicros;
  }

  succeed(): void {
    this.#backoffMicros = 0;
    this.backoffUntilMicros = 0;
  }
}

/** A node as the pool would give it next; `index` counts the pool's machines and so chooses the zone. */
export function templateNode(pool: NodePool, index: number, timestamp: string, version: string): Node {
  const draft = machineNode(pool, index, 0, timestamp, version);
  const name = `template-node-for-${pool.name}-${index}`;
  return {
    ...draft,
    metadata: { ...draft.metadata, name, uid: name, resourceVersion: '', creationTimestamp: timestamp },
  } as Node;
}
