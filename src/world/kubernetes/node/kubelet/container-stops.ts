/**
 * Fidelity: how a kubelet ends containers (kuberuntime_container.killContainer, 1.32): the preStop hook takes its time out
 * of the grace period, then SIGTERM, and SIGKILL when the grace is over, but at least 2 s after SIGTERM. Simplified: a preStop
 * command takes the seconds of the `sleep` in it and otherwise none, and always succeeds.
 */
import { microsPerSecond } from '../../../../base/time.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import type { LifecycleHandler } from '../../objects/pod.ts';
import type { ContainerRun } from './pod-run.ts';
import type { Slots } from './slots.ts';

const leastGraceMicros = 2 * microsPerSecond;

/** How long a hook takes. */
export function hookMicros(hook: LifecycleHandler | undefined): number {
  if (hook === undefined) return 0;
  if (hook.sleep !== undefined) return hook.sleep.seconds * microsPerSecond;
  const command = hook.exec?.command?.join(' ') ?? '';
  const match = /(?:^|[\s;&|/])sleep\s+(\d+(?:\.\d+)?)([smh]?)\b/.exec(command);
  if (match === null) return 0;
  const unit = { '': 1, s: 1, m: 60, h: 3600 }[match[2]] ?? 1;
  return Math.round(Number(match[1]) * unit * microsPerSecond);
}

export class ContainerStops {
  readonly #plane: ControlPlane;
  readonly #killed: (container: ContainerRun) => void;
  readonly #termHandler: number;
  readonly #killHandler: number;

  /** `killed` is told of containers that had to be killed. */
  constructor(
    plane: ControlPlane,
    containers: Slots<ContainerRun>,
    killed: (container: ContainerRun) => void,
  ) {
    this.#plane = plane;
    this.#killed = killed;
    const live = (slot: number, epoch: number) => {
      const container = containers.at(slot);
      return container?.epoch === epoch ? container : null;
    };
    this.#termHandler = plane.engine.register('kubernetes/kubelet/sigterm', (slot, epoch) => {
      const container = live(slot, epoch);
      if (container !== null) this.#signal(container);
    });
    this.#killHandler = plane.engine.register('kubernetes/kubelet/sigkill', (slot, epoch) => {
      const container = live(slot, epoch);
      if (container !== null) this.#kill(container);
    });
  }

  /** Stops a running container by the engine's time `deadlineMicros`, or sooner when it is being stopped already. */
  stop(container: ContainerRun, deadlineMicros: number): void {
    const { engine, starting } = this.#plane;
    if (starting) {
      this.#kill(container);
      return;
    }
    if (container.stopping) {
      this.#hurry(container, deadlineMicros);
      return;
    }
    container.stopping = true;
    container.signalled = false;
    container.deadlineMicros = deadlineMicros;
    const hook = hookMicros(container.spec.lifecycle?.preStop);
    const signalled = Math.min(engine.now + hook, Math.max(engine.now, deadlineMicros));
    if (signalled <= engine.now) this.#signal(container);
    else container.stopEvent = engine.schedule(signalled, this.#termHandler, container.slot, container.epoch);
  }

  /** It has ended: nothing more to do to it. */
  ended(container: ContainerRun): void {
    container.stopping = false;
    if (container.stopEvent !== 0) this.#plane.engine.cancel(container.stopEvent);
    container.stopEvent = 0;
  }

  /** The grace period was cut short. */
  #hurry(container: ContainerRun, deadlineMicros: number): void {
    if (deadlineMicros >= container.deadlineMicros) return;
    const { engine } = this.#plane;
    container.deadlineMicros = deadlineMicros;
    engine.cancel(container.stopEvent);
    if (!container.signalled) this.#signal(container);
    else
      container.stopEvent = engine.schedule(
        Math.max(engine.now + leastGraceMicros, deadlineMicros),
        this.#killHandler,
        container.slot,
        container.epoch,
      );
  }

  #signal(container: ContainerRun): void {
    const { engine, processes } = this.#plane;
    const { epoch, slot, deadlineMicros } = container;
    container.signalled = true;
    const killed = Math.max(engine.now + leastGraceMicros, deadlineMicros);
    container.stopEvent = engine.schedule(killed, this.#killHandler, slot, epoch);
    // It may end at once, which cancels the event.
    if (container.process !== null) processes.terminate(container.process);
  }

  #kill(container: ContainerRun): void {
    if (container.process !== null) this.#plane.processes.kill(container.process);
    this.#killed(container);
  }
}
