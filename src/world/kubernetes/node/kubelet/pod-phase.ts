/**
 * Fidelity: the phase of a pod by the states of its containers (kubelet_pods.getPhase, 1.32). Nothing is simplified but
 * static pods, of which there are none.
 */
import type { ContainerStatus, PodPhase, PodSpec } from '../../objects/pod.ts';

export interface PhaseInput {
  readonly spec: PodSpec;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** None of its containers will be started again, whatever the restart policy. */
  readonly terminal: boolean;
  /** A regular container has been started once. */
  readonly initialized: boolean;
}

interface InitCount {
  pending: number;
  failed: number;
  pendingSidecars: number;
  waiting: number;
  running: number;
  unknown: number;
}

export function podPhase(input: PhaseInput): PodPhase {
  const { spec, terminal, initialized } = input;
  const init = countInit(input);
  let { running, waiting, unknown } = init;
  let stopped = 0;
  let succeeded = 0;
  for (const { name } of spec.containers) {
    const status = statusOf(input.statuses, name);
    const { state, lastState } = status ?? {};
    if (state?.running !== undefined) running++;
    else if (state?.terminated !== undefined) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
    } else if (state?.waiting === undefined) unknown++;
    else if (lastState?.terminated !== undefined) stopped++;
    else waiting++;
  }
  const policy = spec.restartPolicy ?? 'Always';
  if (init.failed > 0 && policy === 'Never') return 'Failed';
  if (init.pending > 0 || (init.pendingSidecars > 0 && !initialized) || waiting > 0) return 'Pending';
  if (unknown > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (terminal) return stopped === succeeded ? 'Succeeded' : 'Failed';
  if (policy === 'Always') return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

const noInit: Readonly<InitCount> = {
  pending: 0,
  failed: 0,
  pendingSidecars: 0,
  waiting: 0,
  running: 0,
  unknown: 0,
};

function countInit({ spec, initStatuses }: PhaseInput): Readonly<InitCount> {
  if (spec.initContainers === undefined || spec.initContainers.length === 0) return noInit;
  const count = { ...noInit };
  for (const { name, restartPolicy } of spec.initContainers) {
    const status = statusOf(initStatuses, name);
    if (restartPolicy === 'Always') countSidecar(count, status);
    else countInitContainer(count, status);
  }
  return count;
}

function countInitContainer(count: InitCount, status: ContainerStatus | undefined): void {
  const { state, lastState } = status ?? {};
  const ended = state?.terminated ?? (state?.waiting === undefined ? undefined : lastState?.terminated);
  if (ended === undefined) count.pending++;
  else if (ended.exitCode !== 0) count.failed++;
}

function countSidecar(count: InitCount, status: ContainerStatus | undefined): void {
  const { state, lastState } = status ?? {};
  if (status === undefined) count.unknown++;
  else if (state?.running !== undefined) {
    count.running++;
    if (status.started !== true) count.pendingSidecars++;
  } else if (state?.terminated !== undefined) return;
  else if (state?.waiting === undefined) {
    count.pendingSidecars++;
    count.unknown++;
  } else if (lastState?.terminated === undefined) {
    count.pendingSidecars++;
    count.waiting++;
  }
}

function statusOf(statuses: readonly ContainerStatus[], name: string): ContainerStatus | undefined {
  for (const status of statuses) if (status.name === name) return status;
  return undefined;
}
