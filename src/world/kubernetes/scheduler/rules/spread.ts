/**
 * Fidelity: PodTopologySpread of kube-scheduler 1.32 (framework/plugins/podtopologyspread): skew over domains with minDomains,
 * matchLabelKeys and node inclusion policies; scores by the logarithm of the number of domains; the system's default constraints for pods
 * of Services, ReplicaSets and StatefulSets.
 */
import type { LabelSelector } from '../../objects/meta.ts';
import { hostnameLabel, zoneLabel } from '../../objects/node.ts';
import type { PodSpec, TopologySpreadConstraint } from '../../objects/pod.ts';
import type { PodCounter, PodKin, PodQuery } from '../pod-kin.ts';
import type { Alike, StateView } from '../state-view.ts';
import { leftOut, normalisedSpread, normaliseSpread, spreadWeight, weights } from './scores.ts';
import type { DomainSum, Eligibility, Topology } from './topology.ts';

/** One constraint for the pods of one group. */
interface Rule {
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly topology: Topology;
  readonly counter: PodCounter;
  readonly eligibility: Eligibility;
  readonly sum: DomainSum;
  /** 1 when the pod counts itself. */
  readonly self: number;
}

/** The constraint's selector with the values of `matchLabelKeys` that the pod has. */
export function spreadSelector(
  { labelSelector, matchLabelKeys }: Pick<TopologySpreadConstraint, 'labelSelector' | 'matchLabelKeys'>,
  labels: Readonly<Record<string, string>>,
): LabelSelector | null {
  if (labelSelector === undefined) return null;
  const added = (matchLabelKeys ?? [])
    .filter((key) => labels[key] !== undefined)
    .map((key) => ({ key, operator: 'In' as const, values: [labels[key]] }));
  if (added.length === 0) return labelSelector;
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] };
}

function rulesOf(
  state: StateView,
  { demand, kin }: Alike,
  constraints: readonly TopologySpreadConstraint[],
  requireAll: boolean,
): readonly Rule[] {
  const topologies = constraints.map(({ topologyKey }) => state.topology(topologyKey));
  return constraints.map((constraint, index) => {
    const selector = spreadSelector(constraint, kin.labels);
    const query: PodQuery = [{ namespaces: [kin.namespace], namespaceSelector: null, selector }];
    const counter = state.kinships.counter(query, true);
    const policies = {
      affinity: constraint.nodeAffinityPolicy !== 'Ignore',
      taints: constraint.nodeTaintsPolicy === 'Honor',
    };
    const eligibility = state.eligibility(demand.profile, policies, requireAll ? topologies : []);
    return {
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      topology: topologies[index],
      counter,
      eligibility,
      sum: counter.by(topologies[index], eligibility),
      self: state.kinships.selects(query, kin) ? 1 : 0,
    };
  });
}

function isAlive(rules: readonly Rule[]): boolean {
  for (const { counter } of rules) if (!counter.live) return false;
  return true;
}

function constraintsOf(
  { topologySpreadConstraints }: PodSpec,
  when: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly TopologySpreadConstraint[] {
  return topologySpreadConstraints?.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when) ?? [];
}

/** What a node lacks: a label, or room within the skew. */
export type SpreadVerdict = 'fits' | 'unlabelled' | 'skewed';

/** Constraints with `DoNotSchedule`; `begin`, then ask about nodes. */
export class SpreadFilter {
  readonly #state: StateView;
  readonly #group: Alike;
  #rules: readonly Rule[] = [];
  #made = false;

  constructor(state: StateView, group: Alike) {
    this.#state = state;
    this.#group = group;
  }

  static applies(spec: PodSpec): boolean {
    return constraintsOf(spec, 'DoNotSchedule').length > 0;
  }

  /** Whether some constraint counts pods of this kin. */
  counts(kin: PodKin): boolean {
    return this.#rules.some(({ counter }) => kin.spreadCounters.includes(counter));
  }

  begin(): void {
    if (!this.#made || !isAlive(this.#rules)) {
      const constraints = constraintsOf(this.#group.demand.spec, 'DoNotSchedule');
      this.#rules = rulesOf(this.#state, this.#group, constraints, true);
      this.#made = true;
    }
    for (const { sum } of this.#rules) sum.refresh();
  }

  verdict(slot: number): SpreadVerdict {
    for (const { topology, sum, minDomains, self, maxSkew } of this.#rules) {
      const domain = topology.domainOf[slot];
      if (domain < 0) return 'unlabelled';
      const least = sum.domains < minDomains ? 0 : sum.least;
      if (sum.sums[domain] + self - least > maxSkew) return 'skewed';
    }
    return 'fits';
  }
}

const systemDefaults: readonly Omit<TopologySpreadConstraint, 'labelSelector'>[] = [
  { maxSkew: 3, topologyKey: hostnameLabel, whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: zoneLabel, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** Constraints with `ScheduleAnyway`, or the system's. */
export class SpreadScore {
  readonly #state: StateView;
  readonly #group: Alike;
  #rules: readonly Rule[] = [];
  #requireAll = true;
  /** By zone, with 0 for nodes that have none: its part of the score, and the score of a node without pods. */
  readonly #zoneScores: number[] = [];
  readonly #emptyScores: number[] = [];
  readonly #normalisedEmpty: number[] = [];
  #madeFor = -1;

  constructor(state: StateView, group: Alike) {
    this.#state = state;
    this.#group = group;
  }

  /** Brings itself up to date; false: no constraint, no scores. */
  begin(): boolean {
    if (this.#madeFor !== this.#state.selectorsVersion || !isAlive(this.#rules)) this.#make();
    for (const { sum, topology } of this.#rules)
      if (topology.key === hostnameLabel) topology.refresh();
      else sum.refresh();
    return this.#rules.length > 0;
  }

  /** Adds the normalised scores of feasible nodes, times their weight; `scores` is room to work in. */
  addTo(totals: Float64Array, feasible: Int32Array, length: number, scores: Float64Array): void {
    const rules = this.#rules;
    if (!this.#requireAll && rules.length === 2) {
      this.#addDefaults(rules[0], rules[1], totals, feasible, length);
      return;
    }
    scores.fill(0, 0, length);
    if (this.#requireAll) this.#leaveOut(feasible, length, scores);
    for (const rule of rules) this.#add(rule, feasible, length, scores);
    for (let at = 0; at < length; at++) if (scores[at] !== leftOut) scores[at] = Math.round(scores[at]);
    normaliseSpread(scores, length);
    for (let at = 0; at < length; at++) totals[at] += scores[at] * weights.podTopologySpread;
  }

  /**
   * The same for the two rules of the system, hosts and zones, which nearly every pod has. Most nodes have none of the pods, and all of
   * those in one zone score alike: the score is worked out once for the zone.
   */
  #addDefaults(host: Rule, zone: Rule, totals: Float64Array, feasible: Int32Array, length: number): void {
    host.counter.fit(this.#state.table.capacity);
    const { counts } = host.counter;
    const hosts = host.topology.domainOf;
    const named = host.topology.unlabelled === 0;
    const zones = zone.topology.domainOf;
    const { sums } = zone.sum;
    const hostWeight = spreadWeight(length);
    const zoneWeight = spreadWeight(this.#domains(zone.topology, feasible, length, null));
    const hostRest = host.maxSkew - 1;
    const zoneScores = this.#zoneScores;
    zoneScores[0] = 0;
    for (let domain = 0; domain < sums.length; domain++)
      zoneScores[domain + 1] = sums[domain] * zoneWeight + (zone.maxSkew - 1);
    const empty = this.#emptyScores;
    for (let domain = 0; domain <= sums.length; domain++)
      empty[domain] = Math.round(hostRest + zoneScores[domain]);
    const seen = this.#state.marks(sums.length + 1);
    let least = Infinity;
    let greatest = -Infinity;
    for (let at = 0; at < length; at++) {
      const slot = feasible[at];
      const count = counts[slot];
      const zoneAt = zones[slot] + 1;
      if (count === 0 && (named || hosts[slot] >= 0)) {
        seen[zoneAt] = 1;
        continue;
      }
      const score = scoreOf(count, hosts[slot] >= 0, zoneScores[zoneAt], hostWeight, hostRest);
      if (score < least) least = score;
      if (score > greatest) greatest = score;
    }
    for (let domain = 0; domain <= sums.length; domain++) {
      if (seen[domain] === 0) continue;
      if (empty[domain] < least) least = empty[domain];
      if (empty[domain] > greatest) greatest = empty[domain];
    }
    // Where all are alike, the same would be added to each.
    if (least === greatest) return;
    const normalised = this.#normalisedEmpty;
    for (let domain = 0; domain <= sums.length; domain++)
      normalised[domain] = normalisedSpread(empty[domain], least, greatest) * weights.podTopologySpread;
    for (let at = 0; at < length; at++) {
      const slot = feasible[at];
      const count = counts[slot];
      const zoneAt = zones[slot] + 1;
      if (count === 0 && (named || hosts[slot] >= 0)) totals[at] += normalised[zoneAt];
      else {
        const score = scoreOf(count, hosts[slot] >= 0, zoneScores[zoneAt], hostWeight, hostRest);
        totals[at] += normalisedSpread(score, least, greatest) * weights.podTopologySpread;
      }
    }
  }

  #make(): void {
    const { spec } = this.#group.demand;
    this.#madeFor = this.#state.selectorsVersion;
    this.#requireAll = (spec.topologySpreadConstraints?.length ?? 0) > 0;
    const constraints = this.#requireAll ? constraintsOf(spec, 'ScheduleAnyway') : this.#defaults();
    this.#rules = rulesOf(this.#state, this.#group, constraints, this.#requireAll);
  }

  #defaults(): readonly TopologySpreadConstraint[] {
    const labelSelector = this.#state.defaultSelector(this.#group);
    return labelSelector === null
      ? []
      : systemDefaults.map((constraint) => ({ ...constraint, labelSelector }));
  }

  #leaveOut(feasible: Int32Array, length: number, scores: Float64Array): void {
    for (const { topology } of this.#rules)
      for (let at = 0; at < length; at++) if (topology.domainOf[feasible[at]] < 0) scores[at] = leftOut;
  }

  #add(
    { topology, counter, sum, maxSkew }: Rule,
    feasible: Int32Array,
    length: number,
    scores: Float64Array,
  ): void {
    const { domainOf } = topology;
    const byHost = topology.key === hostnameLabel;
    counter.fit(this.#state.table.capacity);
    const { counts } = counter;
    const { sums } = sum;
    const left = this.#requireAll ? scores : null;
    const domains = byHost
      ? length - leftOutOf(left, length)
      : this.#domains(topology, feasible, length, left);
    const weight = spreadWeight(domains);
    for (let at = 0; at < length; at++) {
      const slot = feasible[at];
      const domain = domainOf[slot];
      if (domain < 0 || scores[at] === leftOut) continue;
      scores[at] += (byHost ? counts[slot] : sums[domain]) * weight + (maxSkew - 1);
    }
  }

  /** Among the feasible nodes that are not left out; nodes without the label make up one domain. */
  #domains(
    { domainOf, values, unlabelled }: Topology,
    feasible: Int32Array,
    length: number,
    scores: Float64Array | null,
  ): number {
    const most = values.length + (unlabelled > 0 ? 1 : 0);
    const seen = this.#state.marks(values.length + 1);
    let domains = 0;
    for (let at = 0; at < length && domains < most; at++) {
      if (scores !== null && scores[at] === leftOut) continue;
      const domain = domainOf[feasible[at]] + 1;
      if (seen[domain] !== 0) continue;
      seen[domain] = 1;
      domains++;
    }
    return domains;
  }
}

/** Of a node with so many of the pods: the part of its host, if it is labelled, and that of its zone. */
function scoreOf(count: number, named: boolean, zoneScore: number, hostWeight: number, hostRest: number) {
  // In the order in which upstream adds, so that sums are rounded alike.
  return Math.round(named ? count * hostWeight + hostRest + zoneScore : zoneScore);
}

function leftOutOf(scores: Float64Array | null, length: number): number {
  let count = 0;
  if (scores !== null) for (let at = 0; at < length; at++) if (scores[at] === leftOut) count++;
  return count;
}
