import type { Run } from '../../src/run/run.ts';

/** What two runs of one scenario must have in common: everything. */
export interface Digest {
  readonly traceHash: string;
  readonly eventCount: number;
  readonly status: Run['status'];
  readonly truth: string;
  readonly telemetry: string;
  readonly notes: string;
  readonly failedChecks: readonly string[];
}

export function digestOf(run: Run): Digest {
  const series = run.telemetry.select([], 0, Number.MAX_SAFE_INTEGER);
  return {
    traceHash: run.traceHash,
    eventCount: run.eventCount,
    status: run.status,
    truth: JSON.stringify(run.truth),
    telemetry: JSON.stringify(series.map(({ labels, values }) => [labels, [...values].map(String)])),
    notes: JSON.stringify(run.events),
    failedChecks: run.checks.filter(({ passed }) => !passed).map(({ name, detail }) => `${name}: ${detail}`),
  };
}
