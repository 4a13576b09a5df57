import { simulate } from '../src/run/simulate.ts';
import { call, cpu, endpoint, exponential, fixed, modelOf, openSource, service } from './models.ts';

const second = 1_000_000;

/** One service of ten replicas behind a balancer, 70 % busy, with timeouts, retries and full telemetry. */
export function oneServiceModel(requests: number) {
  const perSecond = 7_000;
  const traffic = {
    services: [service(0, 'api', { replicas: 10 })],
    endpoints: [endpoint(0, 0, 'GET /', [cpu(exponential(1_000))])],
    calls: [
      call(0, null, 0, {
        balancer: 'powerOfTwo',
        timeoutMicros: second,
        retries: {
          max: 2,
          backoff: { initialMicros: 25_000, multiplier: 2, maxMicros: 250_000 },
          jitter: 'full',
          budget: { ratio: 0.2, burst: 100 },
          on: ['timeout', 'refused'],
        },
      }),
    ],
    sources: [openSource('users', 0, perSecond, fixed(500))],
    zones: ['a'],
    network: { sameZone: fixed(250), crossZone: fixed(1_000) },
  } as const;
  return modelOf('one-service', traffic, Math.round((requests / perSecond) * second));
}

export interface Throughput {
  readonly requests: number;
  readonly perSecond: number;
  readonly eventsPerSecond: number;
}

/** Simulates a model and measures CPU time. */
export function measure(model: ReturnType<typeof modelOf>): Throughput {
  const before = process.cpuUsage();
  const run = simulate(model);
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  const requests = run.truth.sources.reduce((sum, source) => sum + source.offered, 0);
  if (run.checks.some(({ passed }) => !passed)) throw new Error(JSON.stringify(run.checks));
  return { requests, perSecond: requests / seconds, eventsPerSecond: run.eventCount / seconds };
}

if (import.meta.main) {
  measure(oneServiceModel(300_000));
  for (let i = 0; i < 3; i++) console.log(measure(oneServiceModel(2_000_000)));
  const run = simulate(oneServiceModel(200_000));
  console.log(
    run.traceHash,
    run.checks,
    JSON.stringify(run.truth.sources[0].outcomes),
    run.truth.services[0].cpuMicros / run.truth.services[0].cpuCapacityMicros,
  );
}
