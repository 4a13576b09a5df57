/**
 * Fidelity: metrics-server (0.7): every scrape interval it asks all kubelets, and shows what containers used between the last
 * two scrapes, once both have seen them run. Simplified: all nodes are scraped in one instant; the usage of processes that
 * never change theirs is reckoned when somebody asks, with the same result; a young container's first sample is not used.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import { nodes, pods } from '../objects/resource-types.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import type { ContainerRun, PodRun } from './kubelet/pod-run.ts';
import type { ContainerUsage, NodeUsage, PodUsage, ResourceMetrics } from './resource-metrics.ts';

/** What the system itself uses of a machine beside its pods. */
const systemCores = 0.05;
const systemMemoryBytes = 400 * 1024 * 1024;

interface Sample {
  readonly process: number;
  /** Of the last scrape; the one before it, or NaN where that has not seen the process. */
  cpuMicros: number;
  cpuMicrosBefore: number;
  memoryBytes: number;
}

export class MetricsServer implements ResourceMetrics {
  readonly #plane: ControlPlane;
  readonly #kubelet: Kubelet;
  readonly #samples = new Map<ContainerRun, Sample>();
  readonly #windowMicros: number;
  readonly #scrapeHandler: number;
  #scraping = false;

  constructor(plane: ControlPlane, kubelet: Kubelet) {
    this.#plane = plane;
    this.#kubelet = kubelet;
    this.#windowMicros = plane.model.settings.metricsScrapeMicros;
    this.#scrapeHandler = plane.engine.register('kubernetes/metrics-server/scrape', () => this.#scrape());
    kubelet.onStart((container) => this.#started(container));
    kubelet.onEnd((container) => this.#samples.delete(container));
  }

  pod(namespace: string, name: string): PodUsage | null {
    const pod = this.#plane.store.get(pods, namespace, name);
    const run = pod === undefined ? undefined : this.#kubelet.podOf(pod.metadata.uid);
    if (run === undefined) return null;
    const containers: ContainerUsage[] = [];
    for (const container of run.containers) {
      if (container.state !== 'running') continue;
      const usage = this.#usageOf(container);
      // A pod is shown as a whole or not at all.
      if (usage === null) return null;
      containers.push(usage);
    }
    if (containers.length === 0) return null;
    return { atMicros: this.#shownMicros(this.#lastMicros), windowMicros: this.#windowMicros, containers };
  }

  node(name: string): NodeUsage | null {
    if (this.#plane.store.get(nodes, '', name) === undefined) return null;
    if (this.#kubelet.nodeOf(name)?.alive === false) return null;
    let cpuCores = systemCores;
    let memoryBytes = systemMemoryBytes;
    for (const run of this.#kubelet.podsOf(name))
      for (const usage of this.#known(run)) {
        cpuCores += usage.cpuCores;
        memoryBytes += usage.memoryBytes;
      }
    const atMicros = this.#shownMicros(this.#lastMicros);
    return { atMicros, windowMicros: this.#windowMicros, cpuCores, memoryBytes };
  }

  *#known({ containers }: PodRun): Generator<ContainerUsage> {
    for (const container of containers) {
      const usage = container.state === 'running' ? this.#usageOf(container) : null;
      if (usage !== null) yield usage;
    }
  }

  /** When the last scrape was, in engine time. */
  get #lastMicros(): number {
    return Math.floor(this.#plane.engine.now / this.#windowMicros) * this.#windowMicros;
  }

  #shownMicros(micros: number): number {
    const { clock, engine } = this.#plane;
    return micros - engine.now + clock.nowMicros;
  }

  #usageOf(container: ContainerRun): ContainerUsage | null {
    const { spec, process } = container;
    if (process === null) return null;
    const steady = this.#plane.processes.steadyUsage?.(process) ?? null;
    if (steady !== null) {
      const seen = container.settled || container.startedMicros <= this.#lastMicros - this.#windowMicros;
      return seen ? { name: spec.name, ...steady } : null;
    }
    const sample = this.#samples.get(container);
    if (sample === undefined || Number.isNaN(sample.cpuMicrosBefore)) return null;
    const cpuCores = (sample.cpuMicros - sample.cpuMicrosBefore) / this.#windowMicros;
    return { name: spec.name, cpuCores, memoryBytes: sample.memoryBytes };
  }

  #started(container: ContainerRun): void {
    const { processes, engine } = this.#plane;
    const { process } = container;
    if (process === null || (processes.steadyUsage?.(process) ?? null) !== null) return;
    this.#samples.set(container, {
      process,
      cpuMicros: Number.NaN,
      cpuMicrosBefore: Number.NaN,
      memoryBytes: 0,
    });
    if (this.#scraping) return;
    this.#scraping = true;
    engine.schedule(this.#lastMicros + this.#windowMicros, this.#scrapeHandler, 0, 0);
  }

  #scrape(): void {
    this.#scraping = this.#samples.size > 0;
    if (!this.#scraping) return;
    const { processes, engine } = this.#plane;
    for (const sample of this.#samples.values()) {
      sample.cpuMicrosBefore = sample.cpuMicros;
      sample.cpuMicros = processes.cpuMicros(sample.process);
      sample.memoryBytes = processes.memoryBytes(sample.process);
    }
    engine.after(this.#windowMicros, this.#scrapeHandler, 0, 0);
  }
}
