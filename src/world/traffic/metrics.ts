/**
 * Fidelity: the telemetry that instrumented services, their proxies and cAdvisor publish. Names of container metrics are
 * cAdvisor's; those of requests follow the Prometheus client conventions (docs/reference/metrics.md). Simplified:
 * cumulative latency buckets exist only for the limits that objectives name.
 */
import { QuantileSketch } from '../../base/sketch.ts';
import { microsPerSecond } from '../../base/time.ts';
import type { Instruments } from '../../telemetry/instruments.ts';
import type { EndpointCpu } from './endpoint-cpu.ts';
import type { EndpointOccupancy } from './endpoint-occupancy.ts';
import type { Fleet, Usage } from './fleet.ts';
import { causeCount, type Durations, type Ledger } from './ledger.ts';
import { causes, type TrafficModel } from './model.ts';
import type { Occupancy } from './occupancy.ts';
import type { Route } from './route.ts';

type LabelSet = Record<string, string>;
const quantiles = [0.5, 0.95, 0.99];

/** Publishes everything that the traffic room knows; `roll` must be called after each sample. */
export class TrafficMetrics {
  private readonly instruments: Instruments;
  private readonly afterSample: (() => void)[] = [];

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  /** Ends a sample interval for the instruments that average or count over one. */
  roll(): void {
    for (const action of this.afterSample) action();
  }

  publishSources(model: TrafficModel, ledger: Ledger): void {
    for (const { id, name } of model.sources) {
      const labels = { traffic: name };
      this.count('user_requests_started_total', labels, ledger.sourceStarted, id);
      this.outcomes('user_requests_total', labels, ledger.sourceOutcomes, id);
      this.durations('user_request_duration_seconds', labels, [ledger.sourceOk[id], ledger.sourceFailed[id]]);
      this.buckets('user_request_duration_seconds_bucket', labels, ledger.sourceOk[id]);
    }
  }

  publishEndpoints(model: TrafficModel, ledger: Ledger): void {
    for (const endpoint of model.endpoints) {
      const { id } = endpoint;
      const labels = { service: model.services[endpoint.service].name, endpoint: endpoint.name };
      this.count('http_server_requests_started_total', labels, ledger.endpointStarted, id);
      this.outcomes('http_server_requests_total', labels, ledger.endpointOutcomes, id);
      this.durations('http_server_request_duration_seconds', labels, [
        ledger.endpointOk[id],
        ledger.endpointFailed[id],
      ]);
      this.buckets('http_server_request_duration_seconds_bucket', labels, ledger.endpointOk[id]);
    }
  }

  /** What the requests of each endpoint cost its service, and how many of them are inside and waiting. */
  publishEndpointLoad(
    model: TrafficModel,
    cpu: EndpointCpu,
    occupancy: readonly EndpointOccupancy[],
    now: () => number,
  ): void {
    for (const { id, name, service } of model.endpoints) {
      const labels = { service: model.services[service].name, endpoint: name };
      const here = occupancy[id];
      this.average('endpoint_requests_in_flight', labels, now, () => here.inFlightMicros(now()));
      this.average('endpoint_queue_length', labels, now, () => here.queuedMicros(now()));
      this.instruments.publish(
        'endpoint_cpu_usage_seconds_total',
        labels,
        () => cpu.usedMicros(id, now()) / microsPerSecond,
      );
    }
  }

  publishCalls(routes: readonly Route[], ledger: Ledger): void {
    for (const { client, service, endpoint, calls } of routes) {
      const labels = { client, service, endpoint };
      const sum =
        (counter: Float64Array, width = 1, offset = 0) =>
        () =>
          calls.reduce((total, call) => total + counter[call * width + offset], 0);
      this.instruments.publish('http_client_attempts_total', labels, sum(ledger.callAttempts));
      this.instruments.publish('http_client_retries_total', labels, sum(ledger.callRetries));
      this.instruments.publish('http_client_hedges_total', labels, sum(ledger.callHedges));
      for (const [code, outcome] of causes.entries())
        this.instruments.publish(
          'http_client_calls_total',
          { ...labels, outcome },
          sum(ledger.callOutcomes, causeCount, code),
        );
    }
  }

  publishServices(
    model: TrafficModel,
    fleet: Fleet,
    occupancy: readonly Occupancy[],
    now: () => number,
  ): void {
    for (const { id, name, pools } of model.services) {
      const labels = { service: name };
      this.instruments.publish('service_replicas', labels, () => fleet.size(id));
      this.average('service_requests_in_flight', labels, now, () => occupancy[id].inFlightMicros);
      this.average('service_queue_length', labels, now, () => occupancy[id].queuedMicros);
      this.usage('container_cpu_usage_seconds_total', labels, () => fleet.usage(id), 'cpuMicros');
      this.usage('container_cpu_capacity_seconds_total', labels, () => fleet.usage(id), 'cpuCapacityMicros');
      this.usage(
        'container_cpu_cfs_throttled_seconds_total',
        labels,
        () => fleet.usage(id),
        'throttledMicros',
      );
      for (const [index, pool] of pools.entries()) {
        const poolLabels = { ...labels, pool: pool.name };
        this.instruments.publish('service_pool_in_use', poolLabels, () => fleet.poolUse(id, index).inUse);
        this.instruments.publish('service_pool_waiting', poolLabels, () => fleet.poolUse(id, index).waiting);
      }
    }
  }

  private count(name: string, labels: LabelSet, counter: Float64Array, index: number): void {
    this.instruments.publish(name, labels, () => counter[index]);
  }

  private outcomes(name: string, labels: LabelSet, counter: Float64Array, index: number): void {
    for (const [code, outcome] of causes.entries())
      this.instruments.publish(name, { ...labels, outcome }, () => counter[index * causeCount + code]);
  }

  private usage(name: string, labels: LabelSet, read: () => Usage, key: keyof Usage): void {
    this.instruments.publish(name, labels, () => read()[key] / microsPerSecond);
  }

  /** The mean over the sample interval of a quantity whose time integral is known. */
  private average(name: string, labels: LabelSet, now: () => number, integral: () => number): void {
    let integralBefore = 0;
    let before = 0;
    this.instruments.publish(name, labels, () => (integral() - integralBefore) / (now() - before));
    this.afterSample.push(() => {
      integralBefore = integral();
      before = now();
    });
  }

  /** Quantiles of the sample interval over several kinds of durations; NaN when there were none. */
  private durations(name: string, labels: LabelSet, kinds: readonly Durations[]): void {
    for (const quantile of quantiles)
      this.instruments.publish(name, { ...labels, quantile: `${quantile}` }, () =>
        quantileOver(
          kinds.map(({ window }) => window),
          quantile,
        ),
      );
  }

  /** Cumulative counts of durations up to each limit, and of all. */
  private buckets(name: string, labels: LabelSet, durations: Durations): void {
    if (durations.limits.length === 0) return;
    for (const [index, limit] of durations.limits.entries())
      this.instruments.publish(
        name,
        { ...labels, le: `${limit / microsPerSecond}` },
        () => durations.within[index],
      );
    this.instruments.publish(name, { ...labels, le: '+Inf' }, () => durations.count);
  }
}

function quantileOver(sketches: readonly QuantileSketch[], quantile: number): number {
  const filled = sketches.filter((sketch) => sketch.count > 0);
  if (filled.length === 0) return Number.NaN;
  if (filled.length === 1) return filled[0].quantile(quantile) / microsPerSecond;
  const merged = new QuantileSketch();
  for (const sketch of filled) merged.merge(sketch);
  return merged.quantile(quantile) / microsPerSecond;
}
