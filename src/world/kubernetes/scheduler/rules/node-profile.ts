/**
 * Fidelity: what follows for a node from its labels, taints and cordon alone (plugins NodeUnschedulable, TaintToleration, NodeAffinity
 * of kube-scheduler 1.32), remembered by node for all pods that ask for the same. It is looked at again only where a node changed.
 */
import type { Node } from '../../objects/node.ts';
import type { PodSpec } from '../../objects/pod.ts';
import {
  acceptsNode,
  namedNodes,
  nodePreference,
  toleratesCordon,
  untoleratedPreferences,
  untoleratedTaint,
} from '../node-match.ts';
import type { NodeTable } from '../node-table.ts';

/** Bits that say what a node meets. */
export const schedulableNode = 1;
export const toleratedNode = 2;
export const acceptedNode = 4;
export const allMet = 7;

type Wish = { readonly [Part in 'nodeSelector' | 'affinity' | 'tolerations']: PodSpec[Part] | undefined };

export class NodeProfile {
  /** Unique among the profiles of a cluster. */
  readonly id: number;
  readonly wish: Wish;
  /** The only nodes that can be meant, or null for all. */
  readonly names: readonly string[] | null;
  /** Whether terms of preferred node affinity count. */
  readonly prefers: boolean;
  /** By slot, after `refresh`, unless a single node is named: `metAt` knows both. */
  met = new Uint8Array(0);
  /** Weights of preferred terms by slot, and taints of effect PreferNoSchedule that are not tolerated. */
  preference = new Float64Array(0);
  dislikes = new Float64Array(0);
  /** Nodes with such taints. */
  disliked = 0;
  /** Counts up with what changes `met`. */
  version = 0;
  readonly #table: NodeTable;
  readonly #passesCordon: boolean;
  /** A pod of a DaemonSet: nothing is worth remembering. */
  readonly #single: boolean;
  #seen = 0;

  constructor(table: NodeTable, id: number, { nodeSelector, affinity, tolerations }: PodSpec) {
    this.#table = table;
    this.id = id;
    this.wish = { nodeSelector, affinity, tolerations };
    this.names = namedNodes(affinity);
    this.#single = (this.names?.length ?? 2) < 2;
    const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    this.prefers = (preferred?.length ?? 0) > 0;
    this.#passesCordon = toleratesCordon(tolerations);
  }

  /** Takes in what happened to nodes. */
  refresh(): void {
    const { changes, capacity, nodes } = this.#table;
    if (this.#seen === changes.length || this.#single) return;
    if (this.met.length < capacity) this.#enlarge(capacity);
    // A profile that has missed more changes than there are nodes looks at every node once.
    if (changes.length - this.#seen > nodes.length)
      for (let slot = 0; slot < nodes.length; slot++) this.#look(slot);
    else for (let at = this.#seen; at < changes.length; at++) this.#look(changes[at]);
    this.#seen = changes.length;
    this.version++;
  }

  /** What one node meets, whether remembered or not. */
  metBy(node: Node): number {
    const { spec } = node;
    const { tolerations } = this.wish;
    let met = 0;
    if (spec.unschedulable !== true || this.#passesCordon) met |= schedulableNode;
    if (untoleratedTaint(tolerations, spec.taints) === null) met |= toleratedNode;
    if (acceptsNode(this.wish, node)) met |= acceptedNode;
    return met;
  }

  /** What each node meets by slot, or null where it has to be asked for. */
  get remembered(): Uint8Array | null {
    return this.#single ? null : this.met;
  }

  /** As `metBy`, of the node in a slot, after `refresh`; 0 for a free slot. */
  metAt(slot: number): number {
    if (!this.#single) return this.met[slot];
    const node = this.#table.nodes[slot];
    return node === null ? 0 : this.metBy(node);
  }

  #look(slot: number): void {
    const node = this.#table.nodes[slot];
    const before = this.dislikes[slot];
    this.met[slot] = node === null ? 0 : this.metBy(node);
    this.dislikes[slot] =
      node === null ? 0 : untoleratedPreferences(prefersTolerations(this.wish), node.spec.taints);
    this.disliked += Number(this.dislikes[slot] > 0) - Number(before > 0);
    if (this.prefers) this.preference[slot] = node === null ? 0 : nodePreference(this.wish.affinity, node);
  }

  #enlarge(capacity: number): void {
    const { met, preference, dislikes } = this;
    this.met = new Uint8Array(capacity);
    this.met.set(met);
    this.dislikes = new Float64Array(capacity);
    this.dislikes.set(dislikes);
    if (!this.prefers) return;
    this.preference = new Float64Array(capacity);
    this.preference.set(preference);
  }
}

/** Tolerations that can tolerate a taint of effect PreferNoSchedule. */
function prefersTolerations({ tolerations }: Wish): PodSpec['tolerations'] {
  return tolerations?.filter(
    ({ effect }) => effect === undefined || effect === '' || effect === 'PreferNoSchedule',
  );
}

/** Profiles by what they ask for. */
export class NodeProfiles {
  readonly #table: NodeTable;
  readonly #known = new Map<string, NodeProfile>();
  #made = 0;

  constructor(table: NodeTable) {
    this.#table = table;
  }

  of(spec: PodSpec): NodeProfile {
    const { nodeSelector, affinity, tolerations } = spec;
    // Those that name their nodes remember nothing, so there is nothing to share.
    if (namedNodes(affinity) !== null) return new NodeProfile(this.#table, this.#made++, spec);
    const key = JSON.stringify([nodeSelector, affinity?.nodeAffinity, tolerations]);
    let profile = this.#known.get(key);
    if (profile === undefined) {
      profile = new NodeProfile(this.#table, this.#made++, spec);
      this.#known.set(key, profile);
    }
    return profile;
  }
}
