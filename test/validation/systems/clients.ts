import type { Distribution } from '../../../src/base/distribution-spec.ts';
import type { Call } from '../../../src/world/traffic/model.ts';
import { callStep, constant, cpu, exponential, ModelBuilder, open, type RunSpan, wait } from '../builder.ts';
import {
  call as callOf,
  ended,
  endpoint as endpointOf,
  meanOf,
  service as serviceOf,
  share,
  windowMicros,
} from '../measure.ts';
import { md1Blocking } from '../theory/mg1.ts';
import { mm1 } from '../theory/mmc.ts';
import { quantile } from '../theory/numeric.ts';
import {
  hedged,
  meanSharedLatency,
  retryAmplification,
  retrySuccess,
  sharedFlights,
} from '../theory/resilience.ts';
import { survival } from '../theory/service.ts';
import {
  type Case,
  latencyQuantile,
  lengths,
  serviceMicros as mean,
  type Quantity,
  rateAt,
  reportOnly,
  type System,
  userLatencyQuantile,
  utilisation,
} from './system.ts';

const retriesOf = (retries: Partial<Call['retries']>): Call['retries'] => ({
  max: 0,
  backoff: { initialMicros: 0, multiplier: 1, maxMicros: 0 },
  jitter: 'none',
  budget: null,
  on: ['application'],
  ...retries,
});

/** Users who call a backend that only waits, with the policy under test. */
function direct(options: {
  readonly perSecond: number;
  readonly service: Distribution;
  readonly policy: Partial<Call>;
  readonly errorRate?: number;
}) {
  return (span: RunSpan) => {
    const build = new ModelBuilder('client policy');
    const front = build.service('gateway');
    const job = build.endpoint(build.service('backend'), 'job', [wait(options.service)], options.errorRate);
    const entry = build.endpoint(front, 'job', [callStep(build.call(front, job, options.policy))]);
    build.source('users', [build.call(null, entry)], open(options.perSecond));
    return build.model(span);
  };
}

const backendCall = { client: 'gateway', service: 'backend' } as const;
const fixed = (requests: number, perSecond: number) => ({
  warmupMicros: 100 * mean,
  measuredMicros: (requests / perSecond) * 1e6,
});

type Ratio = (call: ReturnType<typeof callOf>) => number;

/** A number read off the account of the gateway's call. */
function ofCall(name: string, account: string, theory: number, halfWidthMax: number, read: Ratio): Quantity {
  return {
    name,
    account: `calls[gateway → backend].${account}`,
    unit: 'share',
    theory,
    halfWidthMax,
    measure: ({ truth }) => read(callOf(truth, backendCall.client, backendCall.service)),
  };
}

function retryCase(failure: number, max: number, jitter: 'none' | 'full' | 'equal'): Case {
  const backoff = { initialMicros: mean / 2, multiplier: 2, maxMicros: 1e9 };
  const kept = { none: 1, full: 0.5, equal: 0.75 }[jitter];
  let meanLatencyOfCall = mean * retryAmplification(failure, max);
  let delay = backoff.initialMicros * kept;
  for (let retry = 1; retry <= max; retry++, delay *= backoff.multiplier)
    meanLatencyOfCall += failure ** retry * delay;
  return {
    id: `retry-${max}-${failure}`,
    parameters: `failure p = ${failure}, at most ${max} retries, jitter ${jitter}`,
    x: failure,
    ...fixed(20_000, 50),
    build: direct({
      perSecond: 50,
      service: constant(mean),
      errorRate: failure,
      policy: { retries: retriesOf({ max, backoff, jitter }) },
    }),
    quantities: [
      ofCall(
        'attempts per call',
        'attempts / calls',
        retryAmplification(failure, max),
        0.02,
        (row) => row.attempts / row.calls,
      ),
      ofCall('share of calls that succeed', 'outcomes.ok', retrySuccess(failure, max), 0.02, (row) =>
        share(row.outcomes, 'ok'),
      ),
      {
        ...ofCall('mean latency of calls', 'latency', meanLatencyOfCall, 0.03, (row) => meanOf(row.latency)),
        unit: 'milliseconds',
      },
    ],
  };
}

const budgetRatio = 0.2;
const budgetCase: Case = {
  id: 'retry-budget',
  parameters: `every attempt fails, 3 retries, budget of ${budgetRatio} of requests`,
  x: 1,
  ...fixed(20_000, 50),
  build: direct({
    perSecond: 50,
    service: constant(mean),
    errorRate: 1,
    policy: { retries: retriesOf({ max: 3, budget: { ratio: budgetRatio, burst: 10 } }) },
  }),
  quantities: [
    ofCall('retries per call', 'retries / calls', budgetRatio, 0.01, (row) => row.retries / row.calls),
  ],
};

function hedgeCase(name: string, service: Distribution, after: number): Case {
  const theory = hedged(survival(service), after);
  return {
    id: `hedge-${name}`,
    parameters: `${name} latency, second copy after ${after / 1000} ms`,
    x: after,
    ...fixed(20_000, 50),
    build: direct({ perSecond: 50, service, policy: { hedge: { afterMicros: after, max: 1 } } }),
    quantities: [
      ofCall(
        'attempts per call',
        'attempts / calls',
        theory.attemptsPerCall,
        0.02,
        (row) => row.attempts / row.calls,
      ),
      ...[0.5, 0.9, 0.99].map((p) =>
        userLatencyQuantile('users', p, { theory: quantile(theory.survival, p, mean), halfWidthMax: 0.055 }),
      ),
    ],
  };
}

function flightCase(name: string, service: Distribution, perSecond: number): Case {
  const theory = sharedFlights(perSecond / 1e6, mean);
  const latency: Quantity[] =
    service.kind === 'deterministic'
      ? [
          {
            ...ofCall(
              'mean latency of calls',
              'latency',
              meanSharedLatency(perSecond / 1e6, mean),
              0.02,
              (row) => meanOf(row.latency),
            ),
            unit: 'milliseconds',
          },
        ]
      : [];
  return {
    id: `flight-${name}-${perSecond}`,
    parameters: `${name} flights of ${mean / 1000} ms, ${perSecond} calls/s of one key`,
    x: perSecond,
    ...fixed(20_000, perSecond),
    build: direct({ perSecond, service, policy: { singleFlight: true } }),
    quantities: [
      ofCall(
        'share of calls that join another',
        'shared / calls',
        theory.sharedShare,
        0.02,
        (row) => row.shared / row.calls,
      ),
      {
        name: 'flights per second',
        account: 'services[backend].arrivals',
        unit: 'perSecond',
        theory: theory.flightRate * 1e6,
        halfWidthMax: 0.04,
        measure: (run) => (serviceOf(run.truth, 'backend').arrivals / windowMicros(run)) * 1e6,
      },
      ...latency,
    ],
  };
}

function timeoutCase(load: number, timeout: number): Case {
  const perSecond = rateAt(load);
  const queue = mm1(load / mean, 1 / mean);
  const late = queue.sojournSurvival(timeout);
  return {
    id: `timeout-${load}`,
    parameters: `M/M/1 at ρ = ${load}, timeout ${timeout / 1000} ms`,
    x: load,
    ...lengths({ requests: 60_000, perSecond, load }),
    build: (span) => {
      const build = new ModelBuilder('timeouts');
      const job = build.endpoint(build.service('server'), 'job', [cpu(exponential(mean))]);
      build.source('users', [build.call(null, job, { timeoutMicros: timeout })], open(perSecond));
      return build.model(span);
    },
    quantities: [
      ofSource('share that times out', 'timeout', late, 0.18),
      {
        name: 'share of work that is wasted',
        account: 'endpoints[server job].wasted / outcomes',
        unit: 'share',
        theory: late,
        halfWidthMax: 0.18,
        measure: ({ truth }) => {
          const row = endpointOf(truth, 'server', 'job');
          return row.wasted / ended(row.outcomes);
        },
      },
      utilisation('server', 1, { theory: load, halfWidthMax: 0.03 }),
      latencyQuantile('sojourn in the server', 0.99, {
        service: 'server',
        theory: quantile(queue.sojournSurvival, 0.99, mean),
        halfWidthMax: 0.16,
      }),
    ],
  };
}

function ofSource(name: string, cause: 'timeout', theory: number, halfWidthMax: number): Quantity {
  return {
    name,
    account: `calls[source/users → server].outcomes.${cause}`,
    unit: 'share',
    theory,
    halfWidthMax,
    measure: ({ truth }) => share(callOf(truth, 'source/users', 'server').outcomes, cause),
  };
}

export const clientSystem: System = {
  id: 'clients',
  title: 'What clients do: retries, hedging, single flight, timeouts',
  text: 'Attempts that fail independently with probability p and at most r retries: (1 − p^(r+1))/(1 − p) attempts per call. A budget holds retries to its share. A hedged call is answered when the first of two copies is. Calls that share one flight renew at rate 1/(E[flight] + 1/λ). Work whose client has timed out is still done: the queue stays the M/M/1 that it was, and its tail is the share that was wasted.',
  reference: 'Elementary renewal theory; Dean and Barroso, Communications of the ACM 56 (2013) for hedging',
  cases: [
    retryCase(0.3, 3, 'none'),
    retryCase(0.6, 4, 'full'),
    retryCase(0.5, 2, 'equal'),
    ...[0.15, 0.8].map((failure) => reportOnly(retryCase(failure, 3, 'none'))),
    ...[0.3, 0.9].map((failure) => reportOnly(retryCase(failure, 4, 'full'))),
    ...[0.2, 0.95].map((failure) => reportOnly(retryCase(failure, 2, 'equal'))),
    budgetCase,
    hedgeCase('exponential', exponential(mean), 2 * mean),
    hedgeCase('weibull', { kind: 'weibull', shape: 0.6, scale: mean }, 3 * mean),
    flightCase('constant', constant(mean), 30),
    flightCase('exponential', exponential(mean), 30),
    timeoutCase(0.7, 800_000),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'retry-amplification',
      title: 'Attempts per call over the chance that an attempt fails',
      xLabel: 'failure probability p',
      yLabel: 'attempts per call',
      xRange: [0, 1],
      lines: [2, 3, 4].map((max) => ({
        label: `at most ${max} retries`,
        quantity: 'attempts per call',
        cases: `retry-${max}-`,
        theory: (failure: number) => retryAmplification(failure, max),
      })),
    },
  ],
};

function rateLimitCase(perSecond: number, limit: number, burst: number): Case {
  return {
    id: `ratelimit-${burst}-${perSecond}`,
    parameters: `${limit} a second, burst ${burst}, ${perSecond} offered a second`,
    x: perSecond / limit,
    ...fixed(40_000, perSecond),
    build: (span) => {
      const build = new ModelBuilder('rate limit');
      const limited = build.service('server', { rateLimit: { perSecond: limit, burst } });
      const job = build.endpoint(limited, 'job', [wait(constant(1000))]);
      build.source('users', [build.call(null, job)], open(perSecond));
      return build.model(span);
    },
    quantities: [
      {
        name: 'share refused',
        account: 'endpoints[server job].outcomes.rateLimited',
        unit: 'share',
        theory: md1Blocking(perSecond / limit, burst),
        halfWidthMax: 0.1,
        measure: ({ truth }) => share(endpointOf(truth, 'server', 'job').outcomes, 'rateLimited'),
      },
    ],
  };
}

export const rateLimitSystem: System = {
  id: 'ratelimit',
  title: 'Token bucket: M/D/1/K in disguise',
  text: 'A bucket of b tokens refilled at rate r lets an arrival in when at least one token is there. Its missing tokens are the work in a queue with constant service 1/r and room for b, so the share refused is the loss of M/D/1/b.',
  reference: 'Berger, IEEE Trans. Communications 39 (1991); Gross and Harris, chapter 5',
  cases: [
    ...[20, 40, 80].map((perSecond) => reportOnly(rateLimitCase(perSecond, 50, 1))),
    rateLimitCase(60, 50, 1),
    reportOnly(rateLimitCase(35, 50, 5)),
    rateLimitCase(45, 50, 5),
    reportOnly(rateLimitCase(70, 50, 5)),
    reportOnly(rateLimitCase(52, 50, 20)),
    rateLimitCase(60, 50, 20),
    reportOnly(rateLimitCase(85, 50, 20)),
  ],
  plots: [
    {
      kind: 'curve',
      file: 'token-bucket',
      title: 'Token bucket: share refused over offered load',
      xLabel: 'offered rate over limit',
      yLabel: 'share refused',
      xRange: [0.2, 1.8],
      lines: [1, 5, 20].map((burst) => ({
        label: `burst ${burst}`,
        quantity: 'share refused',
        cases: `ratelimit-${burst}-`,
        theory: (load: number) => md1Blocking(load, burst),
      })),
    },
  ],
};
