/** Fidelity: no mechanism; the parts of the cluster that let pods be disrupted, or not. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { Pod } from '../objects/pod.ts';
import type { DeleteOptions } from '../store/api.ts';
import type { Outcome } from '../store/failure.ts';
import { Budgets } from './budgets.ts';
import { Drains } from './drain.ts';
import { evict } from './eviction.ts';

export interface Disruption {
  readonly drains: Drains;
  /** The eviction subresource of a pod. */
  evict(namespace: string, name: string, options?: DeleteOptions): Outcome<Pod>;
}

/** Keeps PodDisruptionBudgets, and evicts and drains by them. */
export function installDisruption(plane: ControlPlane): Disruption {
  new Budgets(plane);
  return {
    drains: new Drains(plane),
    evict: (namespace, name, options) => evict(plane, namespace, name, options),
  };
}
