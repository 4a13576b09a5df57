/**
 * Fidelity: no mechanism of its own: pods that ask for the same, have the same labels and the same owner are alike to the scheduler, so
 * what it has worked out for one holds for all.
 */
import type { OwnerReference } from '../objects/meta.ts';
import type { PodDemand } from './pod-demand.ts';
import type { HeldTerm, PodKin } from './pod-kin.ts';
import { heldTerms, InterPodRules } from './rules/inter-pod.ts';
import { SpreadFilter, SpreadScore } from './rules/spread.ts';
import { claimsOf, VolumeFilter, type VolumeTerms } from './rules/volumes.ts';
import type { Alike, StateView } from './state-view.ts';

export class PodGroup implements Alike {
  readonly demand: PodDemand;
  readonly kin: PodKin;
  readonly owner: OwnerReference | undefined;
  /** Terms that its placed pods hold. */
  readonly held: readonly HeldTerm[];
  readonly spreadFilter: SpreadFilter | null;
  readonly spreadScore: SpreadScore;
  readonly volumes: VolumeFilter | null;
  readonly interPod: InterPodRules;

  constructor(
    state: StateView,
    demand: PodDemand,
    kin: PodKin,
    owner: OwnerReference | undefined,
    volumeTerms?: VolumeTerms,
  ) {
    this.demand = demand;
    this.kin = kin;
    this.owner = owner;
    this.held = heldTerms(state, demand.spec, kin);
    this.spreadFilter = SpreadFilter.applies(demand.spec) ? new SpreadFilter(state, this) : null;
    const claims = claimsOf(demand.spec);
    const bound = volumeTerms !== undefined && claims.length > 0;
    this.volumes = bound ? new VolumeFilter(kin.namespace, claims, volumeTerms) : null;
    this.spreadScore = new SpreadScore(state, this);
    this.interPod = new InterPodRules(state, this);
  }
}
