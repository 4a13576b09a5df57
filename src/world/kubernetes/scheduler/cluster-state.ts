/**
 * Fidelity: the scheduler's cache (scheduler internal/cache, 1.32): nodes, and the pods on them including those that it has just decided
 * on ("assumed"). Simplified: there is no snapshot beside the cache, since nothing changes within a cycle. Also what questions of
 * "what if" are asked of: whatever is placed can be taken off again.
 */
import { assert } from '../../../base/assert.ts';
import type { LabelSelector, Labels, OwnerReference } from '../objects/meta.ts';
import { controllerOf } from '../objects/meta.ts';
import type { Node } from '../objects/node.ts';
import { isFinished, type Pod } from '../objects/pod.ts';
import { containsAll } from '../objects/selector.ts';
import type { Service } from '../objects/services.ts';
import { NodeTable } from './node-table.ts';
import { type PodDemand, PodDemands } from './pod-demand.ts';
import { PodGroup } from './pod-group.ts';
import { countPlaced, type KinMember, type PodKin, PodKinships } from './pod-kin.ts';
import { ImagesOfNodes } from './rules/images.ts';
import { type NodeProfile, NodeProfiles } from './rules/node-profile.ts';
import { Eligibility, Topology } from './rules/topology.ts';
import type { VolumeTerms } from './rules/volumes.ts';
import type { Alike, StateView } from './state-view.ts';

/** A pod on a node. */
export interface PlacedPod extends KinMember {
  pod: Pod;
  group: PodGroup;
  readonly nodeName: string;
  /** Decided on, and not yet seen bound. */
  assumed: boolean;
  atOfNode: number;
}

/** What else the scheduler looks at; anything that reads the API's objects. */
export interface Surroundings {
  services(namespace: string): Iterable<Service>;
  /** The selector of a ReplicaSet, StatefulSet or ReplicationController; undefined: gone, or another kind of owner. */
  ownerSelector(namespace: string, owner: OwnerReference): LabelSelector | undefined;
  namespaceLabels(namespace: string): Labels | undefined;
  /** Absent: volumes can be reached from everywhere. */
  readonly volumeTerms?: VolumeTerms;
}

export class ClusterState implements StateView {
  readonly table = new NodeTable();
  readonly images = new ImagesOfNodes();
  readonly kinships: PodKinships;
  readonly surroundings: Surroundings;
  /** Counts up with every change. */
  version = 0;
  /** Counts up when Services or owners' selectors may have changed. */
  selectorsVersion = 0;
  readonly #profiles: NodeProfiles;
  readonly #demands: PodDemands;
  readonly #topologies = new Map<string, Topology>();
  readonly #eligibilities = new Map<string, Eligibility>();
  readonly #placed = new Map<string, PlacedPod>();
  readonly #ofNode: PlacedPod[][] = [];
  /** Pods of nodes that are not known, by node name. */
  readonly #astray = new Map<string, Set<PlacedPod>>();
  readonly #groups = new WeakMap<PodDemand, WeakMap<PodKin, PodGroup[]>>();
  #marks = new Uint8Array(64);

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.#profiles = new NodeProfiles(this.table);
    this.#demands = new PodDemands(this.table, this.#profiles);
    this.kinships = new PodKinships(
      () => this.table.capacity,
      (namespace) => surroundings.namespaceLabels(namespace),
    );
  }

  putNode(node: Node): number {
    this.version++;
    const slot = this.table.put(node);
    this.images.put(slot, node.status.images);
    this.#ofNode[slot] ??= [];
    const waiting = this.#astray.get(node.metadata.name);
    if (waiting === undefined) return slot;
    this.#astray.delete(node.metadata.name);
    for (const placed of waiting) this.#attach(placed, slot);
    return slot;
  }

  /** Pods that are still bound to it are kept in mind, should a node of this name come back. */
  dropNode(name: string): void {
    const slot = this.table.slots.get(name);
    if (slot === undefined) return;
    this.version++;
    const left = [...this.#ofNode[slot]];
    for (const placed of left) this.#detach(placed);
    this.images.put(slot, undefined);
    this.table.drop(slot);
    if (left.length > 0) this.#astray.set(name, new Set(left));
  }

  /** Puts a pod on a node that may not be known yet. */
  place(pod: Pod, nodeName: string): PlacedPod {
    const group = this.groupOf(pod);
    const { uid, deletionTimestamp } = pod.metadata;
    assert(!this.#placed.has(uid), `The pod ${pod.metadata.name} is placed once.`);
    this.version++;
    const terminating = deletionTimestamp !== undefined;
    const placed: PlacedPod = {
      pod,
      group,
      slot: -1,
      nodeName,
      terminating,
      assumed: false,
      atOfKin: -1,
      atOfNode: -1,
    };
    this.#enter(placed);
    return placed;
  }

  /** Puts back a pod that `take` took. */
  restore(placed: PlacedPod): void {
    this.version++;
    // Its kin may have been forgotten meanwhile; then there is nobody else of that kin.
    if (!placed.group.kin.known) placed.group = this.groupOf(placed.pod);
    this.#enter(placed);
  }

  /** Takes a pod off its node. */
  take(placed: PlacedPod): void {
    this.version++;
    if (placed.slot >= 0) this.#detach(placed);
    else {
      const astray = this.#astray.get(placed.nodeName);
      astray?.delete(placed);
      if (astray?.size === 0) this.#astray.delete(placed.nodeName);
    }
    this.#placed.delete(placed.pod.metadata.uid);
    const { kin } = placed.group;
    const last = kin.placed.pop()!;
    if (last !== placed) {
      kin.placed[placed.atOfKin] = last;
      last.atOfKin = placed.atOfKin;
    }
    this.kinships.leave(kin);
  }

  /** Takes a pod off for a moment, to see what would be: `putBack` follows before anything else happens. */
  lift(placed: PlacedPod): void {
    this.#detach(placed);
  }

  putBack(placed: PlacedPod, slot: number): void {
    this.#attach(placed, slot);
  }

  placed(uid: string): PlacedPod | undefined {
    return this.#placed.get(uid);
  }

  /** Pods of the node in a slot, in no particular order. */
  podsOn(slot: number): readonly PlacedPod[] {
    return this.#ofNode[slot];
  }

  /** A bound pod as it is now; whether that matters to anybody else. */
  observe(pod: Pod): boolean {
    const { uid, labels, deletionTimestamp } = pod.metadata;
    const placed = this.#placed.get(uid);
    if (isFinished(pod) || pod.spec.nodeName === undefined) {
      if (placed === undefined || pod.spec.nodeName === undefined) return false;
      this.take(placed);
      return true;
    }
    if (placed === undefined) {
      this.place(pod, pod.spec.nodeName);
      return true;
    }
    const before = placed.pod;
    placed.assumed = false;
    if (before.metadata.labels !== labels || before.spec.containers !== pod.spec.containers) {
      this.take(placed);
      this.place(pod, pod.spec.nodeName);
      return true;
    }
    placed.pod = pod;
    if (deletionTimestamp !== undefined && !placed.terminating) this.#ends(placed);
    return false;
  }

  groupOf(pod: Pod): PodGroup {
    const { namespace = '', labels } = pod.metadata;
    const kin = this.kinships.kinOf(namespace, labels);
    const demand = this.#demands.of(pod.spec);
    const owner = controllerOf(pod);
    let byKin = this.#groups.get(demand);
    if (byKin === undefined) {
      byKin = new WeakMap();
      this.#groups.set(demand, byKin);
    }
    const groups = byKin.get(kin);
    if (groups !== undefined) for (const group of groups) if (group.owner?.uid === owner?.uid) return group;
    const group = new PodGroup(this, demand, kin, owner, this.surroundings.volumeTerms);
    if (groups === undefined) byKin.set(kin, [group]);
    else groups.push(group);
    return group;
  }

  topology(key: string): Topology {
    let topology = this.#topologies.get(key);
    if (topology === undefined) {
      topology = new Topology(this.table, key);
      this.#topologies.set(key, topology);
    }
    return topology;
  }

  eligibility(
    profile: NodeProfile,
    policies: { readonly affinity: boolean; readonly taints: boolean },
    topologies: readonly Topology[],
  ): Eligibility {
    const keys = topologies.map(({ key }) => key).join(' ');
    const key = `${profile.id} ${policies.affinity} ${policies.taints} ${keys}`;
    let eligibility = this.#eligibilities.get(key);
    if (eligibility === undefined) {
      eligibility = new Eligibility(this.table, profile, policies, topologies);
      this.#eligibilities.set(key, eligibility);
    }
    return eligibility;
  }

  /** What the system's default spreading counts: the pods of the same Services and owner; null: none. */
  defaultSelector({ kin, owner }: Alike): LabelSelector | null {
    const { namespace, labels } = kin;
    let matchLabels: Record<string, string> = {};
    for (const { spec } of this.surroundings.services(namespace))
      if (spec.selector !== undefined && containsAll(labels, spec.selector))
        matchLabels = { ...matchLabels, ...spec.selector };
    const ofOwner = owner === undefined ? undefined : this.surroundings.ownerSelector(namespace, owner);
    const expressions = [
      ...Object.entries(ofOwner?.matchLabels ?? {}).map(([key, value]) => ({
        key,
        operator: 'In' as const,
        values: [value],
      })),
      ...(ofOwner?.matchExpressions ?? []),
    ];
    if (Object.keys(matchLabels).length === 0 && expressions.length === 0) return null;
    return { matchLabels, matchExpressions: expressions };
  }

  /** So many zeroes, to be used before the next call. */
  marks(length: number): Uint8Array {
    if (this.#marks.length < length) this.#marks = new Uint8Array(length * 2);
    else this.#marks.fill(0, 0, length);
    return this.#marks;
  }

  #enter(placed: PlacedPod): void {
    const { group, nodeName, pod } = placed;
    this.#placed.set(pod.metadata.uid, placed);
    placed.atOfKin = group.kin.placed.length;
    group.kin.placed.push(placed);
    const slot = this.table.slots.get(nodeName);
    if (slot !== undefined) this.#attach(placed, slot);
    else {
      const astray = this.#astray.get(nodeName) ?? new Set();
      this.#astray.set(nodeName, astray.add(placed));
    }
  }

  #attach(placed: PlacedPod, slot: number): void {
    placed.slot = slot;
    const list = this.#ofNode[slot];
    placed.atOfNode = list.length;
    list.push(placed);
    this.#charge(placed, 1);
  }

  #detach(placed: PlacedPod): void {
    this.#charge(placed, -1);
    const list = this.#ofNode[placed.slot];
    const last = list.pop()!;
    if (last !== placed) {
      list[placed.atOfNode] = last;
      last.atOfNode = placed.atOfNode;
    }
    placed.slot = -1;
  }

  #charge({ slot, group, terminating }: PlacedPod, sign: 1 | -1): void {
    this.table.charge(slot, group.demand, sign);
    countPlaced(group.kin, slot, terminating, sign);
    const { held } = group;
    for (let at = 0; at < held.length; at++) held[at].change(slot, sign);
  }

  #ends(placed: PlacedPod): void {
    this.version++;
    countPlaced(placed.group.kin, placed.slot, placed.terminating, -1);
    placed.terminating = true;
    countPlaced(placed.group.kin, placed.slot, true, 1);
  }
}
