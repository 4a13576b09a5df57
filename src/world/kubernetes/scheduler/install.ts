import type { ControlPlane } from '../control/control-plane.ts';
import { Scheduler } from './scheduler.ts';

/** Starts the kube-scheduler of a cluster. */
export function installScheduler(plane: ControlPlane): Scheduler {
  return new Scheduler(plane);
}
