/** Fidelity: no mechanism; puts the autoscalers into a cluster. What each of them simplifies stands in its own file. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { ApplicationMetrics, ResourceMetrics } from '../node/resource-metrics.ts';
import { HorizontalAutoscaler } from './horizontal/horizontal-autoscaler.ts';

export interface Autoscaling {
  readonly horizontal: HorizontalAutoscaler;
}

/** Call once, while the cluster is being put together. */
export function installAutoscaling(
  plane: ControlPlane,
  metrics: ResourceMetrics,
  applications: ApplicationMetrics,
): Autoscaling {
  return { horizontal: new HorizontalAutoscaler(plane, metrics, applications) };
}
