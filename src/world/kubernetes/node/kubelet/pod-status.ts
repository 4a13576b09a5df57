/**
 * Fidelity: the status of a pod as its kubelet reports it (kubelet_pods.generateAPIPodStatus and
 * convertToAPIContainerStatuses, 1.32). Left out: volume mounts, users and allocated resources of containers.
 */
import { hashWords } from '../../../../base/hash.ts';
import type { ContainerState, ContainerStatus, PodSpec, PodStatus } from '../../objects/pod.ts';
import { amountsOf } from '../../objects/resources.ts';
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
  return {
    ...before,
    phase,
    conditions,
    hostIP: hostIp,
    ...(run.ip === '' ? {} : { podIP: run.ip, podIPs: [{ ip: run.ip }] }),
    startTime: run.startTime,
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    qosClass: before.qosClass ?? qosClassOf(spec),
    ...(run.failure ?? {}),
  };
}

export function statusOfContainer(container: ContainerRun): ContainerStatus {
  const { spec, state, containerId } = container;
  const image = spec.image ?? '';
  const lastState = state === 'terminated' ? null : container.ended;
  return {
    name: spec.name,
    image: containerId === '' ? image : normalImageName(image),
    imageID: containerId === '' ? '' : imageId(image),
    ...(containerId === '' ? {} : { containerID: containerId }),
    ready:
      container.kind === 'init' ? state === 'terminated' && container.ended?.exitCode === 0 : container.ready,
    started: state === 'running' && container.started,
    restartCount: container.restarts,
    state: stateOf(container),
    lastState: lastState === null ? {} : { terminated: lastState },
  };
}

function stateOf(container: ContainerRun): ContainerState {
  if (container.state === 'running') return { running: { startedAt: container.startedAt } };
  if (container.state === 'terminated' && container.ended !== null) return { terminated: container.ended };
  const { waitReason, waitMessage, pod } = container;
  const initializing = !pod.initialized && pod.initCount > 0;
  const reason = waitReason === '' ? (initializing ? 'PodInitializing' : 'ContainerCreating') : waitReason;
  return { waiting: waitMessage === '' ? { reason } : { reason, message: waitMessage } };
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** `containerd://` and 64 hexadecimal digits, of its own for each life of the container. */
export function containerIdOf({ uid }: PodRun, name: string, life: number): string {
  const words = hashWords(`${uid}/${name}/${life}`);
  return `containerd://${uid.replaceAll('-', '')}${words.map(hex).join('')}`;
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
