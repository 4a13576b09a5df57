import type { Distribution } from '../src/base/distribution-spec.ts';
import type { Model } from '../src/model/model.ts';
import type { Call, Endpoint, Service, Source, Step, TrafficModel } from '../src/world/traffic/model.ts';

const second = 1_000_000;
export const fixed = (value: number): Distribution => ({ kind: 'deterministic', value });
export const exponential = (mean: number): Distribution => ({ kind: 'exponential', mean });

/** A model around a traffic section, with nothing asked of it. */
export function modelOf(name: string, traffic: TrafficModel, durationMicros: number): Model {
  return {
    format: 'sim.devops/model/v1',
    name,
    description: '',
    seed: 1,
    durationMicros,
    warmupMicros: 0,
    sampleMicros: 10 * second,
    startsAt: null,
    objectives: [],
    thresholds: [],
    commands: [],
    prices: { currency: 'USD', perCoreHour: 0, perGibHour: 0 },
    annotations: [],
    inferences: [],
    diagnostics: [],
    rooms: { traffic },
  };
}

export function service(id: number, name: string, given: Partial<Service> = {}): Service {
  return {
    id,
    name,
    namespace: 'default',
    workload: `Deployment ${name}`,
    replicas: 1,
    concurrency: { kind: 'eventLoop' },
    cpu: { cores: null, limitCores: null, periodMicros: 100_000, requestCores: 1 },
    memoryRequestBytes: 0,
    queue: { capacity: null, discipline: 'fifo' },
    shedding: { maxInFlight: null, maxQueueDelayMicros: null },
    rateLimit: null,
    cancellation: 'none',
    startupMicros: 0,
    pools: [],
    ...given,
  };
}

export function endpoint(id: number, serviceId: number, name: string, steps: readonly Step[]): Endpoint {
  return { id, service: serviceId, name, steps, errorRate: 0 };
}

export function call(id: number, client: number | null, target: number, given: Partial<Call> = {}): Call {
  return {
    id,
    client,
    endpoint: target,
    optional: false,
    balancer: 'roundRobin',
    timeoutMicros: null,
    propagateDeadline: false,
    retries: {
      max: 0,
      backoff: { initialMicros: 25_000, multiplier: 2, maxMicros: 250_000 },
      jitter: 'full',
      budget: null,
      on: [],
    },
    breaker: null,
    bulkhead: null,
    pool: null,
    hedge: null,
    singleFlight: false,
    ...given,
  };
}

export function openSource(name: string, callId: number, perSecond: number, latency = fixed(0)): Source {
  return {
    id: 0,
    name,
    requests: [{ call: callId, weight: 1 }],
    keys: null,
    latency,
    load: { kind: 'open', rate: { atMicros: [0], values: [perSecond] }, arrivals: 'poisson' },
  };
}

export const cpu = (base: Distribution): Step => ({
  kind: 'cpu',
  probability: 1,
  work: { base, perAttribute: [] },
});
export const callStep = (id: number, probability = 1): Step => ({ kind: 'call', probability, call: id });
