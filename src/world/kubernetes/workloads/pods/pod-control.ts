/**
 * Fidelity: `RealPodControl` (controller_utils.go, 1.32): pods made and deleted for an owner, with the events that describe
 * shows for it. What a namespace that is going away refuses is no failure of the owner's.
 */

import type { ControlPlane } from '../../control/control-plane.ts';
import type { Write } from '../../control/controller.ts';
import type { Draft, KubeObject } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { pods } from '../../objects/resource-types.ts';
import { done, type Failure, type Outcome } from '../../store/failure.ts';

export interface PodControlOptions {
  /** Called with each refusal. */
  readonly refused?: (failure: Failure) => void;
}

/** Writes pods on behalf of owners; `component` is the name under which events are recorded. */
export class PodControl {
  readonly #plane: ControlPlane;
  readonly #component: string;

  constructor(plane: ControlPlane, component: string) {
    this.#plane = plane;
    this.#component = component;
  }

  create(owner: KubeObject, draft: Draft<Pod>, { refused }: PodControlOptions = {}): Write {
    return () => {
      const outcome = this.#plane.api.create(pods, draft);
      if (outcome.ok) {
        this.#record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${outcome.value.metadata.name}`);
        return outcome;
      }
      if (isNamespaceEnding(outcome.failure)) return done(null);
      this.#record(owner, 'Warning', 'FailedCreate', `Error creating: ${outcome.failure.message}`);
      refused?.(outcome.failure);
      return outcome;
    };
  }

  delete(owner: KubeObject, pod: Pod, { refused }: PodControlOptions = {}): Write {
    const { namespace = '', name, uid } = pod.metadata;
    return () => {
      const outcome: Outcome<Pod> = this.#plane.api.delete(pods, namespace, name, { preconditions: { uid } });
      if (outcome.ok) this.#record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      else if (outcome.failure.reason !== 'NotFound') {
        this.#record(owner, 'Warning', 'FailedDelete', `Error deleting: ${outcome.failure.message}`);
        refused?.(outcome.failure);
      }
      return outcome;
    };
  }

  #record(owner: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#plane.events.record(owner, { type, reason, message, component: this.#component });
  }
}

/** The namespace is being deleted, so that nothing new can be made in it. */
export function isNamespaceEnding({ reason, message }: Failure): boolean {
  return reason === 'Forbidden' && message.endsWith('because it is being terminated');
}
