/**
 * Fidelity: validation of ConfigMap, Secret, ResourceQuota, LimitRange, PriorityClass, Node, claims and RBAC (1.32 validation.go
 * of each group).
 */
import type { LimitRange, PriorityClass, ResourceQuota } from '../../objects/cluster-scope.ts';
import type { KubeObject, ResourceList } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { quantityOf } from '../../objects/resources.ts';
import { sameValue } from '../../store/equality.ts';
import { checkAmount } from './containers.ts';
import { configKeyErrors, labelKeyErrors, labelValueErrors } from './names.ts';
import { at, child, type Problems } from './problems.ts';

const bytesMax = 1024 * 1024;

interface Keyed extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
  readonly type?: string;
}

function checkKept(problems: Problems, now: Keyed, old: Keyed | null): void {
  if (old?.immutable !== true) return;
  if (now.immutable !== true) problems.forbidden('immutable', 'field is immutable when `immutable` is set');
  for (const field of ['data', 'binaryData'] as const)
    if (!sameValue(now[field] ?? {}, old[field] ?? {}))
      problems.forbidden(field, 'field is immutable when `immutable` is set');
}

export function checkConfigMap(problems: Problems, map: Keyed, old: Keyed | null): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(map.data ?? {})) {
    problems.each(at('data', key), key, configKeyErrors(key));
    if (map.binaryData !== undefined && Object.hasOwn(map.binaryData, key))
      problems.invalid(at('data', key), key, 'duplicate of key present in binaryData');
    bytes += value.length;
  }
  for (const [key, value] of Object.entries(map.binaryData ?? {})) {
    problems.each(at('binaryData', key), key, configKeyErrors(key));
    bytes += Math.floor((value.length * 3) / 4);
  }
  if (bytes > bytesMax) problems.tooLong('', bytesMax);
  checkKept(problems, map, old);
}

const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export function checkSecret(problems: Problems, secret: Keyed, old: Keyed | null): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    problems.each(at('data', key), key, configKeyErrors(key));
    bytes += Math.floor((value.length * 3) / 4);
  }
  if (bytes > bytesMax) problems.tooLong('data', bytesMax);
  for (const key of secretKeys[secret.type ?? ''] ?? [])
    if (secret.data?.[key] === undefined) problems.required(at('data', key));
  if (old !== null && secret.type !== old.type)
    problems.invalid('type', secret.type ?? '', 'field is immutable');
  checkKept(problems, secret, old);
}

const quotaNames = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);

const scopes = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
]);

export function checkQuota(problems: Problems, { spec }: ResourceQuota, old: ResourceQuota | null): void {
  for (const [name, quantity] of Object.entries(spec?.hard ?? {})) {
    const place = at('spec.hard', name);
    problems.each(place, name, labelKeyErrors(name));
    if (!name.includes('/') && !quotaNames.has(name)) {
      problems.invalid(place, name, 'must be a standard resource type or fully qualified');
      problems.invalid(place, name, 'must be a standard resource for quota');
    }
    checkAmount(problems, place, countsObjects(name) ? `count/${name}` : name, quantity);
  }
  const named = spec?.scopes ?? [];
  for (const scope of named)
    if (!scopes.has(scope)) problems.invalid('spec.scopes', named, 'unsupported scope');
  for (const [a, b] of [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ])
    if (named.includes(a) && named.includes(b)) problems.invalid('spec.scopes', named, 'conflicting scopes');
  if (old !== null && !sameValue(named, old.spec?.scopes ?? []))
    problems.invalid('spec.scopes', named, 'field is immutable');
}

function countsObjects(name: string): boolean {
  return name.startsWith('count/') || (quotaNames.has(name) && !/cpu|memory|storage/.test(name));
}

export function checkLimitRange(problems: Problems, { spec }: LimitRange): void {
  const types = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const place = at('spec.limits', index);
    if (!item.type) problems.required(child(place, 'type'));
    else if (types.has(item.type)) problems.duplicate(child(place, 'type'), item.type);
    types.add(item.type);
    if (item.type === 'Pod')
      for (const field of ['default', 'defaultRequest'] as const)
        if (item[field] !== undefined)
          problems.forbidden(child(place, field), "may not be specified when `type` is 'Pod'");
    if (item.type === 'PersistentVolumeClaim' && item.min === undefined && item.max === undefined)
      problems.required(
        child(place, 'limits'),
        'either minimum or maximum storage value is required, but neither was provided',
      );
    checkLimits(problems, place, item);
  }
}

type Limits = LimitRange['spec']['limits'][number];

function checkLimits(problems: Problems, path: string, item: Limits): void {
  const {
    min = {},
    max = {},
    default: limit = {},
    defaultRequest: request = {},
    maxLimitRequestRatio: ratio = {},
  } = item;
  const names = new Set([min, max, limit, request, ratio].flatMap((list) => Object.keys(list)));
  const isOver = (a: ResourceList, b: ResourceList, name: string) =>
    a[name] !== undefined && b[name] !== undefined && quantityOf(a[name]) > quantityOf(b[name]);
  const compare = (
    low: ResourceList,
    high: ResourceList,
    name: string,
    at_: string,
    words: readonly [string, string],
  ) => {
    if (isOver(low, high, name))
      problems.invalid(
        at(child(path, at_), name),
        String(low[name]),
        `${words[0]} value ${low[name]} is greater than ${words[1]} value ${high[name]}`,
      );
  };
  for (const name of names) {
    compare(min, max, name, 'min', ['min', 'max']);
    compare(min, request, name, 'defaultRequest', ['min', 'default request']);
    compare(request, max, name, 'defaultRequest', ['default request', 'max']);
    compare(request, limit, name, 'defaultRequest', ['default request', 'default limit']);
    compare(min, limit, name, 'default', ['min', 'default']);
    compare(limit, max, name, 'default', ['default', 'max']);
    if (ratio[name] !== undefined && quantityOf(ratio[name]) < 1)
      problems.invalid(
        at(child(path, 'maxLimitRequestRatio'), name),
        String(ratio[name]),
        `ratio ${ratio[name]} is less than 1`,
      );
  }
}

const userPriorityMax = 1_000_000_000;
const systemClasses: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

export function checkPriorityClass(
  problems: Problems,
  priorityClass: PriorityClass,
  old: PriorityClass | null,
): void {
  const { metadata, value, preemptionPolicy = 'PreemptLowerPriority' } = priorityClass;
  if (metadata.name.startsWith('system-')) {
    if (systemClasses.get(metadata.name) !== value)
      problems.forbidden(
        'metadata.name',
        systemClasses.has(metadata.name)
          ? `priority class names with 'system-' prefix are reserved for system use only. error: value of ${metadata.name} PriorityClass must be ${systemClasses.get(metadata.name)}`
          : `priority class names with 'system-' prefix are reserved for system use only. error: ${metadata.name} is not a known system priority class`,
      );
  } else if (value > userPriorityMax)
    problems.forbidden('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`);
  if (preemptionPolicy !== 'PreemptLowerPriority' && preemptionPolicy !== 'Never')
    problems.unsupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  if (old === null) return;
  if (value !== old.value) problems.forbidden('value', 'may not be changed in an update.');
  if (preemptionPolicy !== (old.preemptionPolicy ?? 'PreemptLowerPriority'))
    problems.invalid('preemptionPolicy', preemptionPolicy, 'field is immutable');
}

const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

export function checkNode(problems: Problems, { spec }: Node, old: Node | null): void {
  const seen = new Set<string>();
  for (const [index, { key, value = '', effect }] of (spec?.taints ?? []).entries()) {
    const place = at('spec.taints', index);
    problems.each(child(place, 'key'), key ?? '', labelKeyErrors(key ?? ''));
    problems.each(child(place, 'value'), value, labelValueErrors(value));
    problems.oneOf(child(place, 'effect'), effect, effects);
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) problems.duplicate(place, { key, value, effect });
    seen.add(pair);
  }
  if (old === null) return;
  for (const field of ['podCIDR', 'providerID'] as const)
    if (old.spec?.[field] !== undefined && spec?.[field] !== old.spec[field])
      problems.forbidden(
        child('spec', field),
        'node updates may not change this field except from "" to valid',
      );
}

interface Claim extends KubeObject {
  readonly spec?: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: ResourceList };
  };
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export function checkClaim(problems: Problems, { spec = {} }: Claim, old: Claim | null): void {
  if ((spec.accessModes ?? []).length === 0)
    problems.required('spec.accessModes', 'at least 1 access mode is required');
  for (const mode of spec.accessModes ?? [])
    if (!accessModes.includes(mode)) problems.unsupported('spec.accessModes', mode, accessModes);
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) problems.required('spec.resources[storage]');
  else if (quantityOf(storage) <= 0)
    problems.invalid('spec.resources[storage]', String(storage), 'must be greater than zero');
  if (old === null) return;
  const fixed = ({ resources: _, volumeName: __, ...rest }: Readonly<Record<string, unknown>>) => rest;
  if (!sameValue(fixed(spec as never), fixed((old.spec ?? {}) as never)))
    problems.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
}

interface Binding extends KubeObject {
  readonly roleRef?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly {
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  }[];
}

export function checkBinding(problems: Problems, binding: Binding, old: Binding | null): void {
  const { roleRef = {}, subjects = [] } = binding;
  const kinds = binding.kind === 'RoleBinding' ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  if (!kinds.includes(roleRef.kind ?? '')) problems.unsupported('roleRef.kind', roleRef.kind ?? '', kinds);
  if (!roleRef.name) problems.required('roleRef.name');
  for (const [index, { kind = '', name, namespace }] of subjects.entries()) {
    const place = at('subjects', index);
    if (!name) problems.required(child(place, 'name'));
    if (!['ServiceAccount', 'User', 'Group'].includes(kind))
      problems.unsupported(child(place, 'kind'), kind, ['ServiceAccount', 'User', 'Group']);
    if (kind === 'ServiceAccount' && binding.kind === 'ClusterRoleBinding' && !namespace)
      problems.required(child(place, 'namespace'));
  }
  if (old !== null && !sameValue(roleRef, old.roleRef))
    problems.invalid('roleRef', roleRef, 'cannot change roleRef');
}

interface Role extends KubeObject {
  readonly rules?: readonly {
    readonly verbs?: readonly string[];
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly nonResourceURLs?: readonly string[];
  }[];
}

export function checkRole(problems: Problems, { rules = [], kind }: Role): void {
  for (const [
    index,
    { verbs = [], apiGroups = [], resources = [], nonResourceURLs = [] },
  ] of rules.entries()) {
    const place = at('rules', index);
    if (verbs.length === 0) problems.required(child(place, 'verbs'), 'verbs must contain at least one value');
    if (nonResourceURLs.length > 0) {
      if (kind === 'Role')
        problems.invalid(
          child(place, 'nonResourceURLs'),
          nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        );
      continue;
    }
    if (apiGroups.length === 0)
      problems.required(child(place, 'apiGroups'), 'resource rules must supply at least one api group');
    if (resources.length === 0)
      problems.required(child(place, 'resources'), 'resource rules must supply at least one resource');
  }
}
