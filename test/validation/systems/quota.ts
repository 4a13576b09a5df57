import { constant, cpu, ModelBuilder, type RunSpan } from '../builder.ts';
import { endpoint as endpointOf, meanOf } from '../measure.ts';
import { quotaFinish } from '../theory/quota.ts';
import type { Case, System } from './system.ts';

const periodMicros = 100_000;

interface Limit {
  readonly id: string;
  readonly cores: number;
  readonly demandMicros: number;
  /** Requests that arrive at once, one thread each. */
  readonly together: number;
}

/** How far into the period each group of requests arrives; a step that shares no factor with the period. */
const phases = Array.from({ length: 200 }, (_, i) => (i * 7_919) % periodMicros);
/** Far enough apart that a group never meets the one before. */
const spacingMicros = 20 * periodMicros;

function quotaCase({ id, cores, demandMicros, together }: Limit): Case {
  const quota = { quota: cores * periodMicros, period: periodMicros };
  const total = demandMicros * together;
  const durations = phases.map((phase) => quotaFinish(quota, total, together, phase) - phase);
  const theory = durations.reduce((sum, duration) => sum + duration, 0) / durations.length;
  return {
    id: `quota-${id}`,
    parameters: `limit ${cores} cores, ${together} × ${demandMicros / 1000} ms of CPU at once, ${phases.length} starts in the period`,
    x: cores,
    warmupMicros: 0,
    measuredMicros: (phases.length + 1) * spacingMicros,
    build: (span: RunSpan) => {
      const build = new ModelBuilder('quota');
      const limited = build.service('server', {
        concurrency: together === 1 ? { kind: 'eventLoop' } : { kind: 'threadPool', threads: together },
        cpu: { cores: null, limitCores: cores, periodMicros, requestCores: cores },
      });
      const job = build.endpoint(limited, 'job', [cpu(constant(demandMicros))]);
      const atMicros = phases.flatMap((phase, i) =>
        new Array<number>(together).fill(i * spacingMicros + phase),
      );
      const load = { kind: 'timestamps', atMicros, scale: 1, attributes: {} } as const;
      build.source('users', [build.call(null, job)], load);
      return build.model({ ...span, durationMicros: (phases.length + 1) * spacingMicros });
    },
    quantities: [
      {
        name: 'mean duration',
        account: 'endpoints[server job].latency',
        unit: 'milliseconds',
        theory,
        exact: 1e-5,
        halfWidthMax: null,
        measure: ({ truth }) => meanOf(endpointOf(truth, 'server', 'job').latency),
      },
      {
        name: 'longest duration',
        account: 'endpoints[server job].latency.max',
        unit: 'milliseconds',
        theory: Math.max(...durations),
        exact: 1e-4,
        halfWidthMax: null,
        measure: ({ truth }) => endpointOf(truth, 'server', 'job').latency.max,
      },
    ],
  };
}

export const quotaSystem: System = {
  id: 'quota',
  title: 'CFS throttling',
  text: 'A known CPU demand under a container limit, with the quota of each 100 ms period spent as fast as the threads can. Nothing is random: theory and simulation must agree but for the clock’s microsecond, and are compared exactly.',
  reference: 'Linux kernel documentation, scheduler/sched-bwc',
  cases: [
    quotaCase({ id: 'half-core', cores: 0.5, demandMicros: 120_000, together: 1 }),
    quotaCase({ id: 'tenth-core', cores: 0.1, demandMicros: 35_000, together: 1 }),
    quotaCase({ id: 'unlimited', cores: 1, demandMicros: 250_000, together: 1 }),
    quotaCase({ id: 'four-threads', cores: 2, demandMicros: 90_000, together: 4 }),
  ],
  plots: [],
};
