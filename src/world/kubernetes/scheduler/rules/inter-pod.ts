/**
 * Fidelity: InterPodAffinity of kube-scheduler 1.32 (framework/plugins/interpodaffinity): required and preferred terms, namespaces and
 * namespaceSelector, the terms of pods already placed (hardPodAffinityWeight 1), and the first pod of a series that has affinity to
 * itself. matchLabelKeys and mismatchLabelKeys are merged into the selector here as the API server does it at creation.
 */
import type { Labels } from '../../objects/meta.ts';
import type { PodAffinityTerm, PodSpec } from '../../objects/pod.ts';
import type { HeldTerm, PodCounter, PodKin, PodQuery, PodTerm } from '../pod-kin.ts';
import type { Alike, StateView } from '../state-view.ts';
import { normaliseByRange } from './scores.ts';
import type { DomainSum } from './topology.ts';

/** What a placed pod's required affinity adds to the score of the pods that it speaks of. */
const hardPodAffinityWeight = 1;

/** Which pods a term of a pod in this namespace and with these labels means. */
export function termOf(term: PodAffinityTerm, namespace: string, labels: Labels): PodTerm {
  const { namespaces = [], namespaceSelector, labelSelector, matchLabelKeys, mismatchLabelKeys } = term;
  const own = namespaces.length === 0 && namespaceSelector === undefined;
  const keys = (list: readonly string[] | undefined, operator: 'In' | 'NotIn') =>
    (list ?? [])
      .filter((key) => labels[key] !== undefined)
      .map((key) => ({ key, operator, values: [labels[key]] }));
  const added = [...keys(matchLabelKeys, 'In'), ...keys(mismatchLabelKeys, 'NotIn')];
  const selector =
    labelSelector === undefined || added.length === 0
      ? (labelSelector ?? null)
      : { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] };
  return {
    namespaces: own ? [namespace] : [...namespaces],
    namespaceSelector: namespaceSelector ?? null,
    selector,
  };
}

interface Weighted {
  readonly term: PodAffinityTerm;
  readonly weight: number;
}

/** Preferred terms with their weights, those of anti-affinity negative. */
function preferences({ affinity }: PodSpec): readonly Weighted[] {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  const of = (
    terms: NonNullable<typeof podAffinity>['preferredDuringSchedulingIgnoredDuringExecution'],
    sign: number,
  ) => (terms ?? []).map(({ weight, podAffinityTerm }) => ({ term: podAffinityTerm, weight: sign * weight }));
  return [
    ...of(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
    ...of(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
  ];
}

function required(spec: PodSpec, which: 'podAffinity' | 'podAntiAffinity'): readonly PodAffinityTerm[] {
  return spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** The terms that count while pods of the group are on a node. */
export function heldTerms(state: StateView, spec: PodSpec, kin: PodKin): readonly HeldTerm[] {
  const hold = (term: PodAffinityTerm, weight: number) =>
    state.kinships.term([termOf(term, kin.namespace, kin.labels)], state.topology(term.topologyKey), weight);
  return [
    ...required(spec, 'podAntiAffinity').map((term) => hold(term, 0)),
    ...required(spec, 'podAffinity').map((term) => hold(term, hardPodAffinityWeight)),
    ...preferences(spec)
      .filter(({ weight }) => weight !== 0)
      .map(({ term, weight }) => hold(term, weight)),
  ];
}

interface Counted {
  readonly counter: PodCounter;
  readonly sum: DomainSum;
  readonly weight: number;
}

export type AffinityVerdict = 'fits' | 'affinity' | 'anti-affinity' | 'existing anti-affinity';

/** The rules for the pods of one group. */
export class InterPodRules {
  readonly #state: StateView;
  readonly #group: Alike;
  #affinity: readonly Counted[] = [];
  #antiAffinity: readonly Counted[] = [];
  #preferred: readonly Counted[] = [];
  #made = false;
  /** Whether the pod is among those that its own affinity asks for. */
  #likesItself = false;
  #repelling: DomainSum[] = [];
  /** Nobody yet is where the affinity wants to be, and the pod may be the first. */
  #first = false;
  #scored: { readonly sum: DomainSum; readonly weight: number }[] = [];

  constructor(state: StateView, group: Alike) {
    this.#state = state;
    this.#group = group;
  }

  /** Brings the filter up to date; false: it lets every node pass. */
  begin(): boolean {
    this.#make();
    const { repellingTerms } = this.#group.kin;
    if (this.#affinity.length + this.#antiAffinity.length + repellingTerms.length === 0) {
      this.#repelling.length = 0;
      return false;
    }
    for (const { sum } of this.#affinity) sum.refresh();
    for (const { sum } of this.#antiAffinity) sum.refresh();
    this.#first = this.#likesItself && this.#affinity.every(({ sum }) => sum.total === 0);
    this.#repelling.length = 0;
    for (const term of repellingTerms) {
      if (term.total === 0) continue;
      const sum = term.by(term.topology, null);
      sum.refresh();
      this.#repelling.push(sum);
    }
    return this.#affinity.length + this.#antiAffinity.length + this.#repelling.length > 0;
  }

  /** Whether its affinity speaks of this kin. */
  wants(kin: PodKin): boolean {
    return this.#affinity.some(({ counter }) => kin.affinityCounters.includes(counter));
  }

  /** Whether its anti-affinity does. */
  avoids(kin: PodKin): boolean {
    return this.#antiAffinity.some(({ counter }) => kin.affinityCounters.includes(counter));
  }

  verdict(slot: number): AffinityVerdict {
    let together = true;
    for (const { sum } of this.#affinity) {
      const domain = sum.topology.domainOf[slot];
      if (domain < 0) return 'affinity';
      if (sum.sums[domain] <= 0) together = false;
    }
    if (!together && !this.#first) return 'affinity';
    for (const { sum } of this.#antiAffinity) if (isTaken(sum, slot)) return 'anti-affinity';
    for (const sum of this.#repelling) if (isTaken(sum, slot)) return 'existing anti-affinity';
    return 'fits';
  }

  /** Brings the scores up to date; false: there are none. */
  beginScore(): boolean {
    this.#make();
    this.#scored.length = 0;
    if (this.#preferred.length + this.#group.kin.scoredTerms.length === 0) return false;
    for (const { counter, sum, weight } of this.#preferred) {
      if (counter.total === 0) continue;
      sum.refresh();
      this.#scored.push({ sum, weight });
    }
    for (const term of this.#group.kin.scoredTerms) {
      if (term.total === 0) continue;
      const sum = term.by(term.topology, null);
      sum.refresh();
      this.#scored.push({ sum, weight: term.weight });
    }
    return this.#scored.length > 0;
  }

  /** Fills in the normalised scores of feasible nodes. */
  score(feasible: Int32Array, length: number, scores: Float64Array): void {
    scores.fill(0, 0, length);
    for (const { sum, weight } of this.#scored) {
      const { domainOf } = sum.topology;
      for (let at = 0; at < length; at++) {
        const domain = domainOf[feasible[at]];
        if (domain >= 0) scores[at] += weight * sum.sums[domain];
      }
    }
    normaliseByRange(scores, length);
  }

  #make(): void {
    if (this.#made && areLive(this.#affinity) && areLive(this.#antiAffinity) && areLive(this.#preferred))
      return;
    this.#made = true;
    const { demand, kin } = this.#group;
    const query = (term: PodAffinityTerm) => termOf(term, kin.namespace, kin.labels);
    const together = required(demand.spec, 'podAffinity');
    const all = together.map(query);
    this.#likesItself = this.#state.kinships.selects(all, kin);
    this.#affinity = together.map((term) => this.#counted(all, term, 1));
    this.#antiAffinity = required(demand.spec, 'podAntiAffinity').map((term) =>
      this.#counted([query(term)], term, 0),
    );
    this.#preferred = preferences(demand.spec).map(({ term, weight }) =>
      this.#counted([query(term)], term, weight),
    );
  }

  #counted(query: PodQuery, { topologyKey }: PodAffinityTerm, weight: number): Counted {
    const counter = this.#state.kinships.counter(query, false);
    return { counter, sum: counter.by(this.#state.topology(topologyKey), null), weight };
  }
}

function areLive(counted: readonly Counted[]): boolean {
  for (const { counter } of counted) if (!counter.live) return false;
  return true;
}

function isTaken(sum: DomainSum, slot: number): boolean {
  const domain = sum.topology.domainOf[slot];
  return domain >= 0 && sum.sums[domain] > 0;
}
