/**
 * Fidelity: the simulated snapshot that the cluster-autoscaler asks its questions of (cluster-autoscaler 1.32 simulator/clustersnapshot
 * and hinting_simulator): the scheduler's own filters over nodes and pods that need not exist. As there, a pod goes to the first node that
 * fits, beginning where the last search ended, unless the scores are asked for. Room that preemption has promised is not kept free.
 *
 * Whoever asks about the running cluster takes `WhatIf.over(scheduler.state)`, asks within `trial`, and leaves no trace: that costs what
 * the changes cost, not what the cluster is large. Whoever has only objects takes `WhatIf.of`, or `canPlace` for one question.
 */
import { assert } from '../../../base/assert.ts';
import { RandomStream } from '../../../base/random.ts';
import type { Node } from '../objects/node.ts';
import { isFinished, type Pod } from '../objects/pod.ts';
import { ClusterState, type PlacedPod, type Surroundings } from './cluster-state.ts';
import { diagnosisText, noNodes } from './diagnosis.ts';
import { Placement } from './placement.ts';

/** Where a pod would go, or why it would go nowhere. */
export interface PodPlacement {
  readonly pod: Pod;
  /** Null: no node takes it. */
  readonly nodeName: string | null;
  /** In the scheduler's words, `0/3 nodes are available: 3 Insufficient cpu.`; empty when it has a node. */
  readonly reason: string;
  /** Nodes by reason, when it has none. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface PlaceOptions {
  /** `first` (the default): the first node that fits, in turn. `best`: the one with the best score, the first among equals. */
  readonly choose?: 'first' | 'best';
  /** Only these nodes come into question; their neighbours count all the same. */
  readonly among?: (node: Node) => boolean;
}

/** Nothing beside nodes and pods: no Service spreads pods, and namespaces have no labels but their names. */
export const noSurroundings: Surroundings = {
  services: () => [],
  ownerSelector: () => undefined,
  namespaceLabels: (namespace) => ({ 'kubernetes.io/metadata.name': namespace }),
};

const noCounts: ReadonlyMap<string, number> = new Map();

/** Always keeps the first of equals. */
class FirstOfEquals extends RandomStream {
  override integer(): number {
    return 0;
  }
}

/** A cluster as it could be. */
export class WhatIf {
  readonly #state: ClusterState;
  readonly #placement: Placement;
  readonly #stream = new FirstOfEquals(0, 0, 0, 0);
  /** How to undo what the open trials have done, and where each began. */
  readonly #undo: (() => void)[] = [];
  readonly #trials: number[] = [];

  private constructor(state: ClusterState) {
    this.#state = state;
    this.#placement = new Placement(state);
  }

  /** A cluster of its own: pods with a nodeName that have not finished stand on their nodes. */
  static of(nodes: Iterable<Node>, pods: Iterable<Pod>, surroundings = noSurroundings): WhatIf {
    const state = new ClusterState(surroundings);
    for (const node of nodes) state.putNode(node);
    for (const pod of pods)
      if (pod.spec.nodeName !== undefined && !isFinished(pod)) state.place(pod, pod.spec.nodeName);
    return new WhatIf(state);
  }

  /** The scheduler's own view of the running cluster; it may be changed within `trial` only. */
  static over(state: ClusterState): WhatIf {
    return new WhatIf(state);
  }

  /** Does something, answers, and undoes all of it. Trials may be nested. */
  trial<T>(ask: () => T): T {
    const { version } = this.#state;
    const { start } = this.#placement;
    this.#trials.push(this.#undo.length);
    try {
      return ask();
    } finally {
      const begin = this.#trials.pop()!;
      while (this.#undo.length > begin) this.#undo.pop()!();
      this.#state.version = version;
      this.#placement.start = start;
    }
  }

  /** Names of the nodes, in the order in which the scheduler looks at them. */
  nodeNames(): readonly string[] {
    const { nodes, order } = this.#state.table;
    return Array.from(order.list(), (slot) => nodes[slot]!.metadata.name);
  }

  /** The pods on a node, in no particular order. */
  podsOn(nodeName: string): readonly Pod[] {
    const slot = this.#state.table.slots.get(nodeName);
    return slot === undefined ? [] : this.#state.podsOn(slot).map(({ pod }) => pod);
  }

  /** Adds a node, which need not be more than a template with a name of its own. */
  addNode(node: Node): void {
    const { name } = node.metadata;
    assert(!this.#state.table.slots.has(name), `There is no node ${name} yet.`);
    const order = this.#state.table.order.snapshot();
    this.#state.putNode(node);
    this.#record(() => {
      this.#state.dropNode(name);
      this.#state.table.order.restore(order);
    });
  }

  /** Takes a node away with its pods, which are returned: they are to be placed elsewhere, or not. */
  removeNode(name: string): readonly Pod[] {
    const { table } = this.#state;
    const slot = table.slots.get(name);
    assert(slot !== undefined, `There is a node ${name}.`);
    const node = table.nodes[slot]!;
    const pods = this.podsOn(name);
    for (const pod of pods) this.removePod(pod);
    const order = table.order.snapshot();
    this.#state.dropNode(name);
    this.#record(() => {
      this.#state.putNode(node);
      table.order.restore(order);
    });
    return pods;
  }

  /** Puts a pod on a node, whether it fits or not. */
  addPod(pod: Pod, nodeName: string): void {
    const placed = this.#state.place(pod, nodeName);
    this.#record(() => this.#state.take(placed));
  }

  /** Takes a pod off its node; false: it is on none. */
  removePod(pod: Pod): boolean {
    const placed = this.#state.placed(pod.metadata.uid);
    if (placed === undefined) return false;
    this.#state.take(placed);
    this.#record(() => this.#state.restore(placed));
    return true;
  }

  /** Why a node would not take a pod, reason by reason; empty: it would. The pod must not be on a node. */
  reasonsAgainst(pod: Pod, nodeName: string): readonly string[] {
    const slot = this.#state.table.slots.get(nodeName);
    assert(slot !== undefined, `There is a node ${nodeName}.`);
    this.#placement.begin(this.#state.groupOf(pod), pod.metadata.uid);
    return this.#placement.rejection(slot)?.reasons ?? [];
  }

  /** Finds a node for a pod that is on none, whatever its nodeName says, and puts it there. */
  place(pod: Pod, options: PlaceOptions = {}): PodPlacement {
    const { uid } = pod.metadata;
    const state = this.#state;
    if (state.table.size === 0) return { pod, nodeName: null, reason: noNodes, counts: noCounts };
    const group = state.groupOf(pod);
    const { among } = options;
    const { nodes } = state.table;
    this.#placement.allows = among === undefined ? null : (slot) => among(nodes[slot]!);
    const slot =
      options.choose === 'best'
        ? this.#placement.best(group, this.#stream, uid)
        : this.#placement.first(group, uid);
    this.#placement.allows = null;
    if (slot >= 0) {
      const nodeName = nodes[slot]!.metadata.name;
      this.addPod(pod, nodeName);
      return { pod, nodeName, reason: '', counts: noCounts };
    }
    const diagnosis = this.#placement.diagnose(group, uid);
    const reason = diagnosisText(diagnosis.nodes, diagnosis.counts, diagnosis.conflict);
    return { pod, nodeName: null, reason, counts: diagnosis.counts };
  }

  /** Places pods one after the other, each beside those before; the answers are in the same order. */
  placeAll(pods: Iterable<Pod>, options: PlaceOptions = {}): readonly PodPlacement[] {
    const placements: PodPlacement[] = [];
    for (const pod of pods) placements.push(this.place(pod, options));
    return placements;
  }

  #record(undo: () => void): void {
    if (this.#trials.length > 0) this.#undo.push(undo);
  }
}

/**
 * Where these pods would go, one after the other, on these nodes beside the existing pods: a pure question about plain objects. With
 * `surroundings` the system's default spreading counts Services and owners as the scheduler does.
 */
export function canPlace(
  pods: Iterable<Pod>,
  nodes: Iterable<Node>,
  existing: Iterable<Pod>,
  options: PlaceOptions & { readonly surroundings?: Surroundings } = {},
): readonly PodPlacement[] {
  return WhatIf.of(nodes, existing, options.surroundings).placeAll(pods, options);
}

export type { PlacedPod, Surroundings };
