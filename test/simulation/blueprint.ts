import fc from 'fast-check';
import type { Distribution } from '../../src/base/distribution-spec.ts';
import { type Call, causes, type Pool, type Service } from '../../src/world/traffic/model.ts';

/**
 * What random scenarios are drawn from. A blueprint is plain data in which calls name their targets loosely; the
 * scenario made of it (scenario.ts) ties them to services further down, so that no blueprint can make a circle.
 */
export interface Blueprint {
  readonly seed: number;
  readonly services: readonly ServiceBlueprint[];
  readonly sources: readonly SourceBlueprint[];
  readonly network: { readonly sameZone: Distribution; readonly crossZone: Distribution };
  readonly zones: number;
  readonly commands: readonly {
    readonly atShare: number;
    readonly service: number;
    readonly replicas: number;
  }[];
  readonly seconds: number;
  readonly warmupShare: number;
}

export type ServiceOptions = Pick<
  Service,
  'replicas' | 'concurrency' | 'cpu' | 'queue' | 'shedding' | 'rateLimit' | 'cancellation' | 'startupMicros'
>;

export interface ServiceBlueprint {
  readonly options: ServiceOptions;
  readonly pools: readonly Omit<Pool, 'name'>[];
  readonly endpoints: readonly { readonly steps: readonly StepBlueprint[]; readonly errorRate: number }[];
}

export type StepBlueprint =
  | {
      readonly kind: 'cpu' | 'wait';
      readonly probability: number;
      readonly base: Distribution;
      readonly perByte: number;
    }
  | { readonly kind: 'call'; readonly probability: number; readonly call: CallBlueprint }
  | { readonly kind: 'sequence'; readonly probability: number; readonly steps: readonly StepBlueprint[] }
  | { readonly kind: 'parallel'; readonly probability: number; readonly calls: readonly CallBlueprint[] };

export interface CallBlueprint {
  /** Which of the endpoints further down; taken modulo their number. */
  readonly target: number;
  /** Which of the client's pools, or none beyond the last. */
  readonly pool: number;
  readonly policy: Omit<Call, 'id' | 'client' | 'endpoint' | 'pool'>;
}

export interface SourceBlueprint {
  readonly requests: readonly { readonly call: CallBlueprint; readonly weight: number }[];
  readonly keys: { readonly count: number; readonly skew: number } | null;
  readonly latency: Distribution;
  readonly load: LoadBlueprint;
}

/** Shares of the load that the scenario can bear; the scenario scales them so that it stays small. */
export type LoadBlueprint =
  | { readonly kind: 'open'; readonly arrivals: 'poisson' | 'regular'; readonly levels: readonly number[] }
  | { readonly kind: 'closed'; readonly levels: readonly number[]; readonly think: Distribution }
  | {
      readonly kind: 'sessions';
      readonly arrivals: 'poisson' | 'regular';
      readonly levels: readonly number[];
      readonly journey: readonly {
        readonly request: number;
        readonly think: Distribution;
        readonly probability: number;
      }[];
    }
  | { readonly kind: 'counts'; readonly levels: readonly number[]; readonly scale: number }
  | { readonly kind: 'timestamps'; readonly gaps: readonly number[]; readonly scale: number };

const probability = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  fc.double({ min: 0, max: 1, noNaN: true }),
);
/** Mostly absent: a scenario with every mechanism in the way of every request lets none through. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

/** Durations around `mean`, of every kind, none with a tail that outlives the run's end. */
function duration(mean: number): fc.Arbitrary<Distribution> {
  const simple: fc.Arbitrary<Distribution> = fc.constantFrom<Distribution>(
    { kind: 'deterministic', value: mean },
    { kind: 'deterministic', value: 0 },
    { kind: 'exponential', mean },
    { kind: 'uniform', min: 0, max: 2 * mean },
    { kind: 'normal', mean, standardDeviation: mean / 2 },
    { kind: 'lognormal', mu: Math.log(mean + 1), sigma: 0.8 },
    { kind: 'gamma', shape: 0.6, scale: mean },
    { kind: 'weibull', shape: 0.7, scale: mean },
    { kind: 'pareto', shape: 2.5, minimum: mean / 2 },
    { kind: 'empirical', probabilities: [0, 0.5, 0.9, 1], values: [0, mean, 2 * mean, 5 * mean] },
  );
  const mixture = fc
    .tuple(simple, simple)
    .map((parts): Distribution => ({ kind: 'mixture', weights: [3, 1], parts }));
  return fc.oneof({ weight: 5, arbitrary: simple }, mixture);
}

const micros = (max: number) => fc.integer({ min: 1, max });

const policy: fc.Arbitrary<CallBlueprint['policy']> = fc.record({
  optional: fc.boolean(),
  balancer: fc.constantFrom(
    'random',
    'roundRobin',
    'leastRequest',
    'powerOfTwo',
    'consistentHash',
    'zoneAware',
  ),
  timeoutMicros: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 100_000 })),
  propagateDeadline: fc.boolean(),
  retries: fc.record({
    max: fc.constantFrom(0, 0, 0, 1, 1, 3),
    backoff: fc.record({
      initialMicros: fc.nat(20_000),
      multiplier: fc.double({ min: 1, max: 3, noNaN: true }),
      maxMicros: fc.integer({ min: 20_000, max: 100_000 }),
    }),
    jitter: fc.constantFrom('none', 'full', 'equal'),
    budget: seldom(fc.record({ ratio: fc.double({ min: 0, max: 1, noNaN: true }), burst: fc.nat(10) })),
    on: fc.subarray(causes.filter((cause) => cause !== 'ok')),
  }),
  breaker: seldom(
    fc.record({
      errorRatio: fc.double({ min: 0.05, max: 1, noNaN: true }),
      minRequests: fc.integer({ min: 1, max: 20 }),
      windowMicros: fc.integer({ min: 10_000, max: 2_000_000 }),
      openMicros: micros(500_000),
      halfOpenRequests: fc.integer({ min: 1, max: 5 }),
    }),
  ),
  bulkhead: seldom(fc.integer({ min: 1, max: 20 })),
  hedge: seldom(fc.record({ afterMicros: micros(20_000), max: fc.integer({ min: 1, max: 2 }) })),
  singleFlight: fc.constantFrom(false, false, false, true),
});

const call: fc.Arbitrary<CallBlueprint> = fc.record({
  target: fc.nat(20),
  pool: fc.constantFrom(0, 0, 1, 9),
  policy,
});

const { step } = fc.letrec<{ step: StepBlueprint }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    fc.record({
      kind: fc.constantFrom('cpu', 'wait'),
      probability,
      base: fc.oneof(duration(1_000), duration(12_000)),
      perByte: fc.constantFrom(0, 0, 1, 2.5),
    }),
    fc.record({ kind: fc.constant('call'), probability, call }),
    fc.record({
      kind: fc.constant('sequence'),
      probability,
      steps: fc.array(tie('step'), { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('parallel'),
      probability,
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const options: fc.Arbitrary<ServiceOptions> = fc.record({
  replicas: fc.constantFrom(1, 1, 2, 2, 3, 4, 0),
  concurrency: fc.oneof(
    fc.constant({ kind: 'eventLoop' as const }),
    fc.record({ kind: fc.constant('threadPool' as const), threads: fc.integer({ min: 1, max: 8 }) }),
    fc.record({
      kind: fc.constant('processorSharing' as const),
      maxConcurrent: seldom(fc.integer({ min: 1, max: 16 })),
    }),
  ),
  cpu: fc.record({
    cores: fc.constantFrom(null, 1, 2, 4),
    limitCores: fc.constantFrom(null, null, 0.1, 0.3, 1, 2.5),
    periodMicros: fc.constantFrom(100_000, 10_000),
    requestCores: fc.constantFrom(0.1, 1, 2),
  }),
  queue: fc.record({ capacity: seldom(fc.nat(20)), discipline: fc.constantFrom('fifo', 'lifo') }),
  shedding: fc.record({
    maxInFlight: seldom(fc.integer({ min: 1, max: 20 })),
    maxQueueDelayMicros: seldom(micros(50_000)),
  }),
  rateLimit: seldom(
    fc.record({ perSecond: fc.constantFrom(5, 50, 500), burst: fc.integer({ min: 1, max: 20 }) }),
  ),
  cancellation: fc.constantFrom('none', 'deadline', 'disconnect'),
  startupMicros: fc.nat(500_000),
});

const service: fc.Arbitrary<ServiceBlueprint> = fc.record({
  options,
  pools: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      maxWaiting: seldom(fc.nat(5)),
      maxWaitMicros: seldom(micros(50_000)),
    }),
    { maxLength: 2, size: 'max' },
  ),
  endpoints: fc.array(
    fc.record({
      steps: fc.array(step, { maxLength: 4, size: 'max' }),
      errorRate: fc.constantFrom(0, 0, 0, 0, 0.1, 0.5, 1),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

const levels = fc.array(
  fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
  { minLength: 1, maxLength: 4 },
);
const arrivals = fc.constantFrom('poisson' as const, 'regular' as const);
const scale = fc.constantFrom(1, 1, 0.5, 2.3);

const load: fc.Arbitrary<LoadBlueprint> = fc.oneof(
  fc.record({ kind: fc.constant('open' as const), arrivals, levels }),
  fc.record({ kind: fc.constant('closed' as const), levels, think: duration(30_000) }),
  fc.record({
    kind: fc.constant('sessions' as const),
    arrivals,
    levels,
    journey: fc.array(fc.record({ request: fc.nat(3), think: duration(50_000), probability }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({ kind: fc.constant('counts' as const), levels, scale }),
  fc.record({
    kind: fc.constant('timestamps' as const),
    gaps: fc.array(fc.nat(20_000), { maxLength: 200, size: 'max' }),
    scale,
  }),
);

const source: fc.Arbitrary<SourceBlueprint> = fc.record({
  requests: fc.array(fc.record({ call, weight: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  keys: seldom(fc.record({ count: fc.integer({ min: 1, max: 100 }), skew: fc.constantFrom(0, 0.8, 1.2) })),
  latency: duration(1_000),
  load,
});

/** Any scenario. */
export const blueprints: fc.Arbitrary<Blueprint> = fc.record({
  seed: fc.nat(),
  services: fc.array(service, { minLength: 1, maxLength: 4, size: 'max' }),
  sources: fc.array(source, { minLength: 1, maxLength: 2 }),
  network: fc.record({ sameZone: duration(200), crossZone: duration(1_500) }),
  zones: fc.integer({ min: 1, max: 3 }),
  commands: fc.array(
    fc.record({
      atShare: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
      service: fc.nat(3),
      replicas: fc.constantFrom(0, 1, 2, 3, 5),
    }),
    { maxLength: 4 },
  ),
  seconds: fc.constantFrom(0.5, 1, 2),
  warmupShare: fc.constantFrom(0, 0, 0.2),
});
