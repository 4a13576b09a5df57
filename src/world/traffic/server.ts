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
import type { AccessLog } from './access-log.ts';
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
  terminated,
} from './ledger.ts';
import type { Endpoint, Service, TrafficModel } from './model.ts';
import type { Occupancy } from './occupancy.ts';
import { opCall, opCpu, opEnd, opHealthy, opParallel, opSkip, opWait, type Program } from './program.ts';
import type { ReleaseCount } from './release-counts.ts';
import type { Replica } from './replica.ts';
import { ghost, inside, none, onTheWay, probe, type WorkPool } from './work-pool.ts';

/** The client's side, as the server sees it. */
export interface Outbound {
  /** Begins the model's call `spec` on behalf of a work. It always ends in a later event. */
  begin(spec: number, work: number): void;
  /** Sends the answer of a work back; takes the work over. */
  respond(work: number): void;
  /** The connection of a work breaks: its client hears so, and the work is nobody's from then on. */
  cutOff(work: number, cause: number): void;
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
  /** A health probe was answered, at once or later; `cause` is `ok` or why it was not let in or not finished. */
  readonly probed: (ticket: number, cause: number) => void;
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
  private readonly probed: (ticket: number, cause: number) => void;
  /** Some replica behaves otherwise than its endpoints state. */
  private varied = false;
  private readonly services: readonly Service[];
  private readonly endpoints: readonly Endpoint[];
  /** Per endpoint: how much the service notices of clients that gave up. */
  private readonly notices: Uint8Array;
  private readonly errorRate: Float64Array;
  /** Attribute columns by source, for works that replay a trace row. */
  private readonly attributes: readonly (Readonly<Record<string, readonly number[]>> | undefined)[];
  private outbound!: Outbound;
  /** Kept only where somebody may read it. */
  log: AccessLog | null = null;

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
    this.probed = parts.probed;
    const { services, endpoints, sources } = parts.model;
    this.services = services;
    this.endpoints = endpoints;
    this.notices = Uint8Array.from(endpoints, (endpoint) => notices[services[endpoint.service].cancellation]);
    this.errorRate = Float64Array.from(endpoints, (endpoint) => endpoint.errorRate);
    this.attributes = sources.map(({ load }) => (load.kind === 'timestamps' ? load.attributes : undefined));
    this.arriveHandler = this.engine.register('traffic/arrive', (work) => this.arrive(work));
    this.wakeHandler = this.engine.register('traffic/wake', (work) => this.wake(work));
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
    replica.arrivals++;
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
    works.state[work] = inside;
    if (!replica.executor.arrive(work)) this.leaveRefused(work, replica);
  }

  /** Why the replica would not even queue a request; `ok` when it would. */
  private refusal(replica: Replica): number {
    if (replica.refusing) return refused;
    const maxInFlight = this.services[replica.service].shedding.maxInFlight;
    if (maxInFlight !== null && replica.inFlight >= maxInFlight) return shed;
    if (replica.rateLimit !== null && !replica.rateLimit.take(this.engine.now)) return rateLimited;
    return ok;
  }

  private leaveRefused(work: number, replica: Replica): void {
    const { works } = this;
    const now = this.engine.now;
    this.occupancy[replica.service].leave(now);
    this.endpointOccupancy[works.endpoint[work]].leave(now, works.arrivedMicros[work]);
    replica.inFlight--;
    works.state[work] = onTheWay;
    this.turnAway(work, refused);
    if (replica.draining && replica.inFlight === 0) this.drained(replica);
  }

  private turnAway(work: number, cause: number): void {
    const { endpoint, replica } = this.works;
    this.ledger.endpointRefused(endpoint[work], cause);
    // A process that is not there, or not listening, knows nothing of it.
    if (this.log !== null && !this.replicas[replica[work]].refusing)
      this.log.served(replica[work], endpoint[work], cause, 0, this.engine.now);
    this.send(work, cause);
  }

  queued(work: number, change: number): void {
    if (this.works.state[work] === probe) return;
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
    const hungUp = works.call[work] === none && works.state[work] !== probe;
    return notice === notices.disconnect && hungUp ? cancelled : ok;
  }

  /** A wait is over. */
  private wake(work: number): void {
    if (this.works.state[work] === ghost) this.works.release(work);
    else this.run(work);
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
          const micros = this.cpuMicros(program.first[at], work);
          if (micros === 0) break;
          this.replicas[works.replica[work]].executor.burst(work, micros);
          return;
        }
        case opWait:
          this.engine.after(this.waitMicros(program.first[at], work), this.wakeHandler, work, 0);
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
          this.finish(work, this.ownFailure(work) ? application : ok);
          return;
        case opHealthy:
          this.finish(work, ok);
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

  private ownFailure(work: number): boolean {
    const endpoint = this.works.endpoint[work];
    const stated = this.errorRate[endpoint];
    const stream = this.streams[endpoint];
    if (stated > 0 && stream.uniform() < stated) return true;
    if (!this.varied) return false;
    const added = this.behaviour(work).errorRate;
    return added > 0 && stream.uniform() < added;
  }

  private behaviour(work: number): Replica['behaviour'] {
    return this.replicas[this.works.replica[work]].behaviour;
  }

  private cpuMicros(id: number, work: number): number {
    const micros = this.duration(id, work);
    return this.varied ? Math.round(micros * this.behaviour(work).cpuFactor) : micros;
  }

  private waitMicros(id: number, work: number): number {
    const micros = this.duration(id, work);
    return this.varied ? Math.round(micros * this.behaviour(work).waitFactor) : micros;
  }

  /** Replicas may from now on behave otherwise than their endpoints state. */
  vary(): void {
    this.varied = true;
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
    if (works.state[work] === probe) {
      this.endProbe(work, cause);
      return;
    }
    works.state[work] = onTheWay;
    const now = this.engine.now;
    const endpoint = works.endpoint[work];
    const replica = this.replicas[works.replica[work]];
    const arrived = works.arrivedMicros[work];
    this.occupancy[replica.service].leave(now);
    this.endpointOccupancy[endpoint].leave(now, arrived);
    replica.inFlight--;
    this.ledger.endpointEnded(endpoint, cause, now - arrived);
    this.log?.served(replica.id, endpoint, cause, now - arrived, now);
    if (replica.count !== null) this.count(replica.count, cause, now - arrived);
    if (works.call[work] === none) this.ledger.endpointWasted[endpoint]++;
    this.send(work, cause);
    if (replica.draining && replica.inFlight === 0) this.drained(replica);
  }

  /**
   * Sends a health probe into a replica of a service, where it takes its turn like any request but costs no CPU. `probed`
   * is called with the ticket once it is answered, which may be never.
   */
  probe(replica: Replica, endpoint: number, ticket: number): void {
    const refusal = this.probeRefusal(replica);
    if (refusal !== ok) {
      this.probed(ticket, refusal);
      return;
    }
    const { works } = this;
    const work = works.take();
    works.call[work] = none;
    works.replica[work] = replica.id;
    works.endpoint[work] = endpoint;
    works.row[work] = ticket;
    works.deadlineMicros[work] = Number.POSITIVE_INFINITY;
    works.arrivedMicros[work] = this.engine.now;
    works.position[work] = this.program.probeEntry;
    works.state[work] = probe;
    if (replica.executor.arrive(work)) return;
    works.release(work);
    this.probed(ticket, refused);
  }

  /** A probe does not use up the rate limit, and its own presence does not count. */
  private probeRefusal(replica: Replica): number {
    if (replica.refusing) return refused;
    const maxInFlight = this.services[replica.service].shedding.maxInFlight;
    return maxInFlight !== null && replica.inFlight >= maxInFlight ? shed : ok;
  }

  private endProbe(work: number, cause: number): void {
    const ticket = this.works.row[work];
    this.works.release(work);
    this.probed(ticket, cause);
  }

  /**
   * The process of a replica is gone. Every request inside it ends as terminated: its client's connection is reset. What
   * still waits for an event stays behind as a ghost until that event.
   */
  kill(replica: Replica): void {
    const { works } = this;
    const within: number[] = [];
    for (let work = 0; work < works.size; work++)
      if (works.replica[work] === replica.id && (works.state[work] === inside || works.state[work] === probe))
        within.push(work);
    const lost = new Set<number>();
    replica.executor.abort((work) => lost.add(work));
    for (const work of within) this.lose(work, replica, lost.has(work));
  }

  private lose(work: number, replica: Replica, lost: boolean): void {
    const { works, program } = this;
    // A probe that was not lost with its queue has been answered in the event in which its turn came.
    const isProbe = works.state[work] === probe;
    if (isProbe) this.probed(works.row[work], terminated);
    else this.account(work, replica);
    works.state[work] = ghost;
    works.epoch[work] = (works.epoch[work] + 1) | 0;
    const doing = program.code[works.position[work] - 1];
    if (lost || doing === opCall || doing === opParallel) works.release(work);
    else if (doing === opCpu) replica.executor.forget(work);
  }

  /** Accounts for a request that ends with its process. */
  private account(work: number, replica: Replica): void {
    const { works } = this;
    const now = this.engine.now;
    const endpoint = works.endpoint[work];
    const arrived = works.arrivedMicros[work];
    this.occupancy[replica.service].leave(now);
    this.endpointOccupancy[endpoint].leave(now, arrived);
    replica.inFlight--;
    this.ledger.endpointEnded(endpoint, terminated, now - arrived);
    this.log?.served(replica.id, endpoint, terminated, now - arrived, now);
    if (replica.count !== null) this.count(replica.count, terminated, now - arrived);
    if (works.call[work] === none) this.ledger.endpointWasted[endpoint]++;
    else this.outbound.cutOff(work, terminated);
  }

  private count(count: ReleaseCount, cause: number, tookMicros: number): void {
    if (cause === ok) count.ok++;
    else count.failed++;
    count.micros += tookMicros;
  }

  private send(work: number, cause: number): void {
    this.works.outcome[work] = cause;
    this.outbound.respond(work);
  }
}
