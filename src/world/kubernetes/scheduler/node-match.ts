/**
 * Fidelity: which nodes a pod accepts by their labels and taints: component-helpers nodeaffinity and core/v1 tolerations (1.32), as
 * the plugins NodeAffinity, TaintToleration and NodeUnschedulable use them. Malformed requirements match nothing.
 */
import type { Labels } from '../objects/meta.ts';
import type { Node, Taint } from '../objects/node.ts';
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  Toleration,
} from '../objects/pod.ts';
import { labelKeyErrors, labelValueErrors } from '../schema/validation/names.ts';

const none: Labels = {};
const wholeNumber = /^[+-]?\d+$/;

function numberOf(text: string | undefined): number {
  return text !== undefined && wholeNumber.test(text) ? Number(text) : Number.NaN;
}

const wellFormed = new WeakMap<NodeSelectorRequirement, boolean>();

/** Whether upstream makes a label selector of it: a key and values that labels can have, and as many as the operator takes. */
function isWellFormed(requirement: NodeSelectorRequirement): boolean {
  const known = wellFormed.get(requirement);
  if (known !== undefined) return known;
  const { key, operator, values = [] } = requirement;
  const isForm =
    takes(operator, values) &&
    labelKeyErrors(key).length === 0 &&
    values.every((value) => labelValueErrors(value).length === 0);
  wellFormed.set(requirement, isForm);
  return isForm;
}

function takes(operator: NodeSelectorRequirement['operator'], values: readonly string[]): boolean {
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  if (operator === 'Gt' || operator === 'Lt') return values.length === 1 && wholeNumber.test(values[0]);
  return values.length === 0;
}

function meets({ key, operator, values }: NodeSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && (values?.includes(value) ?? false);
    case 'NotIn':
      return value === undefined || !(values?.includes(value) ?? false);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return numberOf(value) > numberOf(values?.[0]);
    case 'Lt':
      return numberOf(value) < numberOf(values?.[0]);
    default:
      return false;
  }
}

/** Whether the node has all that the term asks for; a term that asks for nothing matches no node. */
export function matchesTerm({ matchExpressions, matchFields }: NodeSelectorTerm, node: Node): boolean {
  if ((matchExpressions?.length ?? 0) === 0 && (matchFields?.length ?? 0) === 0) return false;
  const labels = node.metadata.labels ?? none;
  if (matchExpressions !== undefined)
    for (const requirement of matchExpressions)
      if (!isWellFormed(requirement) || !meets(requirement, labels)) return false;
  if (matchFields !== undefined) {
    const fields = { 'metadata.name': node.metadata.name };
    for (const requirement of matchFields)
      if (!isFieldRequirement(requirement) || !meets(requirement, fields)) return false;
  }
  return true;
}

/** Fields are asked for one value. */
function isFieldRequirement({ operator, values }: NodeSelectorRequirement): boolean {
  return (operator === 'In' || operator === 'NotIn') && values?.length === 1;
}

/** nodeSelector and required node affinity together; a required affinity without terms matches no node. */
export function acceptsNode(
  spec: { readonly [Part in 'nodeSelector' | 'affinity']?: PodSpec[Part] | undefined },
  node: Node,
): boolean {
  const labels = node.metadata.labels ?? none;
  for (const key in spec.nodeSelector) if (labels[key] !== spec.nodeSelector[key]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms.some((term) => matchesTerm(term, node)) ?? true;
}

/** The sum of the weights of the preferred terms that the node matches. */
export function nodePreference(affinity: Affinity | undefined, node: Node): number {
  let sum = 0;
  for (const term of affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    if (term.weight !== 0 && matchesTerm(term.preference, node)) sum += term.weight;
  return sum;
}

/**
 * The only nodes that required node affinity can match when every term names nodes by `metadata.name`, as those of DaemonSet pods
 * do; null when some term names none. Empty: the terms contradict themselves.
 */
export function namedNodes(affinity: Affinity | undefined): readonly string[] | null {
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined || required.nodeSelectorTerms.length === 0) return null;
  const names = new Set<string>();
  for (const { matchFields } of required.nodeSelectorTerms) {
    let ofTerm: readonly string[] | null = null;
    for (const { key, operator, values = [] } of matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      ofTerm = ofTerm === null ? values : ofTerm.filter((name) => values.includes(name));
    }
    if (ofTerm === null) return null;
    for (const name of ofTerm) names.add(name);
  }
  return [...names];
}

/** An empty key with Exists tolerates every taint, an empty effect every effect. */
export function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  if (operator !== undefined && (operator as string) !== '' && operator !== 'Equal') return false;
  return (value ?? '') === (taint.value ?? '');
}

function isTolerated(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => tolerates(toleration, taint)) ?? false;
}

/** The first taint that keeps the pod away, or null. */
export function untoleratedTaint(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
): Taint | null {
  if (taints !== undefined)
    for (const taint of taints)
      if (taint.effect !== 'PreferNoSchedule' && !isTolerated(tolerations, taint)) return taint;
  return null;
}

/** How many PreferNoSchedule taints the pod does not tolerate; tolerations of other effects do not count. */
export function untoleratedPreferences(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
): number {
  let count = 0;
  if (taints !== undefined)
    for (const taint of taints)
      if (taint.effect === 'PreferNoSchedule' && !isTolerated(tolerations, taint)) count++;
  return count;
}

const cordoned: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Whether the pod may go to a node that is marked unschedulable, as DaemonSet pods may. */
export function toleratesCordon(tolerations: readonly Toleration[] | undefined): boolean {
  return isTolerated(tolerations, cordoned);
}
