/** Fidelity: validation of metadata and label selectors (apimachinery api/validation and meta/v1/validation, 1.32). */
import type { LabelSelector, Labels, ObjectMeta } from '../../objects/meta.ts';
import type { ResourceType } from '../../objects/resource-types.ts';
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  labelValueErrors,
  pathSegmentErrors,
  tooLong,
} from './names.ts';
import { at, child, type Problems } from './problems.ts';

const annotationBytesMax = 256 * 1024;

function nameErrors(type: ResourceType, name: string): readonly string[] {
  if (type.group === '' && type.kind === 'Service') return dns1035LabelErrors(name);
  if (type.group === '' && type.kind === 'Namespace') return dns1123LabelErrors(name);
  if (type.group === 'rbac.authorization.k8s.io') return pathSegmentErrors(name);
  const errors = dns1123SubdomainErrors(name);
  // A CronJob's Jobs append eleven characters.
  return type.kind === 'CronJob' && errors.length === 0 && name.length > 52 ? [tooLong(52)] : errors;
}

export function checkLabels(problems: Problems, path: string, labels: Labels | undefined): void {
  for (const [key, value] of sorted(labels)) {
    problems.each(path, key, labelKeyErrors(key));
    problems.each(path, value, labelValueErrors(value));
  }
}

export function checkAnnotations(problems: Problems, path: string, annotations: Labels | undefined): void {
  let bytes = 0;
  for (const [key, value] of sorted(annotations)) {
    problems.each(path, key, labelKeyErrors(key.toLowerCase()));
    bytes += key.length + value.length;
  }
  if (bytes > annotationBytesMax) problems.tooLong(path, annotationBytesMax);
}

function sorted(labels: Labels | undefined): readonly (readonly [string, string])[] {
  return Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function checkFinalizers(problems: Problems, path: string, finalizers: readonly string[]): void {
  for (const finalizer of finalizers) {
    const errors = labelKeyErrors(finalizer);
    problems.each(path, finalizer, errors);
    if (errors.length === 0 && !finalizer.includes('/') && !standardFinalizers.has(finalizer))
      problems.invalid(
        path,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      );
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    problems.invalid(path, finalizers, 'finalizer foregroundDeletion and orphan cannot be both set');
}

function checkOwners(problems: Problems, path: string, { ownerReferences = [] }: ObjectMeta): void {
  let controller: string | null = null;
  for (const [index, owner] of ownerReferences.entries()) {
    const place = at(path, index);
    if (!owner.apiVersion)
      problems.invalid(child(place, 'apiVersion'), owner.apiVersion ?? '', 'version must not be empty');
    for (const name of ['kind', 'name', 'uid'] as const)
      if (!owner[name]) problems.invalid(child(place, name), owner[name] ?? '', 'must not be empty');
    if (owner.controller !== true) continue;
    if (controller !== null)
      problems.invalid(
        path,
        ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`,
      );
    else controller = owner.name;
  }
}

/** Metadata of a new object, and of a changed one that `old` is the previous state of. */
export function checkMetadata(
  problems: Problems,
  type: ResourceType,
  meta: ObjectMeta,
  old: ObjectMeta | null,
): void {
  const path = 'metadata';
  if (meta.generateName !== undefined && meta.generateName !== '' && old === null)
    // The suffix is added afterwards, so that a trailing dash is fine.
    problems.each(
      child(path, 'generateName'),
      meta.generateName,
      nameErrors(type, `${meta.generateName.replace(/-$/, '')}x`),
    );
  if (meta.name === '' || meta.name === undefined)
    problems.required(child(path, 'name'), 'name or generateName is required');
  else problems.each(child(path, 'name'), meta.name, nameErrors(type, meta.name));
  if (type.namespaced && (meta.namespace ?? '') === '') problems.required(child(path, 'namespace'));
  else if (!type.namespaced && (meta.namespace ?? '') !== '')
    problems.forbidden(child(path, 'namespace'), 'not allowed on this type');
  checkLabels(problems, child(path, 'labels'), meta.labels);
  checkAnnotations(problems, child(path, 'annotations'), meta.annotations);
  checkOwners(problems, child(path, 'ownerReferences'), meta);
  checkFinalizers(problems, child(path, 'finalizers'), meta.finalizers ?? []);
  if (old?.deletionTimestamp === undefined) return;
  const added = (meta.finalizers ?? []).filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
  if (added.length > 0)
    problems.forbidden(
      child(path, 'finalizers'),
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
    );
}

const selectorOperators = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

export function checkLabelSelector(
  problems: Problems,
  path: string,
  selector: LabelSelector | undefined,
): void {
  if (selector === undefined) return;
  checkLabels(problems, child(path, 'matchLabels'), selector.matchLabels);
  for (const [index, { key, operator, values }] of (selector.matchExpressions ?? []).entries()) {
    const place = at(child(path, 'matchExpressions'), index);
    const count = values?.length ?? 0;
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0)
        problems.required(child(place, 'values'), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (selectorOperators.has(operator)) {
      if (count > 0)
        problems.forbidden(
          child(place, 'values'),
          "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        );
    } else problems.invalid(child(place, 'operator'), operator ?? '', 'not a valid selector operator');
    problems.each(child(place, 'key'), key ?? '', labelKeyErrors(key ?? ''));
    for (const [at_, value] of (values ?? []).entries())
      problems.each(at(child(place, 'values'), at_), value, labelValueErrors(value));
  }
}

export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions?.length ?? 0) === 0
  );
}

/** A selector as Go prints the struct. */
export function selectorInGo({ matchLabels, matchExpressions }: LabelSelector): string {
  const quote = (text: string) => JSON.stringify(text);
  const labels =
    matchLabels === undefined
      ? 'map[string]string(nil)'
      : `map[string]string{${sorted(matchLabels)
          .map(([key, value]) => `${quote(key)}:${quote(value)}`)
          .join(', ')}}`;
  const requirements =
    matchExpressions === undefined
      ? '[]v1.LabelSelectorRequirement(nil)'
      : `[]v1.LabelSelectorRequirement{${matchExpressions
          .map(({ key, operator, values }) => {
            const listed =
              values === undefined ? '[]string(nil)' : `[]string{${values.map(quote).join(', ')}}`;
            return `v1.LabelSelectorRequirement{Key:${quote(key)}, Operator:${quote(operator)}, Values:${listed}}`;
          })
          .join(', ')}}`;
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${requirements}}`;
}
