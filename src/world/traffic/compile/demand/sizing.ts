/**
 * Fidelity: without a Traffic, the demand that brings the busiest part of the system to 60 % of what it can do, by the
 * utilisation law: rate × visits × work ÷ capacity. Parts are the CPU of each service, its threads and its connection
 * pools, the last two by how long an unhurried request holds them. Retries, queues and throttling are left out: this is
 * a starting point to scale from, not a forecast.
 */
import { distributionMean } from '../../../../base/distribution.ts';
import { formatDuration } from '../../../../base/time.ts';
import type { Call, Service, Source, Step } from '../../model.ts';
import { callEdges, callersFirst, callsIn, ownWork } from '../call-graph.ts';
import { describeShare } from '../describe.ts';
import type { EndpointDraft, Scope, ServiceDraft } from '../draft.ts';
import { plainPolicy } from '../policy.ts';
import { listed } from '../report.ts';
import { constantCurve } from './curve.ts';
import type { Entry } from './entry.ts';

/** Busy enough to see queues, with room for a peak. */
const targetUtilisation = 0.6;
/** When no part of the system is ever busy. */
const fallbackPerSecond = 10;
/** After this, load balancers hang up (idle timeouts of AWS ALB and ingress-nginx). */
const userTimeoutMicros = 60_000_000;

/** The part of the system that is busiest for each request a second that enters. */
export interface Bottleneck {
  readonly service: string;
  readonly part: string;
  /** Share of its capacity that one request a second takes. */
  readonly share: number;
}

/** Poisson demand at every entry, equal shares; listed as inferred. */
export function inferSources(scope: Scope, entries: readonly Entry[]): Source[] {
  const endpoints = scope.services.flatMap((service) => service.endpoints);
  const bottleneck = findBottleneck(scope, endpoints, visitsOf(entries, endpoints, scope.calls.list));
  const total = bottleneck === null ? fallbackPerSecond : targetUtilisation / bottleneck.share;
  const each = roundSignificant(total / entries.length);
  const why =
    bottleneck === null
      ? `nothing in the system has a capacity that could be reached: ${fallbackPerSecond} a second in all`
      : `brings ${bottleneck.part} of ${bottleneck.service}, the busiest part, to about ${describeShare(targetUtilisation)}`;
  return entries.map((entry, id) => {
    const name = entries.length === 1 ? 'users' : `users-${entry.name.replace('/', '-')}`;
    const resource = entry.endpoints[0].service.resource;
    const infer = (path: string, value: string, source: string): void =>
      scope.context.infer({ resource: `Traffic ${name}`, path, value, source });
    infer('target', listed(entry.endpoints.map((one) => `${one.service.base.name}/${one.name}`)), entry.why);
    infer('open.rate', `${each}/s`, `no Traffic is given: ${why}`);
    infer('open.arrivals', 'poisson', 'many users who know nothing of each other');
    infer(
      'client.timeout',
      formatDuration(userTimeoutMicros),
      'load balancers hang up after a minute (AWS ALB, ingress-nginx)',
    );
    const balancer = entry.throughIngress ? 'roundRobin' : 'random';
    infer(
      'client.balancer',
      balancer,
      entry.throughIngress
        ? 'ingress-nginx: load-balance round_robin'
        : 'kube-proxy picks a pod at random (iptables mode)',
    );
    infer('client.latency', '0s', 'times are those at the entry, without the way to the users');
    const requests = entry.endpoints.map((endpoint) => ({
      weight: 1,
      call: scope.calls.add(
        {
          client: null,
          endpoint: endpoint.id,
          optional: false,
          ...plainPolicy,
          timeoutMicros: userTimeoutMicros,
          balancer,
          pool: null,
        },
        { resource, path: [], inferred: true },
      ),
    }));
    return {
      id,
      name,
      requests,
      keys: null,
      latency: { kind: 'deterministic', value: 0 },
      load: { kind: 'open', rate: constantCurve(each), arrivals: 'poisson' },
    };
  });
}

/** How often each endpoint is asked for one request that enters, on average. */
function visitsOf(
  entries: readonly Entry[],
  endpoints: readonly EndpointDraft[],
  calls: readonly Call[],
): Float64Array {
  const visits = new Float64Array(endpoints.length);
  for (const entry of entries) {
    for (const endpoint of entry.endpoints)
      visits[endpoint.id] += 1 / entries.length / entry.endpoints.length;
  }
  for (const id of callersFirst(callEdges(endpoints, calls))) {
    callsIn(endpoints[id].steps, (call, times) => {
      visits[calls[call].endpoint] += visits[id] * times;
    });
  }
  return visits;
}

/** The busiest part; null when nothing is ever busy. Services without replicas can do nothing and are left out. */
export function findBottleneck(
  scope: Scope,
  endpoints: readonly EndpointDraft[],
  visits: Float64Array,
): Bottleneck | null {
  const stays = staysOf(scope, endpoints);
  let best: Bottleneck | null = null;
  const consider = (service: ServiceDraft, part: string, busyMicros: number, servers: number): void => {
    const share = busyMicros / 1e6 / (servers * service.base.replicas);
    if (share > 0 && Number.isFinite(share) && share > (best?.share ?? 0)) {
      best = { service: service.base.name, part, share };
    }
  };
  for (const service of scope.services) {
    if (service.base.replicas === 0) continue;
    let cpu = 0;
    let held = 0;
    for (const { id, steps } of service.endpoints) {
      cpu += visits[id] * ownWork(steps).cpuMicros;
      held += visits[id] * stays[id];
    }
    consider(service, 'the CPU', cpu, usableCores(service.base));
    consider(service, 'the threads', held, slots(service.base));
    for (const [pool, micros] of poolHolds(scope, service, visits, stays)) {
      consider(service, `the connection pool ${service.pools[pool].name}`, micros, service.pools[pool].size);
    }
  }
  return best;
}

function usableCores(service: Omit<Service, 'pools'>): number {
  const threads =
    service.concurrency.kind === 'threadPool' ? service.concurrency.threads : Number.POSITIVE_INFINITY;
  const cores = Math.min(service.cpu.cores ?? Number.POSITIVE_INFINITY, threads);
  return Math.min(cores, service.cpu.limitCores ?? Number.POSITIVE_INFINITY);
}

function slots(service: Omit<Service, 'pools'>): number {
  const { concurrency } = service;
  if (concurrency.kind === 'threadPool') return concurrency.threads;
  return concurrency.kind === 'processorSharing' && concurrency.maxConcurrent !== null
    ? concurrency.maxConcurrent
    : Number.POSITIVE_INFINITY;
}

/** Mean microseconds that an unhurried request of each endpoint takes, its calls included. */
function staysOf(scope: Scope, endpoints: readonly EndpointDraft[]): Float64Array {
  const calls = scope.calls.list;
  const way = wayMicros(scope);
  const stays = new Float64Array(endpoints.length);
  const stayOf = (steps: readonly Step[]): number => {
    const { cpuMicros, waitMicros } = ownWork(steps);
    return cpuMicros + waitMicros + callTime(steps, (call) => way + stays[calls[call].endpoint]);
  };
  for (const id of callersFirst(callEdges(endpoints, calls)).reverse())
    stays[id] = stayOf(endpoints[id].steps);
  return stays;
}

/** Time for the calls of steps: one after another, parallel ones as long as the longest. */
function callTime(steps: readonly Step[], timeOf: (call: number) => number): number {
  let time = 0;
  for (const step of steps) {
    if (step.kind === 'call') time += step.probability * timeOf(step.call);
    else if (step.kind === 'sequence') time += step.probability * callTime(step.steps, timeOf);
    else if (step.kind === 'parallel') {
      time += step.probability * step.calls.reduce((longest, call) => Math.max(longest, timeOf(call)), 0);
    }
  }
  return time;
}

/** Microseconds of a connection that one request a second takes: until the answer is back. */
function poolHolds(
  scope: Scope,
  service: ServiceDraft,
  visits: Float64Array,
  stays: Float64Array,
): Map<number, number> {
  const calls = scope.calls.list;
  const way = wayMicros(scope);
  const holds = new Map<number, number>();
  for (const { id, steps } of service.endpoints) {
    callsIn(steps, (call, times) => {
      const { pool, endpoint } = calls[call];
      if (pool !== null)
        holds.set(pool, (holds.get(pool) ?? 0) + visits[id] * times * (way + stays[endpoint]));
    });
  }
  return holds;
}

/** There and back, within a zone. */
function wayMicros(scope: Scope): number {
  const mean = distributionMean(scope.context.scenario.network.sameZone);
  return Number.isFinite(mean) ? 2 * mean : 0;
}

/** Two significant digits: more would look like knowledge. */
function roundSignificant(value: number): number {
  return Number(value.toPrecision(2));
}
