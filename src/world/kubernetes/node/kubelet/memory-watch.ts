/**
 * Fidelity: the kernel kills a container whose memory has grown beyond its limit (cgroups v2), which the kubelet shows as
 * OOMKilled, exit code 137. Simplified: looked at once a second where a container uses more than half of its limit, else
 * every ten seconds; the working set counts; node pressure and its evictions are left out.
 */
import { microsPerSecond } from '../../../../base/time.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { amountsOf } from '../../objects/resources.ts';
import type { Kubelet } from './kubelet.ts';
import type { ContainerRun } from './pod-run.ts';

const checkMicros = microsPerSecond;
/** Checks from one look at all containers to the next. */
const checksPerRound = 10;

export class MemoryWatch {
  readonly #plane: ControlPlane;
  readonly #kubelet: Kubelet;
  /** Containers that have a limit and whose memory may grow. */
  readonly #watched = new Map<ContainerRun, number>();
  readonly #near = new Set<ContainerRun>();
  readonly #checkHandler: number;
  #checks = 0;
  #checking = false;

  constructor(plane: ControlPlane, kubelet: Kubelet) {
    this.#plane = plane;
    this.#kubelet = kubelet;
    this.#checkHandler = plane.engine.register('kubernetes/kubelet/memory', () => this.#check());
    kubelet.onStart((container) => this.#started(container));
    kubelet.onEnd((container) => {
      this.#watched.delete(container);
      this.#near.delete(container);
    });
  }

  #started(container: ContainerRun): void {
    const { process, spec } = container;
    const limit = amountsOf(spec.resources?.limits)['memory'];
    if (limit === undefined || process === null) return;
    const steady = this.#plane.processes.steadyUsage?.(process) ?? null;
    if (steady !== null && steady.memoryBytes <= limit) return;
    this.#watched.set(container, limit);
    if (this.#checking) return;
    this.#checking = true;
    this.#plane.engine.after(checkMicros, this.#checkHandler, 0, 0);
  }

  #check(): void {
    this.#checking = this.#watched.size > 0;
    if (!this.#checking) return;
    if (this.#checks++ % checksPerRound === 0)
      for (const [container, limit] of this.#watched) this.#measure(container, limit);
    else for (const container of this.#near) this.#measure(container, this.#watched.get(container)!);
    this.#plane.engine.after(checkMicros, this.#checkHandler, 0, 0);
  }

  #measure(container: ContainerRun, limit: number): void {
    const bytes = this.#plane.processes.memoryBytes(container.process!);
    if (bytes > limit) this.#kubelet.outOfMemory(container);
    else if (bytes > limit / 2) this.#near.add(container);
    else this.#near.delete(container);
  }
}
