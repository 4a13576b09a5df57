/**
 * Fidelity: one scheduling cycle of kube-scheduler 1.32 (schedule_one.go): the filters in their order over nodes from a rotating start
 * until enough are found, then the scores of the default profile, and a draw among the best. Simplified: nodes are looked at one after the
 * other (upstream asks 16 at once, and may so find a few more than enough).
 */
import type { RandomStream } from '../../../base/random.ts';
import type { ClusterState } from './cluster-state.ts';
import { type Diagnosis, DiagnosisBuilder, type Rejection, reasons, taintReason } from './diagnosis.ts';
import { untoleratedTaint } from './node-match.ts';
import { feasibleNodesWanted } from './node-order.ts';
import { acceptedNode, allMet, schedulableNode, toleratedNode } from './node-profile.ts';
import {
  cpuAllocatable,
  cpuRequested,
  cpuScored,
  memoryAllocatable,
  memoryRequested,
  memoryScored,
  nodeStride,
  podsAllowed,
  podsPlaced,
} from './node-table.ts';
import type { PodDemand } from './pod-demand.ts';
import type { PodGroup } from './pod-group.ts';
import {
  balancedAllocationScore,
  imageLocalityScore,
  leastAllocatedScore,
  normaliseByGreatest,
  weights,
} from './scores.ts';

const nowhere = new Int32Array(0);

/** Finds nodes for pods. It changes nothing of the state. */
export class Placement {
  readonly #state: ClusterState;
  #feasible = new Int32Array(64);
  #totals = new Float64Array(64);
  #scores = new Float64Array(64);
  /** Of the pod being placed. */
  #demand!: PodDemand;
  #group!: PodGroup;
  #checksPods = false;
  /** Where the next search begins in the order of nodes. */
  start = 0;

  constructor(state: ClusterState) {
    this.#state = state;
  }

  /** The slot of the best node, a draw of `stream` among equals; -1: there is none. */
  best(group: PodGroup, stream: RandomStream): number {
    const nodes = this.#candidates(group);
    if (nodes.length === 0) return -1;
    this.begin(group);
    const length = this.#search(nodes, feasibleNodesWanted(nodes.length));
    if (length === 0) return -1;
    return length === 1 ? this.#feasible[0] : this.#draw(length, stream);
  }

  /** The slot of the first node that fits, from where the last search ended; -1: there is none. */
  first(group: PodGroup): number {
    const nodes = this.#candidates(group);
    this.begin(group);
    return this.#search(nodes, 1) === 0 ? -1 : this.#feasible[0];
  }

  /** Prepares to ask about single nodes: to be called again after each change of the state. */
  begin(group: PodGroup): void {
    this.#group = group;
    this.#demand = group.demand;
    group.demand.profile.refresh();
    group.spreadFilter?.begin();
    this.#checksPods = group.interPod.begin();
  }

  /** Whether the node in a slot takes the pod that `begin` named. */
  fits(slot: number): boolean {
    return this.#demand.profile.metAt(slot) === allMet && this.#hasRoom(slot) && this.#suits(slot);
  }

  /** The scores of so many feasible nodes: what `best` draws from. For tests and explanations. */
  scores(group: PodGroup, slots: readonly number[]): readonly number[] {
    this.begin(group);
    this.#makeRoom(slots.length);
    this.#feasible.set(slots);
    this.#scoreAll(slots.length);
    return [...this.#totals.subarray(0, slots.length)];
  }

  /** Why no node takes a pod. */
  diagnose(group: PodGroup): Diagnosis {
    const order = this.#state.table.order.list();
    const nodes = this.#candidates(group);
    this.begin(group);
    const builder = new DiagnosisBuilder(order.length);
    if (group.demand.profile.names !== null) {
      builder.count(reasons.notNamed, order.length - nodes.length);
      if (nodes.length < order.length) builder.plugins.add('NodeAffinity');
    }
    for (const slot of nodes) {
      const rejection = this.rejection(slot);
      if (rejection !== null) builder.add(slot, rejection);
    }
    return builder;
  }

  /** Why the node in a slot does not take the pod that `begin` named; null: it does. */
  rejection(slot: number): Rejection | null {
    return this.#rejectedByNode(slot) ?? this.#rejectedByRoom(slot) ?? this.#rejectedByPods(slot);
  }

  #candidates({ demand: { profile } }: PodGroup): Int32Array {
    const { table } = this.#state;
    if (profile.names === null) return table.order.list();
    const slots: number[] = [];
    for (const name of profile.names) {
      const slot = table.slots.get(name);
      if (slot !== undefined) slots.push(slot);
    }
    return slots.length === 0 ? nowhere : Int32Array.from(slots);
  }

  /** Fills in feasible nodes until there are enough; returns how many. */
  #search(nodes: Int32Array, wanted: number): number {
    this.#makeRoom(wanted);
    const feasible = this.#feasible;
    const count = nodes.length;
    const named = this.#demand.profile.names !== null;
    let at = named || this.start >= count ? 0 : this.start;
    let found = 0;
    let looked = 0;
    while (looked < count && found < wanted) {
      const slot = nodes[at];
      looked++;
      if (++at === count) at = 0;
      if (this.fits(slot)) feasible[found++] = slot;
    }
    const all = this.#state.table.size;
    this.start = all === 0 ? 0 : (this.start + looked) % all;
    return found;
  }

  #hasRoom(slot: number): boolean {
    const { core } = this.#state.table;
    const { cpuMillis, memoryBytes, further } = this.#demand;
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

  /** Host ports, and the pods round about. */
  #suits(slot: number): boolean {
    const { ports } = this.#demand;
    if (ports.length > 0 && this.#state.table.portsCollide(slot, this.#demand)) return false;
    const { spreadFilter, interPod } = this.#group;
    if (spreadFilter !== null && spreadFilter.verdict(slot) !== 'fits') return false;
    return !this.#checksPods || interPod.verdict(slot) === 'fits';
  }

  #rejectedByNode(slot: number): Rejection | null {
    const { profile } = this.#demand;
    const met = profile.metAt(slot);
    if (met === allMet) return null;
    const refuse = (plugin: Rejection['plugin'], reason: string): Rejection => ({
      plugin,
      reasons: [reason],
      resolvable: false,
    });
    if ((met & schedulableNode) === 0) return refuse('NodeUnschedulable', reasons.unschedulable);
    if ((met & toleratedNode) === 0) {
      const taint = untoleratedTaint(profile.wish.tolerations, this.#state.table.nodes[slot]?.spec.taints);
      return refuse('TaintToleration', taintReason(taint!));
    }
    return (met & acceptedNode) === 0 ? refuse('NodeAffinity', reasons.affinity) : null;
  }

  #rejectedByRoom(slot: number): Rejection | null {
    const { table } = this.#state;
    if (table.portsCollide(slot, this.#demand))
      return { plugin: 'NodePorts', reasons: [reasons.ports], resolvable: true };
    if (this.#hasRoom(slot)) return null;
    const { core } = table;
    const { cpuMillis, memoryBytes, further } = this.#demand;
    const at = slot * nodeStride;
    const why: string[] = [];
    let resolvable = true;
    if (core[at + podsPlaced] + 1 > core[at + podsAllowed]) why.push(reasons.tooManyPods);
    const compare = (name: string, amount: number, allocatable: number, requested: number) => {
      if (amount === 0 || amount <= allocatable - requested) return;
      why.push(`Insufficient ${name}`);
      // Even the empty node would be too small.
      if (amount > allocatable) resolvable = false;
    };
    compare('cpu', cpuMillis, core[at + cpuAllocatable], core[at + cpuRequested]);
    compare('memory', memoryBytes, core[at + memoryAllocatable], core[at + memoryRequested]);
    for (const { resource, amount } of further)
      compare(resource.name, amount, resource.allocatable[slot], resource.requested[slot]);
    return { plugin: 'NodeResourcesFit', reasons: why, resolvable };
  }

  #rejectedByPods(slot: number): Rejection | null {
    const { spreadFilter, interPod } = this.#group;
    const spread = spreadFilter?.verdict(slot) ?? 'fits';
    if (spread === 'unlabelled')
      return { plugin: 'PodTopologySpread', reasons: [reasons.spreadLabel], resolvable: false };
    if (spread === 'skewed')
      return { plugin: 'PodTopologySpread', reasons: [reasons.spread], resolvable: true };
    const verdict = this.#checksPods ? interPod.verdict(slot) : 'fits';
    if (verdict === 'fits') return null;
    const reason =
      verdict === 'affinity'
        ? reasons.podAffinity
        : verdict === 'anti-affinity'
          ? reasons.podAntiAffinity
          : reasons.existingAntiAffinity;
    return { plugin: 'InterPodAffinity', reasons: [reason], resolvable: verdict !== 'affinity' };
  }

  #draw(length: number, stream: RandomStream): number {
    this.#scoreAll(length);
    const totals = this.#totals;
    let best = -1;
    let chosen = 0;
    let equals = 0;
    for (let at = 0; at < length; at++) {
      if (totals[at] < best) continue;
      if (totals[at] > best) {
        best = totals[at];
        chosen = at;
        equals = 1;
        // Each of those that are equal is kept with the same probability in the end.
      } else if (stream.integer(++equals) === 0) chosen = at;
    }
    return this.#feasible[chosen];
  }

  #scoreAll(length: number): void {
    this.#scoreResources(length);
    const { profile, images } = this.#demand;
    const { spreadScore, interPod } = this.#group;
    const slots = this.#feasible;
    const scores = this.#scores;
    // A plugin that gives every node the same changes nothing, and is left out.
    if (profile.disliked > 0) {
      this.#take(profile.dislikes, length);
      normaliseByGreatest(scores, length, true);
      this.#add(length, weights.taintToleration);
    }
    if (profile.prefers && profile.preference.length > 0) {
      this.#take(profile.preference, length);
      normaliseByGreatest(scores, length, false);
      this.#add(length, weights.nodeAffinity);
    }
    if (spreadScore.begin()) {
      spreadScore.score(slots, length, scores);
      this.#add(length, weights.podTopologySpread);
    }
    if (interPod.beginScore()) {
      interPod.score(slots, length, scores);
      this.#add(length, weights.interPodAffinity);
    }
    if (images.length > 0) this.#scoreImages(length);
  }

  #scoreResources(length: number): void {
    const { core } = this.#state.table;
    const { cpuMillis, memoryBytes, scoredCpuMillis, scoredMemoryBytes } = this.#demand;
    const slots = this.#feasible;
    const totals = this.#totals;
    for (let each = 0; each < length; each++) {
      const at = slots[each] * nodeStride;
      const cpu = core[at + cpuAllocatable];
      const memory = core[at + memoryAllocatable];
      totals[each] =
        leastAllocatedScore(
          core[at + cpuScored] + scoredCpuMillis,
          cpu,
          core[at + memoryScored] + scoredMemoryBytes,
          memory,
        ) +
        balancedAllocationScore(
          core[at + cpuRequested] + cpuMillis,
          cpu,
          core[at + memoryRequested] + memoryBytes,
          memory,
        );
    }
  }

  #scoreImages(length: number): void {
    const { images: known, table } = this.#state;
    const { images } = this.#demand;
    if (!images.some((image) => known.sizes(image) !== undefined)) return;
    const slots = this.#feasible;
    for (let each = 0; each < length; each++) {
      let bytes = 0;
      for (const image of images) {
        const sizes = known.sizes(image);
        const size = sizes?.get(slots[each]);
        if (size !== undefined) bytes += Math.floor(size * (sizes!.size / table.size));
      }
      this.#totals[each] += imageLocalityScore(bytes, images.length) * weights.imageLocality;
    }
  }

  #take(bySlot: Float64Array, length: number): void {
    for (let at = 0; at < length; at++) this.#scores[at] = bySlot[this.#feasible[at]];
  }

  #add(length: number, weight: number): void {
    for (let at = 0; at < length; at++) this.#totals[at] += this.#scores[at] * weight;
  }

  #makeRoom(length: number): void {
    if (this.#feasible.length >= length) return;
    const size = Math.max(length, this.#feasible.length * 2);
    this.#feasible = new Int32Array(size);
    this.#totals = new Float64Array(size);
    this.#scores = new Float64Array(size);
  }
}
