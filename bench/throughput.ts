import type { Model } from '../src/model/model.ts';
import { simulate } from '../src/run/simulate.ts';

export interface Throughput {
  /** User requests that the run began. */
  readonly requests: number;
  readonly cpuSeconds: number;
  readonly requestsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly traceHash: string;
}

/** Simulates a model from beginning to end and measures the processor time of this process. */
export function throughput(model: Model): Throughput {
  const before = process.cpuUsage();
  const run = simulate(model);
  const used = process.cpuUsage(before);
  const cpuSeconds = (used.user + used.system) / 1e6;
  const broken = run.checks.filter(({ passed }) => !passed);
  if (broken.length > 0) throw new Error(`the run broke a law: ${JSON.stringify(broken)}`);
  const requests = run.truth.sources.reduce((sum, { offered }) => sum + offered, 0);
  return {
    requests,
    cpuSeconds,
    requestsPerSecond: requests / cpuSeconds,
    eventsPerSecond: run.eventCount / cpuSeconds,
    traceHash: run.traceHash,
  };
}
