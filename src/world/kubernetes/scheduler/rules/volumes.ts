/**
 * Fidelity: VolumeBinding and VolumeZone of kube-scheduler 1.32 as far as claims are bound: a pod goes only where its volumes can be
 * reached (spec.nodeAffinity of their PersistentVolumes). Simplified: a claim that is missing or not bound holds nobody back, since nothing
 * here provisions volumes; there is no limit of volumes by node and no exclusive access.
 */

import type { Node } from '../../objects/node.ts';
import type { NodeSelectorTerm, PodSpec } from '../../objects/pod.ts';
import { matchesTerm } from '../node-match.ts';

/** The terms of the volume that a claim is bound to, of which a node must match one; null: any node will do. */
export type VolumeTerms = (namespace: string, claim: string) => readonly NodeSelectorTerm[] | null;

/** Names of the claims that a pod's volumes use. */
export function claimsOf({ volumes }: PodSpec): readonly string[] {
  const claims: string[] = [];
  for (const volume of volumes ?? []) {
    const source = volume['persistentVolumeClaim'] as { readonly claimName?: string } | undefined;
    if (source?.claimName !== undefined) claims.push(source.claimName);
  }
  return claims;
}

/** Where the volumes of a pod can be reached; `begin`, then ask about nodes. */
export class VolumeFilter {
  readonly #namespace: string;
  readonly #claims: readonly string[];
  readonly #termsOf: VolumeTerms;
  #required: readonly (readonly NodeSelectorTerm[])[] = [];

  constructor(namespace: string, claims: readonly string[], termsOf: VolumeTerms) {
    this.#namespace = namespace;
    this.#claims = claims;
    this.#termsOf = termsOf;
  }

  begin(): void {
    const terms = this.#claims.map((claim) => this.#termsOf(this.#namespace, claim));
    this.#required = terms.filter((each) => each !== null);
  }

  reaches(node: Node): boolean {
    return this.#required.every((terms) => terms.some((term) => matchesTerm(term, node)));
  }
}
