/** Fidelity: no mechanism; figures that a test sets by hand. */
import type { ApplicationMetrics, PodUsage, ResourceMetrics } from '../node/resource-metrics.ts';

/** The same figures for every pod. */
export class SetMetrics implements ResourceMetrics, ApplicationMetrics {
  /** Cores of each container; null: nothing is known. */
  cpuCores: number | null = null;
  memoryBytes = 0;
  ofPods: number | null = null;
  ofObjects: number | null = null;
  ofQueues: readonly number[] | null = null;
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  pod(namespace: string, name: string): PodUsage | null;
  pod(namespace: string, name: string, metric: string): number | null;
  pod(_namespace: string, _name: string, metric?: string): PodUsage | number | null {
    if (metric !== undefined) return this.ofPods;
    if (this.cpuCores === null) return null;
    const { cpuCores, memoryBytes } = this;
    return {
      atMicros: this.now(),
      windowMicros: 15e6,
      containers: [{ name: 'main', cpuCores, memoryBytes }],
    };
  }

  node(): null {
    return null;
  }

  object(): number | null {
    return this.ofObjects;
  }

  external(): readonly number[] | null {
    return this.ofQueues;
  }
}
