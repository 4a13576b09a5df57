/**
 * Fidelity: a kubelet's status manager (pkg/kubelet/status, 1.32): one write of a pod's status at a time, of what is true
 * when the API server gets to it; once a pod that is being deleted has no process left, its last status and then its deletion
 * without grace. Each kubelet has a request budget of its own, which its few writes never exhaust: only the API server's
 * latency counts.
 */
import type { ApiClient } from '../../control/client.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { type Pod, pods } from '../../objects/resource-types.ts';
import type { PodRun } from './pod-run.ts';
import { podStatus, qosClassOf } from './pod-status.ts';
import type { Slots } from './slots.ts';

/** Before the run begins statuses are written when nothing else happens any more. */
const lastPriority = 100;

export class PodReports {
  readonly #plane: ControlPlane;
  readonly #client: ApiClient;
  readonly #flushHandler: number;
  /** Reports that are held back before the run begins. */
  readonly #held: PodRun[] = [];

  constructor(plane: ControlPlane, runs: Slots<PodRun>) {
    this.#plane = plane;
    this.#client = plane.component('kubelet-status', { qps: 1e6, burst: 1e6 }).client;
    this.#flushHandler = plane.engine.register('kubernetes/kubelet/flush', () => {
      for (const run of this.#held.splice(0)) if (runs.at(run.slot) === run) this.#write(run);
    });
  }

  /** Something about the pod has changed. */
  changed(run: PodRun): void {
    if (run.writing || run.gone) return;
    run.writing = true;
    const { engine, starting } = this.#plane;
    if (starting) {
      // All at once, so that controllers count pods when all have been reported.
      if (this.#held.push(run) === 1)
        engine.scheduleWithPriority(engine.now, lastPriority, this.#flushHandler, 0, 0);
    } else this.#client.send(() => this.#write(run));
  }

  /** The pod has been refused by its kubelet. */
  refused(pod: Pod, reason: string, message: string): void {
    const { namespace = '', name, uid } = pod.metadata;
    const status = {
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      startTime: this.#plane.clock.timestamp(),
      qosClass: pod.status.qosClass ?? qosClassOf(pod.spec),
    } as const;
    this.#client.send(() =>
      this.#plane.api.modifyStatus(pods, namespace, name, (current) =>
        current.metadata.uid === uid ? { ...current, status: { ...current.status, ...status } } : null,
      ),
    );
  }

  /** No process of the pod is left and none will be started: it may go when it is being deleted. */
  ended(run: PodRun): void {
    this.changed(run);
    if (run.pod.metadata.deletionTimestamp === undefined) return;
    const { namespace, name, uid } = run;
    this.#client.send(() =>
      this.#plane.api.delete(pods, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } }),
    );
  }

  #write(run: PodRun): void {
    run.writing = false;
    if (run.gone || !run.node.alive) return;
    const { api, clock } = this.#plane;
    const timestamp = clock.timestamp();
    const hostIp = run.node.address;
    const terminal = run.stage === 'ended';
    api.modifyStatus(pods, run.namespace, run.name, (current) => {
      if (current.metadata.uid !== run.uid) return null;
      return { ...current, status: podStatus({ run, before: current.status, timestamp, hostIp, terminal }) };
    });
  }
}
