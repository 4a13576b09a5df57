/**
 * Fidelity: the taints that the node lifecycle controller keeps on nodes (nodelifecycle doNoScheduleTaintingPass and
 * SwapNodeControllerTaint, 1.32): NoSchedule by conditions and by `spec.unschedulable`, and the NoExecute ones for nodes that
 * are not ready or not reachable.
 */
import type { Node, Taint } from '../objects/node.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
export const unschedulableTaint = 'node.kubernetes.io/unschedulable';

const byCondition: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', notReadyTaint],
  ['Ready', 'Unknown', unreachableTaint],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
];
const ownKeys = new Set([...byCondition.map(([, , key]) => key), unschedulableTaint]);

/** Keys of the NoSchedule taints that a node should have. */
export function wantedKeys({ spec, status }: Node): readonly string[] {
  const keys: string[] = [];
  for (const [type, is, key] of byCondition)
    if (status.conditions.some((condition) => condition.type === type && condition.status === is))
      keys.push(key);
  if (spec.unschedulable === true) keys.push(unschedulableTaint);
  return keys;
}

/** The node with its NoSchedule taints as they should be; the same node when they are. */
export function withScheduleTaints(node: Node, timestamp: string): Node {
  const wanted = wantedKeys(node);
  const taints = node.spec.taints ?? [];
  const isOwn = ({ key, effect }: Taint) => effect === 'NoSchedule' && ownKeys.has(key);
  const present = taints.filter(isOwn).map(({ key }) => key);
  if (present.length === wanted.length && wanted.every((key) => present.includes(key))) return node;
  const kept = taints.filter((taint) => !isOwn(taint) || wanted.includes(taint.key));
  const added = wanted
    .filter((key) => !present.includes(key))
    .map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: timestamp }));
  return withTaints(node, [...kept, ...added]);
}

export function hasExecuteTaint({ spec }: Node, key: string): boolean {
  return spec.taints?.some((taint) => taint.key === key && taint.effect === 'NoExecute') ?? false;
}

/** The node with one of the two NoExecute taints, or none of them; the same node when it is so already. */
export function withExecuteTaint(node: Node, key: string | null, timestamp: string): Node {
  const other = [notReadyTaint, unreachableTaint].filter((one) => one !== key);
  const clean = !other.some((one) => hasExecuteTaint(node, one));
  if (clean && (key === null || hasExecuteTaint(node, key))) return node;
  const kept = (node.spec.taints ?? []).filter(
    (taint) => !(taint.effect === 'NoExecute' && other.includes(taint.key)),
  );
  if (key === null || hasExecuteTaint(node, key)) return withTaints(node, kept);
  return withTaints(node, [...kept, { key, effect: 'NoExecute', timeAdded: timestamp }]);
}

function withTaints(node: Node, taints: readonly Taint[]): Node {
  const { taints: _, ...spec } = node.spec;
  return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
}
