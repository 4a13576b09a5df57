/**
 * Fidelity: what an object counts against quotas: the evaluators of pkg/quota/v1/evaluator/core (1.32) for pods, services and
 * claims, and object counts for all else. A pod that has ended, or whose grace is over, counts only as an object.
 */
import type { KubeObject, Quantity, ResourceList } from '../../objects/meta.ts';
import { type Container, isFinished, type Pod } from '../../objects/pod.ts';
import { pods, type ResourceType, resourceName, type Service } from '../../objects/resource-types.ts';
import { type Amounts, amountOf, amountsOf, podLimits, podRequests } from '../../objects/resources.ts';
import type { Clock } from '../../store/clock.ts';

/** Kinds that had a name of their own in quotas before every kind could be counted. */
const plainlyCounted: ReadonlySet<string> = new Set([
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
  'services',
  'persistentvolumeclaims',
]);

const natives: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods']);
/** What a quota requires every container to state. */
const mustBeStated: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

/** Whether amounts of this name are thousandths of cores. */
export function isCpuName(name: string): boolean {
  return name === 'cpu' || name === 'requests.cpu' || name === 'limits.cpu';
}

/** The amount of a quota's own quantity. */
export function hardAmount(name: string, quantity: Quantity | undefined): number {
  return amountOf(isCpuName(name) ? 'cpu' : name, quantity);
}

const podUsages = new WeakMap<readonly Container[], Amounts>();

/** What the object counts, by the names that quotas use. */
export function usageOf(type: ResourceType, object: KubeObject, clock: Clock): Amounts {
  const resource = resourceName(type);
  const counted = { [`count/${resource}`]: 1 };
  switch (resource) {
    case 'pods':
      return chargesCompute(object as Pod, clock) ? { ...podUsage(object as Pod), ...counted } : counted;
    case 'services':
      return { ...serviceUsage(object as Service), ...counted };
    case 'persistentvolumeclaims':
      return { ...claimUsage(object), ...counted };
    default:
      return plainlyCounted.has(resource) ? { ...counted, [resource]: 1 } : counted;
  }
}

/** Neither ended nor past its grace. */
export function chargesCompute(pod: Pod, clock: Clock): boolean {
  if (isFinished(pod)) return false;
  const { deletionTimestamp } = pod.metadata;
  return deletionTimestamp === undefined || clock.nowMicros <= clock.microsOf(deletionTimestamp);
}

function podUsage({ spec }: Pod): Amounts {
  let usage = podUsages.get(spec.containers);
  if (usage === undefined) {
    usage = { pods: 1, ...computeUsage(podRequests(spec), podLimits(spec)) };
    podUsages.set(spec.containers, usage);
  }
  return usage;
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage: Record<string, number> = {};
  for (const name in requests) {
    if (natives.has(name) || name.startsWith('hugepages-')) usage[name] = requests[name];
    usage[`requests.${name}`] = requests[name];
  }
  for (const name in limits) if (natives.has(name)) usage[`limits.${name}`] = limits[name];
  return usage;
}

function serviceUsage({ spec }: Service): Amounts {
  const ports = spec.ports?.length ?? 0;
  const balanced = spec.type === 'LoadBalancer';
  const withoutNodePorts =
    (spec as { allocateLoadBalancerNodePorts?: boolean }).allocateLoadBalancerNodePorts === false;
  return {
    services: 1,
    'services.loadbalancers': balanced ? 1 : 0,
    'services.nodeports': spec.type === 'NodePort' || (balanced && !withoutNodePorts) ? ports : 0,
  };
}

function claimUsage({ spec }: KubeObject): Amounts {
  const { storageClassName, resources } = (spec ?? {}) as {
    storageClassName?: string;
    resources?: { requests?: ResourceList };
  };
  const storage = amountOf('storage', resources?.requests?.['storage']);
  const usage: Record<string, number> = { persistentvolumeclaims: 1, 'requests.storage': storage };
  if (storageClassName === undefined || storageClassName === '') return usage;
  const prefix = `${storageClassName}.storageclass.storage.k8s.io/`;
  return { ...usage, [`${prefix}persistentvolumeclaims`]: 1, [`${prefix}requests.storage`]: storage };
}

/** What a quota on these resources needs stated and containers of the pod do not state: `limits.cpu for: a,b`; empty: nothing. */
export function unstated(pod: Pod, hard: readonly string[]): string {
  const required = hard.filter((name) => mustBeStated.has(name)).sort();
  const missing = new Map<string, string[]>();
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const stated = computeUsage(
      amountsOf(container.resources?.requests),
      amountsOf(container.resources?.limits),
    );
    for (const name of required)
      if (stated[name] === undefined) missing.set(name, [...(missing.get(name) ?? []), container.name]);
  }
  return required
    .filter((name) => missing.has(name))
    .map((name) => `${name} for: ${[...missing.get(name)!].sort().join(',')}`)
    .join('; ');
}

export function isPodType(type: ResourceType): boolean {
  return resourceName(type) === pods.plural;
}
