/**
 * Fidelity: the traffic room put together: demand, clients, replicas and accounts over one engine. What each part
 * simplifies stands in its own file.
 */
import { DistributionTable } from '../../base/distribution.ts';
import { randomStream } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Instruments } from '../../telemetry/instruments.ts';
import type { Serving } from '../kubernetes/model.ts';
import { AccessLog } from './access-log.ts';
import type { TrafficAccounts } from './accounts.ts';
import { Balancer } from './balancer.ts';
import { CallPool } from './call-pool.ts';
import { Client } from './client.ts';
import { Demand } from './demand.ts';
import { EndpointCpu } from './endpoint-cpu.ts';
import { EndpointOccupancy } from './endpoint-occupancy.ts';
import { Fleet } from './fleet.ts';
import { type LatencyLimits, Ledger } from './ledger.ts';
import { TrafficMetrics } from './metrics.ts';
import type { TrafficModel } from './model.ts';
import { Occupancy } from './occupancy.ts';
import { assemble } from './program.ts';
import { ReleaseCounts } from './release-counts.ts';
import type { Replica } from './replica.ts';
import { callNames, type Route, routesOf } from './route.ts';
import { Server } from './server.ts';
import { ServingProcesses } from './serving-processes.ts';
import {
  type EndpointBaseline,
  endpointBaseline,
  type ServiceBaseline,
  serviceBaseline,
  stateAccounts,
} from './statement.ts';
import { none, WorkPool } from './work-pool.ts';

export interface TrafficOptions {
  readonly engine: Engine;
  readonly instruments: Instruments;
  readonly seed: number;
  readonly latencyLimits: LatencyLimits;
  /** Something worth a mark on the time line happened. */
  readonly note: (kind: 'scale' | 'breaker', subject: string, message: string) => void;
}

/** A law and whether it holds now. */
export interface LawCheck {
  readonly name: 'conservation' | 'littles law' | 'pools' | 'attribution';
  readonly passed: boolean;
  readonly detail: string;
}

/** Requests inside and waiting, their time integrals and CPU, of all endpoints of a service. */
interface EndpointSums {
  inFlight: number;
  queued: number;
  stays: number;
  waits: number;
  cpu: number;
}

/** The traffic of one run. */
export class Traffic {
  private readonly engine: Engine;
  private readonly model: TrafficModel;
  private readonly note: TrafficOptions['note'];
  private readonly instruments: Instruments;
  private readonly works = new WorkPool();
  private readonly calls = new CallPool();
  private readonly ledger: Ledger;
  private readonly fleet: Fleet;
  private readonly occupancy: readonly Occupancy[];
  private readonly endpointOccupancy: readonly EndpointOccupancy[];
  private readonly endpointCpu: EndpointCpu;
  private readonly server: Server;
  private readonly client: Client;
  private cluster: ServingProcesses | null = null;
  private readonly demand: Demand;
  private readonly metrics: TrafficMetrics;
  private readonly routes: readonly Route[];
  private baseline: readonly ServiceBaseline[] = [];
  private endpointBaseline: readonly EndpointBaseline[] = [];
  private fromMicros = 0;

  constructor(model: TrafficModel, options: TrafficOptions) {
    const { engine, seed } = options;
    this.engine = engine;
    this.model = model;
    this.note = options.note;
    this.instruments = options.instruments;
    this.ledger = new Ledger(model, options.latencyLimits);
    this.occupancy = model.services.map(() => new Occupancy());
    this.endpointOccupancy = model.endpoints.map(() => new EndpointOccupancy());
    this.endpointCpu = new EndpointCpu(model.endpoints.length, this.works);
    this.routes = routesOf(model);
    const { works, calls, ledger, occupancy, endpointOccupancy, endpointCpu } = this;
    const distributions = new DistributionTable();
    const fleet = new Fleet({ engine, model, works, calls, endpointCpu });
    this.fleet = fleet;
    const stream = (name: string) => randomStream(seed, name);
    const names = callNames(this.routes);
    this.server = new Server({
      engine,
      model,
      works,
      program: assemble(model.endpoints, distributions),
      distributions,
      ledger,
      replicas: fleet.replicas,
      occupancy,
      endpointOccupancy,
      streams: model.endpoints.map(({ name, service }) =>
        stream(`endpoint/${model.services[service].name}/${name}`),
      ),
      drained: (replica) => this.drained(replica),
      revived: (replica) => {
        if (!fleet.isManaged(replica.service)) fleet.revive(replica);
      },
      probed: (ticket, cause) => this.cluster?.probed(ticket, cause),
    });
    this.client = new Client({
      engine,
      model,
      works,
      calls,
      distributions,
      ledger,
      replicas: fleet.replicas,
      balancers: model.calls.map(
        ({ id, balancer, endpoint }) =>
          new Balancer(
            balancer,
            fleet.ready[model.endpoints[endpoint].service],
            stream(`call/${names[id]}/balancer`),
          ),
      ),
      streams: names.map((name) => stream(`call/${name}/network`)),
      arriveHandler: this.server.arriveHandler,
      breakerChanged: (call, replica, state) => this.breakerChanged(call, replica, state),
    });
    const { client } = this;
    this.demand = new Demand(model.sources, { engine, client, ledger, distributions, seed });
    this.connect(client);
    this.metrics = new TrafficMetrics(options.instruments);
    this.publish();
  }

  /** Begins: replicas that no cluster runs, then demand. Those that a cluster runs from the start are there by now. */
  start(): void {
    this.fleet.start(this.server);
    this.measureFromNow();
    this.demand.start();
  }

  /**
   * Hands services over to a cluster, which runs their replicas from now on. Before `start`. Where `timestamp` tells what
   * the clock shows at an instant, processes keep logs.
   */
  serve(
    servings: readonly Serving[],
    timestamp: ((micros: number) => string) | null = null,
  ): ServingProcesses {
    const { engine, model, fleet, server, client } = this;
    const log = timestamp === null ? null : new AccessLog(model, timestamp);
    server.log = log;
    const counts = new ReleaseCounts(this.instruments);
    fleet.host(server);
    this.cluster = new ServingProcesses(servings, { engine, model, fleet, server, client, counts, log });
    return this.cluster;
  }

  private drained(replica: Replica): void {
    if (this.fleet.isManaged(replica.service)) this.cluster?.drained(replica);
    else this.fleet.retire(replica);
  }

  /** A cluster runs the replicas of this service. */
  isManaged(service: string): boolean {
    return this.fleet.isManaged(this.fleet.serviceNamed(service));
  }

  private connect(client: Client): void {
    const { server, demand } = this;
    server.connect(client);
    client.connect({
      answered: (work, epoch, failed) => server.answered(work, epoch, failed),
      ended: (source, owner, cause, micros) => demand.ended(source, owner, cause, micros),
    });
  }

  private publish(): void {
    const { metrics, model, ledger } = this;
    metrics.publishSources(model, ledger);
    const now = () => this.engine.now;
    metrics.publishEndpoints(model, ledger);
    metrics.publishEndpointLoad(model, this.endpointCpu, this.endpointOccupancy, now);
    metrics.publishServices(model, this.fleet, this.occupancy, now);
    metrics.publishCalls(this.routes, ledger);
  }

  /** Brings integrals up to now; before a sample is taken. */
  settle(): void {
    for (const occupancy of this.occupancy) occupancy.settle(this.engine.now);
    this.fleet.settle();
  }

  /** Ends a sample interval; after the sample was taken. */
  roll(): void {
    this.metrics.roll();
    this.ledger.roll();
  }

  /** The measured window begins now. */
  beginMeasuring(): void {
    this.settle();
    this.ledger.reset();
    for (const occupancy of this.occupancy) occupancy.resetMaxima();
    for (const occupancy of this.endpointOccupancy) occupancy.resetMaxima();
    this.measureFromNow();
    this.fromMicros = this.engine.now;
  }

  private measureFromNow(): void {
    const { model, fleet, occupancy, endpointOccupancy, endpointCpu } = this;
    this.baseline = model.services.map(({ id }) => serviceBaseline(fleet, occupancy[id], id));
    this.endpointBaseline = model.endpoints.map(({ id }) =>
      endpointBaseline(endpointCpu, endpointOccupancy[id], id, this.engine.now),
    );
  }

  /** An operator's command; the service must be one of the model's. */
  scale(service: string, replicas: number): void {
    const id = this.fleet.serviceNamed(service);
    const before = this.fleet.size(id);
    this.fleet.scale(id, replicas);
    this.note('scale', service, `scaled from ${before} to ${replicas} replicas`);
  }

  private breakerChanged(call: number, replica: number, state: string): void {
    const { client, endpoint } = this.model.calls[call];
    const target = this.model.endpoints[endpoint];
    const from = replica === none || client === null ? 'users' : this.replicaName(replica);
    this.note(
      'breaker',
      this.model.services[target.service].name,
      `breaker of ${from} for ${target.name} is ${state}`,
    );
  }

  private replicaName(replica: number): string {
    const { service, ordinal } = this.fleet.replicas[replica];
    return `${this.model.services[service].name}-${ordinal}`;
  }

  /** The accounts of the measured window up to now. */
  accounts(): TrafficAccounts {
    this.settle();
    const { model, ledger, fleet, occupancy, endpointOccupancy, endpointCpu, demand, routes } = this;
    const { baseline, endpointBaseline, fromMicros } = this;
    const toMicros = this.engine.now;
    return stateAccounts({
      ...{ model, ledger, fleet, occupancy, endpointOccupancy, endpointCpu, demand, routes },
      ...{ baseline, endpointBaseline, fromMicros, toMicros },
    });
  }

  /** The laws that must hold at any instant between two events. */
  checks(): LawCheck[] {
    this.settle();
    const sums = this.endpointSums();
    return [this.conservation(), this.littlesLaw(sums), this.poolBounds(), this.attribution(sums)];
  }

  /** Every request that began has ended once or is in flight, and every arrival at a service has left or is inside. */
  private conservation(): LawCheck {
    const { ledger } = this;
    const started = total(ledger.callStarted);
    const ended = total(ledger.callOutcomes);
    const users = total(ledger.sourceStarted) - total(ledger.sourceOutcomes);
    const inside = this.occupancy.reduce((sum, { inFlight }) => sum + inFlight, 0);
    const left = total(ledger.endpointStarted) - total(ledger.endpointOutcomes);
    const passed =
      started - ended === this.calls.live && users >= 0 && users <= this.calls.live && inside === left;
    const detail = `${started} calls begun, ${ended} ended, ${this.calls.live} in flight; ${inside} requests inside services`;
    return { name: 'conservation', passed, detail };
  }

  /** What the endpoints of each service add up to now. */
  private endpointSums(): EndpointSums[] {
    const now = this.engine.now;
    const sums = this.model.services.map(() => ({ inFlight: 0, queued: 0, stays: 0, waits: 0, cpu: 0 }));
    for (const { id, service } of this.model.endpoints) {
      const here = this.endpointOccupancy[id];
      const sum = sums[service];
      sum.inFlight += here.inFlight;
      sum.queued += here.queued;
      sum.stays += here.inFlightMicros(now);
      sum.waits += here.queuedMicros(now);
      sum.cpu += this.endpointCpu.usedMicros(id, now);
    }
    return sums;
  }

  /** Little's law on this very path: the integral of the number inside a service equals the stays of its requests. */
  private littlesLaw(sums: readonly EndpointSums[]): LawCheck {
    const errors = sums.map(({ stays }, id) => relativeError(stays, this.occupancy[id].inFlightMicros));
    // The sums are exact integers far below 2^53 in ordinary runs; beyond that, rounding may show.
    return lawOfSums('littles law', Math.max(0, ...errors), 1e-9);
  }

  /** Endpoints add up to their service: requests inside and waiting, the time they waited, and the CPU they used. */
  private attribution(sums: readonly EndpointSums[]): LawCheck {
    let worst = 0;
    for (const [id, { inFlight, queued, waits, cpu }] of sums.entries()) {
      const here = this.occupancy[id];
      if (inFlight !== here.inFlight || queued !== here.queued) worst = Number.POSITIVE_INFINITY;
      const waited = relativeError(waits, here.queuedMicros);
      worst = Math.max(worst, waited, relativeError(cpu, this.fleet.usage(id).cpuMicros));
    }
    // CPU is shared in fractions of a microsecond, which a sum over millions of bursts rounds differently.
    return lawOfSums('attribution', worst, 1e-6);
  }

  private poolBounds(): LawCheck {
    const overfull = this.fleet.replicas.filter(
      (replica) =>
        replica.pools.some(({ inUse, policy }) => inUse < 0 || inUse > policy.size) ||
        replica.outstanding < 0,
    );
    const live = `${this.works.live} requests on the way or inside`;
    return { name: 'pools', passed: overfull.length === 0, detail: live };
  }

  /** Requests that users began so far. */
  get begun(): number {
    return total(this.ledger.sourceStarted);
  }
}

function lawOfSums(name: LawCheck['name'], worst: number, tolerance: number): LawCheck {
  return { name, passed: worst < tolerance, detail: `largest relative error ${worst.toExponential(1)}` };
}

function relativeError(sum: number, whole: number): number {
  return Math.abs(sum - whole) / Math.max(1, whole);
}

function total(counter: Float64Array): number {
  let sum = 0;
  for (const value of counter) sum += value;
  return sum;
}
