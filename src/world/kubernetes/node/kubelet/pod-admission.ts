/**
 * Fidelity: whether a kubelet takes a pod that was bound to its node (lifecycle.PredicateAdmitHandler with the general
 * predicates and NoExecute taints, 1.32), with its reasons and messages. Left out: preemption by critical pods, topology
 * manager, and extended resources that the node does not know (the kubelet ignores those).
 */
import type { Node, Taint } from '../../objects/node.ts';
import type {
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Toleration,
} from '../../objects/pod.ts';
import { type Amounts, amountsOf } from '../../objects/resources.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

export interface AdmissionInput {
  readonly pod: Pod;
  readonly node: Node;
  readonly requests: Amounts;
  /** Of the node's pods so far. */
  readonly used: Amounts;
  readonly pods: number;
  /** Host ports that are taken, as `TCP/8080`. */
  readonly takenPorts: ReadonlySet<string>;
}

/** Null: the pod is taken. */
export function refusalOf(input: AdmissionInput): Refusal | null {
  const { pod, node } = input;
  const lacking = lack(input);
  if (lacking !== null) return lacking;
  if (!matchesNode(pod, node)) return failed('NodeAffinity');
  for (const port of hostPortsOf(pod)) if (input.takenPorts.has(port)) return failed('NodePorts');
  const untolerated = node.spec.taints?.some(
    (taint) => taint.effect === 'NoExecute' && !tolerates(pod.spec.tolerations, taint),
  );
  return untolerated === true ? failed('TaintToleration') : null;
}

function failed(predicate: string): Refusal {
  return { reason: predicate, message: `Predicate ${predicate} failed` };
}

function lack({ requests, used, pods, node }: AdmissionInput): Refusal | null {
  const { allocatable } = node.status;
  const amounts = amountsOf(allocatable);
  const room = amounts['pods'] ?? 0;
  if (pods + 1 > room) return tooLittle('pods', 1, pods, room);
  for (const resource in requests) {
    const requested = requests[resource];
    if (requested === 0 || allocatable[resource] === undefined) continue;
    const capacity = amounts[resource];
    const taken = used[resource] ?? 0;
    if (taken + requested > capacity) return tooLittle(resource, requested, taken, capacity);
  }
  return null;
}

function tooLittle(resource: string, requested: number, used: number, capacity: number): Refusal {
  return {
    reason: `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

/** `TCP/8080` for each port that the pod takes from its host. */
export function hostPortsOf({ spec }: Pod): readonly string[] {
  let ports = portsOfContainers.get(spec.containers);
  if (ports === undefined) {
    ports = computedHostPorts(spec);
    portsOfContainers.set(spec.containers, ports);
  }
  return ports;
}

/** Pods of one template share their containers. */
const portsOfContainers = new WeakMap<PodSpec['containers'], readonly string[]>();

function computedHostPorts(spec: PodSpec): readonly string[] {
  const ports: string[] = [];
  for (const container of spec.containers)
    if (container.ports !== undefined)
      for (const { hostPort = 0, protocol = 'TCP' } of container.ports)
        if (hostPort > 0) ports.push(`${protocol}/${hostPort}`);
  return ports;
}

function matchesNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  const { nodeSelector, affinity } = spec;
  for (const key in nodeSelector) if (labels[key] !== nodeSelector[key]) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => meetsTerm(term, node));
}

/** An empty term matches nothing. */
function meetsTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((one) => meets(one, labels[one.key])) &&
    matchFields.every((one) => meets(one, one.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function meets({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ?? false;
}

/** An empty key tolerates every key, an empty effect every effect. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}
