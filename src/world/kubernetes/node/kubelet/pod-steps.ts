/**
 * Fidelity: what a kubelet does next about a pod (kuberuntime_manager.computePodActions, 1.32): init containers one after
 * the other, sidecars among them as soon as they have started, then the others in their order; restarts by policy.
 * Simplified: a pod whose sandbox is lost comes up anew only after its machine was lost.
 */
import type { ContainerRun, PodRun } from './pod-run.ts';
import { restartMicros } from './restart-backoff.ts';

export interface Step {
  /** The container to start now. */
  readonly start: ContainerRun | null;
  /** Containers that may not start again yet. */
  readonly held: readonly ContainerRun[];
  /** Nothing of it will be started again, and the regular containers have ended: the pod is finished. */
  readonly finished: boolean;
}

const wait: Step = { start: null, held: [], finished: false };
const finish: Step = { start: null, held: [], finished: true };

/** Whether a container that has ended is to be started again. */
export function restarts(container: ContainerRun): boolean {
  const policy = container.pod.restartPolicy;
  const exitCode = container.ended?.exitCode ?? 0;
  if (container.kind === 'sidecar') return true;
  if (container.kind === 'init') return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** `nowMicros` is the engine's time. */
export function nextStep(run: PodRun, nowMicros: number): Step {
  const held: ContainerRun[] = [];
  if (!run.initialized) {
    const step = initStep(run, nowMicros, held);
    if (step !== null) return step;
  } else if (!regularDone(run)) {
    const sidecar = firstToStart(run.containers.slice(0, run.initCount), nowMicros, held, 'sidecar');
    if (sidecar !== null) return { start: sidecar, held, finished: false };
  }
  const regular = firstToStart(run.containers, nowMicros, held, 'main');
  if (regular !== null) return { start: regular, held, finished: false };
  if (held.length > 0) return { start: null, held, finished: false };
  return regularDone(run) ? finish : wait;
}

/** The step while the pod is being initialised; null: it is initialised. */
function initStep(run: PodRun, nowMicros: number, held: ContainerRun[]): Step | null {
  for (let at = 0; at < run.initCount; at++) {
    const container = run.containers[at];
    const { kind, state } = container;
    if (kind === 'init' && state === 'terminated' && container.ended?.exitCode === 0) continue;
    if (state === 'running') {
      if (kind === 'sidecar' && container.started) continue;
      return { start: null, held, finished: false };
    }
    if (container.ended !== null && !restarts(container)) return finish;
    if (mayStart(container, nowMicros)) return { start: container, held, finished: false };
    held.push(container);
    return { start: null, held, finished: false };
  }
  return null;
}

function firstToStart(
  containers: readonly ContainerRun[],
  nowMicros: number,
  held: ContainerRun[],
  kind: 'main' | 'sidecar',
): ContainerRun | null {
  for (const container of containers) {
    if (container.kind !== kind || container.state === 'running') continue;
    if (container.ended !== null && !restarts(container)) continue;
    if (mayStart(container, nowMicros)) return container;
    held.push(container);
  }
  return null;
}

function mayStart(container: ContainerRun, nowMicros: number): boolean {
  const { ended, backoff, finishedMicros, notBeforeMicros } = container;
  if (nowMicros < notBeforeMicros) return false;
  return ended === null || nowMicros >= restartMicros(backoff, finishedMicros);
}

/** All regular containers have ended for good. */
function regularDone(run: PodRun): boolean {
  for (let at = run.initCount; at < run.containers.length; at++) {
    const container = run.containers[at];
    if (container.state === 'running' || container.ended === null || restarts(container)) return false;
  }
  return true;
}
