/**
 * Fidelity: preemption of kube-scheduler 1.32 (framework/preemption, plugins/defaultpreemption): on nodes where taking pods off may help,
 * all pods of less priority are taken off and as many as possible put back, those whose disruption a budget forbids first and the more
 * important first; of the candidates the node is chosen with the fewest broken budgets, the lowest top priority, the lowest sum of
 * priorities, the fewest victims, the latest start. At most max(10 %, 100) candidates are tried, from a random offset.
 */
import type { RandomStream } from '../../../base/random.ts';
import { selects } from '../objects/selector.ts';
import type { PodDisruptionBudget } from '../objects/services.ts';
import type { ClusterState, PlacedPod } from './cluster-state.ts';
import { type Diagnosis, diagnosisText, reasons } from './diagnosis.ts';
import type { Placement } from './placement.ts';
import type { PodGroup } from './pod-group.ts';

export interface PreemptionCandidate {
  readonly slot: number;
  /** The more important first. */
  readonly victims: readonly PlacedPod[];
  /** Victims that a disruption budget would protect from eviction. */
  readonly violations: number;
}

export interface PreemptionParts {
  readonly state: ClusterState;
  readonly placement: Placement;
  readonly budgets: () => Iterable<PodDisruptionBudget>;
  /** When a pod started, in microseconds; those that have not are as young as can be. */
  readonly startedMicros: (placed: PlacedPod) => number;
  readonly stream: RandomStream;
}

/** A node to be cleared, or why there is none. */
export type PreemptionResult =
  | { readonly candidate: PreemptionCandidate }
  | { readonly candidate: null; readonly text: string };

/** Which pods violate budgets when they go one after the other, in this order. */
export function violatingPods(
  pods: readonly PlacedPod[],
  budgets: Iterable<PodDisruptionBudget>,
): ReadonlySet<PlacedPod> {
  const known = [...budgets];
  const allowed = known.map(({ status }) => status?.disruptionsAllowed ?? 0);
  const violating = new Set<PlacedPod>();
  for (const placed of pods) {
    const { namespace, name, labels } = placed.pod.metadata;
    if (labels === undefined || Object.keys(labels).length === 0) continue;
    known.forEach(({ metadata, spec, status }, at) => {
      if (metadata.namespace !== namespace || isEmpty(spec.selector)) return;
      if (!selects(spec.selector, labels) || status?.disruptedPods?.[name] !== undefined) return;
      if (--allowed[at] < 0) violating.add(placed);
    });
  }
  return violating;
}

function isEmpty(selector: PodDisruptionBudget['spec']['selector']): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions?.length ?? 0) === 0
  );
}

/** How many nodes are enough to choose from. */
export function candidatesWanted(nodes: number): number {
  return Math.min(nodes, Math.max(100, Math.floor((nodes * 10) / 100)));
}

const lowestPriority = -2_147_483_648;

/** Compares candidates as upstream does; negative: the first is better. */
export function compareCandidates(
  a: PreemptionCandidate,
  b: PreemptionCandidate,
  startedMicros: PreemptionParts['startedMicros'],
): number {
  const top = ({ victims }: PreemptionCandidate) => victims[0]?.group.demand.priority ?? lowestPriority;
  const sum = ({ victims }: PreemptionCandidate) =>
    victims.reduce((total, { group }) => total + group.demand.priority - lowestPriority, 0);
  const earliest = (candidate: PreemptionCandidate) => {
    const highest = top(candidate);
    const starts = candidate.victims
      .filter(({ group }) => group.demand.priority === highest)
      .map(startedMicros);
    return Math.min(...starts);
  };
  return (
    a.violations - b.violations ||
    top(a) - top(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    earliest(b) - earliest(a)
  );
}

export class Preemption {
  readonly #parts: PreemptionParts;

  constructor(parts: PreemptionParts) {
    this.#parts = parts;
  }

  /** Looks for pods to push out; the state is afterwards as it was before. */
  find(group: PodGroup, uid: string, diagnosis: Diagnosis): PreemptionResult {
    const { resolvable, nodes } = diagnosis;
    const counts = new Map<string, number>();
    const count = (reason: string, more = 1) => counts.set(reason, (counts.get(reason) ?? 0) + more);
    const found: PreemptionCandidate[] = [];
    const wanted = candidatesWanted(resolvable.length);
    const offset = resolvable.length === 0 ? 0 : this.#parts.stream.integer(resolvable.length);
    let tried = 0;
    let harmless = 0;
    while (tried < resolvable.length && (harmless === 0 || found.length < wanted)) {
      const slot = resolvable[(offset + tried++) % resolvable.length];
      const candidate = this.#clear(slot, group, uid, count);
      if (candidate === null) continue;
      found.push(candidate);
      if (candidate.violations === 0) harmless++;
    }
    if (found.length > 0) return { candidate: this.#pick(found) };
    if (nodes > tried) count(reasons.notHelpful, nodes - tried);
    return { candidate: null, text: diagnosisText(nodes, counts) };
  }

  #pick(candidates: readonly PreemptionCandidate[]): PreemptionCandidate {
    return candidates.reduce((best, next) =>
      compareCandidates(next, best, this.#parts.startedMicros) < 0 ? next : best,
    );
  }

  /** Which pods have to go from a node; null: it is of no use, and `count` is told why. */
  #clear(
    slot: number,
    group: PodGroup,
    uid: string,
    count: (reason: string) => void,
  ): PreemptionCandidate | null {
    const { state, placement } = this.#parts;
    const lower = state.podsOn(slot).filter((placed) => placed.group.demand.priority < group.demand.priority);
    if (lower.length === 0) {
      count(reasons.noVictims);
      return null;
    }
    for (const placed of lower) state.lift(placed);
    placement.begin(group, uid);
    const rejection = placement.fits(slot) ? null : placement.rejection(slot);
    if (rejection !== null) {
      for (const reason of rejection.reasons) count(reason);
      for (const placed of lower) state.putBack(placed, slot);
      return null;
    }
    const candidate = this.#reprieve(slot, group, uid, this.#byImportance(lower));
    for (const victim of candidate.victims) state.putBack(victim, slot);
    return candidate;
  }

  /** Puts back who may stay: those that budgets protect before the others. */
  #reprieve(slot: number, group: PodGroup, uid: string, pods: readonly PlacedPod[]): PreemptionCandidate {
    const { state, placement, budgets } = this.#parts;
    const violating = violatingPods(pods, budgets());
    const victims: PlacedPod[] = [];
    let violations = 0;
    const order = [
      ...pods.filter((each) => violating.has(each)),
      ...pods.filter((each) => !violating.has(each)),
    ];
    for (const placed of order) {
      state.putBack(placed, slot);
      placement.begin(group, uid);
      if (placement.fits(slot)) continue;
      state.lift(placed);
      victims.push(placed);
      if (violating.has(placed)) violations++;
    }
    return { slot, victims: this.#byImportance(victims), violations };
  }

  #byImportance(pods: readonly PlacedPod[]): readonly PlacedPod[] {
    const { startedMicros } = this.#parts;
    return [...pods].sort(
      (a, b) =>
        b.group.demand.priority - a.group.demand.priority ||
        startedMicros(a) - startedMicros(b) ||
        (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1),
    );
  }
}
