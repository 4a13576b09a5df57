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
import {
  cpuAllocatable,
  cpuRequested,
  memoryAllocatable,
  memoryRequested,
  nodeStride,
  podsAllowed,
  podsPlaced,
} from './node-table.ts';
import type { PodDemand } from './pod-demand.ts';
import type { PodGroup } from './pod-group.ts';
import { type Nomination, Nominations } from './queue/nominations.ts';
import { acceptedNode, allMet, schedulableNode, toleratedNode } from './rules/node-profile.ts';
import { hasRoom, type ResourceFit, ResourceFits } from './rules/resource-fit.ts';
import { imageLocalityScore, normaliseByGreatest, weights } from './rules/scores.ts';

const nowhere = new Int32Array(0);

/** Finds nodes for pods. It changes nothing of the state. */
export class Placement {
  readonly #state: ClusterState;
  readonly #fits: ResourceFits;
  #feasible = new Int32Array(64);
  #totals = new Float64Array(64);
  #scores = new Float64Array(64);
  /** Of the pod being placed. */
  #demand!: PodDemand;
  #group!: PodGroup;
  #fit!: ResourceFit;
  #uid = '';
  #checksPods = false;
  #checksMore = false;
  /** When not null, only these nodes come into question. */
  allows: ((slot: number) => boolean) | null = null;
  /** Pods that room is kept for. */
  readonly nominations = new Nominations();
  /** Where the next search begins in the order of nodes. */
  start = 0;

  constructor(state: ClusterState) {
    this.#state = state;
    this.#fits = new ResourceFits(state.table);
  }

  /** The slot of the best node, a draw of `stream` among equals; -1: there is none. */
  best(group: PodGroup, stream: RandomStream, uid = ''): number {
    const nodes = this.#candidates(group);
    if (nodes.length === 0) return -1;
    this.begin(group, uid);
    const length = this.#search(nodes, feasibleNodesWanted(nodes.length));
    if (length === 0) return -1;
    return length === 1 ? this.#feasible[0] : this.#draw(length, stream);
  }

  /** The slot of the first node that fits, from where the last search ended; -1: there is none. */
  first(group: PodGroup, uid = ''): number {
    const nodes = this.#candidates(group);
    this.begin(group, uid);
    return this.#search(nodes, 1) === 0 ? -1 : this.#feasible[0];
  }

  /** Prepares to ask about single nodes for the pod with this uid: to be called again after each change of the state. */
  begin(group: PodGroup, uid = ''): void {
    this.#group = group;
    this.#uid = uid;
    this.#demand = group.demand;
    group.demand.profile.refresh();
    group.spreadFilter?.begin();
    group.volumes?.begin();
    this.#checksPods = group.interPod.begin();
    this.#checksMore =
      this.#checksPods ||
      group.volumes !== null ||
      group.spreadFilter !== null ||
      group.demand.ports.length > 0 ||
      this.nominations.size > 0 ||
      this.allows !== null;
    this.#fit = this.#fits.of(group.demand);
  }

  /** Whether the node in a slot takes the pod that `begin` named. */
  fits(slot: number): boolean {
    const { versions } = this.#state.table;
    if (this.#fit.seen[slot] !== versions[slot]) this.#fit.look(slot);
    if (this.#fit.answers[slot] < 0 || this.#demand.profile.metAt(slot) !== allMet) return false;
    return !this.#checksMore || this.#suits(slot);
  }

  /** The scores of so many feasible nodes: what `best` draws from. For tests and explanations. */
  scores(group: PodGroup, slots: readonly number[]): readonly number[] {
    this.begin(group);
    this.#makeRoom(slots.length);
    this.#feasible.set(slots);
    for (const slot of slots) this.#fit.look(slot);
    this.#scoreAll(slots.length);
    return [...this.#totals.subarray(0, slots.length)];
  }

  /** Why no node takes a pod. */
  diagnose(group: PodGroup, uid = ''): Diagnosis {
    const order = this.#state.table.order.list();
    const nodes = this.#candidates(group);
    this.begin(group, uid);
    const builder = new DiagnosisBuilder(order.length);
    if (group.demand.profile.names?.length === 0) {
      builder.plugins.add('NodeAffinity');
      builder.conflict = true;
      return builder;
    }
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
    const rejection = this.#rejectedByNode(slot) ?? this.#rejectedByRoom(slot) ?? this.#rejectedByPods(slot);
    if (rejection !== null || this.nominations.size === 0 || this.#fitsBeside(slot)) return rejection;
    return { plugin: 'NodeResourcesFit', reasons: this.#whyNotBeside(slot), resolvable: true };
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
    const { versions } = this.#state.table;
    const fit = this.#fit;
    const { answers, seen } = fit;
    const { profile } = this.#demand;
    const met = profile.remembered;
    const all = allMet;
    const more = this.#checksMore;
    while (looked < count && found < wanted) {
      const slot = nodes[at];
      looked++;
      if (++at === count) at = 0;
      // The same as `fits`, which the optimiser does not take apart as well.
      if (seen[slot] !== versions[slot]) fit.look(slot);
      if (answers[slot] < 0 || (met === null ? profile.metAt(slot) : met[slot]) !== all) continue;
      if (!more || this.#suits(slot)) feasible[found++] = slot;
    }
    const { size } = this.#state.table;
    this.start = size === 0 ? 0 : (this.start + looked) % size;
    return found;
  }

  /** Host ports, and the pods round about. */
  #suits(slot: number): boolean {
    if (this.allows !== null && !this.allows(slot)) return false;
    const { ports } = this.#demand;
    if (ports.length > 0 && this.#state.table.portsCollide(slot, this.#demand)) return false;
    const { spreadFilter, interPod, volumes } = this.#group;
    if (volumes !== null && !volumes.reaches(this.#state.table.nodes[slot]!)) return false;
    if (spreadFilter !== null && spreadFilter.verdict(slot) !== 'fits') return false;
    if (this.#checksPods && interPod.verdict(slot) !== 'fits') return false;
    return this.nominations.size === 0 || this.#fitsBeside(slot);
  }

  /** Whether it fits as well when the pods that were promised this node are there. */
  #fitsBeside(slot: number): boolean {
    const state = this.#state;
    const nodeName = state.table.nodes[slot]!.metadata.name;
    const promised = this.nominations.respected(nodeName, this.#demand.priority, this.#uid);
    if (promised.length === 0) return true;
    return this.#suppose(promised, nodeName, () => this.#hasRoomAmongAll(slot));
  }

  #hasRoomAmongAll(slot: number): boolean {
    const { spreadFilter, interPod } = this.#group;
    if (!hasRoom(this.#state.table, this.#demand, slot)) return false;
    if (this.#state.table.portsCollide(slot, this.#demand)) return false;
    if (spreadFilter !== null && spreadFilter.verdict(slot) !== 'fits') return false;
    return !this.#checksPods || interPod.verdict(slot) === 'fits';
  }

  /** Answers with some pods placed in addition, and takes them off again. */
  #suppose(pods: readonly Nomination[], nodeName: string, answer: () => boolean): boolean {
    const state = this.#state;
    const { version } = state;
    const group = this.#group;
    const placed = pods
      .filter(({ pod }) => state.placed(pod.metadata.uid) === undefined)
      .map(({ pod }) => state.place(pod, nodeName));
    group.spreadFilter?.begin();
    this.#checksPods = group.interPod.begin();
    const result = answer();
    for (const each of placed) state.take(each);
    group.spreadFilter?.begin();
    this.#checksPods = group.interPod.begin();
    state.version = version;
    return result;
  }

  /** The reasons while the pods that were promised this node are there. */
  #whyNotBeside(slot: number): readonly string[] {
    const nodeName = this.#state.table.nodes[slot]!.metadata.name;
    const promised = this.nominations.respected(nodeName, this.#demand.priority, this.#uid);
    let why: readonly string[] = [];
    this.#suppose(promised, nodeName, () => {
      why = (this.#rejectedByRoom(slot) ?? this.#rejectedByPods(slot))?.reasons ?? [];
      return false;
    });
    return why;
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
    if (hasRoom(table, this.#demand, slot)) return null;
    const { core } = table;
    const { cpuMillis, memoryBytes, further } = this.#demand;
    const at = slot * nodeStride;
    const why: string[] = [];
    if (core[at + podsPlaced] + 1 > core[at + podsAllowed]) why.push(reasons.tooManyPods);
    const compare = (name: string, amount: number, allocatable: number, requested: number) => {
      if (amount === 0 || amount <= allocatable - requested) return;
      why.push(`Insufficient ${name}`);
    };
    compare('cpu', cpuMillis, core[at + cpuAllocatable], core[at + cpuRequested]);
    compare('memory', memoryBytes, core[at + memoryAllocatable], core[at + memoryRequested]);
    for (const { resource, amount } of further)
      compare(resource.name, amount, resource.allocatable[slot], resource.requested[slot]);
    // From 1.34 on a node that is too small even when empty counts as beyond help; in 1.32 it does not.
    return { plugin: 'NodeResourcesFit', reasons: why, resolvable: true };
  }

  #rejectedByPods(slot: number): Rejection | null {
    const { spreadFilter, interPod, volumes } = this.#group;
    if (volumes?.reaches(this.#state.table.nodes[slot]!) === false)
      return { plugin: 'VolumeBinding', reasons: [reasons.volumes], resolvable: false };
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
    let equals = 0;
    for (let at = 0; at < length; at++) {
      const total = totals[at];
      if (total < best) continue;
      equals = total > best ? 1 : equals + 1;
      best = total;
    }
    // One draw among all equals has the odds of upstream's draw for each of them.
    let left = stream.integer(equals);
    let at = 0;
    while (totals[at] !== best || left-- > 0) at++;
    return this.#feasible[at];
  }

  #scoreAll(length: number): void {
    const { profile, images } = this.#demand;
    const { spreadScore, interPod } = this.#group;
    const slots = this.#feasible;
    const scores = this.#scores;
    const totals = this.#totals;
    const { answers } = this.#fit;
    for (let at = 0; at < length; at++) totals[at] = answers[slots[at]];
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
    if (spreadScore.begin()) spreadScore.addTo(totals, slots, length, scores);
    if (interPod.beginScore()) {
      interPod.score(slots, length, scores);
      this.#add(length, weights.interPodAffinity);
    }
    if (images.length > 0) this.#scoreImages(length);
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
