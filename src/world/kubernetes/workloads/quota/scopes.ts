/** Fidelity: scopes of ResourceQuotas, `podMatchesScopeFunc` (pkg/quota/v1/evaluator/core/pods.go, 1.32): only pods have scopes. */
import type { Affinity, PodAffinityTerm } from '../../objects/pod.ts';
import type { Pod, ResourceQuota } from '../../objects/resource-types.ts';
import { podLimits, podRequests } from '../../objects/resources.ts';

interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** All scopes of a quota as requirements. */
export function scopesOf({ spec }: ResourceQuota): readonly ScopeRequirement[] {
  const selector = spec.scopeSelector as { matchExpressions?: readonly ScopeRequirement[] } | undefined;
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(selector?.matchExpressions ?? [])];
}

/** Whether the quota covers the pod. */
export function coversPod(quota: ResourceQuota, pod: Pod): boolean {
  return scopesOf(quota).every((requirement) => inScope(requirement, pod));
}

function inScope({ scopeName, operator, values = [] }: ScopeRequirement, pod: Pod): boolean {
  switch (scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return meets(operator, values, pod.spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod.spec.affinity);
    default:
      return false;
  }
}

/** It has a deadline of its own: nothing to do with being deleted. */
function isTerminating({ spec }: Pod): boolean {
  return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
}

function isBestEffort({ spec }: Pod): boolean {
  const asked = { ...podLimits(spec), ...podRequests(spec) };
  return (asked['cpu'] ?? 0) === 0 && (asked['memory'] ?? 0) === 0;
}

function meets(operator: string, values: readonly string[], name: string): boolean {
  switch (operator) {
    case 'In':
      return values.includes(name);
    case 'NotIn':
      return !values.includes(name);
    case 'DoesNotExist':
      return name === '';
    default:
      return name !== '';
  }
}

function crossesNamespaces(affinity: Affinity | undefined): boolean {
  const crosses = (term: PodAffinityTerm) =>
    (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined;
  for (const kind of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    if (kind?.requiredDuringSchedulingIgnoredDuringExecution?.some(crosses)) return true;
    if (
      kind?.preferredDuringSchedulingIgnoredDuringExecution?.some(({ podAffinityTerm }) =>
        crosses(podAffinityTerm),
      )
    )
      return true;
  }
  return false;
}
