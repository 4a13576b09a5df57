/**
 * Fidelity: probes as a kubelet's workers make them (pkg/kubelet/prober, 1.32): one worker per probe, which ticks every
 * period from the moment the pod came to the node; nothing before the initial delay; startup holds back the others;
 * a container that is running and not ready is asked for readiness at every look at its pod, which also moves the tick; a
 * failed liveness or startup probe puts the worker on hold until the next life; deletion ends liveness and startup, not
 * readiness. Before the run begins initial delays count as over. Simplified: probes of a process that cannot fail stop
 * once they have passed.
 */
import { microsPerSecond } from '../../../../base/time.ts';
import type { Engine } from '../../../../engine/engine.ts';
import type { Processes } from '../processes.ts';
import { type ContainerRun, type PodRun, type ProbeKind, ProbeWorker, probeKinds } from './pod-run.ts';

export interface ProbeParts {
  readonly engine: Engine;
  readonly processes: Processes;
  readonly containerAt: (slot: number) => ContainerRun | null;
  /** From 0 up to 1: where between two ticks a pod's probes stand when the run begins. */
  readonly phase: () => number;
  readonly starting: () => boolean;
  /** The outcome that counts has changed or been confirmed. */
  readonly decided: (container: ContainerRun, kind: ProbeKind, success: boolean) => void;
  /** One probe has failed. */
  readonly failed: (container: ContainerRun, kind: ProbeKind, detail: string) => void;
}

export class Probes {
  readonly #parts: ProbeParts;
  readonly #tickHandler: number;

  constructor(parts: ProbeParts) {
    this.#parts = parts;
    this.#tickHandler = parts.engine.register('kubernetes/kubelet/probe', (ticket, epoch) =>
      this.#tick(ticket, epoch),
    );
  }

  /** The kubelet has seen that the container runs. */
  begin(container: ContainerRun): void {
    container.probes ??= this.#workersOf(container);
    if (container.probes === null) return;
    for (const worker of container.probes) {
      worker.onHold = false;
      worker.waiting = false;
      worker.missed = false;
      if (this.#parts.starting()) this.#probe(worker);
      this.#plan(worker);
    }
  }

  /** The container has ended: nothing is asked of it any more. */
  end(container: ContainerRun): void {
    if (container.probes === null) return;
    for (const worker of container.probes) this.#cancel(worker);
  }

  /** The pod is being deleted. */
  leaveReadinessAlone(run: PodRun): void {
    for (const { probes } of run.containers) {
      if (probes === null) continue;
      for (const worker of probes) if (worker.kind !== 'readiness') this.#cancel(worker);
    }
  }

  /** Asks for readiness now, as each look at a pod does whose container runs and is not ready. */
  askReadiness(container: ContainerRun): void {
    const worker = container.probes?.find(({ kind }) => kind === 'readiness');
    if (worker === undefined) return;
    worker.anchorMicros = this.#parts.engine.now;
    this.#probe(worker);
    this.#plan(worker);
  }

  /** The answer to a probe. */
  answered(process: number, ticket: number, success: boolean, detail: string): void {
    const worker = this.#workerOf(ticket);
    if (worker === undefined || worker.container.process !== process) return;
    if (!worker.waiting || worker.container.state !== 'running') return;
    worker.waiting = false;
    this.#judge(worker, success, detail);
    if (!worker.missed) return;
    worker.missed = false;
    this.#probe(worker);
  }

  #workersOf(container: ContainerRun): readonly ProbeWorker[] | null {
    const { startupProbe, livenessProbe, readinessProbe } = container.spec;
    if (startupProbe === undefined && livenessProbe === undefined && readinessProbe === undefined)
      return null;
    const workers: ProbeWorker[] = [];
    for (const kind of probeKinds) {
      const spec = { startup: startupProbe, liveness: livenessProbe, readiness: readinessProbe }[kind];
      if (spec === undefined) continue;
      const worker = new ProbeWorker(container, kind, spec, container.pod.addedMicros);
      if (this.#parts.starting())
        worker.anchorMicros -= Math.floor(this.#parts.phase() * worker.periodMicros);
      workers.push(worker);
    }
    return workers;
  }

  #workerOf(ticket: number): ProbeWorker | undefined {
    const kind = probeKinds[ticket & 3];
    return this.#parts.containerAt(ticket >> 2)?.probes?.find((worker) => worker.kind === kind);
  }

  #tick(ticket: number, epoch: number): void {
    const worker = this.#workerOf(ticket);
    if (worker === undefined || worker.container.epoch !== epoch) return;
    worker.event = 0;
    this.#probe(worker);
    if (worker.container.epoch === epoch) this.#plan(worker);
  }

  /** Plans the next tick from which something can come. */
  #plan(worker: ProbeWorker): void {
    const { container, kind, periodMicros, anchorMicros } = worker;
    const { engine } = this.#parts;
    this.#cancel(worker);
    if (container.state !== 'running' || worker.onHold) return;
    if (kind === 'startup' && container.started) return;
    if (kind !== 'readiness' && container.pod.stage !== 'running') return;
    if (!container.mayFail && this.#settled(worker)) return;
    const earliest = Math.max(engine.now + 1, container.startedMicros + this.#delayMicros(worker));
    const ticks = Math.ceil((earliest - anchorMicros) / periodMicros);
    const at = anchorMicros + ticks * periodMicros;
    worker.event = engine.schedule(at, this.#tickHandler, worker.request.ticket, container.epoch);
  }

  /** A process that cannot fail has shown so: further probes change nothing. */
  #settled({ kind, container }: ProbeWorker): boolean {
    return kind === 'liveness' || (kind === 'readiness' && container.ready);
  }

  #delayMicros({ spec }: ProbeWorker): number {
    return this.#parts.starting() ? 0 : (spec.initialDelaySeconds ?? 0) * microsPerSecond;
  }

  #cancel(worker: ProbeWorker): void {
    if (worker.event === 0) return;
    this.#parts.engine.cancel(worker.event);
    worker.event = 0;
  }

  #probe(worker: ProbeWorker): void {
    const { container, kind } = worker;
    const { engine, processes } = this.#parts;
    if (worker.onHold || container.state !== 'running' || container.process === null) return;
    if (kind !== 'readiness' && container.pod.stage !== 'running') return;
    if (engine.now < container.startedMicros + this.#delayMicros(worker)) return;
    if (container.started === (kind === 'startup')) return;
    if (worker.waiting) {
      worker.missed = true;
      return;
    }
    if (!container.mayFail) {
      this.#judge(worker, true, '');
      return;
    }
    worker.waiting = true;
    processes.probe(container.process, worker.request);
  }

  #judge(worker: ProbeWorker, success: boolean, detail: string): void {
    const { container, kind, spec } = worker;
    if (!success) this.#parts.failed(container, kind, detail);
    worker.count = worker.lastSuccess === success ? worker.count + 1 : 1;
    worker.lastSuccess = success;
    const needed = success ? (spec.successThreshold ?? 1) : (spec.failureThreshold ?? 3);
    if (worker.count < needed && !(success && this.#parts.starting())) return;
    if (!success && kind !== 'readiness') {
      worker.onHold = true;
      worker.count = 0;
      this.#cancel(worker);
    }
    this.#parts.decided(container, kind, success);
  }
}
