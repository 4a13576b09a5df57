/** Fidelity: events about pods as a kubelet records them (1.32), with the container that they are about. Nothing is simplified. */
import type { ControlPlane } from '../../control/control-plane.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

export class PodEvents {
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  tell(
    run: PodRun,
    reason: string,
    message: string,
    container: ContainerRun | null = null,
    type: 'Normal' | 'Warning' = 'Normal',
  ): void {
    // What happened before the run is a day old: nobody remembers such events.
    if (this.#plane.starting) return;
    this.#plane.events.record(run.pod, {
      type,
      reason,
      message,
      component: 'kubelet',
      host: run.node.name,
      fieldPath: container?.fieldPath,
    });
  }
}
