import type { Distribution } from '../../../src/base/distribution-spec.ts';
import type { Step } from '../../../src/world/traffic/model.ts';
import {
  callStep,
  closed,
  constant,
  cpu,
  exponential,
  ModelBuilder,
  open,
  type RunSpan,
  sequence,
} from '../builder.ts';
import { source as sourceOf, windowMicros } from '../measure.ts';
import { machineRepair } from '../theory/closed.ts';
import { forkJoinOfTwo, jackson } from '../theory/network.ts';
import { hypoexponentialSurvival, quantile } from '../theory/numeric.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  littlesLaw,
  serviceMicros as mean,
  meanInSystem,
  meanLatency,
  meanUserLatency,
  reportOnly,
  type System,
  userLatencyQuantile,
  utilisation,
} from './system.ts';

interface Closed {
  readonly users: number;
  readonly threads: number;
  readonly think: Distribution;
  readonly thinkName: string;
}

const meanThink = 10 * mean;

function closedCase({ users, threads, think, thinkName }: Closed): Case {
  const theory = machineRepair({ users, meanThink, serviceRate: 1 / mean, servers: threads });
  return {
    id: `closed-${threads}-${users}-${thinkName}`,
    parameters: `N = ${users}, c = ${threads}, ${thinkName} think time of ${meanThink / 1000} ms`,
    x: users,
    warmupMicros: 200 * meanThink,
    measuredMicros: 40_000 / theory.throughput,
    build: (span) => {
      const build = new ModelBuilder('closed');
      const pool = build.service('server', { concurrency: { kind: 'threadPool', threads } });
      const job = build.endpoint(pool, 'job', [cpu(exponential(mean))]);
      build.source('users', [build.call(null, job)], closed(users, think));
      return build.model(span);
    },
    quantities: [
      {
        name: 'throughput',
        account: 'sources[users].outcomes.ok',
        unit: 'perSecond',
        theory: theory.throughput * 1e6,
        halfWidthMax: 0.015,
        measure: (run) => (sourceOf(run.truth, 'users').outcomes.ok / windowMicros(run)) * 1e6,
      },
      meanLatency('response', { service: 'server', theory: theory.meanSojourn, halfWidthMax: 0.045 }),
      latencyQuantile('response', 0.9, {
        service: 'server',
        theory: quantile(theory.sojournSurvival, 0.9, mean),
        halfWidthMax: 0.045,
      }),
      utilisation('server', threads, { theory: theory.utilisation, halfWidthMax: 0.02 }),
      meanInSystem('server', { theory: theory.meanInSystem, halfWidthMax: 0.045 }),
    ],
  };
}

/** Between whole numbers of users in a straight line. */
function meanResponseOfOneServer(users: number): number {
  const at = (whole: number) =>
    machineRepair({ users: Math.max(1, whole), meanThink, serviceRate: 1 / mean, servers: 1 }).meanSojourn;
  const below = Math.floor(users);
  return at(below) + (users - below) * (at(below + 1) - at(below));
}

const exponentialThink = { think: exponential(meanThink), thinkName: 'exponential' };

export const closedSystem: System = {
  id: 'closed',
  title: 'Machine repair: M/M/c//N',
  text: 'N users who think, send a request, wait for the answer and think again, before a pool of c threads. Arrivals find the system as it would be without them (arrival theorem). The distribution of think times does not matter beyond its mean.',
  reference:
    'Gross and Harris, chapter 2; Sevcik and Mitrani, J. ACM 28 (1981); Baskett et al., J. ACM 22 (1975)',
  cases: [
    reportOnly(closedCase({ users: 3, threads: 1, ...exponentialThink })),
    closedCase({ users: 8, threads: 1, ...exponentialThink }),
    closedCase({ users: 14, threads: 1, ...exponentialThink }),
    reportOnly(closedCase({ users: 20, threads: 1, ...exponentialThink })),
    closedCase({ users: 40, threads: 3, ...exponentialThink }),
    closedCase({ users: 14, threads: 1, think: constant(meanThink), thinkName: 'constant' }),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'closed-response',
      title: 'One server, users who think for a second: mean response',
      xLabel: 'users',
      yLabel: 'milliseconds',
      xRange: [1, 24],
      lines: [
        {
          label: 'mean response',
          quantity: 'mean response',
          cases: 'closed-1-',
          theory: meanResponseOfOneServer,
        },
      ],
    },
  ],
};

const arrivalsPerSecond = 8;

/** Stations visited by a gateway that costs nothing; `steps` says how, given each station's call. */
function network(
  stations: Readonly<Record<string, number>>,
  steps: (call: Readonly<Record<string, number>>) => readonly Step[],
) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('network');
    const front = build.service('gateway');
    const calls: Record<string, number> = {};
    for (const [name, work] of Object.entries(stations)) {
      const job = build.endpoint(build.service(name), 'job', [cpu(exponential(work))]);
      calls[name] = build.call(front, job);
    }
    const entry = build.endpoint(front, 'job', steps(calls));
    build.source('users', [build.call(null, entry)], open(arrivalsPerSecond));
    return build.model(span);
  };
}

const perMicro = arrivalsPerSecond / 1e6;
// Visits follow from the steps below: every request sees the application; half go on to the database, three in
// ten of which come back to the application, and half of those to the database again; three in five need the cache.
const visits = { application: 1 + 0.5 * 0.3, database: 0.5 + 0.5 * 0.3 * 0.5, cache: 0.6 };
const loads = { application: 0.7, database: 0.8, cache: 0.5 };
const stationNames = ['application', 'database', 'cache'] as const;
const workOf = (name: (typeof stationNames)[number]) => loads[name] / (perMicro * visits[name]);

const jacksonTheory = jackson(
  perMicro,
  stationNames.map((name) => ({ serviceRate: 1 / workOf(name), visits: visits[name] })),
);

const jacksonCase: Case = {
  id: 'jackson',
  parameters: `λ = ${arrivalsPerSecond}/s; ρ = ${stationNames.map((name) => loads[name]).join(', ')}`,
  x: 0,
  ...lengths({ requests: 80_000, perSecond: arrivalsPerSecond, load: 0.8 }),
  build: network(
    Object.fromEntries(stationNames.map((name) => [name, workOf(name)])),
    ({ application, database, cache }) => [
      callStep(application),
      sequence([callStep(database), sequence([callStep(application), callStep(database, 0.5)], 0.3)], 0.5),
      callStep(cache, 0.6),
    ],
  ),
  quantities: [
    meanUserLatency('users', { theory: jacksonTheory.meanSojourn, halfWidthMax: 0.08 }),
    meanInSystem('gateway', { theory: jacksonTheory.meanInNetwork, halfWidthMax: 0.08 }),
    littlesLaw('gateway'),
    ...jacksonTheory.stations.flatMap((station, i) => [
      meanInSystem(stationNames[i], { theory: station.meanInSystem, halfWidthMax: 0.14 }),
      latencyQuantile(`a visit to ${stationNames[i]}`, 0.9, {
        service: stationNames[i],
        theory: quantile(station.sojournSurvival, 0.9, mean),
        halfWidthMax: 0.14,
      }),
    ]),
  ],
};

const tandemWork = { first: 0.75 / perMicro, second: 0.6 / perMicro };
const tandemRates = [1 / tandemWork.first - perMicro, 1 / tandemWork.second - perMicro] as const;
const tandemSurvival = (t: number) => hypoexponentialSurvival(...tandemRates, t);

const tandemCase: Case = {
  id: 'tandem',
  parameters: `λ = ${arrivalsPerSecond}/s; ρ = 0.75, 0.6`,
  x: 0,
  ...lengths({ requests: 60_000, perSecond: arrivalsPerSecond, load: 0.75 }),
  build: network(tandemWork, ({ first, second }) => [callStep(first), callStep(second)]),
  quantities: [
    meanUserLatency('users', { theory: 1 / tandemRates[0] + 1 / tandemRates[1], halfWidthMax: 0.08 }),
    ...(
      [
        [0.5, 0.08],
        [0.9, 0.1],
        [0.99, 0.2],
      ] as const
    ).map(([p, halfWidthMax]) =>
      userLatencyQuantile('users', p, {
        theory: quantile(tandemSurvival, p, mean),
        halfWidthMax,
      }),
    ),
  ],
};

function forkJoinCase(load: number): Case {
  const work = load / perMicro;
  return {
    id: `forkjoin-${load}`,
    parameters: `λ = ${arrivalsPerSecond}/s; ρ = ${load} each`,
    x: load,
    ...lengths({ requests: 60_000, perSecond: arrivalsPerSecond, load }),
    build: network({ left: work, right: work }, ({ left, right }) => [
      { kind: 'parallel', probability: 1, calls: [left, right] },
    ]),
    quantities: [meanUserLatency('users', { theory: forkJoinOfTwo(perMicro, 1 / work), halfWidthMax: 0.05 })],
  };
}

export const networkSystem: System = {
  id: 'networks',
  title: 'Networks of queues',
  text: 'A gateway that costs nothing calls exponential event loops. With feedback and branches the network has Jackson’s product form: each station is M/M/1 at its own rate, and a visitor finds it so. In a tandem the two sojourns are independent. For two parallel calls the mean of the later answer is known exactly.',
  reference: 'Jackson (1957); Kelly (1979); Reich (1957); Flatto and Hahn (1984), Nelson and Tantawi (1988)',
  cases: [jacksonCase, tandemCase, forkJoinCase(0.5), forkJoinCase(0.75)],
  plots: [
    {
      kind: 'tail',
      file: 'tandem-tail',
      title: 'Two queues in a row: share of requests that take longer',
      xLabel: 'milliseconds',
      xMaxMicros: 2_500_000,
      lines: [
        {
          label: 'through both',
          case: 'tandem',
          sketch: (truth) => sourceOf(truth, 'users').latency,
          survival: tandemSurvival,
        },
      ],
    },
  ],
};
