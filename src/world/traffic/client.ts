/**
 * Fidelity: the client's side of a request, as service meshes and client libraries do it: gates (bulkhead, breaker,
 * connection pool), a balancer, a timeout for each attempt (Envoy's per_try_timeout) cut to the propagated deadline (as
 * gRPC does), retries, hedges, single flight. A client that gives up does not stop the server. Simplified: connection
 * set-up and TLS cost nothing; a hedge needs no further connection from the pool; followers of a single flight wait as
 * long as its leader does.
 */
import type { DistributionTable } from '../../base/distribution.ts';
import type { RandomStream } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import { TimerList } from '../../engine/timers.ts';
import type { Balancer } from './balancer.ts';
import type { CallPool } from './call-pool.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { wholeMicros } from './duration.ts';
import { Gate, needsGate } from './gate.ts';
import {
  breakerOpen,
  bulkheadFull,
  deadlinePassed,
  type Ledger,
  ok,
  poolTimeout,
  terminated,
  timeout,
  unavailable,
} from './ledger.ts';
import type { Call, TrafficModel } from './model.ts';
import type { Replica } from './replica.ts';
import { RetryPolicy } from './retry.ts';
import type { Outbound } from './server.ts';
import { none, type WorkPool } from './work-pool.ts';

/** Who hears of the end of a call. */
export interface Audience {
  /** A work's call has ended. */
  answered(work: number, epoch: number, failed: boolean): void;
  /** A source's request has ended. */
  ended(source: number, owner: number, cause: number, micros: number): void;
}

export interface ClientParts {
  readonly engine: Engine;
  readonly model: TrafficModel;
  readonly works: WorkPool;
  readonly calls: CallPool;
  readonly distributions: DistributionTable;
  readonly ledger: Ledger;
  readonly replicas: readonly Replica[];
  /** One balancer per call of the model. */
  readonly balancers: readonly Balancer[];
  /** One stream per call of the model, for delays and jitter. */
  readonly streams: readonly RandomStream[];
  readonly arriveHandler: number;
  /** A breaker opened or closed. */
  readonly breakerChanged: (spec: number, replica: number, state: string) => void;
}

/** All clients' request handling. */
export class Client implements Outbound {
  private readonly engine: Engine;
  private readonly works: WorkPool;
  private readonly calls: CallPool;
  private readonly distributions: DistributionTable;
  private readonly ledger: Ledger;
  private readonly replicas: readonly Replica[];
  private readonly balancers: readonly Balancer[];
  private readonly streams: readonly RandomStream[];
  private readonly arriveHandler: number;
  private readonly breakerChanged: ClientParts['breakerChanged'];
  private readonly specs: readonly Call[];
  private readonly retries: readonly RetryPolicy[];
  /** By call of the model, then by replica; null where no policy needs one. */
  private readonly gates: readonly ((Gate | undefined)[] | null)[];
  private readonly timeouts: readonly (TimerList | null)[];
  private readonly hedges: readonly (TimerList | null)[];
  private readonly sourceDelay: Int32Array;
  private readonly sameZoneDelay: number;
  private readonly crossZoneDelay: number;
  private readonly responseHandler: number;
  private readonly deadlineHandler: number;
  private readonly failHandler: number;
  private readonly retryHandler: number;
  private readonly poolWaitHandler: number;
  private audience!: Audience;

  constructor(parts: ClientParts) {
    const { engine, model, distributions } = parts;
    this.engine = engine;
    this.works = parts.works;
    this.calls = parts.calls;
    this.distributions = distributions;
    this.ledger = parts.ledger;
    this.replicas = parts.replicas;
    this.balancers = parts.balancers;
    this.streams = parts.streams;
    this.arriveHandler = parts.arriveHandler;
    this.breakerChanged = parts.breakerChanged;
    this.specs = model.calls;
    this.retries = model.calls.map((call) => new RetryPolicy(call.retries));
    this.gates = model.calls.map((call) => (needsGate(call) ? [] : null));
    this.sourceDelay = Int32Array.from(model.sources, (source) => distributions.add(source.latency));
    this.sameZoneDelay = distributions.add(model.network.sameZone);
    this.crossZoneDelay = distributions.add(model.network.crossZone);
    this.responseHandler = engine.register('traffic/response', (work) => this.response(work));
    this.deadlineHandler = engine.register('traffic/deadline', (call) => this.expired(call, deadlinePassed));
    this.failHandler = engine.register('traffic/fail', (call, cause) => this.attemptEnded(call, cause));
    this.retryHandler = engine.register('traffic/retry', (call) => this.attempt(call));
    this.poolWaitHandler = engine.register('traffic/pool-wait', (call) => this.poolWaitEnded(call));
    this.timeouts = this.timers(
      'timeout',
      (call) => call.timeoutMicros,
      (call) => this.expired(call, timeout),
    );
    this.hedges = this.timers(
      'hedge',
      (call) => call.hedge?.afterMicros ?? null,
      (call) => this.hedge(call),
    );
  }

  /** Sets who hears of ends; once, before the first event. */
  connect(audience: Audience): void {
    this.audience = audience;
  }

  /** One timer list for each duration that occurs. */
  private timers(
    name: string,
    durationOf: (call: Call) => number | null,
    handler: (call: number) => void,
  ): (TimerList | null)[] {
    const lists = new Map<number, TimerList>();
    return this.specs.map((spec) => {
      const duration = durationOf(spec);
      if (duration === null) return null;
      const known = lists.get(duration);
      const list = known ?? new TimerList(this.engine, `traffic/${name}/${duration}`, duration, handler);
      lists.set(duration, list);
      return list;
    });
  }

  begin(spec: number, work: number): void {
    const works = this.works;
    const call = this.open(spec, works.source[work], works.key[work], works.row[work]);
    const calls = this.calls;
    calls.parent[call] = work;
    calls.parentEpoch[call] = works.epoch[work];
    calls.owner[call] = none;
    calls.clientReplica[call] = works.replica[work];
    if (this.specs[spec].propagateDeadline) calls.deadlineMicros[call] = works.deadlineMicros[work];
    this.enter(call);
  }

  /** Begins a user's request; `owner` is handed back at its end. */
  request(spec: number, source: number, owner: number, key: number, row: number): void {
    const call = this.open(spec, source, key, row);
    const calls = this.calls;
    calls.parent[call] = none;
    calls.owner[call] = owner;
    calls.clientReplica[call] = none;
    this.enter(call);
  }

  private open(spec: number, source: number, key: number, row: number): number {
    const calls = this.calls;
    const call = calls.take();
    calls.spec[call] = spec;
    calls.source[call] = source;
    calls.key[call] = key;
    calls.row[call] = row;
    calls.retries[call] = 0;
    calls.work[call] = none;
    calls.timer[call] = none;
    calls.hedgeTimer[call] = none;
    calls.follower[call] = none;
    calls.holdsConnection[call] = 0;
    calls.startedMicros[call] = this.engine.now;
    calls.deadlineMicros[call] = Number.POSITIVE_INFINITY;
    return call;
  }

  /** The call joins one in flight for the same key, or makes its first attempt. */
  private enter(call: number): void {
    this.ledger.callStarted[this.calls.spec[call]]++;
    const gate = this.gateOf(call);
    if (gate !== null) {
      if (gate.flights !== null && this.follows(call, gate.flights)) return;
      gate.budget?.deposit();
    }
    this.attempt(call);
  }

  private follows(call: number, flights: Map<number, number>): boolean {
    const calls = this.calls;
    const leader = flights.get(calls.key[call]);
    if (leader === undefined) {
      flights.set(calls.key[call], call);
      return false;
    }
    this.ledger.callShared[calls.spec[call]]++;
    calls.next[call] = calls.follower[leader];
    calls.follower[leader] = call;
    return true;
  }

  private gateOf(call: number): Gate | null {
    const spec = this.calls.spec[call];
    const gates = this.gates[spec];
    if (gates === null) return null;
    const client = this.calls.clientReplica[call] + 1;
    return (gates[client] ??= new Gate(this.specs[spec]));
  }

  /** The first attempt or a retry, from the gates on. Refusals of our own end in a later event, never in this one. */
  private attempt(call: number): void {
    const calls = this.calls;
    const spec = this.specs[calls.spec[call]];
    const refusal = this.refusal(call, spec);
    calls.passedGate[call] = +(refusal === ok);
    if (refusal !== ok) this.failSoon(call, refusal);
    else if (spec.pool === null) this.send(call);
    else this.connectThenSend(call, this.replicas[calls.clientReplica[call]].pools[spec.pool]);
  }

  /** Why the client's own gates refuse an attempt; `ok` when they let it through, which the gate then counts. */
  private refusal(call: number, spec: Call): number {
    const now = this.engine.now;
    if (now >= this.calls.deadlineMicros[call]) return deadlinePassed;
    const gate = this.gateOf(call);
    if (gate === null) return ok;
    if (spec.bulkhead !== null && gate.inFlight >= spec.bulkhead) return bulkheadFull;
    if (gate.breaker !== null && !gate.breaker.allows(now)) return breakerOpen;
    gate.inFlight++;
    return ok;
  }

  private connectThenSend(call: number, pool: ConnectionPool): void {
    if (pool.acquire()) {
      this.calls.holdsConnection[call] = 1;
      this.send(call);
    } else if (pool.full) this.failSoon(call, poolTimeout);
    else {
      this.waitForConnection(call, pool.policy.maxWaitMicros);
      pool.enqueue(call);
    }
  }

  private failSoon(call: number, cause: number): void {
    this.engine.after(0, this.failHandler, call, cause);
  }

  private waitForConnection(call: number, maxWaitMicros: number | null): void {
    const calls = this.calls;
    const patience = maxWaitMicros === null ? Number.POSITIVE_INFINITY : this.engine.now + maxWaitMicros;
    const until = Math.min(patience, calls.deadlineMicros[call]);
    if (until === Number.POSITIVE_INFINITY) return;
    calls.timerIsEvent[call] = 1;
    calls.timer[call] = this.engine.schedule(until, this.poolWaitHandler, call, 0);
  }

  private poolWaitEnded(call: number): void {
    const calls = this.calls;
    const spec = this.specs[calls.spec[call]];
    calls.timer[call] = none;
    this.replicas[calls.clientReplica[call]].pools[spec.pool as number].leave(call);
    const late = this.engine.now >= calls.deadlineMicros[call];
    this.attemptEnded(call, late ? deadlinePassed : poolTimeout);
  }

  /** Chooses a replica and sends the attempt there. */
  private send(call: number): void {
    const calls = this.calls;
    const spec = calls.spec[call];
    if (this.clientGone(call)) {
      this.failSoon(call, terminated);
      return;
    }
    const replica = this.pick(call, spec);
    if (replica === null) {
      this.failSoon(call, unavailable);
      return;
    }
    if (calls.retries[call] > 0) this.ledger.callRetries[spec]++;
    this.startTimer(call, spec);
    this.launch(call, spec, replica);
    calls.hedges[call] = 0;
    const hedges = this.hedges[spec];
    if (hedges !== null) calls.hedgeTimer[call] = hedges.start(call);
  }

  /** The process that calls has ended. */
  private clientGone(call: number): boolean {
    const client = this.calls.clientReplica[call];
    return client !== none && this.replicas[client].gone;
  }

  private pick(call: number, spec: number): Replica | null {
    const client = this.calls.clientReplica[call];
    return this.balancers[spec].pick(
      client === none ? none : this.replicas[client].zone,
      this.calls.key[call],
    );
  }

  private startTimer(call: number, spec: number): void {
    const calls = this.calls;
    const list = this.timeouts[spec];
    const left = calls.deadlineMicros[call] - this.engine.now;
    if (list !== null && (this.specs[spec].timeoutMicros as number) <= left) {
      calls.timerIsEvent[call] = 0;
      calls.timer[call] = list.start(call);
    } else if (left !== Number.POSITIVE_INFINITY) {
      calls.timerIsEvent[call] = 1;
      calls.timer[call] = this.engine.schedule(calls.deadlineMicros[call], this.deadlineHandler, call, 0);
    }
  }

  private launch(call: number, spec: number, replica: Replica): void {
    const { calls, works } = this;
    const policy = this.specs[spec];
    const now = this.engine.now;
    const work = works.take();
    works.call[work] = call;
    works.sibling[work] = calls.work[call];
    works.replica[work] = replica.id;
    works.endpoint[work] = policy.endpoint;
    works.key[work] = calls.key[call];
    works.row[work] = calls.row[call];
    works.source[work] = calls.source[call];
    const patience = policy.timeoutMicros === null ? Number.POSITIVE_INFINITY : now + policy.timeoutMicros;
    works.deadlineMicros[work] = policy.propagateDeadline
      ? Math.min(patience, calls.deadlineMicros[call])
      : Number.POSITIVE_INFINITY;
    calls.work[call] = work;
    this.ledger.callAttempts[spec]++;
    replica.outstanding++;
    this.engine.after(this.delay(call, replica), this.arriveHandler, work, 0);
  }

  /** One-way delay between the client of a call and a replica. */
  private delay(call: number, replica: Replica): number {
    const client = this.calls.clientReplica[call];
    const spec = this.calls.spec[call];
    if (client === none) return this.sample(this.sourceDelay[this.calls.source[call]], spec);
    const near = this.replicas[client].zone === replica.zone;
    return this.sample(near ? this.sameZoneDelay : this.crossZoneDelay, spec);
  }

  private sample(distribution: number, spec: number): number {
    return wholeMicros(this.distributions.sample(distribution, this.streams[spec]));
  }

  respond(work: number): void {
    const works = this.works;
    const call = works.call[work];
    if (call === none) {
      works.release(work);
      return;
    }
    const delay = this.delay(call, this.replicas[works.replica[work]]);
    this.engine.after(delay, this.responseHandler, work, 0);
  }

  cutOff(work: number, cause: number): void {
    const { works, calls } = this;
    const call = works.call[work];
    const answer = works.take();
    works.call[answer] = call;
    works.sibling[answer] = works.sibling[work];
    works.replica[answer] = works.replica[work];
    works.outcome[answer] = cause;
    if (calls.work[call] === work) calls.work[call] = answer;
    else {
      let before = calls.work[call];
      while (works.sibling[before] !== work) before = works.sibling[before];
      works.sibling[before] = answer;
    }
    works.call[work] = none;
    this.respond(answer);
  }

  /** The process of a replica is gone: nobody waits any more for the answers to what it has asked. */
  hangUp(replica: number): void {
    const { calls } = this;
    for (let call = 0; call < calls.size; call++)
      if (calls.spec[call] !== none && calls.clientReplica[call] === replica && calls.work[call] !== none)
        this.attemptEnded(call, terminated);
  }

  /** An answer reaches the client, if it still waits. */
  private response(work: number): void {
    const { works, calls } = this;
    const call = works.call[work];
    const cause = works.outcome[work];
    if (call !== none) {
      this.replicas[works.replica[work]].outstanding--;
      this.detach(call, work);
    }
    works.release(work);
    if (call === none) return;
    // While a hedge is in flight, the failure of one attempt decides nothing.
    if (cause !== ok && calls.work[call] !== none) return;
    this.attemptEnded(call, cause);
  }

  private detach(call: number, work: number): void {
    const { works, calls } = this;
    if (calls.work[call] === work) {
      calls.work[call] = works.sibling[work];
      return;
    }
    let before = calls.work[call];
    while (works.sibling[before] !== work) before = works.sibling[before];
    works.sibling[before] = works.sibling[work];
  }

  /** A timer of the attempt has fired. */
  private expired(call: number, cause: number): void {
    this.calls.timer[call] = none;
    this.attemptEnded(call, cause);
  }

  private hedge(call: number): void {
    const calls = this.calls;
    const spec = calls.spec[call];
    calls.hedgeTimer[call] = none;
    const policy = this.specs[spec].hedge as NonNullable<Call['hedge']>;
    const replica = this.pick(call, spec);
    if (replica === null) return;
    this.ledger.callHedges[spec]++;
    this.launch(call, spec, replica);
    if (++calls.hedges[call] < policy.max)
      calls.hedgeTimer[call] = (this.hedges[spec] as TimerList).start(call);
  }

  /** The attempt is over: everything it held is given back, then the call ends or is tried again. */
  private attemptEnded(call: number, cause: number): void {
    const calls = this.calls;
    this.stopTimers(call);
    this.abandon(call);
    if (calls.holdsConnection[call] === 1) this.releaseConnection(call);
    if (calls.passedGate[call] === 1) this.leaveGate(call, cause);
    if (cause === ok || !this.retry(call, cause)) this.finish(call, cause);
  }

  private stopTimers(call: number): void {
    const calls = this.calls;
    const timer = calls.timer[call];
    if (timer !== none) {
      if (calls.timerIsEvent[call] === 1) this.engine.cancel(timer);
      else (this.timeouts[calls.spec[call]] as TimerList).stop(timer);
      calls.timer[call] = none;
    }
    const hedge = calls.hedgeTimer[call];
    if (hedge !== none) {
      (this.hedges[calls.spec[call]] as TimerList).stop(hedge);
      calls.hedgeTimer[call] = none;
    }
  }

  /** Nobody waits for the attempts in flight any more; the servers go on with them. */
  private abandon(call: number): void {
    const { calls, works } = this;
    for (let work = calls.work[call]; work !== none; work = works.sibling[work]) {
      works.call[work] = none;
      this.replicas[works.replica[work]].outstanding--;
    }
    calls.work[call] = none;
  }

  private releaseConnection(call: number): void {
    const calls = this.calls;
    calls.holdsConnection[call] = 0;
    const pool = this.replicas[calls.clientReplica[call]].pools[this.specs[calls.spec[call]].pool as number];
    const next = pool.release();
    if (next === none) return;
    this.stopTimers(next);
    calls.holdsConnection[next] = 1;
    this.send(next);
  }

  private leaveGate(call: number, cause: number): void {
    if (this.gates[this.calls.spec[call]] === null) return;
    const gate = this.gateOf(call) as Gate;
    gate.inFlight--;
    const breaker = gate.breaker;
    if (breaker?.record(this.engine.now, cause === ok))
      this.breakerChanged(this.calls.spec[call], this.calls.clientReplica[call], breaker.state);
  }

  /** Plans another attempt when policy, budget and deadline allow one. */
  private retry(call: number, cause: number): boolean {
    const calls = this.calls;
    const spec = calls.spec[call];
    const policy = this.retries[spec];
    const done = calls.retries[call];
    if (done >= policy.max || !policy.covers(cause) || this.clientGone(call)) return false;
    const delay = policy.delayMicros(done, this.streams[spec]);
    if (this.engine.now + delay >= calls.deadlineMicros[call]) return false;
    const budget = this.gateOf(call)?.budget;
    if (budget && !budget.withdraw()) return false;
    calls.retries[call] = done + 1;
    this.engine.after(delay, this.retryHandler, call, 0);
    return true;
  }

  /** The call has its final answer; so have those that share it. */
  private finish(call: number, cause: number): void {
    const calls = this.calls;
    let follower = calls.follower[call];
    const flights = this.specs[calls.spec[call]].singleFlight ? this.gateOf(call)?.flights : null;
    if (flights) flights.delete(calls.key[call]);
    this.conclude(call, cause);
    while (follower !== none) {
      const next = calls.next[follower];
      this.conclude(follower, cause);
      follower = next;
    }
  }

  private conclude(call: number, cause: number): void {
    const calls = this.calls;
    const spec = calls.spec[call];
    const parent = calls.parent[call];
    const epoch = calls.parentEpoch[call];
    const source = calls.source[call];
    const owner = calls.owner[call];
    const micros = this.engine.now - calls.startedMicros[call];
    this.ledger.callEnded(spec, cause, micros);
    calls.release(call);
    if (parent === none) this.audience.ended(source, owner, cause, micros);
    else this.audience.answered(parent, epoch, cause !== ok && !this.specs[spec].optional);
  }
}
