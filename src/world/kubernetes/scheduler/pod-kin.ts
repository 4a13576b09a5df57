/**
 * Fidelity: which pods select which (label selectors in spread constraints and in pod affinity terms of kube-scheduler 1.32), answered
 * once for all pods of the same namespace and labels, their kin, instead of pod by pod in every cycle.
 */
import type { LabelSelector, Labels } from '../objects/meta.ts';
import { selects } from '../objects/selector.ts';
import { Anchored, anchorOf, pairsOf } from './anchored.ts';
import { NodeCount, type Topology } from './rules/topology.ts';

/** Pods that something selects. */
export interface PodTerm {
  readonly namespaces: readonly string[];
  /** More namespaces, by their labels. */
  readonly namespaceSelector: LabelSelector | null;
  /** Null selects nothing. */
  readonly selector: LabelSelector | null;
}

/** Pods that all of these select. */
export type PodQuery = readonly PodTerm[];

/** One of the kin that is on a node. */
export interface KinMember {
  /** -1 while its node is not known. */
  slot: number;
  /** Being deleted: it still takes up room. */
  terminating: boolean;
  /** Where it stands among the kin's `placed`. */
  atOfKin: number;
}

/** Pods of one namespace with the same labels. */
export interface PodKin {
  readonly namespace: string;
  readonly labels: Labels;
  /** Those that are on nodes. */
  readonly placed: KinMember[];
  /** Counters that count them: for spreading, which leaves out pods being deleted, and for affinity. */
  spreadCounters: PodCounter[];
  affinityCounters: PodCounter[];
  /** Terms of placed pods that speak of them: required anti-affinity, and all that scores count. */
  repellingTerms: HeldTerm[];
  scoredTerms: HeldTerm[];
  known: boolean;
}

/** Counts the pods that a query selects. */
export class PodCounter extends NodeCount {
  readonly query: PodQuery;
  readonly forSpread: boolean;
  usedAt = 0;
  live = true;

  constructor(query: PodQuery, forSpread: boolean, capacity: number) {
    super(capacity);
    this.query = query;
    this.forSpread = forSpread;
  }
}

/** A pod affinity term that placed pods have; counts those pods by node. */
export class HeldTerm extends NodeCount {
  readonly query: PodQuery;
  readonly topology: Topology;
  /** What it adds to the score of nodes in the same domain; 0: it keeps others away. */
  readonly weight: number;

  constructor(query: PodQuery, topology: Topology, weight: number, capacity: number) {
    super(capacity);
    this.query = query;
    this.topology = topology;
    this.weight = weight;
  }
}

const noLabels: Labels = {};
/** Counters beyond this many are swept when nobody has asked for them lately. */
const countersBeforeSweep = 1024;

export class PodKinships {
  readonly #capacity: () => number;
  readonly #namespaceLabels: (namespace: string) => Labels | undefined;
  readonly #kin = new Map<string, PodKin>();
  readonly #kinByLabels = new WeakMap<Labels, PodKin[]>();
  readonly #counters = new Map<string, PodCounter>();
  readonly #terms = new Map<string, HeldTerm>();
  /** Kin by each of their labels, counters and terms by a label that they ask for. */
  readonly #kinByPair = new Anchored<PodKin>();
  readonly #countersByPair = new Anchored<PodCounter>();
  readonly #termsByPair = new Anchored<HeldTerm>();
  #uses = 0;
  #sweepAbove = countersBeforeSweep;
  #sweptAt = 0;

  constructor(capacity: () => number, namespaceLabels: (namespace: string) => Labels | undefined) {
    this.#capacity = capacity;
    this.#namespaceLabels = namespaceLabels;
  }

  kinOf(namespace: string, labels: Labels = noLabels): PodKin {
    let same = this.#kinByLabels.get(labels);
    if (same === undefined) {
      same = [];
      this.#kinByLabels.set(labels, same);
    }
    const at = same.findIndex((kin) => kin.namespace === namespace);
    if (at >= 0 && same[at].known) return same[at];
    // Equal labels of another object may have been met meanwhile: there is one kin for both.
    const kin = this.#kin.get(kinKey(namespace, labels)) ?? same[at] ?? strangers(namespace, labels);
    if (at < 0) same.push(kin);
    else same[at] = kin;
    if (!kin.known) this.#meet(kin);
    return kin;
  }

  /** Forgets pods' kin that has nobody left on a node; it is met again when it is asked for. */
  leave(kin: PodKin): void {
    if (kin.placed.length > 0 || !kin.known) return;
    kin.known = false;
    this.#kin.delete(kinKey(kin.namespace, kin.labels));
    for (const pair of pairsOf(kin.labels)) this.#kinByPair.delete(pair, kin);
  }

  /** The counter of a query, with all placed pods counted. */
  counter(query: PodQuery, forSpread: boolean): PodCounter {
    const key = `${forSpread} ${queryKey(query)}`;
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      if (this.#counters.size > this.#sweepAbove) this.#sweep();
      counter = new PodCounter(query, forSpread, this.#capacity());
      this.#counters.set(key, counter);
      this.#countersByPair.add(anchorOf(query[0]?.selector), counter);
      for (const kin of this.#mayBeSelected(query)) if (this.selects(query, kin)) this.#count(kin, counter);
    }
    counter.usedAt = ++this.#uses;
    return counter;
  }

  /** The term as placed pods hold it. */
  term(query: PodQuery, topology: Topology, weight: number): HeldTerm {
    const key = `${weight} ${topology.key} ${queryKey(query)}`;
    let term = this.#terms.get(key);
    if (term === undefined) {
      term = new HeldTerm(query, topology, weight, this.#capacity());
      this.#terms.set(key, term);
      this.#termsByPair.add(anchorOf(query[0]?.selector), term);
      for (const kin of this.#mayBeSelected(query))
        if (this.selects(query, kin)) (weight === 0 ? kin.repellingTerms : kin.scoredTerms).push(term);
    }
    return term;
  }

  selects(query: PodQuery, { namespace, labels }: Pick<PodKin, 'namespace' | 'labels'>): boolean {
    for (const { namespaces, namespaceSelector, selector } of query) {
      if (!selects(selector, labels)) return false;
      if (namespaces.includes(namespace)) continue;
      if (namespaceSelector === null) return false;
      if (!selects(namespaceSelector, this.#namespaceLabels(namespace) ?? noLabels)) return false;
    }
    return true;
  }

  /** A namespace has other labels: who is selected there is found anew. */
  relabelled(namespace: string): void {
    for (const kin of this.#kin.values()) {
      if (kin.namespace !== namespace) continue;
      for (const placed of kin.placed) countPlaced(kin, placed.slot, placed.terminating, -1);
      this.#meet(kin);
      for (const placed of kin.placed) countPlaced(kin, placed.slot, placed.terminating, 1);
    }
  }

  #mayBeSelected(query: PodQuery): Iterable<PodKin> {
    const anchor = anchorOf(query[0]?.selector);
    return anchor === null ? this.#kin.values() : this.#kinByPair.at(anchor);
  }

  /** Finds everything that speaks of these pods. */
  #meet(kin: PodKin): void {
    const pairs = pairsOf(kin.labels);
    kin.known = true;
    this.#kin.set(kinKey(kin.namespace, kin.labels), kin);
    for (const pair of pairs) this.#kinByPair.add(pair, kin);
    kin.spreadCounters = [];
    kin.affinityCounters = [];
    for (const counter of this.#countersByPair.candidates(pairs))
      if (this.selects(counter.query, kin))
        (counter.forSpread ? kin.spreadCounters : kin.affinityCounters).push(counter);
    const about = [...this.#termsByPair.candidates(pairs)].filter(({ query }) => this.selects(query, kin));
    kin.repellingTerms = about.filter(({ weight }) => weight === 0);
    kin.scoredTerms = about.filter(({ weight }) => weight !== 0);
  }

  #count(kin: PodKin, counter: PodCounter): void {
    (counter.forSpread ? kin.spreadCounters : kin.affinityCounters).push(counter);
    for (const { slot, terminating } of kin.placed)
      if (slot >= 0 && !(terminating && counter.forSpread)) counter.change(slot, 1);
  }

  #sweep(): void {
    for (const [key, counter] of this.#counters)
      if (counter.usedAt <= this.#sweptAt) {
        counter.live = false;
        this.#countersByPair.delete(anchorOf(counter.query[0]?.selector), counter);
        this.#counters.delete(key);
      }
    this.#sweptAt = this.#uses;
    this.#sweepAbove = Math.max(countersBeforeSweep, this.#counters.size * 2);
    for (const kin of this.#kin.values()) {
      kin.spreadCounters = kin.spreadCounters.filter(({ live }) => live);
      kin.affinityCounters = kin.affinityCounters.filter(({ live }) => live);
    }
  }
}

/** Counts a placed pod in (1) or out (-1) everywhere where its labels count. */
export function countPlaced(kin: PodKin, slot: number, terminating: boolean, delta: 1 | -1): void {
  if (slot < 0) return;
  const { spreadCounters, affinityCounters } = kin;
  if (!terminating) for (let at = 0; at < spreadCounters.length; at++) spreadCounters[at].change(slot, delta);
  for (let at = 0; at < affinityCounters.length; at++) affinityCounters[at].change(slot, delta);
}

function kinKey(namespace: string, labels: Labels): string {
  let key = namespace;
  for (const name of Object.keys(labels).sort()) key += ` ${name}=${labels[name]}`;
  return key;
}

function queryKey(query: PodQuery): string {
  return JSON.stringify(query);
}

function strangers(namespace: string, labels: Labels): PodKin {
  return {
    namespace,
    labels,
    placed: [],
    spreadCounters: [],
    affinityCounters: [],
    repellingTerms: [],
    scoredTerms: [],
    known: false,
  };
}
