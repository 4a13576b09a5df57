/** Fidelity: no mechanism; puts the autoscalers into a cluster. What each of them simplifies stands in its own file. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { ApplicationMetrics, ResourceMetrics } from '../node/resource-metrics.ts';
import { ClusterAutoscaler } from './cluster/cluster-autoscaler.ts';
import type { Machines } from './cluster/machines.ts';
import { HorizontalAutoscaler } from './horizontal/horizontal-autoscaler.ts';
import { VerticalAutoscaler } from './vertical/vertical-autoscaler.ts';

/** Call once, while the cluster is being put together. */
export function installAutoscaling(
  plane: ControlPlane,
  metrics: ResourceMetrics,
  applications: ApplicationMetrics,
): void {
  new HorizontalAutoscaler(plane, metrics, applications);
  new VerticalAutoscaler(plane, metrics);
}

/** Call once, where there is a cloud to ask; does nothing where no pool has bounds. */
export function installClusterAutoscaler(plane: ControlPlane, machines: Machines): void {
  const { nodePools, settings } = plane.model;
  if (settings.clusterAutoscaler.enabled && nodePools.some(({ autoscaling }) => autoscaling !== null))
    new ClusterAutoscaler(plane, machines);
}
