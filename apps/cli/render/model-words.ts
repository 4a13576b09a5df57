import { distributionMean } from '../../../src/base/distribution.ts';
import type { Distribution } from '../../../src/base/distribution-spec.ts';
import type { TrafficModel } from '../../../src/run/run.ts';
import { compact, duration, latency, percent, significant } from './figures.ts';

/** Parts of a model as a person would say them. */

type Service = TrafficModel['services'][number];
type Endpoint = TrafficModel['endpoints'][number];
type Step = Endpoint['steps'][number];
type Call = TrafficModel['calls'][number];
type Load = TrafficModel['sources'][number]['load'];
type Work = Extract<Step, { kind: 'cpu' }>['work'];

/** `~12 ms (lognormal)`, `12 ms` when it is always the same. */
export function distributionWords(distribution: Distribution): string {
  const mean = latency(distributionMean(distribution) / 1000);
  return distribution.kind === 'deterministic' ? mean : `~${mean} (${distribution.kind})`;
}

/** How a replica runs requests: `event loop`, `pool of 97 threads`. */
export function concurrencyWords({ concurrency }: Service): string {
  if (concurrency.kind === 'eventLoop') return 'event loop';
  if (concurrency.kind === 'threadPool') return `pool of ${concurrency.threads} threads`;
  const { maxConcurrent } = concurrency;
  return maxConcurrent === null ? 'shared processors' : `shared processors, ${maxConcurrent} at once`;
}

/** `1 core, limit 0.5`. */
export function cpuWords({ cpu }: Service): string {
  const cores =
    cpu.cores === null ? 'all cores' : `${significant(cpu.cores, 3)} core${cpu.cores === 1 ? '' : 's'}`;
  return cpu.limitCores === null ? `${cores}, no limit` : `${cores}, limit ${significant(cpu.limitCores, 3)}`;
}

/** What protects the service: its queue, shedding and rate limit; empty when nothing does. */
export function protectionWords({ queue, shedding, rateLimit, cancellation }: Service): string[] {
  return [
    queue.capacity === null ? 'unbounded queue' : `queue of ${queue.capacity}`,
    ...(queue.discipline === 'lifo' ? ['newest first'] : []),
    ...(shedding.maxInFlight === null ? [] : [`sheds above ${shedding.maxInFlight} in flight`]),
    ...(shedding.maxQueueDelayMicros === null
      ? []
      : [`sheds after ${latency(shedding.maxQueueDelayMicros / 1000)} of waiting`]),
    ...(rateLimit === null ? [] : [`at most ${compact(rateLimit.perSecond)}/s`]),
    ...(cancellation === 'none' ? [] : [`stops at ${cancellation}`]),
  ];
}

/** What a request does, in order: `CPU ~4 ms (lognormal), cache GET, 20 %: db query`. */
export function stepsWords(steps: readonly Step[], traffic: TrafficModel): string {
  const words = steps.map((step) => {
    const text = stepWords(step, traffic);
    return step.probability === 1 ? text : `${percent(step.probability)}: ${text}`;
  });
  return words.join(', ') || 'nothing';
}

function stepWords(step: Step, traffic: TrafficModel): string {
  switch (step.kind) {
    case 'cpu':
      return `CPU ${workWords(step.work)}`;
    case 'wait':
      return `wait ${workWords(step.work)}`;
    case 'call':
      return targetWords(traffic.calls[step.call]!, traffic);
    case 'sequence':
      return `(${stepsWords(step.steps, traffic)})`;
    case 'parallel':
      return `(${step.calls.map((call) => targetWords(traffic.calls[call]!, traffic)).join(' | ')})`;
  }
}

function workWords({ base, perAttribute }: Work): string {
  const parts = perAttribute.map(({ attribute, micros }) => `${latency(micros / 1000)} per ${attribute}`);
  const fixed = base.kind === 'deterministic' && base.value === 0 && parts.length > 0;
  return [...(fixed ? [] : [distributionWords(base)]), ...parts].join(' + ');
}

/** The endpoint that a call goes to: `db query`. */
export function targetWords(call: Call, traffic: TrafficModel): string {
  const endpoint = traffic.endpoints[call.endpoint]!;
  return `${traffic.services[endpoint.service]!.name} ${endpoint.name}`;
}

/** What the client does about a call besides sending it: timeout, retries and the rest. */
export function policyWords(call: Call, traffic: TrafficModel): string[] {
  const { retries, breaker, hedge, pool } = call;
  const service = call.client === null ? null : traffic.services[call.client]!;
  const budget = retries.budget === null ? 'no budget' : `budget ${percent(retries.budget.ratio)}`;
  return [
    call.timeoutMicros === null ? 'no timeout' : `timeout ${latency(call.timeoutMicros / 1000)}`,
    ...(call.propagateDeadline ? ['deadline passed on'] : []),
    ...(retries.max === 0 ? [] : [`${retries.max} ${retries.max === 1 ? 'retry' : 'retries'} (${budget})`]),
    ...(breaker === null ? [] : [`breaker at ${percent(breaker.errorRatio)} errors`]),
    ...(call.bulkhead === null ? [] : [`${call.bulkhead} in flight at most`]),
    ...(pool === null || service === null ? [] : [`pool of ${service.pools[pool]!.size}`]),
    ...(hedge === null ? [] : [`hedged after ${latency(hedge.afterMicros / 1000)}`]),
    ...(call.singleFlight ? ['single flight'] : []),
    ...(call.optional ? ['optional'] : []),
    balancerWords[call.balancer],
  ];
}

const balancerWords: Readonly<Record<Call['balancer'], string>> = {
  random: 'random replica',
  roundRobin: 'round robin',
  leastRequest: 'least requests',
  powerOfTwo: 'better of two',
  consistentHash: 'consistent hash',
  zoneAware: 'same zone first',
};

/** Demand in a phrase: `open, 60/s to 280/s`, `40 users, thinking ~2 s (exponential)`. */
export function loadWords(load: Load): string {
  switch (load.kind) {
    case 'open':
      return `open, ${rangeWords(load.rate.values, '/s')}, ${load.arrivals} arrivals`;
    case 'closed':
      return `${rangeWords(load.users.values, ' users')}, thinking ${distributionWords(load.think)}`;
    case 'sessions':
      return `sessions of ${load.journey.length} requests, ${rangeWords(load.rate.values, '/s')} begin`;
    case 'counts': {
      const total = load.counts.reduce((sum, count) => sum + count, 0);
      const each = duration(load.intervalMicros / 1e6);
      return `trace of ${compact(total)} requests in ${load.counts.length} intervals of ${each}, ${scaleWords(load.scale)}`;
    }
    case 'timestamps':
      return `trace of ${compact(load.atMicros.length)} requests at given instants, ${scaleWords(load.scale)}`;
  }
}

function rangeWords(values: readonly number[], unit: string): string {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  return low === high ? `${compact(high)}${unit}` : `${compact(low)} to ${compact(high)}${unit}`;
}

const scaleWords = (scale: number) => (scale === 1 ? 'as recorded' : `× ${significant(scale, 4)}`);
