import type { Result } from '../../src/model/result.ts';

/**
 * A made-up but plausible result for tests of the report: one day, four services, a launch at 09:32 that one
 * of them does not survive. Only tests use it; nothing in it was simulated.
 */
type Column = Result['series']['columns'][number];
type Latency = Result['sources'][number]['latency'];

export interface SampleOptions {
  /** Whether the API has room for the peak. */
  readonly roomy?: boolean;
  readonly intervalSeconds?: number;
}

const daySeconds = 86_400;
const launchSeconds = 9.53 * 3600;

/** Noise in [-1, 1) that depends on nothing but its arguments. */
function noise(index: number, salt: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(salt + 7, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 31 - 1;
}

/** Requests per second over the day: a working day and a crowd around the launch. */
function demandAt(seconds: number): number {
  const day = 260 + 190 * Math.sin(((seconds - 6 * 3600) / daySeconds) * 2 * Math.PI);
  const crowd = 900 * Math.exp(-(((seconds - launchSeconds) / 2400) ** 2));
  return day + crowd;
}

interface Moment {
  readonly offered: number;
  readonly load: number;
  readonly failing: number;
}

function momentAt(seconds: number, index: number, roomy: boolean): Moment {
  const offered = demandAt(seconds) * (1 + 0.05 * noise(index, 1));
  const load = offered / (roomy ? 1900 : 1050);
  return { offered, load, failing: Math.max(0, Math.min(0.5, (load - 0.93) * 1.6)) };
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

const shares = { web: 0.35, api: 1, cache: 0.42, db: 0.61 } as const;
const services = Object.keys(shares) as (keyof typeof shares)[];

/** The sample result. */
export function sampleDay(options: SampleOptions = {}): Result {
  const { roomy = false, intervalSeconds = 60 } = options;
  const times = Array.from({ length: daySeconds / intervalSeconds }, (_, i) => (i + 1) * intervalSeconds);
  const moments = times.map((seconds, index) => momentAt(seconds, index, roomy));
  const offered = Math.round(moments.reduce((sum, { offered }) => sum + offered * intervalSeconds, 0));
  const failed = Math.round(moments.reduce((sum, m) => sum + m.offered * m.failing * intervalSeconds, 0));
  const errors: Record<string, number> =
    failed === 0 ? {} : { timeout: Math.round(failed * 0.7), dependency: failed - Math.round(failed * 0.7) };
  const budget = offered * 0.001;
  const passed = failed <= budget;
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
    sources: [
      {
        name: 'visitors',
        offered,
        offeredRate: offered / (daySeconds - 1800),
        served: offered - failed,
        servedRate: (offered - failed) / (daySeconds - 1800),
        availability: 1 - failed / offered,
        errors,
        latency: latency(roomy ? 31 : 44, offered),
        latencyOk: latency(30, offered - failed),
        inFlightAtEnd: 12,
      },
    ],
    services: services.map((name) => serviceOf(name, offered, failed, roomy)),
    calls: callsOf(offered, failed),
    objectives: objectivesOf(offered, failed, roomy),
    thresholds: [
      {
        metric: 'http_req_duration{traffic="visitors"}',
        expression: 'p(95)<500',
        observed: roomy ? 96.1 : 136.4,
        passed: true,
      },
      {
        metric: 'http_req_failed',
        expression: 'rate<0.005',
        observed: failed / offered,
        passed: failed / offered < 0.005,
      },
    ],
    cost: {
      currency: 'USD',
      total: roomy ? 34.56 : 23.04,
      perMillionRequests: (roomy ? 34.56 : 23.04) / ((offered - failed) / 1e6),
      services: services.map((name, i) => ({
        name,
        replicaHours: 48 + 24 * i,
        coreHours: 48,
        gibHours: 24 * (i + 1),
        cost: 5.76,
      })),
    },
    findings: passed
      ? [{ severity: 'note', subject: 'api', message: 'was the busiest service: 71 % of its CPU at 09:32.' }]
      : [
          {
            severity: 'problem',
            subject: 'api',
            message: 'ran out of CPU from 09:11 to 09:53: utilisation 100 %, up to 812 requests waiting.',
          },
          {
            severity: 'problem',
            subject: 'web → api',
            message:
              'retried 31 % of its calls at the peak, which added 260 requests per second to an already full service.',
          },
          { severity: 'note', subject: 'db', message: 'never used more than 58 % of its CPU.' },
        ],
    series: { timesSeconds: times, columns: columnsOf(moments) },
    events: [
      { atSeconds: 32_400, kind: 'scale', subject: 'web', message: 'scaled from 4 to 6 replicas' },
      ...(passed
        ? []
        : [
            { atSeconds: 33_180, kind: 'breaker', subject: 'web → api', message: 'opened' },
            { atSeconds: 35_940, kind: 'breaker', subject: 'web → api', message: 'closed' },
          ]),
    ],
    annotations: [
      { fromSeconds: 30_600, toSeconds: 34_308, label: 'Countdown' },
      { fromSeconds: 34_308, toSeconds: 37_800, label: 'Launch and ascent' },
    ],
    checks: [
      { name: 'conservation', passed: true, detail: `${offered} begun, ${offered - 12} ended, 12 in flight` },
      { name: 'littles law', passed: true, detail: 'largest deviation 0.02 % over 4 services' },
    ],
    inferences: services.flatMap((name, index) => [
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
    ]),
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

function serviceOf(
  name: keyof typeof shares,
  offered: number,
  failed: number,
  roomy: boolean,
): Result['services'][number] {
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
    queue: name === 'api' ? 3.9 : 0.1,
    queueMax: name === 'api' ? 812 : 4,
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
        latency: latency(speed * (1 + index / 2), Math.round(count / (index + 2))),
      })),
  };
}

function callsOf(offered: number, failed: number): Result['calls'] {
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

function objectivesOf(offered: number, failed: number, roomy: boolean): Result['objectives'] {
  const slow = Math.round(roomy ? offered * 0.021 : failed * 1.3 + offered * 0.045);
  const hour = { fromSeconds: 32_400, toSeconds: 36_000 };
  const common = { subject: 'visitors', total: offered };
  return [
    {
      ...common,
      name: 'pages-answered',
      description: '99.9 % of page views are answered without error',
      indicator: 'availability',
      target: 0.999,
      latencyMs: null,
      achieved: 1 - failed / offered,
      good: offered - failed,
      budget: offered * 0.001,
      budgetUsed: failed / (offered * 0.001),
      burnRateMax: roomy ? 0.2 : 176,
      worstWindow: { ...hour, achieved: roomy ? 0.9998 : 0.824 },
      passed: failed <= offered * 0.001,
    },
    {
      ...common,
      name: 'pages-fast',
      description: '95 % of page views are answered within 250 ms',
      indicator: 'latency',
      target: 0.95,
      latencyMs: 250,
      achieved: 1 - slow / offered,
      good: offered - slow,
      budget: offered * 0.05,
      budgetUsed: slow / (offered * 0.05),
      burnRateMax: roomy ? 1.1 : 6.4,
      worstWindow: { ...hour, achieved: roomy ? 0.944 : 0.68 },
      passed: slow <= offered * 0.05,
    },
  ];
}

function columnsOf(moments: readonly Moment[]): Column[] {
  const column = (
    group: Column['group'],
    subject: string,
    measure: string,
    unit: Column['unit'],
    value: (moment: Moment, index: number) => number | null,
  ): Column => ({
    group,
    subject,
    measure,
    unit,
    values: moments.map(value),
  });
  const waiting = (load: number) => (load < 0.97 ? load / (1 - load) : 32 + (load - 0.97) * 4200);
  const median = (load: number, index: number, salt: number) =>
    (24 + Math.min(waiting(load), 260)) * (1 + 0.06 * noise(index, salt));
  const source = [
    column('source', 'visitors', 'offeredRate', 'perSecond', (m) => m.offered),
    column('source', 'visitors', 'servedRate', 'perSecond', (m) => m.offered * (1 - m.failing)),
    column('source', 'visitors', 'errorRate', 'perSecond', (m) => m.offered * m.failing),
    column('source', 'visitors', 'errorRate/timeout', 'perSecond', (m) => m.offered * m.failing * 0.7),
    column('source', 'visitors', 'errorRate/dependency', 'perSecond', (m) => m.offered * m.failing * 0.3),
    column('source', 'visitors', 'p50', 'milliseconds', (m, i) => median(m.load, i, 2)),
    column('source', 'visitors', 'p95', 'milliseconds', (m, i) => median(m.load, i, 3) * 3.1),
    column('source', 'visitors', 'p99', 'milliseconds', (m, i) => median(m.load, i, 4) * 6.3),
  ];
  const perService = services.flatMap((name) => {
    const share = shares[name];
    const of = (
      measure: string,
      unit: Column['unit'],
      value: (moment: Moment, index: number) => number | null,
    ) => column('service', name, measure, unit, value);
    return [
      of('offeredRate', 'perSecond', (m) => m.offered * share * (name === 'api' ? 1 + m.failing : 1)),
      of('servedRate', 'perSecond', (m) => m.offered * share * (name === 'api' ? 1 - m.failing : 1)),
      of('errorRate', 'perSecond', (m) => (name === 'api' ? m.offered * m.failing : 0)),
      of('errorRate/shed', 'perSecond', (m) => (name === 'api' ? m.offered * m.failing : 0)),
      of('p50', 'milliseconds', (m, i) => median(m.load * share, i, 5) * share),
      of('p95', 'milliseconds', (m, i) => median(m.load * share, i, 6) * share * 3),
      of('p99', 'milliseconds', (m, i) => median(m.load * share, i, 7) * share * 6),
      of('utilisation', 'ratio', (m, i) => Math.min(1, m.load * share * (1 + 0.03 * noise(i, 8)))),
      of('throttled', 'ratio', (m) => Math.max(0, m.load * share - 0.8) * 0.4),
      of('queue', 'count', (m) => waiting(Math.min(m.load * share, 1.2))),
      of('inFlight', 'count', (m) => waiting(Math.min(m.load * share, 1.2)) + m.load * share * 16),
      of(
        'replicas',
        'count',
        (_m, i) => ({ web: i < moments.length * 0.375 ? 4 : 6, api: 5, cache: 2, db: 3 })[name],
      ),
      of('cpuCores', 'cores', (m) => Math.min(1, m.load * share) * 5),
    ];
  });
  const retries = column(
    'call',
    'web → api GET /item',
    'retryRate',
    'perSecond',
    (m) => m.offered * m.failing * 2,
  );
  return [...source, ...perService, retries];
}
