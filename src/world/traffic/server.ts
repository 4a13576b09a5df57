/**
 * Fidelity: the server's side of a request: admission (rate limit, shedding, bounded queue), then its program of CPU
 * bursts, waits and calls, then the answer. Work whose client has given up goes on to the end, as it does in an Express
 * or servlet application, unless the service is told to notice. Simplified: request and response bodies cost nothing
 * beyond the declared CPU; a server that notices does so between two steps.
 */
import { assert } from '../../base/assert.ts';
import type { DistributionTable } from '../../base/distribution.ts';
import type { RandomStream } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { wholeMicros } from './duration.ts';
import type { EndpointOccupancy } from './endpoint-occupancy.ts';
import type { ExecutorHost } from './executor.ts';
import {
  application,
  cancelled,
  deadlinePassed,
  dependency,
  type Ledger,
  ok,
  rateLimited,
  refused,
  shed,
} from './ledger.ts';
import type { Endpoint, Service, TrafficModel } from './model.ts';
import type { Occupancy } from './occupancy.ts';
import { opCall, opCpu, opEnd, opParallel, opSkip, opWait, type Program } from './program.ts';
import type { Replica } from './replica.ts';
import { none, type WorkPool } from './work-pool.ts';

/** The client's side, as the server sees it. */
export interface Outbound {
  /** Begins the model's call `spec` on behalf of a work. It always ends in a later event. */
  begin(spec: number, work: number): void;
  /** Sends the answer of a work back; takes the work over. */
  respond(work: number): void;
}

export interface ServerParts {
  readonly engine: Engine;
  readonly model: TrafficModel;
  readonly works: WorkPool;
  readonly program: Program;
  readonly distributions: DistributionTable;
  readonly ledger: Ledger;
  readonly replicas: readonly Replica[];
  /** By service. */
  readonly occupancy: readonly Occupancy[];
  readonly endpointOccupancy: readonly EndpointOccupancy[];
  /** One stream per endpoint, for its durations, branches and failures. */
  readonly streams: readonly RandomStream[];
  /** Called when the last request has left a draining replica. */
  readonly drained: (replica: Replica) => void;
  /** Called when a request reaches a draining replica, which may be gone already. */
  readonly revived: (replica: Replica) => void;
}

const notices = { none: 0, deadline: 1, disconnect: 2 } as const;

/** All replicas' request handling. */
export class Server implements ExecutorHost {
  readonly arriveHandler: number;
  private readonly wakeHandler: number;
  private readonly engine: Engine;
  private readonly works: WorkPool;
  private readonly program: Program;
  private readonly distributions: DistributionTable;
  private readonly ledger: Ledger;
  private readonly replicas: readonly Replica[];
  private readonly occupancy: readonly Occupancy[];
  private readonly endpointOccupancy: readonly EndpointOccupancy[];
  private readonly streams: readonly RandomStream[];
  private readonly drained: (replica: Replica) => void;
  private readonly revived: (replica: Replica) => void;
  private readonly services: readonly Service[];
  private readonly endpoints: readonly Endpoint[];
  /** Per endpoint: how much the service notices of clients that gave up. */
  private readonly notices: Uint8Array;
  private readonly errorRate: Float64Array;
  /** Attribute columns by source, for works that replay a trace row. */
  private readonly attributes: readonly (Readonly<Record<string, readonly number[]>> | undefined)[];
  private outbound!: Outbound;

  constructor(parts: ServerParts) {
    this.engine = parts.engine;
    this.works = parts.works;
    this.program = parts.program;
    this.distributions = parts.distributions;
    this.ledger = parts.ledger;
    this.replicas = parts.replicas;
    this.occupancy = parts.occupancy;
    this.endpointOccupancy = parts.endpointOccupancy;
    this.streams = parts.streams;
    this.drained = parts.drained;
    this.revived = parts.revived;
    const { services, endpoints, sources } = parts.model;
    this.services = services;
    this.endpoints = endpoints;
    this.notices = Uint8Array.from(endpoints, (endpoint) => notices[services[endpoint.service].cancellation]);
    this.errorRate = Float64Array.from(endpoints, (endpoint) => endpoint.errorRate);
    this.attributes = sources.map(({ load }) => (load.kind === 'timestamps' ? load.attributes : undefined));
    this.arriveHandler = this.engine.register('traffic/arrive', (work) => this.arrive(work));
    this.wakeHandler = this.engine.register('traffic/wake', (work) => this.run(work));
  }

  /** Sets the other side; once, before the first event. */
  connect(outbound: Outbound): void {
    this.outbound = outbound;
  }

  /** A request reaches its replica. */
  private arrive(work: number): void {
    const works = this.works;
    const now = this.engine.now;
    const endpoint = works.endpoint[work];
    const replica = this.replicas[works.replica[work]];
    if (replica.draining) this.revived(replica);
    this.ledger.endpointStarted[endpoint]++;
    works.arrivedMicros[work] = now;
    const refusal = this.refusal(replica);
    if (refusal !== ok) {
      this.turnAway(work, refusal);
      if (replica.draining && replica.inFlight === 0) this.drained(replica);
      return;
    }
    this.occupancy[replica.service].arrive(now);
    this.endpointOccupancy[endpoint].arrive(now);
    replica.inFlight++;
    works.position[work] = this.program.entry[endpoint];
    if (!replica.executor.arrive(work)) this.leaveRefused(work, replica);
  }

  /** Why the replica would not even queue a request; `ok` when it would. */
  private refusal(replica: Replica): number {
    const maxInFlight = this.services[replica.service].shedding.maxInFlight;
    if (maxInFlight !== null && replica.inFlight >= maxInFlight) return shed;
    if (replica.rateLimit !== null && !replica.rateLimit.take(this.engine.now)) return rateLimited;
    return ok;
  }

  private leaveRefused(work: number, replica: Replica): void {
    const { works } = this;
    const now = this.engine.now;
    this.occupancy[replica.service].leave(now, works.arrivedMicros[work]);
    this.endpointOccupancy[works.endpoint[work]].leave(now);
    replica.inFlight--;
    this.turnAway(work, refused);
    if (replica.draining && replica.inFlight === 0) this.drained(replica);
  }

  private turnAway(work: number, cause: number): void {
    this.ledger.endpointRefused(this.works.endpoint[work], cause);
    this.send(work, cause);
  }

  queued(work: number, change: number): void {
    const endpoint = this.works.endpoint[work];
    const now = this.engine.now;
    this.occupancy[this.endpoints[endpoint].service].queue(now, change);
    this.endpointOccupancy[endpoint].queue(now, change);
  }

  admit(work: number): boolean {
    const works = this.works;
    const limit = this.services[this.endpoints[works.endpoint[work]].service].shedding.maxQueueDelayMicros;
    const late = limit !== null && this.engine.now - works.arrivedMicros[work] > limit;
    const cause = late ? shed : this.unwanted(work);
    if (cause === ok) return true;
    this.end(work, cause);
    return false;
  }

  /** Why the server would stop working on the request; `ok` when it goes on. */
  private unwanted(work: number): number {
    const works = this.works;
    const notice = this.notices[works.endpoint[work]];
    if (notice === notices.none) return ok;
    if (this.engine.now >= works.deadlineMicros[work]) return deadlinePassed;
    return notice === notices.disconnect && works.call[work] === none ? cancelled : ok;
  }

  /** Runs the program until something has to be waited for, or the end. */
  run(work: number): void {
    const { works, program } = this;
    if (this.notices[works.endpoint[work]] !== notices.none) {
      const cause = this.unwanted(work);
      if (cause !== ok) {
        this.finish(work, cause);
        return;
      }
    }
    for (;;) {
      const at = works.position[work]++;
      switch (program.code[at]) {
        case opCpu: {
          const micros = this.duration(program.first[at], work);
          if (micros === 0) break;
          this.replicas[works.replica[work]].executor.burst(work, micros);
          return;
        }
        case opWait:
          this.engine.after(this.duration(program.first[at], work), this.wakeHandler, work, 0);
          return;
        case opCall:
          works.pending[work] = 1;
          this.outbound.begin(program.first[at], work);
          return;
        case opParallel:
          this.fanOut(work, program.first[at], program.second[at]);
          return;
        case opSkip:
          if (this.streams[works.endpoint[work]].uniform() >= program.probability[at])
            works.position[work] = program.first[at];
          break;
        case opEnd:
          this.finish(work, this.ownFailure(works.endpoint[work]) ? application : ok);
          return;
        default:
          assert(false, 'A program consists of known operations.');
      }
    }
  }

  private fanOut(work: number, start: number, count: number): void {
    this.works.pending[work] = count;
    for (let index = 0; index < count; index++)
      this.outbound.begin(this.program.parallelCalls[start + index], work);
  }

  private ownFailure(endpoint: number): boolean {
    const rate = this.errorRate[endpoint];
    return rate > 0 && this.streams[endpoint].uniform() < rate;
  }

  /** Whole microseconds of one cpu or wait operation. */
  private duration(id: number, work: number): number {
    const { program, works } = this;
    let micros = this.distributions.sample(program.workDistribution[id], this.streams[works.endpoint[work]]);
    const proportions = program.proportions[id];
    const row = works.row[work];
    if (proportions !== undefined && row !== none) {
      const columns = this.attributes[works.source[work]] as Readonly<Record<string, readonly number[]>>;
      for (const { attribute, micros: each } of proportions) micros += columns[attribute][row] * each;
    }
    return wholeMicros(micros);
  }

  /** A call of the work has ended; late answers of an earlier step are ignored. */
  answered(work: number, epoch: number, failed: boolean): void {
    const works = this.works;
    if (works.epoch[work] !== epoch) return;
    if (!failed && --works.pending[work] > 0) return;
    works.epoch[work] = (epoch + 1) | 0;
    if (failed) this.finish(work, dependency);
    else this.run(work);
  }

  /** A started request has ended. */
  private finish(work: number, cause: number): void {
    const executor = this.replicas[this.works.replica[work]].executor;
    this.end(work, cause);
    executor.leave();
  }

  /** A request that was let in has ended, started or not. */
  private end(work: number, cause: number): void {
    const works = this.works;
    const now = this.engine.now;
    const endpoint = works.endpoint[work];
    const replica = this.replicas[works.replica[work]];
    const arrived = works.arrivedMicros[work];
    this.occupancy[replica.service].leave(now, arrived);
    this.endpointOccupancy[endpoint].leave(now);
    replica.inFlight--;
    this.ledger.endpointEnded(endpoint, cause, now - arrived);
    if (works.call[work] === none) this.ledger.endpointWasted[endpoint]++;
    this.send(work, cause);
    if (replica.draining && replica.inFlight === 0) this.drained(replica);
  }

  private send(work: number, cause: number): void {
    this.works.outcome[work] = cause;
    this.outbound.respond(work);
  }
}
