import { mergeSummaries } from '../base/sketch.ts';
import type { CallResult, EndpointResult, ServiceResult, SourceResult } from '../model/result.ts';
import type { Cause, EndpointAccount, Outcomes, ServiceAccount, TrafficAccounts } from '../run/run.ts';
import { latencyOf } from './latency.ts';
import type { Samples } from './samples.ts';
import { partOf, usedShare, utilisationOf } from './service-shares.ts';

/** All requests that ended, however they did. */
export function endedOf(outcomes: Outcomes): number {
  let sum = 0;
  for (const count of Object.values(outcomes)) sum += count;
  return sum;
}

/** Failed requests by cause in the order of reports, without the causes that did not occur. */
export function errorsOf(accounts: readonly { readonly outcomes: Outcomes }[]): Record<string, number> {
  const errors: Record<string, number> = {};
  // Outcomes hold every cause, zero or not, so those of the first account give the order.
  for (const cause of accounts.length === 0 ? [] : causesOf(accounts[0].outcomes)) {
    const count = sum(accounts, (account) => account.outcomes[cause]);
    if (count > 0) errors[cause] = count;
  }
  return errors;
}

function causesOf(outcomes: Outcomes): Cause[] {
  return (Object.keys(outcomes) as Cause[]).filter((cause) => cause !== 'ok');
}

/** Requests that a service worked on before they ended: those that it did not turn away at the door. */
export function workedOn(outcomes: Outcomes): number {
  return endedOf(outcomes) - outcomes.refused - outcomes.shed - outcomes.rateLimited;
}

/** `part / whole`, 0 when the whole is nothing. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

export function sourceResults(truth: TrafficAccounts): SourceResult[] {
  const seconds = windowMicros(truth) / 1e6;
  return truth.sources.map((source) => {
    const ended = endedOf(source.outcomes);
    return {
      name: source.name,
      offered: source.offered,
      offeredRate: ratio(source.offered, seconds),
      served: source.outcomes.ok,
      servedRate: ratio(source.outcomes.ok, seconds),
      availability: ended === 0 ? null : source.outcomes.ok / ended,
      errors: errorsOf([source]),
      latency: latencyOf(source.latency),
      latencyOk: latencyOf(source.latencyOk),
      inFlightAtEnd: source.inFlightAtEnd,
    };
  });
}

export function serviceResults(truth: TrafficAccounts, samples: Samples): ServiceResult[] {
  return truth.services.map((service) =>
    serviceResult(
      service,
      truth.endpoints.filter((endpoint) => endpoint.service === service.name),
      truth,
      samples,
    ),
  );
}

function serviceResult(
  service: ServiceAccount,
  endpoints: readonly EndpointAccount[],
  truth: TrafficAccounts,
  samples: Samples,
): ServiceResult {
  const micros = windowMicros(truth);
  const seconds = micros / 1e6;
  const { cpuMicros, cpuCapacityMicros } = service;
  const utilisation = cpuCapacityMicros > 0 ? usedShare(cpuMicros, cpuCapacityMicros) : 0;
  return {
    name: service.name,
    workload: service.workload,
    replicas: micros > 0 ? service.replicaMicros / micros : service.replicasAtEnd,
    offeredRate: ratio(
      sum(endpoints, (endpoint) => endpoint.offered),
      seconds,
    ),
    servedRate: ratio(
      sum(endpoints, (endpoint) => endpoint.outcomes.ok),
      seconds,
    ),
    errors: errorsOf(endpoints),
    utilisation,
    // A window without a whole sample interval in it has no busiest one; its mean is all there is.
    utilisationMax: Math.max(utilisation, busiest(samples, service.name, truth)),
    cpuCores: ratio(service.cpuMicros, micros),
    throttledShare: ratio(service.throttledMicros, service.replicaMicros),
    inFlight: ratio(service.inFlightMicros, micros),
    inFlightMax: service.inFlightMax,
    queue: ratio(service.queueMicros, micros),
    queueMax: service.queueMax,
    retries: sum(endpoints, (endpoint) => endpoint.retries),
    latency: latencyOf(mergeSummaries(endpoints.map((endpoint) => endpoint.latency))),
    endpoints: endpoints.map((endpoint) => endpointResult(endpoint, service.cpuMicros, utilisation, micros)),
  };
}

/** `serviceCpuMicros` and `utilisation` are the service's, of which the endpoint has a part. */
function endpointResult(
  endpoint: EndpointAccount,
  serviceCpuMicros: number,
  utilisation: number,
  micros: number,
): EndpointResult {
  const seconds = micros / 1e6;
  return {
    endpoint: endpoint.endpoint,
    offered: endpoint.offered,
    offeredRate: ratio(endpoint.offered, seconds),
    served: endpoint.outcomes.ok,
    servedRate: ratio(endpoint.outcomes.ok, seconds),
    errors: errorsOf([endpoint]),
    wasted: endpoint.wasted,
    utilisation: utilisation * partOf(endpoint.cpuMicros, serviceCpuMicros),
    cpuCores: ratio(endpoint.cpuMicros, micros),
    inFlight: ratio(endpoint.inFlightMicros, micros),
    inFlightMax: endpoint.inFlightMax,
    queue: ratio(endpoint.queueMicros, micros),
    queueMax: endpoint.queueMax,
    retries: endpoint.retries,
    latency: latencyOf(endpoint.latency),
  };
}

export function callResults(truth: TrafficAccounts): CallResult[] {
  return truth.calls.map((call) => ({
    client: call.client,
    service: call.service,
    endpoint: call.endpoint,
    calls: call.calls,
    attempts: call.attempts,
    retries: call.retries,
    hedges: call.hedges,
    shared: call.shared,
    errors: errorsOf([call]),
    latency: latencyOf(call.latency),
  }));
}

function busiest(samples: Samples, service: string, truth: TrafficAccounts): number {
  const utilisation = utilisationOf(samples, service);
  if (utilisation === null) return 0;
  const { first, last } = samples.range(truth.fromMicros, truth.toMicros);
  let max = 0;
  for (let i = first; i < last; i++) if (utilisation[i] > max) max = utilisation[i];
  return max;
}

function windowMicros(truth: TrafficAccounts): number {
  return truth.toMicros - truth.fromMicros;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
