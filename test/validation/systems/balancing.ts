import type { Call } from '../../../src/world/traffic/model.ts';
import { cpu, exponential, ModelBuilder, open, type RunSpan } from '../builder.ts';
import { mm1 } from '../theory/mmc.ts';
import { everyNthArrival, gim1, shorterOfTwo } from '../theory/network.ts';
import { quantile, type RealFunction } from '../theory/numeric.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  serviceMicros as mean,
  meanInSystem,
  meanLatency,
  rateAt,
  type System,
} from './system.ts';

const server = { service: 'server' };

/** Replicas of one event loop each, behind one balancer. */
function replicated(balancer: Call['balancer'], replicas: number, load: number) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('replicas');
    const job = build.endpoint(build.service('server', { replicas }), 'job', [cpu(exponential(mean))]);
    build.source('users', [build.call(null, job, { balancer })], open(rateAt(load, replicas)));
    return build.model(span);
  };
}

function balancedCase(
  balancer: Call['balancer'],
  replicas: number,
  load: number,
  theory: { readonly meanSojourn: number; readonly sojournSurvival?: RealFunction },
): Case {
  const perSecond = rateAt(load, replicas);
  const { sojournSurvival } = theory;
  return {
    id: `${balancer}-${replicas}-${load}`.toLowerCase(),
    parameters: `${balancer}, ${replicas} replicas, ρ = ${load}`,
    x: load,
    ...lengths({ requests: 80_000, perSecond, load, servers: 1 }),
    build: replicated(balancer, replicas, load),
    quantities: [
      meanLatency('sojourn', { ...server, theory: theory.meanSojourn, halfWidthMax: 0.12 }),
      meanInSystem('server', {
        theory: (theory.meanSojourn * load * replicas) / mean,
        halfWidthMax: 0.13,
      }),
      ...(sojournSurvival === undefined
        ? []
        : (
            [
              [0.9, 0.13],
              [0.99, null],
            ] as const
          ).map(([p, halfWidthMax]) =>
            latencyQuantile('sojourn', p, {
              ...server,
              theory: quantile(sojournSurvival, p, mean),
              halfWidthMax,
            }),
          )),
    ],
  };
}

const load = 0.8;

function pairSojourn(shorterShare: number): { meanSojourn: number } {
  const arrivalRate = (2 * load) / mean;
  return { meanSojourn: shorterOfTwo(arrivalRate, 1 / mean, shorterShare) / arrivalRate };
}

const roundRobin = (replicas: number) => gim1(1 / mean, everyNthArrival((load * replicas) / mean, replicas));

export const balancingSystem: System = {
  id: 'balancing',
  title: 'Load balancing',
  text: 'Replicas of one event loop each. A random choice splits a Poisson stream into Poisson streams (M/M/1 each); round robin gives each replica every n-th arrival (E_n/M/1); the least loaded of two is the shortest-queue chain; power of two choices over two replicas takes the shorter with probability 3/4, since both picks may fall on one.',
  reference:
    'Kleinrock (1975), chapter 6; Haight, Biometrika 45 (1958) for the two queues, solved here numerically',
  cases: [
    balancedCase('random', 4, load, mm1(load / mean, 1 / mean)),
    balancedCase('roundRobin', 4, load, roundRobin(4)),
    balancedCase('roundRobin', 2, load, roundRobin(2)),
    balancedCase('leastRequest', 2, load, pairSojourn(1)),
    balancedCase('powerOfTwo', 2, load, pairSojourn(0.75)),
  ],
  plots: [],
};
