import type { LabelSelector, OwnerReference } from '../objects/meta.ts';
import type { NodeTable } from './node-table.ts';
import type { PodDemand } from './pod-demand.ts';
import type { PodKin, PodKinships } from './pod-kin.ts';
import type { NodeProfile } from './rules/node-profile.ts';
import type { Eligibility, Topology } from './rules/topology.ts';

/** What makes pods alike to the scheduler. */
export interface Alike {
  readonly demand: PodDemand;
  readonly kin: PodKin;
  readonly owner: OwnerReference | undefined;
}

/** What rules about a pod's neighbours see of the cluster's state. */
export interface StateView {
  readonly table: NodeTable;
  readonly kinships: PodKinships;
  /** Counts up when Services or owners' selectors may have changed. */
  readonly selectorsVersion: number;
  topology(key: string): Topology;
  eligibility(
    profile: NodeProfile,
    policies: { readonly affinity: boolean; readonly taints: boolean },
    topologies: readonly Topology[],
  ): Eligibility;
  /** What the system's default spreading counts: the pods of the same Services and owner; null: none. */
  defaultSelector(alike: Alike): LabelSelector | null;
  /** So many zeroes, to be used before the next call. */
  marks(length: number): Uint8Array;
}
