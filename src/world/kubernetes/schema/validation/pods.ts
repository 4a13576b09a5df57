/**
 * Fidelity: validation of pods and pod templates, and what may change in a pod (core validation.go, 1.32). Simplified: messages on
 * forbidden changes end without upstream's dump of the difference; security contexts and Windows options are not looked into.
 */
import type { LabelSelector } from '../../objects/meta.ts';
import type { Pod, PodSpec, PodTemplate, Toleration } from '../../objects/pod.ts';
import { selects } from '../../objects/selector.ts';
import { sameValue } from '../../store/equality.ts';
import { checkContainers, checkInitContainers, checkVolumes } from './containers.ts';
import { checkAnnotations, checkLabels } from './metadata.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors, ipErrors, labelKeyErrors } from './names.ts';
import { at, child, type Problems } from './problems.ts';
import { checkAffinity, checkSpread, checkTolerations } from './scheduling.ts';

const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const restartPolicies = ['Always', 'OnFailure', 'Never'];
const int32Max = 2_147_483_647;

interface MoreFields {
  readonly dnsPolicy?: string;
  readonly serviceAccountName?: string;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly hostAliases?: readonly { readonly ip?: string; readonly hostnames?: readonly string[] }[];
  readonly readinessGates?: readonly { readonly conditionType?: string }[];
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
}

export function checkPodSpec(problems: Problems, path: string, spec: PodSpec): void {
  const more = spec as PodSpec & MoreFields;
  const volumes = checkVolumes(problems, child(path, 'volumes'), spec);
  checkContainers(problems, child(path, 'containers'), spec, volumes);
  checkInitContainers(problems, child(path, 'initContainers'), spec, volumes);
  problems.oneOf(child(path, 'restartPolicy'), spec.restartPolicy, restartPolicies);
  problems.oneOf(child(path, 'dnsPolicy'), more.dnsPolicy, dnsPolicies);
  checkLabels(problems, child(path, 'nodeSelector'), spec.nodeSelector);
  for (const [index, { name }] of (more.imagePullSecrets ?? []).entries())
    if (!name) problems.required(child(at(child(path, 'imagePullSecrets'), index), 'name'));
  if (spec.affinity !== undefined) checkAffinity(problems, child(path, 'affinity'), spec.affinity);
  for (const [index, { conditionType = '' }] of (more.readinessGates ?? []).entries())
    problems.each(
      child(at(child(path, 'readinessGates'), index), 'conditionType'),
      conditionType,
      labelKeyErrors(conditionType),
    );
  checkSpread(problems, child(path, 'topologySpreadConstraints'), spec);
  checkNamesOf(problems, path, more);
  const { activeDeadlineSeconds, terminationGracePeriodSeconds } = spec;
  if (
    activeDeadlineSeconds !== undefined &&
    !(activeDeadlineSeconds >= 1 && activeDeadlineSeconds <= int32Max)
  )
    problems.invalid(
      child(path, 'activeDeadlineSeconds'),
      activeDeadlineSeconds,
      `must be between 1 and ${int32Max}, inclusive`,
    );
  problems.nonNegative(child(path, 'terminationGracePeriodSeconds'), terminationGracePeriodSeconds);
  checkTolerations(problems, child(path, 'tolerations'), spec.tolerations ?? []);
  checkRest(problems, path, more);
}

function checkNamesOf(problems: Problems, path: string, spec: PodSpec & MoreFields): void {
  for (const field of ['serviceAccountName', 'nodeName'] as const)
    if (spec[field]) problems.each(child(path, field), spec[field], dns1123SubdomainErrors(spec[field]));
  for (const field of ['hostname', 'subdomain'] as const)
    if (spec[field]) problems.each(child(path, field), spec[field], dns1123LabelErrors(spec[field]));
}

function checkRest(problems: Problems, path: string, spec: PodSpec & MoreFields): void {
  for (const [index, { ip = '', hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const place = at(child(path, 'hostAliases'), index);
    problems.each(child(place, 'ip'), ip, ipErrors(ip));
    for (const name of hostnames)
      problems.each(child(place, 'hostnames'), name, dns1123SubdomainErrors(name));
  }
  if (spec.priorityClassName)
    problems.each(
      child(path, 'priorityClassName'),
      spec.priorityClassName,
      dns1123SubdomainErrors(spec.priorityClassName),
    );
  if (
    spec.preemptionPolicy !== undefined &&
    !['PreemptLowerPriority', 'Never'].includes(spec.preemptionPolicy)
  )
    problems.unsupported(child(path, 'preemptionPolicy'), spec.preemptionPolicy, [
      'PreemptLowerPriority',
      'Never',
    ]);
}

/** A template of a workload whose selector must match it; `policies`: the restart policies that the workload allows; null: it looks at them itself. */
export function checkTemplate(
  problems: Problems,
  path: string,
  template: PodTemplate | undefined,
  selector: LabelSelector | null | undefined,
  policies: readonly string[] | null = ['Always'],
): void {
  const { metadata, spec } = template ?? {};
  if (selector !== null && selector !== undefined && !selects(selector, metadata?.labels ?? {}))
    problems.invalid(
      child(path, 'metadata.labels'),
      metadata?.labels ?? {},
      '`selector` does not match template `labels`',
    );
  checkLabels(problems, child(path, 'metadata.labels'), metadata?.labels);
  checkAnnotations(problems, child(path, 'metadata.annotations'), metadata?.annotations);
  checkPodSpec(problems, child(path, 'spec'), spec ?? ({} as PodSpec));
  const policy = spec?.restartPolicy;
  if (policies === null) return;
  if (policy !== undefined && restartPolicies.includes(policy) && !policies.includes(policy))
    problems.unsupported(child(path, 'spec.restartPolicy'), policy, policies);
  if (policies.includes('Always') && spec?.activeDeadlineSeconds !== undefined)
    problems.forbidden(
      child(path, 'spec.activeDeadlineSeconds'),
      'activeDeadlineSeconds in ReplicaSet is not Supported',
    );
}

export function checkPod(problems: Problems, pod: Pod, old: Pod | null): void {
  if (old?.spec === pod.spec) return;
  checkPodSpec(problems, 'spec', pod.spec);
  checkImages(problems, pod.spec);
  if (old !== null) {
    checkPodChange(problems, pod.spec, old.spec);
    return;
  }
  const { nodeName, schedulingGates = [] } = pod.spec;
  if (nodeName && schedulingGates.length > 0)
    problems.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
}

/** Of pods alone; templates may have such images. */
function checkImages(problems: Problems, spec: PodSpec): void {
  for (const list of ['containers', 'initContainers'] as const)
    for (const [index, { image = '' }] of (spec[list] ?? []).entries())
      if (image.trim() !== image)
        problems.invalid(
          child(at(child('spec', list), index), 'image'),
          image,
          'must not have leading or trailing whitespace',
        );
}

const immutableMessage =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function checkPodChange(problems: Problems, spec: PodSpec, old: PodSpec): void {
  if (spec.containers.length !== old.containers.length) {
    problems.forbidden('spec.containers', 'pod updates may not add or remove containers');
    return;
  }
  if ((spec.initContainers?.length ?? 0) !== (old.initContainers?.length ?? 0)) {
    problems.forbidden('spec.initContainers', 'pod updates may not add or remove containers');
    return;
  }
  // Upstream looks at the images of a change once more, and says so once more.
  for (const list of ['containers', 'initContainers'] as const)
    for (const [index, { image }] of (spec[list] ?? []).entries())
      if (!image) problems.required(child(at(child('spec', list), index), 'image'));
  checkDeadlineChange(problems, spec, old);
  if (!onlyAdds(spec.tolerations ?? [], old.tolerations ?? []))
    problems.forbidden(
      'spec.tolerations',
      'existing toleration can not be modified except its tolerationSeconds',
    );
  checkGates(problems, spec, old);
  const allowed: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, old.containers),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: withImages(spec.initContainers, old.initContainers ?? []) }),
  };
  const rest = [
    'activeDeadlineSeconds',
    'tolerations',
    'schedulingGates',
    'terminationGracePeriodSeconds',
  ] as const;
  const restOf = (one: PodSpec) =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !(rest as readonly string[]).includes(key)));
  const grace = spec.terminationGracePeriodSeconds;
  const mayShorten =
    grace === old.terminationGracePeriodSeconds ||
    (grace === 1 && (old.terminationGracePeriodSeconds ?? 0) < 0);
  if (!sameValue(restOf(allowed), restOf(old)) || !mayShorten) problems.forbidden('spec', immutableMessage);
}

/** Gates may only be taken away. */
function checkGates(problems: Problems, { schedulingGates = [] }: PodSpec, old: PodSpec): void {
  const before = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  for (const [index, { name }] of schedulingGates.entries())
    if (!before.has(name))
      problems.forbidden(
        child(at('spec.schedulingGates', index), 'name'),
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      );
}

function withImages(containers: PodSpec['containers'], old: PodSpec['containers']): PodSpec['containers'] {
  return containers.map((container, index) => ({ ...container, image: old[index]?.image ?? '' }));
}

function checkDeadlineChange(
  problems: Problems,
  { activeDeadlineSeconds: now }: PodSpec,
  { activeDeadlineSeconds: before }: PodSpec,
): void {
  const path = 'spec.activeDeadlineSeconds';
  if (now !== undefined) {
    if (now < 0 || now > int32Max)
      problems.invalid(path, now, `must be between 0 and ${int32Max}, inclusive`);
    else if (before !== undefined && before < now)
      problems.invalid(path, now, 'must be less than or equal to previous value');
  } else if (before !== undefined)
    problems.invalid(path, undefined, 'must not update from a positive integer to nil value');
}

function onlyAdds(tolerations: readonly Toleration[], old: readonly Toleration[]): boolean {
  const plain = ({ tolerationSeconds: _, ...rest }: Toleration) => rest;
  return old.every((one) => tolerations.some((other) => sameValue(plain(other), plain(one))));
}
