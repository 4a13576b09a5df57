/** Fidelity: pods and nodes as kubectl lists them (pkg/printers/internalversion printPod and printNode, 1.32). */
import type { KubeObject } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Container, ContainerStatus, Pod } from '../../objects/pod.ts';
import { age, type Cell, columns, none, type PrintContext, type Printer, since, unknown } from './printer.ts';

interface Summary {
  readonly ready: string;
  readonly reason: string;
  readonly restarts: number;
  /** When the last one ended; null: none has, or nobody knows. */
  readonly restartedAt: string | null;
  readonly rest: readonly Cell[];
}

/** Of the same object the summary stays the same; only its age grows. */
const summaries = new WeakMap<KubeObject, Summary>();

export const podPrinter: Printer = {
  columns: columns(
    ...['Name', 'Ready', 'Status', 'Restarts', 'Age'],
    ...['IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'],
  ),
  cells(object, context) {
    let summary = summaries.get(object);
    if (summary === undefined) {
      summary = summaryOf(object as Pod);
      summaries.set(object, summary);
    }
    const { ready, reason, restarts, restartedAt, rest } = summary;
    const counted =
      restartedAt === null ? String(restarts) : `${restarts} (${since(restartedAt, context)} ago)`;
    return [object.metadata.name, ready, reason, counted, age(object, context), ...rest];
  },
};

function summaryOf(pod: Pod): Summary {
  const { spec = { containers: [] }, status = { phase: 'Unknown' } } = pod as Partial<Pod>;
  const containers = spec.containers ?? [];
  const states = new Map((status.initContainerStatuses ?? []).map((state) => [state.name, state]));
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const initial = initReason(spec.initContainers ?? [], states);
  const mains = status.containerStatuses ?? [];
  const counted = [
    ...mains,
    ...sidecars.map(({ name }) => states.get(name)).filter((state) => state !== undefined),
  ];
  const initialStates = initial === null ? counted : [...states.values()];
  return {
    ready: `${readyCount(mains, sidecars, states)}/${containers.length + sidecars.length}`,
    reason: initial ?? mainReason(pod, mains),
    restarts: initialStates.reduce((sum, { restartCount }) => sum + restartCount, 0),
    restartedAt: lastRestart(initialStates),
    rest: wideCells(pod),
  };
}

function readyCount(
  mains: readonly ContainerStatus[],
  sidecars: readonly Container[],
  states: ReadonlyMap<string, ContainerStatus>,
): number {
  const readyMains = mains.filter(({ ready, state }) => ready && state?.running !== undefined).length;
  return readyMains + sidecars.filter(({ name }) => states.get(name)?.ready === true).length;
}

function wideCells({ spec, status }: Pod): readonly Cell[] {
  const gates = spec?.readinessGates ?? [];
  const passed = gates.filter(({ conditionType }) =>
    status.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
  );
  return [
    status?.podIPs?.[0]?.ip ?? status?.podIP ?? none,
    spec?.nodeName ?? none,
    status?.nominatedNodeName ?? none,
    gates.length === 0 ? none : `${passed.length}/${gates.length}`,
  ];
}

/** `Init:1/2` and the like while init containers hold the pod up; null when they don't. */
function initReason(
  containers: readonly Container[],
  states: ReadonlyMap<string, ContainerStatus>,
): string | null {
  for (const [at, container] of containers.entries()) {
    const status = states.get(container.name);
    if (status === undefined) continue;
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (container.restartPolicy === 'Always' && status.started === true) continue;
    if (terminated !== undefined) return `Init:${endReason(terminated)}`;
    if (waiting?.reason !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing')
      return `Init:${waiting.reason}`;
    return `Init:${at}/${containers.length}`;
  }
  return null;
}

function endReason({
  reason,
  signal,
  exitCode,
}: {
  reason?: string;
  signal?: number;
  exitCode: number;
}): string {
  if (reason !== undefined && reason !== '') return reason;
  return signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function mainReason(pod: Pod, mains: readonly ContainerStatus[]): string {
  const { status, metadata } = pod;
  let reason: string =
    status?.reason !== undefined && status.reason !== '' ? status.reason : (status?.phase ?? unknown);
  if (
    status?.conditions?.some(({ type, reason: why }) => type === 'PodScheduled' && why === 'SchedulingGated')
  )
    reason = 'SchedulingGated';
  let running = false;
  for (const { state, ready } of mains.toReversed()) {
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== '') reason = state.waiting.reason;
    else if (state?.terminated !== undefined) reason = endReason(state.terminated);
    else if (ready && state?.running !== undefined) running = true;
  }
  if (reason === 'Completed' && running) reason = isReadyNow(pod) ? 'Running' : 'NotReady';
  if (metadata.deletionTimestamp === undefined) return reason;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? reason : 'Terminating';
}

function isReadyNow({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function lastRestart(states: readonly ContainerStatus[]): string | null {
  let last: string | null = null;
  for (const { lastState, restartCount } of states) {
    const finishedAt = restartCount > 0 ? lastState?.terminated?.finishedAt : undefined;
    // Timestamps of one form compare as texts do.
    if (finishedAt !== undefined && (last === null || finishedAt > last)) last = finishedAt;
  }
  return last;
}

const roleLabel = 'node-role.kubernetes.io/';

export const nodePrinter: Printer = {
  columns: columns(
    ...['Name', 'Status', 'Roles', 'Age', 'Version'],
    ...['Internal-IP*', 'External-IP*', 'OS-Image*', 'Kernel-Version*', 'Container-Runtime*'],
  ),
  cells(object, context: PrintContext) {
    const node = object as Node;
    const info = node.status?.nodeInfo ?? {};
    const address = (wanted: string) =>
      node.status?.addresses?.find(({ type }) => type === wanted)?.address ?? none;
    return [
      node.metadata.name,
      nodeStatus(node),
      rolesOf(node),
      age(node, context),
      info['kubeletVersion'] ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info['osImage'] ?? unknown,
      info['kernelVersion'] ?? unknown,
      info['containerRuntimeVersion'] ?? unknown,
    ];
  },
};

function nodeStatus({ status, spec }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

function rolesOf({ metadata }: Node): string {
  const roles: string[] = [];
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) roles.push(key.slice(roleLabel.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.push(value);
  }
  return roles.length === 0 ? none : [...new Set(roles)].sort().join(',');
}
