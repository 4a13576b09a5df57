/**
 * Fidelity: exact accounts, drawn up from the ledger; no real mechanism is simulated here.
 */
import { mergeSummaries, type SketchSummary } from '../../base/sketch.ts';
import type {
  CallAccount,
  EndpointAccount,
  Outcomes,
  ServiceAccount,
  SourceAccount,
  TrafficAccounts,
} from './accounts.ts';
import type { Demand } from './demand.ts';
import type { EndpointCpu } from './endpoint-cpu.ts';
import type { EndpointOccupancy } from './endpoint-occupancy.ts';
import type { Fleet, Usage } from './fleet.ts';
import { causeCount, type Durations, type Ledger } from './ledger.ts';
import { causes, type TrafficModel } from './model.ts';
import type { Occupancy } from './occupancy.ts';
import type { Route } from './route.ts';

/** What was so at the beginning of the measured window, by service. */
export interface ServiceBaseline {
  readonly usage: Usage;
  readonly inFlightMicros: number;
  readonly queuedMicros: number;
  readonly arrivals: number;
}

/** What was so at the beginning of the measured window, by endpoint. */
export interface EndpointBaseline {
  readonly cpuMicros: number;
  readonly inFlightMicros: number;
  readonly queuedMicros: number;
}

export interface StatementParts {
  readonly model: TrafficModel;
  readonly ledger: Ledger;
  readonly fleet: Fleet;
  readonly occupancy: readonly Occupancy[];
  readonly endpointOccupancy: readonly EndpointOccupancy[];
  readonly endpointCpu: EndpointCpu;
  readonly demand: Demand;
  readonly routes: readonly Route[];
  readonly baseline: readonly ServiceBaseline[];
  readonly endpointBaseline: readonly EndpointBaseline[];
  readonly fromMicros: number;
  readonly toMicros: number;
}

/** Draws up the accounts of the measured window. */
export function stateAccounts(parts: StatementParts): TrafficAccounts {
  const { model, fromMicros, toMicros } = parts;
  const retries = retriesTo(parts);
  return {
    fromMicros,
    toMicros,
    sources: model.sources.map(({ id }) => sourceAccount(parts, id)),
    services: model.services.map(({ id }) => serviceAccount(parts, id)),
    endpoints: model.endpoints.map(({ id }) => endpointAccount(parts, id, retries[id])),
    calls: parts.routes.map((route) => callAccount(parts, route)),
  };
}

/** Usage, integrals and counts of one service now, to subtract later. */
export function serviceBaseline(fleet: Fleet, occupancy: Occupancy, service: number): ServiceBaseline {
  const { inFlightMicros, queuedMicros, arrivals } = occupancy;
  return { usage: fleet.usage(service), inFlightMicros, queuedMicros, arrivals };
}

/** CPU and integrals of one endpoint now, to subtract later; after the executors are settled. */
export function endpointBaseline(
  cpu: EndpointCpu,
  occupancy: EndpointOccupancy,
  endpoint: number,
  nowMicros: number,
): EndpointBaseline {
  return {
    cpuMicros: cpu.usedMicros(endpoint, nowMicros),
    inFlightMicros: occupancy.inFlightMicros(nowMicros),
    queuedMicros: occupancy.queuedMicros(nowMicros),
  };
}

/** Retries of all calls to each endpoint. */
function retriesTo({ model, ledger }: StatementParts): number[] {
  const retries = model.endpoints.map(() => 0);
  for (const { id, endpoint } of model.calls) retries[endpoint] += ledger.since(ledger.callRetries, id);
  return retries;
}

function sourceAccount({ model, ledger, demand }: StatementParts, id: number): SourceAccount {
  const ended = causes.reduce((sum, _, code) => sum + ledger.sourceOutcomes[id * causeCount + code], 0);
  const okay = summary(ledger.sourceOk[id]);
  return {
    name: model.sources[id].name,
    offered: ledger.since(ledger.sourceStarted, id),
    outcomes: outcomes(ledger, ledger.sourceOutcomes, [id]),
    latency: mergeSummaries([okay, summary(ledger.sourceFailed[id])]),
    latencyOk: okay,
    inFlightAtEnd: ledger.sourceStarted[id] - ended,
    activeAtEnd: demand.active(id),
  };
}

function serviceAccount({ model, fleet, occupancy, baseline }: StatementParts, id: number): ServiceAccount {
  const service = model.services[id];
  const usage = fleet.usage(id);
  const before = baseline[id];
  const here = occupancy[id];
  return {
    name: service.name,
    workload: service.workload,
    replicasAtEnd: fleet.size(id),
    replicaMicros: usage.replicaMicros - before.usage.replicaMicros,
    cpuMicros: usage.cpuMicros - before.usage.cpuMicros,
    cpuCapacityMicros: usage.cpuCapacityMicros - before.usage.cpuCapacityMicros,
    throttledMicros: usage.throttledMicros - before.usage.throttledMicros,
    inFlightMicros: here.inFlightMicros - before.inFlightMicros,
    queueMicros: here.queuedMicros - before.queuedMicros,
    queueMax: here.queuedMax,
    inFlightMax: here.inFlightMax,
    arrivals: here.arrivals - before.arrivals,
    cpuRequestCores: service.cpu.requestCores,
    memoryRequestBytes: service.memoryRequestBytes,
  };
}

function endpointAccount(parts: StatementParts, id: number, retries: number): EndpointAccount {
  const { model, ledger } = parts;
  const endpoint = model.endpoints[id];
  const here = parts.endpointOccupancy[id];
  const now = endpointBaseline(parts.endpointCpu, here, id, parts.toMicros);
  const before = parts.endpointBaseline[id];
  return {
    service: model.services[endpoint.service].name,
    endpoint: endpoint.name,
    offered: ledger.since(ledger.endpointStarted, id),
    outcomes: outcomes(ledger, ledger.endpointOutcomes, [id]),
    wasted: ledger.since(ledger.endpointWasted, id),
    cpuMicros: now.cpuMicros - before.cpuMicros,
    inFlightMicros: now.inFlightMicros - before.inFlightMicros,
    queueMicros: now.queuedMicros - before.queuedMicros,
    queueMax: here.queuedMax,
    inFlightMax: here.inFlightMax,
    retries,
    latency: mergeSummaries([summary(ledger.endpointOk[id]), summary(ledger.endpointFailed[id])]),
  };
}

function callAccount({ ledger }: StatementParts, { client, service, endpoint, calls }: Route): CallAccount {
  const sum = (counter: Float64Array) =>
    calls.reduce((total, call) => total + ledger.since(counter, call), 0);
  return {
    client,
    service,
    endpoint,
    calls: sum(ledger.callStarted),
    attempts: sum(ledger.callAttempts),
    retries: sum(ledger.callRetries),
    hedges: sum(ledger.callHedges),
    shared: sum(ledger.callShared),
    outcomes: outcomes(ledger, ledger.callOutcomes, calls),
    latency: mergeSummaries(calls.map((call) => summary(ledger.callDurations[call]))),
  };
}

function summary({ window, total }: Durations): SketchSummary {
  return mergeSummaries([total.summary(), window.summary()]);
}

/** Counts by cause, summed over some ids of a counter that has one row per id. */
function outcomes(ledger: Ledger, counter: Float64Array, ids: readonly number[]): Outcomes {
  const entries = causes.map((cause, code) => [
    cause,
    ids.reduce((sum, id) => sum + ledger.since(counter, id * causeCount + code), 0),
  ]);
  return Object.fromEntries(entries) as Outcomes;
}
