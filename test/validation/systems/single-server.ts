import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { constant, cpu, exponential, ModelBuilder, open, type RunSpan } from '../builder.ts';
import { endpoint as endpointOf, positiveShare } from '../measure.ts';
import { lcfsWaitSurvival, md1, mg1 } from '../theory/mg1.ts';
import { mm1 } from '../theory/mmc.ts';
import { gim1, regularArrivals } from '../theory/network.ts';
import { quantile, type RealFunction } from '../theory/numeric.ts';
import { hyperexponential, lognormal, moments } from '../theory/service.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  littlesLaw,
  serviceMicros as mean,
  meanInQueue,
  meanInSystem,
  meanLatency,
  meanQueueWait,
  type Quantity,
  rateAt,
  reportOnly,
  type System,
  utilisation,
} from './system.ts';

const probe = { service: 'server', endpoint: 'probe' };
const server = { service: 'server' };

interface SingleServer {
  readonly perSecond: number;
  readonly service: Distribution;
  readonly arrivals?: 'poisson' | 'regular';
  readonly discipline?: 'fifo' | 'lifo';
  /** Adds a stream of requests without work: they disturb nobody and last exactly as long as they wait. */
  readonly probes?: boolean;
}

/** One event loop, one kind of job: a single server, first come first served. */
export function singleServer(options: SingleServer): (span: RunSpan) => ReturnType<ModelBuilder['model']> {
  return (span) => {
    const build = new ModelBuilder('single server');
    const loop = build.service('server', {
      queue: { capacity: null, discipline: options.discipline ?? 'fifo' },
    });
    const job = build.endpoint(loop, 'job', [cpu(options.service)]);
    build.source('users', [build.call(null, job)], open(options.perSecond, options.arrivals));
    if (options.probes === true) {
      const nothing = build.endpoint(loop, 'probe', []);
      build.source('probes', [build.call(null, nothing)], open(options.perSecond));
    }
    return build.model(span);
  };
}

/** Allowed half-widths: of the mean, of the probability of waiting, and of quantiles. */
export interface WaitLimits {
  readonly mean: number;
  readonly waiting: number;
  readonly quantiles: readonly (readonly [probability: number, halfWidthMax: number | null])[];
}

/** Mean, tail and probability of waiting at all, as requests without work meet it. */
export function probedWait(survival: RealFunction, meanWait: number, limits: WaitLimits): Quantity[] {
  return [
    meanLatency('wait', { ...probe, theory: meanWait, halfWidthMax: limits.mean }),
    {
      name: 'probability of waiting',
      account: 'endpoints[server probe].latency',
      unit: 'share',
      theory: survival(0),
      halfWidthMax: limits.waiting,
      measure: ({ truth }) => positiveShare(endpointOf(truth, 'server', 'probe').latency),
    },
    ...limits.quantiles.map(([p, halfWidthMax]) =>
      latencyQuantile('wait', p, { ...probe, theory: quantile(survival, p, mean), halfWidthMax }),
    ),
  ];
}

/** `limit` is that of the mean sojourn, `waitLimit` that of everything that has to do with waiting. */
function mm1Case(load: number, requests: number, limit: number, waitLimit: number): Case {
  const queue = mm1(load / mean, 1 / mean);
  const perSecond = rateAt(load);
  const sojourn = (p: number, halfWidthMax: number | null) =>
    latencyQuantile('sojourn', p, {
      ...server,
      theory: quantile(queue.sojournSurvival, p, mean),
      halfWidthMax,
    });
  return {
    id: `mm1-${load}`,
    parameters: `ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load }),
    build: singleServer({ perSecond, service: exponential(mean) }),
    quantities: [
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: limit }),
      sojourn(0.5, limit),
      sojourn(0.9, 1.25 * limit),
      sojourn(0.99, load < 0.8 ? 0.2 : null),
      meanQueueWait('server', { theory: queue.meanWait, halfWidthMax: waitLimit }),
      meanInSystem('server', { theory: queue.meanInSystem, halfWidthMax: waitLimit }),
      meanInQueue('server', { theory: queue.meanInQueue, halfWidthMax: waitLimit }),
      utilisation('server', 1, { theory: load, halfWidthMax: 0.035 }),
      littlesLaw('server'),
    ],
  };
}

export const mm1System: System = {
  id: 'mm1',
  title: 'M/M/1',
  text: 'One event loop, one endpoint with one exponential CPU step, Poisson arrivals. The number inside is geometric, the sojourn exponential with rate μ − λ.',
  reference: 'Kleinrock, Queueing Systems I (1975), chapter 3',
  cases: [
    reportOnly(mm1Case(0.1, 20_000, 0.04, 0.12)),
    mm1Case(0.3, 20_000, 0.04, 0.12),
    mm1Case(0.5, 30_000, 0.06, 0.11),
    mm1Case(0.7, 50_000, 0.09, 0.13),
    mm1Case(0.8, 90_000, 0.1, 0.14),
    reportOnly(mm1Case(0.9, 400_000, 0.1, 0.14)),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'mm1-sojourn',
      title: 'M/M/1: sojourn over utilisation',
      xLabel: 'utilisation ρ',
      yLabel: 'milliseconds',
      yMax: 5000,
      xRange: [0, 0.95],
      lines: [
        {
          label: 'mean',
          quantity: 'mean sojourn',
          cases: 'mm1-',
          theory: (load) => mm1(load / mean, 1 / mean).meanSojourn,
        },
        {
          label: '99th percentile',
          quantity: 'p99 of sojourn',
          cases: 'mm1-',
          theory: (load) => (Math.log(100) * mean) / (1 - load),
        },
      ],
    },
    {
      kind: 'tail',
      file: 'mm1-tail',
      title: 'M/M/1 at ρ = 0.8: share of requests that take longer',
      xLabel: 'milliseconds',
      xMaxMicros: 5_000_000,
      lines: [
        {
          label: 'sojourn',
          case: 'mm1-0.8',
          sketch: (truth) => endpointOf(truth, 'server', 'job').latency,
          survival: mm1(0.8 / mean, 1 / mean).sojournSurvival,
        },
      ],
    },
  ],
};

function mm1WaitCase(load: number, requests: number, limits: WaitLimits): Case {
  const queue = mm1(load / mean, 1 / mean);
  const perSecond = rateAt(load);
  return {
    id: `mm1-wait-${load}`,
    parameters: `ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load }),
    build: singleServer({ perSecond, service: exponential(mean), probes: true }),
    quantities: probedWait(queue.waitSurvival, queue.meanWait, limits),
  };
}

export const mm1WaitSystem: System = {
  id: 'mm1-wait',
  title: 'M/M/1: the wait itself',
  text: 'As above, with a second Poisson stream of requests that need no CPU: first come first served, they last exactly as long as they wait, and nobody waits for them.',
  reference: 'Kleinrock (1975), chapter 5; Wolff, Poisson arrivals see time averages (1982)',
  cases: [
    mm1WaitCase(0.5, 30_000, {
      mean: 0.08,
      waiting: 0.035,
      quantiles: [
        [0.9, 0.08],
        [0.99, 0.12],
      ],
    }),
    mm1WaitCase(0.8, 90_000, {
      mean: 0.11,
      waiting: 0.03,
      quantiles: [
        [0.9, 0.11],
        [0.99, 0.18],
      ],
    }),
  ],
  plots: [],
};

function md1Case(load: number, requests: number, limit: number): Case {
  const queue = md1(load / mean, mean);
  const perSecond = rateAt(load);
  return {
    id: `md1-${load}`,
    parameters: `ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load }),
    build: singleServer({ perSecond, service: constant(mean), probes: true }),
    quantities: [
      ...probedWait(queue.waitSurvival, queue.meanWait, {
        mean: limit,
        waiting: 0.03,
        quantiles: [
          [0.5, 0.18],
          [0.9, limit],
          [0.99, 0.2],
        ],
      }),
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: limit }),
      latencyQuantile('sojourn', 0.99, {
        ...server,
        theory: quantile(queue.sojournSurvival, 0.99, mean),
        halfWidthMax: 0.2,
      }),
    ],
  };
}

export const md1System: System = {
  id: 'md1',
  title: 'M/D/1',
  text: 'Constant service. The mean wait is half that of M/M/1; its distribution is Erlang’s, computed from positive terms only.',
  reference: 'Erlang (1909); Franx, Operations Research Letters 29 (2001)',
  cases: [md1Case(0.6, 25_000, 0.08), md1Case(0.8, 60_000, 0.1)],
  plots: [
    {
      kind: 'tail',
      file: 'md1-tail',
      title: 'M/D/1: share of requests that wait longer',
      xLabel: 'milliseconds',
      xMaxMicros: 2_000_000,
      lines: [0.6, 0.8].map((load) => ({
        label: `ρ = ${load}`,
        case: `md1-${load}`,
        sketch: (truth) => endpointOf(truth, 'server', 'probe').latency,
        survival: md1(load / mean, mean).waitSurvival,
      })),
    },
  ],
};

const generalServices: readonly (readonly [name: string, service: Distribution])[] = [
  ['uniform', { kind: 'uniform', min: 0.5 * mean, max: 1.5 * mean }],
  ['gamma, shape 2', { kind: 'gamma', shape: 2, scale: mean / 2 }],
  ['Pareto, shape 4.5', { kind: 'pareto', shape: 4.5, minimum: (mean * 3.5) / 4.5 }],
  ['Weibull, shape 0.8', { kind: 'weibull', shape: 0.8, scale: mean / 1.1330030963 }],
  ['log-normal, c² = 2', lognormal(mean, 2)],
  ['hyperexponential, c² = 4', hyperexponential(mean, 4)],
];

function mg1Case([name, service]: readonly [string, Distribution], load: number): Case {
  const { mean: work, squaredVariation } = moments(service);
  const perSecond = (load * 1e6) / work;
  const queue = mg1(load / work, service);
  // The spread of the estimate grows with the variability of service; the run grows with it.
  const requests = 40_000 * Math.max(1, (1 + squaredVariation) / 2);
  return {
    id: `mg1-${name.replace(/[^a-z0-9]+/gi, '-').replace(/-+$/, '')}`.toLowerCase(),
    parameters: `${name}, ρ = ${load}`,
    x: squaredVariation,
    ...lengths({ requests, perSecond, load, squaredVariation }),
    build: singleServer({ perSecond, service, probes: true }),
    quantities: probedWait(queue.waitSurvival, queue.meanWait, {
      mean: 0.19,
      waiting: 0.03,
      quantiles: [
        [0.9, 0.18],
        [0.99, null],
      ],
    }),
  };
}

const mg1Load = 0.7;

export const mg1System: System = {
  id: 'mg1',
  title: 'M/G/1',
  text: 'Six kinds of service time with the same mean. The mean wait is Pollaczek and Khinchine’s, growing with the squared variation c² of service; the quantiles come from inverting their transform numerically.',
  reference: 'Kleinrock (1975), chapter 5; Abate and Whitt, ORSA Journal on Computing 7 (1995)',
  cases: generalServices.map((service) => mg1Case(service, mg1Load)),
  plots: [
    {
      kind: 'curve',
      file: 'mg1-variation',
      title: 'M/G/1 at ρ = 0.7: mean wait over the variability of service',
      xLabel: 'squared coefficient of variation of service',
      yLabel: 'milliseconds',
      xRange: [0, 4.4],
      lines: [
        {
          label: 'mean wait, Pollaczek–Khinchine',
          quantity: 'mean wait',
          cases: 'mg1-',
          theory: (variation) => (mean * mg1Load * (1 + variation)) / (2 * (1 - mg1Load)),
        },
      ],
    },
  ],
};

function lcfsCase(load: number, requests: number): Case {
  const survival = lcfsWaitSurvival(load / mean, 1 / mean);
  const perSecond = rateAt(load);
  return {
    id: `lcfs-${load}`,
    parameters: `ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load }),
    build: singleServer({ perSecond, service: exponential(mean), probes: true, discipline: 'lifo' }),
    quantities: probedWait(survival, mm1(load / mean, 1 / mean).meanWait, {
      mean: 0.1,
      waiting: 0.03,
      quantiles: [
        [0.9, 0.08],
        [0.99, 0.15],
      ],
    }),
  };
}

export const lcfsSystem: System = {
  id: 'lcfs',
  title: 'M/M/1, newest first',
  text: 'The queue’s discipline is last in, first out, without preemption. The mean wait is as before; a request that has to wait waits for a whole busy period.',
  reference: 'Kleinrock (1975), chapter 5; Takács (1963)',
  cases: [lcfsCase(0.6, 80_000)],
  plots: [
    {
      kind: 'tail',
      file: 'lcfs-tail',
      title: 'Oldest first against newest first, M/M/1: share that waits longer',
      xLabel: 'milliseconds',
      xMaxMicros: 3_000_000,
      lines: [
        {
          label: 'newest first, ρ = 0.6',
          case: 'lcfs-0.6',
          sketch: (truth) => endpointOf(truth, 'server', 'probe').latency,
          survival: lcfsWaitSurvival(0.6 / mean, 1 / mean),
        },
        {
          label: 'oldest first, ρ = 0.5',
          case: 'mm1-wait-0.5',
          sketch: (truth) => endpointOf(truth, 'server', 'probe').latency,
          survival: mm1(0.5 / mean, 1 / mean).waitSurvival,
        },
      ],
    },
  ],
};

function regularCase(load: number, requests: number, limit: number): Case {
  const perSecond = rateAt(load);
  const queue = gim1(1 / mean, regularArrivals(load / mean));
  const quantileAt = (p: number, halfWidthMax: number) =>
    latencyQuantile('sojourn', p, {
      ...server,
      theory: quantile(queue.sojournSurvival, p, mean),
      halfWidthMax,
    });
  return {
    id: `dm1-${load}`,
    parameters: `ρ = ${load}`,
    x: load,
    ...lengths({ requests, perSecond, load }),
    build: singleServer({ perSecond, service: exponential(mean), arrivals: 'regular' }),
    quantities: [
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: limit }),
      quantileAt(0.9, 1.2 * limit),
      quantileAt(0.99, 0.2),
      meanQueueWait('server', { theory: queue.meanWait, halfWidthMax: 0.14 }),
    ],
  };
}

export const regularSystem: System = {
  id: 'dm1',
  title: 'D/M/1',
  text: 'Arrivals at a constant pace (`arrivals: regular`). The number that an arrival finds is geometric with ratio σ = e^{−(1−σ)/ρ}, the sojourn exponential.',
  reference: 'Kleinrock (1975), chapter 6',
  cases: [regularCase(0.7, 30_000, 0.06), regularCase(0.85, 70_000, 0.1)],
  plots: [],
};
