import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { callStep, cpu, exponential, ModelBuilder, open, type RunSpan, wait } from '../builder.ts';
import { call as callOf, endpoint as endpointOf, meanOf, quantileOf, share } from '../measure.ts';
import { erlangB, mmc, mmcK } from '../theory/mmc.ts';
import { quantile } from '../theory/numeric.ts';
import { impatient } from '../theory/resilience.ts';
import { lognormal, moments, survival } from '../theory/service.ts';
import { probedWait } from './single-server.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  littlesLaw,
  serviceMicros as mean,
  meanInQueue,
  meanInSystem,
  meanLatency,
  outcomeShare,
  type Quantity,
  rateAt,
  reportOnly,
  type System,
  utilisation,
} from './system.ts';

const server = { service: 'server' };

interface ThreadPool {
  readonly perSecond: number;
  readonly threads: number;
  readonly capacity?: number;
  readonly probes?: boolean;
}

/** A thread pool without CPU limit: as many servers as threads. */
function threadPool(options: ThreadPool) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('thread pool');
    const pool = build.service('server', {
      concurrency: { kind: 'threadPool', threads: options.threads },
      queue: { capacity: options.capacity ?? null, discipline: 'fifo' },
    });
    const job = build.endpoint(pool, 'job', [cpu(exponential(mean))]);
    build.source('users', [build.call(null, job)], open(options.perSecond));
    if (options.probes === true) {
      const nothing = build.endpoint(pool, 'probe', []);
      build.source('probes', [build.call(null, nothing)], open(options.perSecond));
    }
    return build.model(span);
  };
}

function mmcCase(servers: number, load: number, requests: number, limit: number): Case {
  const perSecond = rateAt(load, servers);
  const queue = mmc({ arrivalRate: (load * servers) / mean, serviceRate: 1 / mean, servers });
  const sojourn = (p: number, halfWidthMax: number) =>
    latencyQuantile('sojourn', p, {
      ...server,
      theory: quantile(queue.sojournSurvival, p, mean),
      halfWidthMax,
    });
  return {
    id: `mmc-${servers}-${load}`,
    parameters: `c = ${servers}, ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load, servers }),
    build: threadPool({ perSecond, threads: servers }),
    quantities: [
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: limit }),
      sojourn(0.5, 1.2 * limit),
      sojourn(0.9, 1.2 * limit),
      sojourn(0.99, 2 * limit),
      meanInSystem('server', { theory: queue.meanInSystem, halfWidthMax: 1.2 * limit }),
      meanInQueue('server', { theory: queue.meanInQueue, halfWidthMax: null }),
      utilisation('server', servers, { theory: load, halfWidthMax: 0.03 }),
      littlesLaw('server'),
    ],
  };
}

function mmcWaitCase(servers: number, load: number, requests: number): Case {
  const perSecond = rateAt(load, servers);
  const queue = mmc({ arrivalRate: (load * servers) / mean, serviceRate: 1 / mean, servers });
  return {
    id: `mmc-wait-${servers}-${load}`,
    parameters: `c = ${servers}, ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load, servers }),
    build: threadPool({ perSecond, threads: servers, probes: true }),
    quantities: probedWait(queue.waitSurvival, queue.meanWait, {
      mean: 0.11,
      waiting: 0.05,
      quantiles: [
        [0.9, 0.11],
        [0.99, null],
      ],
    }),
  };
}

export const mmcSystem: System = {
  id: 'mmc',
  title: 'M/M/c',
  text: 'One thread pool of c threads without CPU limit. A request waits with the probability of Erlang’s delay formula.',
  reference: 'Erlang (1917); Gross and Harris, Fundamentals of Queueing Theory, chapter 2',
  cases: [
    reportOnly(mmcCase(4, 0.3, 25_000, 0.04)),
    mmcCase(4, 0.5, 25_000, 0.04),
    mmcCase(4, 0.7, 35_000, 0.08),
    mmcCase(4, 0.85, 90_000, 0.1),
    reportOnly(mmcCase(4, 0.92, 200_000, 0.1)),
    mmcCase(16, 0.9, 90_000, 0.08),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'mmc-sojourn',
      title: 'M/M/4: sojourn over utilisation',
      xLabel: 'utilisation ρ',
      yLabel: 'milliseconds',
      yMax: 1800,
      xRange: [0, 0.95],
      lines: [
        {
          label: 'mean',
          quantity: 'mean sojourn',
          cases: 'mmc-4-',
          theory: (load) =>
            mmc({ arrivalRate: (4 * load) / mean, serviceRate: 1 / mean, servers: 4 }).meanSojourn,
        },
        {
          label: '99th percentile',
          quantity: 'p99 of sojourn',
          cases: 'mmc-4-',
          theory: (load) => {
            const queue = mmc({ arrivalRate: (4 * load) / mean, serviceRate: 1 / mean, servers: 4 });
            return quantile(queue.sojournSurvival, 0.99, mean);
          },
        },
      ],
    },
  ],
};

export const mmcWaitSystem: System = {
  id: 'mmc-wait',
  title: 'M/M/c: the wait itself',
  text: 'With requests that need no CPU as probes; their chance to wait is Erlang C.',
  reference: 'Erlang (1917)',
  cases: [mmcWaitCase(4, 0.8, 60_000)],
  plots: [
    {
      kind: 'tail',
      file: 'mmc-wait-tail',
      title: 'M/M/4 at ρ = 0.8: share of requests that wait longer',
      xLabel: 'milliseconds',
      xMaxMicros: 800_000,
      lines: [
        {
          label: 'wait',
          case: 'mmc-wait-4-0.8',
          sketch: (truth) => endpointOf(truth, 'server', 'probe').latency,
          survival: mmc({ arrivalRate: 3.2 / mean, serviceRate: 1 / mean, servers: 4 }).waitSurvival,
        },
      ],
    },
  ],
};

function mmcKCase(servers: number, capacity: number, load: number, requests: number): Case {
  const perSecond = rateAt(load, servers);
  const arrivalRate = (load * servers) / mean;
  const queue = mmcK({ arrivalRate, serviceRate: 1 / mean, servers, capacity });
  const waits = capacity > servers;
  const waiting: Quantity[] = waits
    ? [meanInQueue('server', { theory: queue.meanInQueue, halfWidthMax: 0.06 })]
    : [];
  return {
    id: `mmck-${servers}-${capacity}-${load}`,
    parameters: `c = ${servers}, K = ${capacity}, ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load: Math.min(load, 0.8), servers }),
    build: threadPool({ perSecond, threads: servers, capacity: capacity - servers }),
    quantities: [
      outcomeShare('share refused', 'refused', {
        ...server,
        theory: queue.blocking,
        halfWidthMax: queue.blocking < 0.05 ? null : 0.1,
      }),
      meanLatency('sojourn of those let in', {
        ...server,
        theory: queue.meanSojourn,
        halfWidthMax: 0.045,
      }),
      latencyQuantile('sojourn of those let in', 0.9, {
        ...server,
        theory: quantile(queue.sojournSurvival, 0.9, mean),
        halfWidthMax: 0.05,
      }),
      meanInSystem('server', { theory: queue.meanInSystem, halfWidthMax: 0.04 }),
      ...waiting,
      utilisation('server', servers, { theory: queue.utilisation, halfWidthMax: 0.02 }),
    ],
  };
}

export const lossSystem: System = {
  id: 'mmck',
  title: 'M/M/c/K: bounded queues',
  text: '`queue.capacity` is K − c. With K = c nobody may wait and the share refused is Erlang’s loss formula; a bounded queue stays stable when more is offered than it can serve.',
  reference: 'Erlang (1917); Gross and Harris, chapter 2',
  cases: [
    reportOnly(mmcKCase(10, 10, 0.5, 40_000)),
    mmcKCase(10, 10, 0.8, 40_000),
    reportOnly(mmcKCase(10, 10, 1.2, 40_000)),
    mmcKCase(2, 6, 1.1, 25_000),
    mmcKCase(1, 5, 2, 25_000),
    mmcKCase(1, 10, 0.7, 80_000),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'loss',
      title: 'Ten servers without a queue: share refused',
      xLabel: 'offered load per server',
      yLabel: 'share refused',
      xRange: [0, 1.6],
      lines: [
        {
          label: 'Erlang B, M/M/10/10',
          quantity: 'share refused',
          cases: 'mmck-10-10-',
          theory: (load) => erlangB(10, 10 * load),
        },
        {
          label: 'bulkhead of 10, any service time',
          quantity: 'share refused',
          cases: 'bulkhead-10-',
          theory: (load) => erlangB(10, 10 * load),
        },
      ],
    },
  ],
};

/** A gateway that costs nothing and calls a backend in which requests only wait: the client's policy is the server. */
function gateway(options: {
  readonly perSecond: number;
  readonly service: Distribution;
  readonly bulkhead?: number;
  readonly pool?: {
    readonly size: number;
    readonly maxWaiting: number | null;
    readonly maxWaitMicros: number | null;
  };
}) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('gateway');
    const pools = options.pool === undefined ? [] : [{ name: 'connections', ...options.pool }];
    const front = build.service('gateway', { pools });
    const back = build.service('backend');
    const work = build.endpoint(back, 'job', [wait(options.service)]);
    const call = build.call(front, work, {
      bulkhead: options.bulkhead ?? null,
      pool: options.pool === undefined ? null : 0,
    });
    const entry = build.endpoint(front, 'job', [callStep(call)]);
    build.source('users', [build.call(null, entry)], open(options.perSecond));
    return build.model(span);
  };
}

function bulkheadCase(name: string, service: Distribution, size: number, load: number): Case {
  const perSecond = (size * load * 1e6) / moments(service).mean;
  return {
    id: `bulkhead-${size}-${name}-${load}`,
    parameters: `c = ${size}, offered ${size * load} erlangs, ${name} service`,
    x: load,
    ...lengths({ requests: 40_000, perSecond, load: 0.5, servers: size }),
    build: gateway({ perSecond, service, bulkhead: size }),
    quantities: [
      {
        name: 'share refused',
        account: 'calls[gateway → backend].outcomes.bulkheadFull',
        unit: 'share',
        theory: erlangB(size, size * load),
        halfWidthMax: 0.1,
        measure: ({ truth }) => share(callOf(truth, 'gateway', 'backend').outcomes, 'bulkheadFull'),
      },
      meanInSystem('backend', { theory: size * load * (1 - erlangB(size, size * load)), halfWidthMax: 0.02 }),
    ],
  };
}

export const bulkheadSystem: System = {
  id: 'bulkhead',
  title: 'M/G/c/c: bulkheads',
  text: 'A gateway’s bulkhead of c around calls whose backend only waits. The share refused is Erlang’s loss formula, whatever the distribution of service (insensitivity).',
  reference: 'Sevastyanov (1957); Kelly, Reversibility and Stochastic Networks (1979)',
  cases: [
    bulkheadCase('lognormal', lognormal(mean, 4), 10, 1),
    bulkheadCase('uniform', { kind: 'uniform', min: 0, max: 2 * mean }, 10, 0.6),
    reportOnly(bulkheadCase('lognormal', lognormal(mean, 4), 10, 1.4)),
  ],
  plots: [],
};

function poolCase(size: number, load: number, requests: number): Case {
  const perSecond = rateAt(load, size);
  const queue = mmc({ arrivalRate: (load * size) / mean, serviceRate: 1 / mean, servers: size });
  return {
    id: `pool-${size}-${load}`,
    parameters: `c = ${size}, ρ = ${load}, nobody gives up`,
    x: load,
    ...lengths({ requests, perSecond, load, servers: size }),
    build: gateway({
      perSecond,
      service: exponential(mean),
      pool: { size, maxWaiting: null, maxWaitMicros: null },
    }),
    quantities: [
      {
        name: 'mean latency of calls',
        account: 'calls[gateway → backend].latency',
        unit: 'milliseconds',
        theory: queue.meanSojourn,
        halfWidthMax: 0.1,
        measure: ({ truth }) => meanOf(callOf(truth, 'gateway', 'backend').latency),
      },
      {
        name: 'p99 of the latency of calls',
        account: 'calls[gateway → backend].latency',
        unit: 'milliseconds',
        theory: quantile(queue.sojournSurvival, 0.99, mean),
        halfWidthMax: 0.2,
        measure: ({ truth }) => quantileOf(callOf(truth, 'gateway', 'backend').latency, 0.99),
      },
      meanInSystem('backend', { theory: size * load, halfWidthMax: 0.03 }),
    ],
  };
}

function impatientCase(size: number, load: number, patience: number): Case {
  const perSecond = rateAt(load, size);
  const arrivalRate = (load * size) / mean;
  const queue = impatient({ arrivalRate, serviceRate: 1 / mean, servers: size, patience });
  return {
    id: `patience-${size}-${load}`,
    parameters: `c = ${size}, ρ = ${load}, wait at most ${patience / 1000} ms`,
    x: load,
    ...lengths({ requests: 40_000, perSecond, load: 0.8, servers: size }),
    build: gateway({
      perSecond,
      service: exponential(mean),
      pool: { size, maxWaiting: null, maxWaitMicros: patience },
    }),
    quantities: [
      {
        name: 'share that gives up',
        account: 'calls[gateway → backend].outcomes.poolTimeout',
        unit: 'share',
        theory: queue.abandoned,
        halfWidthMax: 0.08,
        measure: ({ truth }) => share(callOf(truth, 'gateway', 'backend').outcomes, 'poolTimeout'),
      },
      meanInSystem('backend', { theory: size * queue.utilisation, halfWidthMax: 0.02 }),
    ],
  };
}

export const poolSystem: System = {
  id: 'pool',
  title: 'Connection pools: M/M/c and M/M/c with impatience',
  text: 'A gateway’s connection pool of c in front of a backend that only waits exponentially long is M/M/c; with a longest wait, callers who would wait longer give up (Barrer).',
  reference: 'Erlang (1917); Barrer, Operations Research 5 (1957)',
  cases: [poolCase(5, 0.8, 50_000), impatientCase(4, 0.9, 60_000), impatientCase(4, 1.3, 60_000)],
  plots: [],
};

function infiniteCase(name: string, service: Distribution, offered: number): Case {
  const { mean: work } = moments(service);
  const perSecond = (offered * 1e6) / work;
  const within = survival(service);
  return {
    id: `mginf-${name}`,
    parameters: `${name} service, ${offered} erlangs`,
    x: offered,
    warmupMicros: 20 * work,
    measuredMicros: (20_000 / perSecond) * 1e6,
    build: (span) => {
      const build = new ModelBuilder('unlimited servers');
      const job = build.endpoint(build.service('server'), 'job', [wait(service)]);
      build.source('users', [build.call(null, job)], open(perSecond));
      return build.model(span);
    },
    quantities: [
      meanInSystem('server', { theory: offered, halfWidthMax: 0.035 }),
      meanLatency('sojourn', { ...server, theory: work, halfWidthMax: 0.035 }),
      latencyQuantile('sojourn', 0.9, {
        ...server,
        theory: quantile(within, 0.9, work),
        halfWidthMax: 0.04,
      }),
      littlesLaw('server'),
    ],
  };
}

export const infiniteSystem: System = {
  id: 'mginf',
  title: 'M/G/∞',
  text: 'A `wait` step costs an event loop nothing, so everybody is served at once: the sojourn is the service time, the mean number inside λE[S].',
  reference: 'Kleinrock (1975), chapter 3',
  cases: [
    infiniteCase('uniform', { kind: 'uniform', min: 0, max: 2 * mean }, 30),
    infiniteCase('weibull', { kind: 'weibull', shape: 0.7, scale: mean }, 30),
  ],
  plots: [],
};
