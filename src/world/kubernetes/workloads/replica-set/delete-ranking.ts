/**
 * Fidelity: which pods a ReplicaSet deletes first when it has too many: `ActivePodsWithRanks` (controller_utils.go) and
 * `getPodsRankedByRelatedPodsOnSameNode` (replicaset), 1.32, with LogarithmicScaleDown and PodDeletionCost as they are by default:
 * ages are compared by their powers of two, and within one power the uid decides, which is as good as chance.
 */
import type { ContainerStatus, Pod } from '../../objects/pod.ts';
import type { Clock } from '../../store/clock.ts';
import { readySinceMicros } from '../pods/availability.ts';

export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

/** What a pod is ranked by. */
export interface DeleteRank {
  readonly pod: Pod;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** Active pods of the same owner, and of its siblings, on the pod's node. */
  readonly companions: number;
  readonly readyMicros: number | null;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdMicros: number;
}

const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const costForm = /^(?:0|-?[1-9]\d*)$/;
const largestCost = 2_147_483_647;

/** The pod's deletion cost; 0 when it is absent or no 32-bit integer in its plain form. */
export function deletionCostOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation];
  if (text === undefined || !costForm.test(text)) return 0;
  const cost = Number(text);
  return cost > largestCost || cost < -largestCost - 1 ? 0 : cost;
}

export function rankOf(pod: Pod, companions: number, clock: Clock): DeleteRank {
  const readyMicros = readySinceMicros(pod, clock);
  const [restarts, sidecarRestarts] = restartsOf(pod);
  return {
    pod,
    assigned: pod.spec.nodeName !== undefined && pod.spec.nodeName !== '',
    phase: phases[pod.status.phase] ?? 0,
    ready: readyMicros !== null,
    cost: deletionCostOf(pod),
    companions,
    readyMicros,
    restarts,
    sidecarRestarts,
    createdMicros: clock.microsOf(pod.metadata.creationTimestamp),
  };
}

/** Most restarts of a container, and of a sidecar. */
function restartsOf(pod: Pod): readonly [number, number] {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const sidecars = new Set(
    (pod.spec.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  return [
    mostRestarts(containerStatuses),
    mostRestarts(initContainerStatuses.filter(({ name }) => sidecars.has(name))),
  ];
}

function mostRestarts(statuses: readonly ContainerStatus[]): number {
  let most = 0;
  for (const { restartCount } of statuses) most = Math.max(most, restartCount);
  return most;
}

/** Negative when `a` goes before `b`. */
export function compareForDeletion(a: DeleteRank, b: DeleteRank, nowMicros: number): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.companions !== b.companions) return b.companions - a.companions;
  if (a.readyMicros !== b.readyMicros) return compareAges(a, b, a.readyMicros!, b.readyMicros!, nowMicros);
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.createdMicros !== b.createdMicros)
    return compareAges(a, b, a.createdMicros, b.createdMicros, nowMicros);
  return 0;
}

/** The younger first, by powers of two of its age; a time that is not known counts as the youngest. */
function compareAges(a: DeleteRank, b: DeleteRank, ofA: number, ofB: number, nowMicros: number): number {
  if (ofA === Number.NEGATIVE_INFINITY) return -1;
  if (ofB === Number.NEGATIVE_INFINITY) return 1;
  const difference = ageBucket(nowMicros - ofA) - ageBucket(nowMicros - ofB);
  if (difference !== 0) return difference;
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1;
}

/** The power of two below an age in nanoseconds; -1 for none. */
export function ageBucket(ageMicros: number): number {
  let nanos = ageMicros * 1000;
  if (nanos <= 0) return -1;
  let power = 0;
  // Dividing by two is exact, so no age is put into a neighbour's bucket, as a logarithm might.
  for (; nanos >= 4_294_967_296; power += 32) nanos /= 4_294_967_296;
  for (; nanos >= 2; power++) nanos /= 2;
  return power;
}

/**
 * The `count` pods to delete of the active `pods`. `related` are the active pods of all ReplicaSets with the same owner, these
 * included.
 */
export function podsToDelete(
  pods: readonly Pod[],
  related: Iterable<Pod>,
  count: number,
  clock: Clock,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const { spec } of related) {
    const name = spec.nodeName ?? '';
    onNode.set(name, (onNode.get(name) ?? 0) + 1);
  }
  const now = clock.nowMicros;
  return pods
    .map((pod) => rankOf(pod, onNode.get(pod.spec.nodeName ?? '') ?? 0, clock))
    .sort((a, b) => compareForDeletion(a, b, now))
    .slice(0, count)
    .map(({ pod }) => pod);
}
