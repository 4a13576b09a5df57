/** Fidelity: kube-scheduler 1.32 as one part of the control plane; `scheduler.ts` says what is simplified. */
import type { ControlPlane } from '../control/control-plane.ts';
import { Scheduler } from './scheduler.ts';

/** Starts the kube-scheduler of a cluster. */
export function installScheduler(plane: ControlPlane): Scheduler {
  return new Scheduler(plane);
}
