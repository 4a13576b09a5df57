/**
 * Fidelity: whose requests used the CPU, as a profiler that tags threads with their request would tell; exact, kept
 * beside the mechanisms. CPU that went into requests whose client had given up counts like any other.
 */
import type { WorkPool } from './work-pool.ts';

/**
 * CPU that the requests of each endpoint have used since the beginning, over all replicas, in microseconds. Executors
 * credit what a burst has had when it ends and whenever they are settled, so that after a settlement the endpoints of
 * a service add up to what its replicas have used.
 */
export class EndpointCpu {
  private readonly credited: Float64Array;
  /** Bursts that run on a processor of their own: they use a microsecond in each. */
  private readonly running: Int32Array;
  private readonly works: WorkPool;

  constructor(endpoints: number, works: WorkPool) {
    this.credited = new Float64Array(endpoints);
    this.running = new Int32Array(endpoints);
    this.works = works;
  }

  /** A burst of the work has used so much more. */
  credit(work: number, micros: number): void {
    this.credited[this.works.endpoint[work]] += micros;
  }

  /** A burst begins that has a processor to itself until `stop`. */
  start(work: number, nowMicros: number): void {
    const endpoint = this.works.endpoint[work];
    this.credited[endpoint] -= nowMicros;
    this.running[endpoint]++;
  }

  /** A burst that had a processor to itself has ended. */
  stop(work: number, nowMicros: number): void {
    const endpoint = this.works.endpoint[work];
    this.credited[endpoint] += nowMicros;
    this.running[endpoint]--;
  }

  /** What the endpoint's requests have used up to now, if the executors are settled. */
  usedMicros(endpoint: number, nowMicros: number): number {
    return this.credited[endpoint] + this.running[endpoint] * nowMicros;
  }
}
