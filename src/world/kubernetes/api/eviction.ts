/**
 * Fidelity: the eviction subresource (pkg/registry/core/pod/storage/eviction.go, 1.32): finished and pending pods go at once, unready
 * ones when their budget is healthy without them or always allows it, others when the one budget that covers them has a disruption
 * left, which is then used up at once. More than one budget is an error. A refusal says when to try again.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import { isFinished, isReady, type Pod } from '../objects/pod.ts';
import { type PodDisruptionBudget, podDisruptionBudgets, pods } from '../objects/resource-types.ts';
import { selects } from '../objects/selector.ts';
import type { DeleteOptions } from '../store/api.ts';
import { done, type Outcome, refuse, type StatusCause } from '../store/failure.ts';

const retrySeconds = 10;
const disruptedPodsMax = 2000;

/** Deletes the pod when its budget allows it; the pod's last state. */
export function evict(plane: ControlPlane, pod: Pod, options: DeleteOptions): Outcome<Pod> {
  const { namespace = '', name } = pod.metadata;
  const granted = isExempt(pod) ? done(null) : grant(plane, pod, options.dryRun === true);
  return granted.ok ? plane.api.delete(pods, namespace, name, options) : granted;
}

function isExempt(pod: Pod): boolean {
  return isFinished(pod) || pod.status.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

function grant(plane: ControlPlane, pod: Pod, dryRun: boolean): Outcome<null> {
  const { namespace = '', labels } = pod.metadata;
  const budgets = [...plane.store.table(podDisruptionBudgets).values(namespace)].filter(({ spec }) =>
    selects(spec.selector, labels),
  );
  if (budgets.length === 0) return done(null);
  if (budgets.length > 1)
    return refuse(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (!isReady(pod) && mayEvictUnready(budget)) return done(null);
  const refused = refusalOf(budget);
  if (refused !== null) return refused;
  if (!dryRun) use(plane, budget, pod);
  return done(null);
}

function mayEvictUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return status !== undefined && status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy;
}

function refusalOf({ metadata, status }: PodDisruptionBudget): Outcome<never> | null {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return tooMany(`The disruption budget ${metadata.name} is still being processed by the server.`);
  const { disruptionsAllowed = 0, currentHealthy = 0, desiredHealthy = 0, disruptedPods = {} } = status ?? {};
  if (Object.keys(disruptedPods).length > disruptedPodsMax)
    return refuse(
      'Forbidden',
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  if (disruptionsAllowed > 0) return null;
  return tooMany(
    `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

function tooMany(why: string): Outcome<never> {
  const cause: StatusCause = { reason: 'DisruptionBudget', message: why };
  return refuse('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [cause],
    retryAfterSeconds: retrySeconds,
  });
}

/** One disruption less, and the pod noted until its end is seen. */
function use({ api, clock }: ControlPlane, { metadata }: PodDisruptionBudget, pod: Pod): void {
  api.modifyStatus(podDisruptionBudgets, metadata.namespace ?? '', metadata.name, (current) => {
    const { status } = current;
    if (status === undefined) return null;
    const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: clock.timestamp() };
    return {
      ...current,
      status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods },
    };
  });
}
