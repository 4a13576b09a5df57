/**
 * Fidelity: the replicas of every service and who of them takes traffic. A change of the number of replicas starts new
 * ones, ready after the declared start-up time, or drains the newest, as a Deployment's controller removes the youngest of
 * equally ready pods first. Zones are filled in turn, as topology spread does with equal nodes. Services whose pods a cluster
 * runs are left to it: it launches, opens, admits, withdraws, closes and buries their replicas.
 */
import { assert } from '../../base/assert.ts';
import type { Engine } from '../../engine/engine.ts';
import { ReadySet } from './balancer.ts';
import type { CallPool } from './call-pool.ts';
import { CfsQuota } from './cfs.ts';
import { ConnectionPool } from './connection-pool.ts';
import { FreeCpu, SharedCpu } from './cpu.ts';
import type { EndpointCpu } from './endpoint-cpu.ts';
import { EventLoop, type Executor, type ExecutorHost, type QueueLimits, Threads } from './executor.ts';
import type { Service, TrafficModel } from './model.ts';
import { asStated, type Behaviour, Replica } from './replica.ts';
import { TokenBucket } from './token-bucket.ts';
import { ghost, type WorkPool } from './work-pool.ts';

/** What the replicas of one service have used since the beginning, in microseconds. */
export interface Usage {
  readonly replicaMicros: number;
  readonly cpuMicros: number;
  readonly cpuCapacityMicros: number;
  readonly throttledMicros: number;
}

/** What a cluster decides about a replica. */
export interface Placement {
  /** Position among the model's zones. */
  readonly zone: number;
  /** CPU limit of its container; null: none. */
  readonly limitCores: number | null;
  readonly behaviour: Behaviour;
}

export interface FleetParts {
  readonly engine: Engine;
  readonly model: TrafficModel;
  readonly works: WorkPool;
  readonly calls: CallPool;
  /** Whom the executors credit with the CPU that requests use. */
  readonly endpointCpu: EndpointCpu;
}

/** Creates, drains and forgets replicas. */
export class Fleet {
  /** By id, gone ones included. */
  readonly replicas: Replica[] = [];
  /** By service: replicas that exist, starting and draining ones included. */
  readonly alive: Replica[][];
  readonly ready: readonly ReadySet[];
  private readonly engine: Engine;
  private readonly model: TrafficModel;
  private readonly works: WorkPool;
  private readonly calls: CallPool;
  private readonly endpointCpu: EndpointCpu;
  private readonly ordinals: number[];
  /** Usage of replicas that are gone, by service. */
  private readonly past: Mutable<Usage>[];
  /** Services whose replicas a cluster runs. */
  private readonly managed: Uint8Array;
  /** Parts of replicas by replica id, for the events that concern them. */
  private readonly loops: EventLoop[] = [];
  private readonly shared: SharedCpu[] = [];
  private readonly free: FreeCpu[] = [];
  private readonly burstHandler: number;
  private readonly sharedHandler: number;
  private readonly freeHandler: number;
  private readonly readyHandler: number;
  private requests!: ExecutorHost;

  constructor(parts: FleetParts) {
    this.engine = parts.engine;
    this.model = parts.model;
    this.works = parts.works;
    this.calls = parts.calls;
    this.endpointCpu = parts.endpointCpu;
    const { services, zones } = parts.model;
    this.alive = services.map(() => []);
    this.ready = services.map(() => new ReadySet(zones.length));
    this.ordinals = services.map(() => 0);
    this.past = services.map(() => ({ ...nothing }));
    this.managed = new Uint8Array(services.length);
    const { loops, shared, free } = this;
    this.burstHandler = this.engine.register('traffic/callback-end', (replica) => loops[replica].end());
    this.sharedHandler = this.engine.register('traffic/cpu', (replica) => shared[replica].wake());
    this.freeHandler = this.engine.register('traffic/burst-end', (replica, work) => {
      if (this.works.state[work] === ghost) {
        this.works.release(work);
        return;
      }
      free[replica].end(work);
      this.requests.run(work);
    });
    this.readyHandler = this.engine.register('traffic/ready', (replica) =>
      this.becomeReady(this.replicas[replica]),
    );
  }

  /** Sets who runs requests. */
  host(host: ExecutorHost): void {
    this.requests = host;
  }

  /** Creates the replicas that the model begins with, all ready, but for those that a cluster runs. */
  start(host: ExecutorHost): void {
    this.host(host);
    for (const service of this.model.services)
      for (let count = 0; count < service.replicas && this.managed[service.id] === 0; count++)
        this.becomeReady(this.create(service, this.usualPlacement(service)));
  }

  /** A cluster runs this service: none of its replicas is made here. Before `start`. */
  manage(service: number): void {
    this.managed[service] = 1;
  }

  isManaged(service: number): boolean {
    return this.managed[service] === 1;
  }

  /** Begins a process of a managed service; it refuses connections until it is opened. */
  launch(service: number, placement: Placement): Replica {
    const replica = this.create(this.model.services[service], placement);
    replica.refusing = true;
    return replica;
  }

  /** Requests may go to it, whether it takes them or not. */
  admit(replica: Replica): void {
    if (!this.ready[replica.service].all.includes(replica)) this.ready[replica.service].add(replica);
  }

  withdraw(replica: Replica): void {
    if (this.ready[replica.service].all.includes(replica)) this.ready[replica.service].remove(replica);
  }

  /** Its process has ended; its accounts are closed. Requests may be sent to it all the same, in vain. */
  bury(replica: Replica): void {
    replica.refusing = true;
    replica.gone = true;
    this.retire(replica);
  }

  private usualPlacement(service: Service): Placement {
    const zone = this.ordinals[service.id] % this.model.zones.length;
    return { zone, limitCores: service.cpu.limitCores, behaviour: asStated };
  }

  /** Replicas that are not draining. */
  size(service: number): number {
    return this.alive[service].filter((replica) => !replica.draining).length;
  }

  /** Brings the number of replicas that are not draining to `wanted`. */
  scale(service: number, wanted: number): void {
    const model = this.model.services[service];
    const current = this.alive[service].filter((replica) => !replica.draining);
    for (let count = current.length; count < wanted; count++) {
      const replica = this.create(model, this.usualPlacement(model));
      this.engine.after(model.startupMicros, this.readyHandler, replica.id, 0);
    }
    for (const replica of current.slice(wanted)) this.drain(replica);
  }

  private create(service: Service, placement: Placement): Replica {
    const ordinal = this.ordinals[service.id]++;
    const { engine } = this;
    const replica = new Replica({
      id: this.replicas.length,
      service: service.id,
      ordinal,
      zone: placement.zone,
      bornMicros: engine.now,
      cores: coresOf(service, placement.limitCores),
      behaviour: placement.behaviour,
      rateLimit:
        service.rateLimit &&
        new TokenBucket(service.rateLimit.perSecond, service.rateLimit.burst, engine.now),
      pools: service.pools.map((pool) => new ConnectionPool(pool, this.calls)),
    });
    this.replicas.push(replica);
    this.alive[service.id].push(replica);
    replica.executor = this.createExecutor(service, replica.id, placement.limitCores);
    return replica;
  }

  private createExecutor(service: Service, replica: number, limitCores: number | null): Executor {
    const { engine, works, endpointCpu } = this;
    const host = this.requests;
    const { periodMicros } = service.cpu;
    const quota = limitCores === null ? null : new CfsQuota(limitCores, periodMicros, engine.now);
    const limits: QueueLimits = {
      capacity: service.queue.capacity ?? Number.POSITIVE_INFINITY,
      newestFirst: service.queue.discipline === 'lifo',
    };
    if (service.concurrency.kind === 'eventLoop') {
      const loop = new EventLoop(engine, works, host, {
        replica,
        endHandler: this.burstHandler,
        quota,
        limits,
        endpointCpu,
      });
      this.loops[replica] = loop;
      return loop;
    }
    const threads = threadsOf(service) ?? Number.POSITIVE_INFINITY;
    const cores = service.cpu.cores ?? Number.POSITIVE_INFINITY;
    return new Threads(works, this.createCpu(replica, cores, quota), host, { threads, limits });
  }

  private createCpu(replica: number, cores: number, quota: CfsQuota | null): FreeCpu | SharedCpu {
    if (cores === Number.POSITIVE_INFINITY && quota === null) {
      const cpu = new FreeCpu(this.engine, this.endpointCpu, this.freeHandler, replica);
      this.free[replica] = cpu;
      return cpu;
    }
    const { works, endpointCpu } = this;
    const options = { wakeHandler: this.sharedHandler, replica, cores, quota, works, endpointCpu };
    const cpu = new SharedCpu(this.engine, options, (work) => this.requests.run(work));
    this.shared[replica] = cpu;
    return cpu;
  }

  private becomeReady(replica: Replica): void {
    if (!replica.draining) this.ready[replica.service].add(replica);
  }

  private drain(replica: Replica): void {
    if (this.ready[replica.service].all.includes(replica)) this.ready[replica.service].remove(replica);
    replica.draining = true;
    if (replica.inFlight === 0) this.retire(replica);
  }

  /** The last request has left a draining replica: its accounts are closed. One still on its way finds it serving. */
  retire(replica: Replica): void {
    const alive = this.alive[replica.service];
    const at = alive.indexOf(replica);
    if (at < 0) return;
    alive.splice(at, 1);
    replica.executor.settle();
    const past = this.past[replica.service];
    const lived = this.engine.now - replica.bornMicros;
    past.replicaMicros += lived;
    past.cpuCapacityMicros += lived * replica.cores;
    past.cpuMicros += replica.executor.usedMicros;
    past.throttledMicros += replica.executor.throttledMicros;
    replica.retiredMicros = this.engine.now;
  }

  /** A request that was on its way reaches a draining replica: one that is gone is back until that one has left too. */
  revive(replica: Replica): void {
    const { retiredMicros } = replica;
    if (retiredMicros === null) return;
    replica.retiredMicros = null;
    this.alive[replica.service].push(replica);
    const past = this.past[replica.service];
    past.replicaMicros -= retiredMicros - replica.bornMicros;
    past.cpuCapacityMicros -= (retiredMicros - replica.bornMicros) * replica.cores;
    past.cpuMicros -= replica.executor.usedMicros;
    past.throttledMicros -= replica.executor.throttledMicros;
  }

  /** Brings the CPU accounts of all replicas and endpoints up to now. */
  settle(): void {
    for (const replicas of this.alive) for (const { executor } of replicas) executor.settle();
  }

  /** Accounts of a service up to now. */
  usage(service: number): Usage {
    let { replicaMicros, cpuMicros, cpuCapacityMicros, throttledMicros } = this.past[service];
    for (const replica of this.alive[service]) {
      replica.executor.settle();
      const lived = this.engine.now - replica.bornMicros;
      replicaMicros += lived;
      cpuCapacityMicros += lived * replica.cores;
      cpuMicros += replica.executor.usedMicros;
      throttledMicros += replica.executor.throttledMicros;
    }
    return { replicaMicros, cpuMicros, cpuCapacityMicros, throttledMicros };
  }

  /** Connections in use and calls waiting for one, over all replicas. */
  poolUse(service: number, pool: number): { inUse: number; waiting: number } {
    let inUse = 0;
    let waiting = 0;
    for (const replica of this.alive[service]) {
      inUse += replica.pools[pool].inUse;
      waiting += replica.pools[pool].waiting;
    }
    return { inUse, waiting };
  }

  serviceNamed(name: string): number {
    const service = this.model.services.findIndex((each) => each.name === name);
    assert(service >= 0, `The model has a service ${name}.`);
    return service;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const nothing: Usage = { replicaMicros: 0, cpuMicros: 0, cpuCapacityMicros: 0, throttledMicros: 0 };

function threadsOf({ concurrency }: Service): number | null {
  if (concurrency.kind === 'eventLoop') return 1;
  return concurrency.kind === 'threadPool' ? concurrency.threads : concurrency.maxConcurrent;
}

/** Cores that one replica can use at most: what its limit, its cores and its threads allow; a loop's thread is whole. */
export function coresOf(service: Service, limitCores = service.cpu.limitCores): number {
  const cores = service.concurrency.kind === 'eventLoop' ? null : service.cpu.cores;
  const bounds = [limitCores, cores, threadsOf(service)].filter((bound) => bound !== null);
  return bounds.length > 0 ? Math.min(...bounds) : Math.max(1, service.cpu.requestCores);
}
