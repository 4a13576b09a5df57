/**
 * Fidelity: what a kubelet finds of a pod's containers when its machine has come back: they have ended in a way nobody knows,
 * exit code 255, and their restarts count on (kuberuntime, 1.32). Init containers run again in the new sandbox.
 */
import type { PodRun } from './pod-run.ts';

/** Takes over what the pod's status says of its containers. `nowMicros` is the engine's time. */
export function restoreContainers(run: PodRun, nowMicros: number, timestamp: string): void {
  const { status } = run.pod;
  const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const container of run.containers) {
    const before = known.find(({ name }) => name === container.spec.name);
    if (before?.containerID === undefined) continue;
    container.restarts = before.restartCount;
    if (container.kind === 'init') continue;
    container.containerId = before.containerID;
    container.state = 'terminated';
    container.finishedMicros = nowMicros;
    container.ended = before.state?.terminated ?? {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: before.state?.running?.startedAt ?? run.startTime,
      finishedAt: timestamp,
      containerID: before.containerID,
    };
  }
}
