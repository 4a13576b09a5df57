/**
 * Fidelity: the status of a pod as its kubelet reports it (kubelet_pods.generateAPIPodStatus and
 * convertToAPIContainerStatuses, 1.32). Left out: volume mounts, users and allocated resources of containers.
 */
import { hashWords } from '../../../../base/hash.ts';
import type { ContainerState, ContainerStatus, PodSpec, PodStatus } from '../../objects/pod.ts';
import { amountsOf } from '../../objects/resources.ts';
import { hexWord } from '../../store/names.ts';
import { imageId, normalImageName } from './image.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import type { ContainerRun, PodRun } from './pod-run.ts';

export interface StatusInput {
  readonly run: PodRun;
  readonly before: PodStatus;
  readonly timestamp: string;
  readonly hostIp: string;
  /** No container will be started again. */
  readonly terminal: boolean;
}

/** The whole status. A finished pod stays finished, whatever its containers say. */
export function podStatus({ run, before, timestamp, hostIp, terminal }: StatusInput): PodStatus {
  const { spec } = run.pod;
  const initStatuses: ContainerStatus[] = [];
  const statuses: ContainerStatus[] = [];
  for (const container of run.containers)
    (container.kind === 'main' ? statuses : initStatuses).push(statusOfContainer(container));
  const { initialized } = run;
  const finished = before.phase === 'Succeeded' || before.phase === 'Failed';
  const reached = podPhase({ spec, initStatuses, statuses, terminal, initialized });
  const phase = finished ? before.phase : run.failure !== null ? 'Failed' : reached;
  const sandboxed = run.sandbox === 'ready' && run.stage !== 'ended';
  const conditions = podConditions(
    { spec, phase, initStatuses, statuses, sandboxed, initialized, before: before.conditions ?? [] },
    timestamp,
  );
  const next: Changeable<PodStatus> = { ...before };
  next.phase = phase;
  next.conditions = conditions;
  next.hostIP = hostIp;
  if (run.ip !== '' && run.ip !== before.podIP) {
    next.podIP = run.ip;
    next.podIPs = [{ ip: run.ip }];
  }
  next.startTime = run.startTime;
  if (initStatuses.length > 0) next.initContainerStatuses = initStatuses;
  next.containerStatuses = statuses;
  next.qosClass = before.qosClass ?? qosClassOf(spec);
  if (run.failure !== null) {
    next.reason = run.failure.reason;
    next.message = run.failure.message;
  }
  return next;
}

type Changeable<T> = { -readonly [Name in keyof T]: T[Name] };

export function statusOfContainer(container: ContainerRun): ContainerStatus {
  const { spec, state, containerId } = container;
  const image = spec.image ?? '';
  const lastState = state === 'terminated' ? null : container.ended;
  const ready =
    container.kind === 'init' ? state === 'terminated' && container.ended?.exitCode === 0 : container.ready;
  const status: Changeable<ContainerStatus> = {
    name: spec.name,
    image: containerId === '' ? image : normalImageName(image),
    imageID: containerId === '' ? '' : imageId(image),
    ready,
    started: state === 'running' && container.started,
    restartCount: container.restarts,
    state: stateOf(container),
    lastState: lastState === null ? noState : { terminated: lastState },
  };
  if (containerId !== '') status.containerID = containerId;
  return status;
}

const noState: ContainerState = {};
/** What containers that started in the same second share. */
let lastRunning = { running: { startedAt: '' } };

const creating: ContainerState = { waiting: { reason: 'ContainerCreating' } };

function stateOf(container: ContainerRun): ContainerState {
  if (container.state === 'running') {
    const { startedAt } = container;
    if (lastRunning.running.startedAt !== startedAt) lastRunning = { running: { startedAt } };
    return lastRunning;
  }
  if (container.state === 'terminated' && container.ended !== null) return { terminated: container.ended };
  const { waitReason, waitMessage, pod } = container;
  const initializing = !pod.initialized && pod.initCount > 0;
  const reason = waitReason === '' ? (initializing ? 'PodInitializing' : 'ContainerCreating') : waitReason;
  if (waitMessage !== '') return { waiting: { reason, message: waitMessage } };
  return reason === 'ContainerCreating' ? creating : { waiting: { reason } };
}

/** `containerd://` and 64 hexadecimal digits, of its own for each life of the container. */
export function containerIdOf({ uid }: PodRun, name: string, life: number): string {
  const [first, second, third, fourth] = hashWords(`${uid}/${name}/${life}`);
  const digits = hexWord(first) + hexWord(second) + hexWord(third) + hexWord(fourth);
  return `containerd://${uid.replaceAll('-', '')}${digits}`;
}

const classes = new WeakMap<PodSpec['containers'], NonNullable<PodStatus['qosClass']>>();

/** Guaranteed when every container's limits for CPU and memory are its requests; BestEffort when none has any. */
export function qosClassOf(spec: PodSpec): NonNullable<PodStatus['qosClass']> {
  let found = classes.get(spec.containers);
  if (found === undefined) {
    found = computedQosClass(spec);
    classes.set(spec.containers, found);
  }
  return found;
}

function computedQosClass({ containers, initContainers = [] }: PodSpec): NonNullable<PodStatus['qosClass']> {
  let asked = false;
  let guaranteed = true;
  for (const { resources } of [...containers, ...initContainers]) {
    const limits = amountsOf(resources?.limits);
    const requests = amountsOf(resources?.requests);
    for (const resource of ['cpu', 'memory']) {
      const limit = limits[resource] ?? 0;
      const request = requests[resource] ?? limit;
      if (limit > 0 || request > 0) asked = true;
      if (limit === 0 || request !== limit) guaranteed = false;
    }
  }
  return asked ? (guaranteed ? 'Guaranteed' : 'Burstable') : 'BestEffort';
}
