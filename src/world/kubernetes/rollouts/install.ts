/** Fidelity: no mechanism; puts Argo Rollouts and the rollback of overdue Deployments into a cluster. */
import type { ControlPlane } from '../control/control-plane.ts';
import { AnalysisRuns } from './analysis/analysis-runs.ts';
import type { Measure } from './analysis/measure.ts';
import { DeploymentRollback } from './deployment-rollback.ts';
import { Rollouts } from './rollouts.ts';

/** The client limits of the Argo Rollouts controller (cmd/rollouts-controller, 1.7). */
const limits = { qps: 40, burst: 80 };

/** Call once, while the cluster is being put together. `measure` answers the queries of analyses. */
export function installRollouts(plane: ControlPlane, measure: Measure): void {
  const argo = plane.component('argo-rollouts', limits);
  new Rollouts(plane, argo);
  new AnalysisRuns(plane, { ...argo, measure });
  new DeploymentRollback(plane, plane.component('rollback-on-deadline', limits));
}
