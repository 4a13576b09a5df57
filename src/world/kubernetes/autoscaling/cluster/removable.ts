/**
 * Fidelity: which pods keep a node from being removed (simulator/drainability of the cluster-autoscaler 1.32 with its default flags):
 * those that say so, those that nobody would make again, those of kube-system without a budget, those with local storage.
 */
import { controllerOf } from '../../objects/meta.ts';
import { isFinished, type Pod } from '../../objects/pod.ts';
import { selects } from '../../objects/selector.ts';
import type { PodDisruptionBudget } from '../../objects/services.ts';

const safeAnnotation = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const localVolumesAnnotation = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const mirrorAnnotation = 'kubernetes.io/config.mirror';

export type Verdict = 'stays' | 'moves' | 'blocks';

/** A DaemonSet's pods and those of the node itself end with the node; all others have to move. */
export function verdictOf(pod: Pod, budgets: readonly PodDisruptionBudget[]): Verdict {
  const { annotations, namespace } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner?.kind === 'DaemonSet' || annotations?.[mirrorAnnotation] !== undefined) return 'stays';
  if (isFinished(pod) || pod.metadata.deletionTimestamp !== undefined) return 'stays';
  const safe = annotations?.[safeAnnotation];
  if (safe === 'true') return 'moves';
  if (safe === 'false' || owner === undefined) return 'blocks';
  if (namespace === 'kube-system' && budgetsOf(pod, budgets).length === 0) return 'blocks';
  return hasLocalStorage(pod) ? 'blocks' : 'moves';
}

function hasLocalStorage({ spec, metadata }: Pod): boolean {
  const stated = (metadata.annotations?.[localVolumesAnnotation] ?? '').split(',').map((name) => name.trim());
  return (spec.volumes ?? []).some((volume) => {
    if (stated.includes(String(volume['name']))) return false;
    const emptyDir = volume['emptyDir'] as { readonly medium?: string } | undefined;
    return volume['hostPath'] !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory');
  });
}

export function budgetsOf(pod: Pod, budgets: readonly PodDisruptionBudget[]): readonly PodDisruptionBudget[] {
  return budgets.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace && selects(spec.selector, pod.metadata.labels),
  );
}

/** Whether the budgets allow all these pods to go at once; they are counted down by what goes. */
export function takeFromBudgets(
  pods: readonly Pod[],
  budgets: readonly PodDisruptionBudget[],
  left: Map<string, number>,
): boolean {
  const taken = new Map(left);
  for (const pod of pods)
    for (const { metadata, status } of budgetsOf(pod, budgets)) {
      const allowed = (taken.get(metadata.uid) ?? status?.disruptionsAllowed ?? 0) - 1;
      if (allowed < 0) return false;
      taken.set(metadata.uid, allowed);
    }
  for (const [uid, allowed] of taken) left.set(uid, allowed);
  return true;
}
