/**
 * Fidelity: how a kubelet starts a container (kuberuntime_container.startContainer, 1.32): its image, then the container, then
 * its process, with the events of each. Simplified: to create and start one takes 150 ms; postStart hooks take no time.
 */
import { microsPerMillisecond, microsPerSecond } from '../../../../base/time.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import type { ImagePulls } from './image-pulls.ts';
import type { PodEvents } from './pod-events.ts';
import type { ContainerRun } from './pod-run.ts';
import { containerIdOf } from './pod-status.ts';
import { afterRestart } from './restart-backoff.ts';
import type { Slots } from './slots.ts';

const createMicros = 150 * microsPerMillisecond;
/** A container whose image is missing is not tried again before. */
const lackMicros = 10 * microsPerSecond;

export interface StartParts {
  readonly pulls: ImagePulls;
  readonly events: PodEvents;
  readonly containers: Slots<ContainerRun>;
  readonly newEpoch: () => number;
  /** Its image is not there and must not be pulled. */
  readonly lacking: (container: ContainerRun) => void;
  /** Its process runs. */
  readonly started: (container: ContainerRun) => void;
}

export class ContainerStarts {
  readonly #plane: ControlPlane;
  readonly #parts: StartParts;
  readonly #pulledHandler: number;
  readonly #createdHandler: number;

  constructor(plane: ControlPlane, parts: StartParts) {
    this.#plane = plane;
    this.#parts = parts;
    this.#pulledHandler = this.#handler('pulled', (container) => this.#pulled(container));
    this.#createdHandler = this.#handler('created', (container) => this.#created(container));
  }

  /** Begins to start a container of a pod that is not starting another one. */
  begin(container: ContainerRun): void {
    const { pod, ended } = container;
    const pull = this.#parts.pulls.pull(container);
    if (pull === null) {
      this.#lacksImage(container);
      return;
    }
    pod.busy = container;
    if (ended !== null) {
      const { now } = this.#plane.engine;
      container.backoff = afterRestart(container.backoff, container.finishedMicros, now);
    }
    if (pull.begins !== null) this.#parts.events.tell(pod, 'Pulling', pull.begins, container);
    container.pulledMessage = pull.ends;
    if (pull.delayMicros === 0) this.#pulled(container);
    else this.#after(pull.delayMicros, this.#pulledHandler, container);
  }

  #handler(name: string, handle: (container: ContainerRun) => void): number {
    return this.#plane.engine.register(`kubernetes/kubelet/${name}`, (slot, epoch) => {
      const container = this.#parts.containers.at(slot);
      if (container?.epoch === epoch) handle(container);
    });
  }

  #after(micros: number, handler: number, { slot, epoch }: ContainerRun): void {
    this.#plane.engine.after(this.#plane.starting ? 0 : micros, handler, slot, epoch);
  }

  #lacksImage(container: ContainerRun): void {
    const { pod, spec } = container;
    const { events } = this.#parts;
    const message = `Container image "${spec.image}" is not present with pull policy of Never`;
    container.waitReason = 'ErrImageNeverPull';
    container.waitMessage = message;
    events.tell(pod, 'ErrImageNeverPull', message, container, 'Warning');
    events.tell(pod, 'Failed', 'Error: ErrImageNeverPull', container, 'Warning');
    container.notBeforeMicros = this.#plane.engine.now + lackMicros;
    this.#parts.lacking(container);
  }

  #pulled(container: ContainerRun): void {
    const { pod, spec } = container;
    this.#parts.pulls.arrived(pod.node, spec.image ?? '');
    if (pod.busy !== container || pod.stage !== 'running') return;
    this.#parts.events.tell(pod, 'Pulled', container.pulledMessage, container);
    this.#after(createMicros, this.#createdHandler, container);
  }

  #created(container: ContainerRun): void {
    const { pod, spec } = container;
    if (pod.busy !== container || pod.stage !== 'running') return;
    pod.busy = null;
    this.#start(container);
    this.#parts.events.tell(pod, 'Created', `Created container: ${spec.name}`, container);
    this.#parts.events.tell(pod, 'Started', `Started container ${spec.name}`, container);
    this.#parts.started(container);
  }

  #start(container: ContainerRun): void {
    const { pod, spec } = container;
    const { processes, engine, clock, starting } = this.#plane;
    if (container.ended !== null) container.restarts++;
    container.epoch = this.#parts.newEpoch();
    container.previousProcess = container.process;
    const process = processes.start(pod.pod, spec.name, pod.node.zone, starting);
    container.process = process;
    container.containerId = containerIdOf(pod, spec.name, container.restarts);
    container.state = 'running';
    container.waitReason = '';
    container.waitMessage = '';
    container.startedMicros = engine.now;
    container.settled = starting;
    container.startedAt = clock.timestamp();
    container.noticed = false;
    container.mayFail = processes.mayFailProbes(process);
    if (container.kind === 'main') pod.initialized = true;
  }
}
