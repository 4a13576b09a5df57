/** Fidelity: validation of affinity, tolerations and topology spread (core validation.go, 1.32). */
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  PodSpec,
  Toleration,
} from '../../objects/pod.ts';
import { checkLabelSelector } from './metadata.ts';
import { dns1123LabelErrors, labelKeyErrors, labelValueErrors } from './names.ts';
import { at, child, type Problems } from './problems.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(problems: Problems, path: string, tolerations: readonly Toleration[]): void {
  for (const [
    index,
    { key = '', operator = '', value = '', effect = '', tolerationSeconds },
  ] of tolerations.entries()) {
    const place = at(path, index);
    if (key !== '') problems.each(child(place, 'key'), key, labelKeyErrors(key));
    if (key === '' && operator !== 'Exists')
      problems.invalid(
        child(place, 'operator'),
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      problems.invalid(
        child(place, 'effect'),
        effect,
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      );
    if (operator === 'Equal' || operator === '') {
      const errors = labelValueErrors(value);
      if (errors.length > 0) problems.invalid(child(place, 'operator'), value, errors.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '')
        problems.invalid(child(place, 'operator'), value, "value must be empty when `operator` is 'Exists'");
    } else problems.unsupported(child(place, 'operator'), operator, ['Equal', 'Exists']);
    if (effect !== '' && !effects.includes(effect))
      problems.unsupported(child(place, 'effect'), effect, effects);
  }
}

const nodeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];

function checkNodeRequirement(problems: Problems, path: string, requirement: NodeSelectorRequirement): void {
  const { key, operator, values = [] } = requirement;
  const place = child(path, 'values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) problems.required(place, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      problems.forbidden(place, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      problems.required(place, "must be specified single value when `operator` is 'Lt' or 'Gt'");
  } else problems.invalid(child(path, 'operator'), operator ?? '', 'not a valid selector operator');
  if (operator !== undefined && nodeOperators.includes(operator))
    problems.each(child(path, 'key'), key ?? '', labelKeyErrors(key ?? ''));
}

function checkNodeTerm(problems: Problems, path: string, term: NodeSelectorTerm): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries())
    checkNodeRequirement(problems, at(child(path, 'matchExpressions'), index), requirement);
  for (const [index, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
    const place = at(child(path, 'matchFields'), index);
    if (operator !== 'In' && operator !== 'NotIn')
      problems.invalid(child(place, 'operator'), operator ?? '', 'not a valid selector operator');
    else if (values.length !== 1)
      problems.required(
        child(place, 'values'),
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      );
    if (key !== 'metadata.name')
      problems.invalid(child(place, 'key'), key ?? '', 'not a valid field selector key');
  }
}

function checkWeight(problems: Problems, path: string, weight: number): void {
  if (!(weight >= 1 && weight <= 100))
    problems.invalid(child(path, 'weight'), weight ?? 0, 'must be in the range 1-100');
}

function checkPodTerm(problems: Problems, path: string, term: PodAffinityTerm): void {
  checkLabelSelector(problems, child(path, 'labelSelector'), term.labelSelector);
  checkLabelSelector(problems, child(path, 'namespaceSelector'), term.namespaceSelector);
  for (const [index, name] of (term.namespaces ?? []).entries())
    problems.each(at(child(path, 'namespaces'), index), name, dns1123LabelErrors(name));
  if (!term.topologyKey) problems.required(child(path, 'topologyKey'), 'can not be empty');
  problems.each(child(path, 'topologyKey'), term.topologyKey ?? '', labelKeyErrors(term.topologyKey ?? ''));
}

function checkPodAffinity(problems: Problems, path: string, affinity: PodAffinity): void {
  const required = child(path, 'requiredDuringSchedulingIgnoredDuringExecution');
  for (const [index, term] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
    checkPodTerm(problems, at(required, index), term);
  const preferred = child(path, 'preferredDuringSchedulingIgnoredDuringExecution');
  for (const [index, term] of (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    checkWeight(problems, at(preferred, index), term.weight);
    checkPodTerm(problems, child(at(preferred, index), 'podAffinityTerm'), term.podAffinityTerm);
  }
}

export function checkAffinity(problems: Problems, path: string, affinity: Affinity): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) checkNodeAffinity(problems, child(path, 'nodeAffinity'), nodeAffinity);
  if (podAffinity !== undefined) checkPodAffinity(problems, child(path, 'podAffinity'), podAffinity);
  if (podAntiAffinity !== undefined)
    checkPodAffinity(problems, child(path, 'podAntiAffinity'), podAntiAffinity);
}

function checkNodeAffinity(
  problems: Problems,
  path: string,
  affinity: NonNullable<Affinity['nodeAffinity']>,
): void {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined) {
    const terms = `${child(path, 'requiredDuringSchedulingIgnoredDuringExecution')}.nodeSelectorTerms`;
    if ((required.nodeSelectorTerms ?? []).length === 0)
      problems.required(terms, 'must have at least one node selector term');
    for (const [index, term] of (required.nodeSelectorTerms ?? []).entries())
      checkNodeTerm(problems, at(terms, index), term);
  }
  const preferred = child(path, 'preferredDuringSchedulingIgnoredDuringExecution');
  for (const [index, term] of (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    checkWeight(problems, at(preferred, index), term.weight);
    checkNodeTerm(problems, child(at(preferred, index), 'preference'), term.preference);
  }
}

export function checkSpread(
  problems: Problems,
  path: string,
  { topologySpreadConstraints = [] }: PodSpec,
): void {
  const seen = new Set<string>();
  for (const [index, constraint] of topologySpreadConstraints.entries()) {
    const place = at(path, index);
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (!(maxSkew > 0)) problems.invalid(child(place, 'maxSkew'), maxSkew ?? 0, 'must be greater than zero');
    if (!topologyKey) problems.required(child(place, 'topologyKey'), 'can not be empty');
    else problems.each(child(place, 'topologyKey'), topologyKey, labelKeyErrors(topologyKey));
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway')
      problems.unsupported(child(place, 'whenUnsatisfiable'), whenUnsatisfiable ?? '', [
        'DoNotSchedule',
        'ScheduleAnyway',
      ]);
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) problems.duplicate(`${place}.{topologyKey, whenUnsatisfiable}`, pair);
    seen.add(pair);
    if (minDomains !== undefined) {
      if (minDomains <= 0)
        problems.invalid(child(place, 'minDomains'), minDomains, 'must be greater than zero');
      if (whenUnsatisfiable !== 'DoNotSchedule')
        problems.invalid(
          child(place, 'minDomains'),
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        );
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      if (constraint[policy] !== undefined && !['Honor', 'Ignore'].includes(constraint[policy]))
        problems.unsupported(child(place, policy), constraint[policy], ['Honor', 'Ignore']);
    checkLabelSelector(problems, child(place, 'labelSelector'), constraint.labelSelector);
  }
}
