import type { Result } from '../../src/model/result.ts';
import { columnsOf, daySeconds, momentAt, type Name, services, shares } from './sample-columns.cases.ts';
import { type Day, objectivesOf } from './sample-objectives.cases.ts';

/**
 * A made-up but plausible result for tests of the report: one day, four services, a launch at 09:32 that one
 * of them does not survive. Only tests use it; nothing in it was simulated.
 */
type Latency = Result['sources'][number]['latency'];

export interface SampleOptions {
  /** Whether the API has room for the peak. */
  readonly roomy?: boolean;
  readonly intervalSeconds?: number;
}

const latency = (p50: number, count: number): Latency => ({
  count,
  mean: p50 * 1.2,
  p50,
  p90: p50 * 2.4,
  p95: p50 * 3.1,
  p99: p50 * 6.3,
  p999: p50 * 14,
  max: p50 * 41,
});

/** The sample result. */
export function sampleDay(options: SampleOptions = {}): Result {
  const { roomy = false, intervalSeconds = 60 } = options;
  const times = Array.from({ length: daySeconds / intervalSeconds }, (_, i) => (i + 1) * intervalSeconds);
  const moments = times.map((seconds, index) => momentAt(seconds, index, roomy));
  const offered = Math.round(moments.reduce((sum, { offered }) => sum + offered * intervalSeconds, 0));
  const failed = Math.round(moments.reduce((sum, m) => sum + m.offered * m.failing * intervalSeconds, 0));
  const day: Day = { offered, failed, roomy };
  const passed = failed <= offered * 0.001;
  return {
    schema: 'sim.devops/result/v1',
    simulator: '0.1.0',
    scenario: 'launch-day',
    description: 'A day of public web traffic around a launch, on four services.',
    status: 'complete',
    verdict: passed ? 'pass' : 'fail',
    manifest: {
      modelHash: 'f3a1c09e5b7d2468',
      seed: 42,
      commands: 0,
      traceHash: '9b0e77d1a2c4f683',
      events: 182_402_117,
    },
    window: {
      startsAt: '1995-07-13T00:00:00-04:00',
      fromSeconds: 1800,
      toSeconds: daySeconds,
      durationSeconds: daySeconds,
    },
    sources: [sourceOf(day)],
    services: services.map((name) => serviceOf(name, day)),
    calls: callsOf(day),
    objectives: objectivesOf(day),
    thresholds: thresholdsOf(day),
    cost: costOf(day),
    latencyBreakdown: [
      { service: 'api', meanMs: 31, share: 0.62, queueShare: roomy ? 0.04 : 0.55 },
      { service: 'db', meanMs: 9.5, share: 0.19, queueShare: 0.02 },
      { service: 'web', meanMs: 6, share: 0.12, queueShare: 0.01 },
      { service: null, meanMs: 3.5, share: 0.07, queueShare: 0 },
    ],
    findings: findingsOf(day),
    series: { timesSeconds: times, columns: columnsOf(moments) },
    events: eventsOf(day),
    annotations: [
      { fromSeconds: 30_600, toSeconds: 34_308, label: 'Countdown' },
      { fromSeconds: 34_308, toSeconds: 37_800, label: 'Launch and ascent' },
    ],
    checks: [
      { name: 'conservation', passed: true, detail: `${offered} begun, ${offered - 12} ended, 12 in flight` },
      { name: 'littles law', passed: true, detail: 'largest deviation 0.02 % over 4 services' },
    ],
    inferences: inferences(),
    diagnostics: [
      {
        severity: 'warning',
        code: 'kind-unknown',
        message: 'Kind Certificate is not simulated yet.',
        remedy: 'Nothing: it is left out.',
        resource: 'Certificate shop/tls',
        file: 'manifests/tls.yaml',
        line: 3,
      },
    ],
  };
}

function sourceOf({ offered, failed, roomy }: Day): Result['sources'][number] {
  const timeouts = Math.round(failed * 0.7);
  return {
    name: 'visitors',
    offered,
    offeredRate: offered / 84_600,
    served: offered - failed,
    servedRate: (offered - failed) / 84_600,
    availability: 1 - failed / offered,
    errors: failed === 0 ? {} : { timeout: timeouts, dependency: failed - timeouts },
    latency: latency(roomy ? 31 : 44, offered),
    latencyOk: latency(30, offered - failed),
    inFlightAtEnd: 12,
  };
}

function thresholdsOf({ offered, failed, roomy }: Day): Result['thresholds'] {
  const observed = failed / offered;
  return [
    {
      metric: 'http_req_duration{traffic="visitors"}',
      expression: 'p(95)<500',
      observed: roomy ? 96.1 : 136.4,
      passed: true,
    },
    { metric: 'http_req_failed', expression: 'rate<0.005', observed, passed: observed < 0.005 },
  ];
}

function costOf({ offered, failed, roomy }: Day): Result['cost'] {
  const total = roomy ? 34.56 : 23.04;
  return {
    currency: 'USD',
    total,
    perMillionRequests: total / ((offered - failed) / 1e6),
    services: services.map((name, i) => ({
      name,
      replicaHours: 48 + 24 * i,
      coreHours: 48,
      gibHours: 24 * (i + 1),
      cost: total / 4,
    })),
  };
}

function findingsOf({ failed }: Day): Result['findings'] {
  const calm = { fromSeconds: null, toSeconds: null };
  if (failed === 0) {
    const message = '71 % of its CPU was in use at 09:32, more than in any other service.';
    return [{ severity: 'note', subject: 'api', message, ...calm }];
  }
  const peak = { fromSeconds: 32_700, toSeconds: 35_940 };
  return [
    {
      kind: 'cpu-saturated',
      severity: 'problem',
      subject: 'api',
      message: 'Its CPU was fully used from 09:05 to 09:59, with up to 812 requests waiting.',
      ...peak,
    },
    {
      kind: 'retry-amplification',
      severity: 'problem',
      subject: 'web → api',
      message: '31 % of the calls were tried again at the peak, which added 260 requests per second.',
      ...peak,
    },
    { severity: 'note', subject: 'db', message: 'It never used more than 58 % of its CPU.', ...calm },
  ];
}

function eventsOf({ failed }: Day): Result['events'] {
  const scaled = { atSeconds: 32_400, kind: 'scale', subject: 'web', message: 'scaled from 4 to 6 replicas' };
  if (failed === 0) return [scaled];
  const breaker = { kind: 'breaker', subject: 'web → api' };
  return [
    scaled,
    { atSeconds: 33_180, ...breaker, message: 'opened' },
    { atSeconds: 35_940, ...breaker, message: 'closed' },
  ];
}

function inferences(): Result['inferences'] {
  return services.flatMap((name, index) => [
    {
      resource: `Deployment shop/${name}`,
      path: 'endpoints["GET /"].steps[0].cpu',
      value: `lognormal, mean ${4 + index * 3} ms`,
      source: `image ${name}:22 → preset express`,
    },
    {
      resource: `Deployment shop/${name}`,
      path: 'concurrency',
      value: 'event loop',
      source: 'image node:22 runs one thread',
    },
    {
      resource: `Service shop/${name}`,
      path: 'balancer',
      value: 'round robin',
      source: 'kube-proxy in IPVS mode',
    },
  ]);
}

function serviceOf(name: Name, { offered, failed, roomy }: Day): Result['services'][number] {
  const share = shares[name];
  const bad = name === 'api' ? failed : name === 'web' ? Math.round(failed * 0.3) : 0;
  const causes: Record<string, number> = bad === 0 ? {} : name === 'api' ? { shed: bad } : { timeout: bad };
  const count = Math.round(offered * share);
  const speed = { web: 12, api: 28, cache: 0.6, db: 4.2 }[name];
  return {
    name,
    workload: `${name === 'db' ? 'StatefulSet' : 'Deployment'} shop/${name}`,
    replicas: { web: 4.6, api: roomy ? 9 : 5, cache: 2, db: 3 }[name],
    offeredRate: count / 84_600,
    servedRate: (count - bad) / 84_600,
    errors: causes,
    utilisation: (roomy ? 0.24 : 0.41) * share,
    utilisationMax: Math.min(1, (roomy ? 0.71 : 1.4) * share),
    cpuCores: 2.1 * share,
    throttledShare: name === 'api' && !roomy ? 0.031 : 0,
    inFlight: 8.4 * share,
    inFlightMax: name === 'api' ? 871 : 60,
    queue: name === 'api' ? 3.9 : 0.1,
    queueMax: name === 'api' ? 812 : 4,
    retries: name === 'api' ? failed * 2 : 0,
    latency: latency(speed, count),
    endpoints: ['GET /', 'GET /item', 'POST /order']
      .slice(0, name === 'web' ? 3 : 2)
      .map((endpoint, index) => ({
        endpoint,
        offered: Math.round(count / (index + 2)),
        offeredRate: count / (index + 2) / 84_600,
        served: Math.round((count - bad) / (index + 2)),
        servedRate: (count - bad) / (index + 2) / 84_600,
        errors: Object.fromEntries(
          Object.entries(causes).map(([cause, n]) => [cause, Math.round(n / (index + 2))]),
        ),
        wasted: index === 0 ? Math.round(bad / 9) : 0,
        utilisation: ((roomy ? 0.24 : 0.41) * share) / (index + 2),
        cpuCores: (2.1 * share) / (index + 2),
        inFlight: (8.4 * share) / (index + 2),
        inFlightMax: name === 'api' ? 480 - index : 31,
        queue: (name === 'api' ? 3.9 : 0.1) / (index + 2),
        queueMax: name === 'api' ? 430 - index : 2,
        retries: name === 'api' && index === 1 ? failed * 2 : 0,
        latency: latency(speed * (1 + index / 2), Math.round(count / (index + 2))),
      })),
  };
}

function callsOf({ offered, failed }: Day): Result['calls'] {
  const routes = [
    ['source/visitors', 'web', 'GET /', 0.55],
    ['source/visitors', 'web', 'GET /item', 0.45],
    ['web', 'api', 'GET /item', 1],
    ['api', 'cache', 'GET /', 0.9],
    ['api', 'db', 'POST /order', 0.3],
  ] as const;
  return routes.map(([client, service, endpoint, share]) => {
    const calls = Math.round(offered * share);
    const retries = service === 'api' ? failed * 2 : 0;
    return {
      client,
      service,
      endpoint,
      calls,
      attempts: calls + retries,
      retries,
      hedges: 0,
      shared: service === 'cache' ? Math.round(calls * 0.02) : 0,
      errors: (service === 'api' && failed > 0 ? { timeout: failed } : {}) as Record<string, number>,
      latency: latency(service === 'cache' ? 0.9 : 24, calls),
    };
  });
}

/** Three runs of the day as it is and three with room for the peak, paired by seed. */
export function sampleComparison(): { a: Result[]; b: Result[] } {
  const runs = (roomy: boolean) =>
    [1, 2, 3].map((seed) => {
      const result = sampleDay({ roomy });
      const modelHash = roomy ? '77aa01bc43de9f02' : result.manifest.modelHash;
      return { ...result, manifest: { ...result.manifest, seed, modelHash } };
    });
  return { a: runs(false), b: runs(true) };
}
