/**
 * Fidelity: the eviction subresource (registry/core/pod/storage/eviction.go, 1.32): a pod that has not begun or is done goes
 * without question; otherwise its one PodDisruptionBudget decides, and remembers the pod until its controller has seen
 * it go. Simplified: no retries on conflicts, since nothing comes between reading and writing here.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import { disruptionTarget, isFinished, isReady } from '../objects/pod.ts';
import { type Pod, type PodDisruptionBudget, podDisruptionBudgets, pods } from '../objects/resource-types.ts';
import { selects } from '../objects/selector.ts';
import type { DeleteOptions } from '../store/api.ts';
import { done, forbidden, type Outcome, refuse } from '../store/failure.ts';
import { conditionFor, withDisruptionAllowed } from './budget-status.ts';

/** More evictions than this may not be unconfirmed. */
const disruptedKept = 2000;
export const evictionRefused = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Budgets whose selectors match the pod. */
export function budgetsOf(plane: ControlPlane, pod: Pod): readonly PodDisruptionBudget[] {
  const { namespace = '', labels } = pod.metadata;
  const found: PodDisruptionBudget[] = [];
  for (const budget of plane.store.table(podDisruptionBudgets).values(namespace))
    if (selects(budget.spec.selector, labels)) found.push(budget);
  return found;
}

/** Asks for a pod's eviction, as `kubectl drain` does. The answer is the pod as it is being deleted. */
export function evict(
  plane: ControlPlane,
  namespace: string,
  name: string,
  options: DeleteOptions = {},
): Outcome<Pod> {
  const pod = plane.store.get(pods, namespace, name);
  if (pod === undefined) return plane.api.delete(pods, namespace, name, options);
  if (!mayIgnoreBudgets(pod)) {
    const allowed = permission(plane, pod, options.dryRun === true);
    if (!allowed.ok) return allowed;
    if (options.dryRun !== true) mark(plane, pod);
  }
  const deleted = plane.api.delete(pods, namespace, name, options);
  if (deleted.ok && options.dryRun !== true && pod.metadata.deletionTimestamp === undefined)
    plane.note('evict', `${namespace}/${name}`, `evicted from ${pod.spec.nodeName ?? 'no node'}`);
  return deleted;
}

function mayIgnoreBudgets(pod: Pod): boolean {
  return isFinished(pod) || pod.status.phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined;
}

function permission(plane: ControlPlane, pod: Pod, dryRun: boolean): Outcome<null> {
  const budgets = budgetsOf(plane, pod);
  if (budgets.length === 0) return done(null);
  if (budgets.length > 1)
    return refuse(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const [budget] = budgets;
  if (!isReady(pod) && unreadyMayGo(budget)) return done(null);
  return decrement(plane, budget, pod.metadata.name, dryRun);
}

/** A pod that is not ready does not cost the budget anything. */
function unreadyMayGo({ spec, status }: PodDisruptionBudget): boolean {
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function tooMany(message: string, retryAfterSeconds?: number) {
  return refuse('TooManyRequests', evictionRefused, {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function decrement(
  plane: ControlPlane,
  budget: PodDisruptionBudget,
  pod: string,
  dryRun: boolean,
): Outcome<null> {
  const { metadata, status } = budget;
  const { name, namespace = '', generation = 1 } = metadata;
  if (status === undefined || (status.observedGeneration ?? 0) < generation)
    return tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (status.disruptionsAllowed < 0)
    return forbidden(podDisruptionBudgets, name, 'pdb disruptions allowed is negative');
  if (Object.keys(status.disruptedPods ?? {}).length > disruptedKept)
    return forbidden(
      podDisruptionBudgets,
      name,
      'DisruptedPods map too big - too many evictions not confirmed by PDB controller',
    );
  if (status.disruptionsAllowed === 0) return tooMany(whyNone(budget, status));
  if (dryRun) return done(null);
  const timestamp = plane.clock.timestamp();
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const conditions =
    disruptionsAllowed > 0
      ? status.conditions
      : withDisruptionAllowed(status.conditions, conditionFor(0), generation, timestamp);
  const written = plane.api.modifyStatus(podDisruptionBudgets, namespace, name, (current) => ({
    ...current,
    status: {
      ...status,
      disruptionsAllowed,
      ...(conditions === undefined ? {} : { conditions }),
      disruptedPods: { ...status.disruptedPods, [pod]: timestamp },
    },
  }));
  return written.ok ? done(null) : written;
}

function whyNone(
  { metadata }: PodDisruptionBudget,
  status: NonNullable<PodDisruptionBudget['status']>,
): string {
  const condition = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  if (condition?.reason === 'SyncFailed')
    return `The disruption budget ${metadata.name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  return `The disruption budget ${metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`;
}

function mark(plane: ControlPlane, pod: Pod): void {
  const { namespace = '', name } = pod.metadata;
  const timestamp = plane.clock.timestamp();
  plane.api.modifyStatus(pods, namespace, name, (current) =>
    disruptionTarget(current, 'EvictionByEvictionAPI', 'Eviction API: evicting', timestamp),
  );
}
