import type { Distribution } from '../../src/base/distribution-spec.ts';
import type { Command, Model } from '../../src/model/model.ts';
import type {
  Call,
  Endpoint,
  Load,
  Pool,
  Service,
  Source,
  Step,
  TrafficModel,
} from '../../src/world/traffic/model.ts';

/** One simulated second and millisecond in the simulator's microseconds. */
export const second = 1_000_000;
export const millisecond = 1_000;

const nothing: Distribution = { kind: 'deterministic', value: 0 };

export interface RunSpan {
  readonly warmupMicros: number;
  /** Of the whole run, warm-up included. */
  readonly durationMicros: number;
  /** Telemetry is scraped this often; rarely, where only the accounts are read. */
  readonly sampleMicros?: number;
  readonly commands?: readonly Command[];
}

/**
 * Writes traffic models by hand: dense ids, and defaults that add nothing to the system described — no network,
 * no limit, no policy.
 */
export class ModelBuilder {
  readonly #name: string;
  readonly #services: Service[] = [];
  readonly #endpoints: Endpoint[] = [];
  readonly #calls: Call[] = [];
  readonly #sources: Source[] = [];
  readonly #network: Distribution;

  constructor(name: string, network: Distribution = nothing) {
    this.#name = name;
    this.#network = network;
  }

  service(name: string, options: Partial<Omit<Service, 'id' | 'name'>> = {}): number {
    const id = this.#services.length;
    this.#services.push({ ...plainService, workload: `Deployment default/${name}`, ...options, id, name });
    return id;
  }

  endpoint(service: number, name: string, steps: readonly Step[], errorRate = 0): number {
    const id = this.#endpoints.length;
    this.#endpoints.push({ id, service, name, steps, errorRate });
    return id;
  }

  /** A call by `client` (null: a traffic source); returns its id. */
  call(client: number | null, endpoint: number, policy: Partial<Omit<Call, 'id'>> = {}): number {
    const id = this.#calls.length;
    this.#calls.push({ ...plainCall, ...policy, id, client, endpoint });
    return id;
  }

  /** Demand for one or more calls, equally weighted unless weights are given. */
  source(
    name: string,
    calls: readonly number[],
    load: Load,
    options: Partial<Source> & { weights?: number[] } = {},
  ) {
    const { weights, ...rest } = options;
    const requests = calls.map((call, i) => ({ call, weight: weights?.[i] ?? 1 }));
    const id = this.#sources.length;
    this.#sources.push({ keys: null, latency: nothing, ...rest, id, name, requests, load });
    return id;
  }

  traffic(): TrafficModel {
    return {
      services: this.#services,
      endpoints: this.#endpoints,
      calls: this.#calls,
      sources: this.#sources,
      zones: ['a'],
      network: { sameZone: this.#network, crossZone: this.#network },
    };
  }

  model(span: RunSpan): Model {
    return {
      format: 'sim.devops/model/v1',
      name: this.#name,
      description: '',
      seed: 1,
      durationMicros: Math.round(span.durationMicros),
      warmupMicros: Math.round(span.warmupMicros),
      sampleMicros: Math.round(span.sampleMicros ?? span.durationMicros / 20),
      startsAt: null,
      objectives: [],
      thresholds: [],
      commands: span.commands ?? [],
      prices: { currency: 'USD', perCoreHour: 0, perGibHour: 0 },
      annotations: [],
      inferences: [],
      diagnostics: [],
      rooms: { traffic: this.traffic() },
    };
  }
}

const plainService: Omit<Service, 'id' | 'name'> = {
  namespace: 'default',
  workload: '',
  replicas: 1,
  concurrency: { kind: 'eventLoop' },
  cpu: { cores: null, limitCores: null, periodMicros: 100 * millisecond, requestCores: 1 },
  memoryRequestBytes: 0,
  queue: { capacity: null, discipline: 'fifo' },
  shedding: { maxInFlight: null, maxQueueDelayMicros: null },
  rateLimit: null,
  cancellation: 'none',
  startupMicros: 0,
  pools: [],
};

const plainCall: Omit<Call, 'id' | 'client' | 'endpoint'> = {
  optional: false,
  balancer: 'random',
  timeoutMicros: null,
  propagateDeadline: false,
  retries: {
    max: 0,
    backoff: { initialMicros: 0, multiplier: 1, maxMicros: 0 },
    jitter: 'none',
    budget: null,
    on: [],
  },
  breaker: null,
  bulkhead: null,
  pool: null,
  hedge: null,
  singleFlight: false,
};

export const cpu = (base: Distribution, probability = 1): Step => ({
  kind: 'cpu',
  probability,
  work: { base, perAttribute: [] },
});

export const wait = (base: Distribution, probability = 1): Step => ({
  kind: 'wait',
  probability,
  work: { base, perAttribute: [] },
});

export const callStep = (call: number, probability = 1): Step => ({ kind: 'call', probability, call });

export const sequence = (steps: readonly Step[], probability = 1): Step => ({
  kind: 'sequence',
  probability,
  steps,
});

export const constant = (value: number): Distribution => ({ kind: 'deterministic', value });
export const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean });

/** Open load at a constant rate. */
export const open = (perSecond: number, arrivals: 'poisson' | 'regular' = 'poisson'): Load => ({
  kind: 'open',
  rate: { atMicros: [0], values: [perSecond] },
  arrivals,
});

export const closed = (users: number, think: Distribution): Load => ({
  kind: 'closed',
  users: { atMicros: [0], values: [users] },
  think,
});

export const unboundedPool = (name: string, size: number): Pool => ({
  name,
  size,
  maxWaiting: null,
  maxWaitMicros: null,
});
