/**
 * Fidelity: what the server states in a new pod beyond its template (1.32): requests from limits (apis/core/v1/defaults.go), the
 * service account, priority (plugin/pkg/admission/priority) and tolerations for nodes that are not ready or unreachable
 * (defaulttolerationseconds). Simplified: a service account that is missing does not keep pods away, as nothing here has an identity.
 */
import type { PriorityClass } from '../objects/cluster-scope.ts';
import type { ResourceList } from '../objects/meta.ts';
import type { Container, PodSpec, Toleration } from '../objects/pod.ts';

/** Requests that a container leaves out are its limits. */
export function withRequestsFromLimits(spec: PodSpec): PodSpec {
  const containers = mapped(spec.containers, requestsFromLimits);
  const initContainers =
    spec.initContainers === undefined ? undefined : mapped(spec.initContainers, requestsFromLimits);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  return initContainers === undefined ? { ...spec, containers } : { ...spec, containers, initContainers };
}

function mapped<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const next = items.map(change);
  return next.every((item, at) => item === items[at]) ? items : next;
}

function requestsFromLimits(container: Container): Container {
  const { limits, requests = {} } = container.resources ?? {};
  if (limits === undefined || Object.keys(limits).every((name) => requests[name] !== undefined))
    return container;
  const filled: ResourceList = { ...limits, ...requests };
  return { ...container, resources: { ...container.resources, requests: filled } };
}

const waitSeconds = 300;
const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';

function waitsFor(key: string): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: waitSeconds };
}

/** A pod stays on a node that fails for five minutes unless it says otherwise. */
export function withDefaultTolerations(spec: PodSpec): PodSpec {
  const present = spec.tolerations ?? [];
  const added = [notReady, unreachable].filter(
    (key) => !present.some((toleration) => covers(toleration, key)),
  );
  return added.length === 0 ? spec : { ...spec, tolerations: [...present, ...added.map(waitsFor)] };
}

function covers({ key = '', effect = '' }: Toleration, taint: string): boolean {
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '');
}

export function withServiceAccount(spec: PodSpec): PodSpec {
  return (spec.serviceAccountName ?? '') === ''
    ? { ...spec, serviceAccountName: 'default', serviceAccount: 'default' }
    : spec;
}

export interface Priorities {
  readonly byName: (name: string) => PriorityClass | undefined;
  /** The class of pods that name none; of several the one of lowest value. */
  readonly default: PriorityClass | undefined;
}

/** The spec with its priority, or why it is refused. */
export function withPriority(spec: PodSpec, classes: Priorities): PodSpec | string {
  const name = spec.priorityClassName ?? '';
  const named = name === '' ? classes.default : classes.byName(name);
  if (name !== '' && named === undefined) return `no PriorityClass with name ${name} was found`;
  const priority = named?.value ?? 0;
  const policy = named?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.priority !== undefined && spec.priority !== priority)
    return `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
    return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`;
  const stated =
    spec.priority === priority && spec.preemptionPolicy === policy && name === (named?.metadata.name ?? '');
  if (stated) return spec;
  const made = { ...spec, priority, preemptionPolicy: policy };
  return named === undefined ? made : { ...made, priorityClassName: named.metadata.name };
}
