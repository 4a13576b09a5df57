/**
 * Fidelity: topology keys and how many pods of some sort each topology domain has (PodTopologySpread and InterPodAffinity of
 * kube-scheduler 1.32). Upstream counts over all pods in every cycle; here the same numbers are kept up to date as pods come and go, and
 * summed anew only when nodes have changed.
 */

import type { NodeTable } from '../node-table.ts';
import type { NodeProfile } from './node-profile.ts';
import { acceptedNode, toleratedNode } from './node-profile.ts';

/** Which domain of a topology key, e.g. which zone, each node belongs to. */
export class Topology {
  readonly key: string;
  /** By slot, after `refresh`; -1: the node lacks the label. */
  domainOf = new Int32Array(0);
  /** The labels' values by domain; domains without nodes stay. */
  readonly values: string[] = [];
  /** Nodes without the label. */
  unlabelled = 0;
  /** Counts up with changes. */
  version = 0;
  readonly #table: NodeTable;
  /** 1 where there is a node without the label. */
  #lacking = new Uint8Array(0);
  readonly #domains = new Map<string, number>();
  #seen = 0;

  constructor(table: NodeTable, key: string) {
    this.#table = table;
    this.key = key;
  }

  refresh(): void {
    const { changes, capacity } = this.#table;
    if (this.#seen === changes.length) return;
    if (this.domainOf.length < capacity) {
      const longer = new Int32Array(capacity).fill(-1);
      longer.set(this.domainOf);
      this.domainOf = longer;
      const lacking = new Uint8Array(capacity);
      lacking.set(this.#lacking);
      this.#lacking = lacking;
    }
    for (; this.#seen < changes.length; this.#seen++) this.#look(changes[this.#seen]);
  }

  #look(slot: number): void {
    const node = this.#table.nodes[slot];
    const value = node?.metadata.labels?.[this.key];
    const lacks = node !== null && value === undefined ? 1 : 0;
    this.unlabelled += lacks - this.#lacking[slot];
    this.#lacking[slot] = lacks;
    const domain = value === undefined ? -1 : this.#domainNamed(value);
    if (this.domainOf[slot] === domain) return;
    this.domainOf[slot] = domain;
    this.version++;
  }

  #domainNamed(value: string): number {
    let domain = this.#domains.get(value);
    if (domain === undefined) {
      domain = this.values.push(value) - 1;
      this.#domains.set(value, domain);
    }
    return domain;
  }
}

/** Which nodes count for a spread constraint. */
export class Eligibility {
  readonly #table: NodeTable;
  readonly #profile: NodeProfile;
  readonly #mask: number;
  readonly #topologies: readonly Topology[];
  /** 1 where a node counts, by slot. */
  nodes = new Uint8Array(0);
  version = -1;
  #changes = -1;

  /** All topologies must be labelled; `affinity` and `taints`: the node inclusion policies are `Honor`. */
  constructor(
    table: NodeTable,
    profile: NodeProfile,
    policies: { readonly affinity: boolean; readonly taints: boolean },
    topologies: readonly Topology[],
  ) {
    this.#table = table;
    this.#profile = profile;
    this.#mask = (policies.affinity ? acceptedNode : 0) | (policies.taints ? toleratedNode : 0);
    this.#topologies = topologies;
  }

  refresh(): void {
    const { changes, capacity, nodes } = this.#table;
    if (this.#changes === changes.length) return;
    this.#changes = changes.length;
    this.#profile.refresh();
    for (const topology of this.#topologies) topology.refresh();
    if (this.nodes.length < capacity) this.nodes = new Uint8Array(capacity);
    for (let slot = 0; slot < nodes.length; slot++) this.nodes[slot] = this.#counts(slot) ? 1 : 0;
    this.version++;
  }

  #counts(slot: number): boolean {
    if (this.#table.nodes[slot] === null) return false;
    for (const { domainOf } of this.#topologies) if (domainOf[slot] < 0) return false;
    return this.#mask === 0 || (this.#profile.metAt(slot) & this.#mask) === this.#mask;
  }
}

/** Numbers of some sort of pods by node, and sums of them by domain. */
export class NodeCount {
  counts: Int32Array;
  total = 0;
  readonly #sums: DomainSum[] = [];

  constructor(capacity: number) {
    this.counts = new Int32Array(capacity);
  }

  change(slot: number, delta: number): void {
    if (slot >= this.counts.length) this.fit(slot + 1);
    this.counts[slot] += delta;
    this.total += delta;
    const sums = this.#sums;
    for (let at = 0; at < sums.length; at++) sums[at].change(slot, delta);
  }

  /** Makes room for so many nodes. */
  fit(capacity: number): void {
    if (capacity <= this.counts.length) return;
    const longer = new Int32Array(Math.max(capacity, this.counts.length * 2));
    longer.set(this.counts);
    this.counts = longer;
  }

  /** The sums over a topology's domains, of eligible nodes or, with null, of all. */
  by(topology: Topology, eligibility: Eligibility | null): DomainSum {
    const known = this.#sums.find((sum) => sum.topology === topology && sum.eligibility === eligibility);
    if (known !== undefined) return known;
    const sum = new DomainSum(this, topology, eligibility);
    this.#sums.push(sum);
    return sum;
  }
}

/** Sums by domain; call `refresh` before a cycle reads it. */
export class DomainSum {
  readonly topology: Topology;
  readonly eligibility: Eligibility | null;
  sums = new Int32Array(0);
  /** Domains that have an eligible node. */
  domains = 0;
  /** Of all domains. */
  total = 0;
  readonly #count: NodeCount;
  #topologyVersion = -1;
  #eligibilityVersion = -1;
  /** How many domains have each sum, and the least sum. */
  #histogram: number[] = [];
  #least = 0;

  constructor(count: NodeCount, topology: Topology, eligibility: Eligibility | null) {
    this.#count = count;
    this.topology = topology;
    this.eligibility = eligibility;
  }

  /** The least sum of a domain with an eligible node; 0 when there is none. */
  get least(): number {
    return this.#least;
  }

  refresh(): void {
    const { topology, eligibility } = this;
    topology.refresh();
    eligibility?.refresh();
    if (
      topology.version === this.#topologyVersion &&
      (eligibility?.version ?? 0) === this.#eligibilityVersion
    )
      return;
    this.#topologyVersion = topology.version;
    this.#eligibilityVersion = eligibility?.version ?? 0;
    this.#sumAnew();
  }

  change(slot: number, delta: number): void {
    const { domainOf } = this.topology;
    // A sum that is out of date is made anew before anybody reads it.
    if (slot >= domainOf.length) return;
    const domain = domainOf[slot];
    if (domain < 0 || domain >= this.sums.length) return;
    if (this.eligibility !== null && this.eligibility.nodes[slot] !== 1) return;
    const before = this.sums[domain];
    this.sums[domain] = before + delta;
    this.total += delta;
    this.#recount(before, before + delta);
  }

  #sumAnew(): void {
    const { topology, eligibility } = this;
    const { domainOf } = topology;
    const sums = new Int32Array(topology.values.length);
    const present = new Uint8Array(topology.values.length);
    this.#count.fit(domainOf.length);
    const { counts } = this.#count;
    for (let slot = 0; slot < domainOf.length; slot++) {
      const domain = domainOf[slot];
      if (domain < 0 || (eligibility !== null && eligibility.nodes[slot] !== 1)) continue;
      sums[domain] += counts[slot];
      present[domain] = 1;
    }
    this.sums = sums;
    this.total = sums.reduce((total, sum) => total + sum, 0);
    this.#rank(present);
  }

  #rank(present: Uint8Array): void {
    this.domains = 0;
    this.#histogram = [];
    let least = Infinity;
    for (let domain = 0; domain < present.length; domain++) {
      if (present[domain] === 0) continue;
      this.domains++;
      const sum = this.sums[domain];
      this.#histogram[sum] = (this.#histogram[sum] ?? 0) + 1;
      if (sum < least) least = sum;
    }
    this.#least = least === Infinity ? 0 : least;
  }

  #recount(before: number, after: number): void {
    const histogram = this.#histogram;
    if (this.domains === 0 || after < 0) return;
    histogram[before] = (histogram[before] ?? 1) - 1;
    histogram[after] = (histogram[after] ?? 0) + 1;
    if (after < this.#least) this.#least = after;
    else while ((histogram[this.#least] ?? 0) === 0 && this.#least <= after) this.#least++;
  }
}
