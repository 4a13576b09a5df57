import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { constant, cpu, exponential, ModelBuilder, open, type RunSpan } from '../builder.ts';
import { endpoint as endpointOf } from '../measure.ts';
import { processorSharing, sharingSojournSurvival } from '../theory/mg1.ts';
import { mmc } from '../theory/mmc.ts';
import { quantile } from '../theory/numeric.ts';
import { hyperexponential } from '../theory/service.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  littlesLaw,
  serviceMicros as mean,
  meanInSystem,
  meanLatency,
  type Quantity,
  rateAt,
  type System,
  utilisation,
} from './system.ts';

const server = { service: 'server' };

/** A process whose requests share `cores` equally; one endpoint for each kind of work, equally often asked for. */
function sharing(cores: number, perSecond: number, works: readonly (readonly [string, Distribution])[]) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('processor sharing');
    const process = build.service('server', {
      concurrency: { kind: 'processorSharing', maxConcurrent: null },
      cpu: { cores, limitCores: null, periodMicros: 100_000, requestCores: cores },
    });
    const calls = works.map(([name, work]) => build.call(null, build.endpoint(process, name, [cpu(work)])));
    build.source('users', calls, open(perSecond));
    return build.model(span);
  };
}

function sharedCase(name: string, service: Distribution, load: number, squaredVariation: number): Case {
  const perSecond = rateAt(load);
  const queue = processorSharing(load / mean, mean);
  const limit = 0.09 * Math.sqrt(squaredVariation);
  const tails = [
    [0.5, 0.06],
    [0.9, 0.1],
    [0.99, 0.15],
  ] as const;
  const quantiles: Quantity[] =
    service.kind === 'exponential'
      ? tails.map(([p, halfWidthMax]) =>
          latencyQuantile('sojourn', p, {
            ...server,
            theory: quantile(sharingSojournSurvival(load / mean, 1 / mean), p, mean),
            halfWidthMax,
          }),
        )
      : [];
  return {
    id: `ps-${name}-${load}`,
    parameters: `${name}, ρ = ${load}`,
    x: load,
    ...lengths({ requests: 50_000, perSecond, load, squaredVariation }),
    build: sharing(1, perSecond, [['job', service]]),
    quantities: [
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: limit }),
      ...quantiles,
      meanInSystem('server', { theory: queue.meanInSystem, halfWidthMax: 1.1 * limit }),
      utilisation('server', 1, { theory: load, halfWidthMax: 0.03 }),
      littlesLaw('server'),
    ],
  };
}

const sizes: readonly (readonly [string, number])[] = [
  ['small', 0.25 * mean],
  ['medium', 0.75 * mean],
  ['large', 2 * mean],
];

function bySizeCase(load: number): Case {
  const perSecond = rateAt(load);
  const queue = processorSharing(load / mean, mean);
  return {
    id: `ps-sizes-${load}`,
    parameters: `work of 25, 75 and 200 ms, ρ = ${load}`,
    x: load,
    ...lengths({ requests: 50_000, perSecond, load }),
    build: sharing(
      1,
      perSecond,
      sizes.map(([name, work]) => [name, constant(work)]),
    ),
    quantities: sizes.map(([name, work]) =>
      meanLatency(`sojourn of ${work / 1000} ms of work`, {
        service: 'server',
        endpoint: name,
        theory: queue.meanSojournOf(work),
        halfWidthMax: 0.07,
      }),
    ),
  };
}

function coresCase(cores: number, load: number): Case {
  const perSecond = rateAt(load, cores);
  const queue = mmc({ arrivalRate: (cores * load) / mean, serviceRate: 1 / mean, servers: cores });
  return {
    id: `ps-cores-${cores}-${load}`,
    parameters: `${cores} cores, hyperexponential work with c² = 4, ρ = ${load}`,
    x: load,
    ...lengths({ requests: 60_000, perSecond, load, servers: cores, squaredVariation: 4 }),
    build: sharing(cores, perSecond, [['job', hyperexponential(mean, 4)]]),
    quantities: [
      meanLatency('sojourn', { ...server, theory: queue.meanSojourn, halfWidthMax: 0.15 }),
      meanInSystem('server', { theory: queue.meanInSystem, halfWidthMax: 0.15 }),
    ],
  };
}

export const sharingSystem: System = {
  id: 'ps',
  title: 'M/G/1 and M/G/c processor sharing',
  text: 'A process whose requests share its cores equally. On one core the mean sojourn is E[S]/(1−ρ) for any distribution of work, and x/(1−ρ) for work x: slowdown is the same for all. On c cores the number inside is that of M/M/c, again for any distribution.',
  reference:
    'Kleinrock, Queueing Systems II (1976), chapter 4; Kelly (1979); Coffman, Muntz and Trotter (1970)',
  cases: [
    sharedCase('exponential', exponential(mean), 0.7, 1),
    sharedCase('hyperexponential', hyperexponential(mean, 4), 0.7, 4),
    bySizeCase(0.7),
    coresCase(4, 0.8),
  ],
  plots: [
    {
      kind: 'tail',
      file: 'ps-tail',
      title: 'M/M/1 processor sharing at ρ = 0.7: share of requests that take longer',
      xLabel: 'milliseconds',
      xMaxMicros: 4_000_000,
      lines: [
        {
          label: 'sojourn',
          case: 'ps-exponential-0.7',
          sketch: (truth) => endpointOf(truth, 'server', 'job').latency,
          survival: sharingSojournSurvival(0.7 / mean, 1 / mean),
        },
      ],
    },
  ],
};
