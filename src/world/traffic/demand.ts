/**
 * Fidelity: what users send. Open load arrives whatever the system does (Poisson, or regular for calibration); closed load
 * is a population that waits for each answer and thinks (k6 and JMeter virtual users); sessions arrive openly and walk a
 * journey; traces are replayed as counts per interval (instants within an interval are uniform, which for Poisson traffic
 * loses nothing) or as instants. Simplified: users never give up for good, and a session that fails a request goes on.
 */
import { assert } from '../../base/assert.ts';
import type { DistributionTable } from '../../base/distribution.ts';
import { type RandomStream, randomStream } from '../../base/random.ts';
import { microsPerMillisecond, microsPerSecond } from '../../base/time.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Client } from './client.ts';
import { wholeMicros } from './duration.ts';
import { aliasTable, KeyTable } from './key.ts';
import { type Ledger, ok } from './ledger.ts';
import type { Load, Source } from './model.ts';
import { curveValue, RateClock } from './rate-clock.ts';
import { Slots } from './slots.ts';
import { none } from './work-pool.ts';

export interface DemandParts {
  readonly engine: Engine;
  readonly client: Client;
  readonly ledger: Ledger;
  readonly distributions: DistributionTable;
  readonly seed: number;
}

/** One source of requests: knows when the next comes and what its end means. */
interface Generator {
  start(): void;
  /** The timer of `owner` (or of the source itself: `none`) has fired. */
  fire(owner: number): void;
  ended(owner: number, cause: number): void;
  readonly active: number;
}

/** All sources. */
export class Demand {
  private readonly generators: readonly Generator[];
  private readonly ledger: Ledger;

  constructor(sources: readonly Source[], parts: DemandParts) {
    this.ledger = parts.ledger;
    const handler = parts.engine.register('traffic/demand', (source, owner) =>
      this.generators[source].fire(owner),
    );
    this.generators = sources.map((source) =>
      createGenerator(new Caller(source, parts, handler), source.load),
    );
  }

  start(): void {
    for (const generator of this.generators) generator.start();
  }

  ended(source: number, owner: number, cause: number, micros: number): void {
    this.ledger.sourceEnded(source, cause, micros);
    if (owner !== none) this.generators[source].ended(owner, cause);
  }

  /** Users or sessions at work. */
  active(source: number): number {
    return this.generators[source].active;
  }
}

/** Sends requests on behalf of a source and sets its timers. */
class Caller {
  readonly arrivals: RandomStream;
  readonly thinking: RandomStream;
  readonly engine: Engine;
  readonly distributions: DistributionTable;
  private readonly source: Source;
  private readonly handler: number;
  private readonly client: Client;
  private readonly ledger: Ledger;
  private readonly choice: RandomStream;
  private readonly keyStream: RandomStream;
  private readonly keys: KeyTable | null;
  private readonly threshold: Float64Array;
  private readonly alias: Int32Array;

  constructor(source: Source, parts: DemandParts, handler: number) {
    const stream = (purpose: string) => randomStream(parts.seed, `source/${source.name}/${purpose}`);
    this.source = source;
    this.handler = handler;
    this.engine = parts.engine;
    this.client = parts.client;
    this.ledger = parts.ledger;
    this.distributions = parts.distributions;
    this.arrivals = stream('arrivals');
    this.thinking = stream('thinking');
    this.choice = stream('choice');
    this.keyStream = stream('keys');
    this.keys = source.keys === null ? null : new KeyTable(source.keys.count, source.keys.skew);
    [this.threshold, this.alias] = aliasTable(Float64Array.from(source.requests, ({ weight }) => weight));
  }

  /** Sends one of the requests by weight. */
  sendAny(owner: number, row: number): void {
    const count = this.source.requests.length;
    if (count === 1) {
      this.send(0, owner, row);
      return;
    }
    const slot = this.choice.integer(count);
    this.send(this.choice.uniform() < this.threshold[slot] ? slot : this.alias[slot], owner, row);
  }

  send(request: number, owner: number, row: number): void {
    const key = this.keys === null ? 0 : this.keys.draw(this.keyStream);
    this.ledger.sourceStarted[this.source.id]++;
    this.client.request(this.source.requests[request].call, this.source.id, owner, key, row);
  }

  /** Fires `owner` at an instant, at once when it has just passed; later than the clock can tell is never. */
  wakeAt(atMicros: number, owner: number): void {
    if (atMicros > Number.MAX_SAFE_INTEGER) return;
    this.engine.after(Math.max(0, atMicros - this.engine.now), this.handler, this.source.id, owner);
  }

  /** Fires `owner` after thinking. An error that took no time is followed by a pause, or time would stand still. */
  think(distribution: number, owner: number, cause: number): void {
    const micros = wholeMicros(this.distributions.sample(distribution, this.thinking));
    this.wakeAt(this.engine.now + (cause === ok ? micros : Math.max(micros, microsPerMillisecond)), owner);
  }
}

function createGenerator(caller: Caller, load: Load): Generator {
  switch (load.kind) {
    case 'open':
      return new OpenLoad(caller, new Arrivals(load, caller.arrivals));
    case 'closed':
      return new ClosedLoad(caller, load);
    case 'sessions':
      return new SessionLoad(caller, load);
    case 'counts':
      return new CountReplay(caller, load);
    case 'timestamps':
      return new InstantReplay(caller, load);
  }
}

/**
 * Instants at which requests or sessions arrive openly. The next one follows the exact instant of the last, not the
 * microsecond that it was rounded to: regular arrivals three microseconds and a third apart would come a tenth too often.
 */
class Arrivals {
  private atMicros = 0;
  private readonly clock: RateClock;
  private readonly poisson: boolean;
  private readonly stream: RandomStream;

  constructor(load: Extract<Load, { kind: 'open' | 'sessions' }>, stream: RandomStream) {
    this.clock = new RateClock(load.rate);
    this.poisson = load.arrivals === 'poisson';
    this.stream = stream;
  }

  /** Infinity when no more come. */
  next(): number {
    this.atMicros = this.clock.next(this.atMicros, this.poisson ? this.stream.exponential() : 1);
    return this.atMicros;
  }
}

class OpenLoad implements Generator {
  readonly active = 0;
  private readonly caller: Caller;
  private readonly arrivals: Arrivals;

  constructor(caller: Caller, arrivals: Arrivals) {
    this.caller = caller;
    this.arrivals = arrivals;
  }

  start(): void {
    this.plan();
  }

  fire(): void {
    this.caller.sendAny(none, none);
    this.plan();
  }

  ended(): void {
    assert(false, 'Open load has no owners.');
  }

  private plan(): void {
    this.caller.wakeAt(this.arrivals.next(), none);
  }
}

class ClosedLoad implements Generator {
  active = 0;
  private readonly caller: Caller;
  private readonly load: Extract<Load, { kind: 'closed' }>;
  private readonly think: number;
  private readonly users = new Slots();

  constructor(caller: Caller, load: Extract<Load, { kind: 'closed' }>) {
    this.caller = caller;
    this.load = load;
    this.think = caller.distributions.add(load.think);
  }

  start(): void {
    this.adjust();
  }

  fire(owner: number): void {
    if (owner === none) this.adjust();
    else if (this.active > this.wanted()) this.retire(owner);
    else this.caller.sendAny(owner, none);
  }

  ended(owner: number, cause: number): void {
    this.caller.think(this.think, owner, cause);
  }

  /** Lets new users in; surplus ones leave when they would send next. Looked at each second while the curve moves. */
  private adjust(): void {
    const wanted = this.wanted();
    while (this.active < wanted) {
      this.active++;
      this.caller.think(this.think, this.users.take(), ok);
    }
    const { atMicros } = this.load.users;
    const now = this.caller.engine.now;
    if (now < atMicros[atMicros.length - 1]) this.caller.wakeAt(now + microsPerSecond, none);
  }

  private wanted(): number {
    return Math.round(curveValue(this.load.users, this.caller.engine.now));
  }

  private retire(owner: number): void {
    this.active--;
    this.users.release(owner);
  }
}

class SessionLoad implements Generator {
  private readonly caller: Caller;
  private readonly arrivals: Arrivals;
  private readonly load: Extract<Load, { kind: 'sessions' }>;
  private readonly thinks: readonly number[];
  private readonly slots = new Slots();
  /** Next stop of the journey by session. */
  private readonly stop: number[] = [];

  constructor(caller: Caller, load: Extract<Load, { kind: 'sessions' }>) {
    this.caller = caller;
    this.load = load;
    this.arrivals = new Arrivals(load, caller.arrivals);
    this.thinks = load.journey.map(({ think }) => caller.distributions.add(think));
  }

  get active(): number {
    return this.slots.live;
  }

  start(): void {
    this.plan();
  }

  fire(owner: number): void {
    if (owner === none) {
      const session = this.slots.take();
      this.stop[session] = 0;
      this.plan();
      this.go(session);
    } else this.go(owner);
  }

  ended(owner: number, cause: number): void {
    this.caller.think(this.thinks[this.stop[owner] - 1], owner, cause);
  }

  /** Sends the next request of the journey that the session does not skip, or ends the session. */
  private go(session: number): void {
    const journey = this.load.journey;
    for (let stop = this.stop[session]; stop < journey.length; stop++) {
      if (journey[stop].probability < 1 && this.caller.thinking.uniform() >= journey[stop].probability)
        continue;
      this.stop[session] = stop + 1;
      this.caller.send(journey[stop].request, session, none);
      return;
    }
    this.slots.release(session);
  }

  private plan(): void {
    this.caller.wakeAt(this.arrivals.next(), none);
  }
}

class CountReplay implements Generator {
  readonly active = 0;
  private readonly caller: Caller;
  private readonly load: Extract<Load, { kind: 'counts' }>;
  private interval = -1;
  /** Requests of the current interval that are still to come. */
  private left = 0;
  private countSoFar = 0;
  private sentSoFar = 0;

  constructor(caller: Caller, load: Extract<Load, { kind: 'counts' }>) {
    this.caller = caller;
    this.load = load;
  }

  start(): void {
    this.plan(0);
  }

  fire(): void {
    this.caller.sendAny(none, none);
    this.plan(this.caller.engine.now);
  }

  ended(): void {
    assert(false, 'Replayed load has no owners.');
  }

  /** The next of `left` uniform instants in the rest of the interval is its smallest: 1 − U^(1/left) of the way. */
  private plan(nowMicros: number): void {
    let from = nowMicros;
    while (this.left === 0) {
      if (!this.nextInterval()) return;
      from = Math.max(from, this.interval * this.load.intervalMicros);
    }
    const end = (this.interval + 1) * this.load.intervalMicros;
    const share = 1 - Math.exp(-this.caller.arrivals.exponential() / this.left);
    this.left--;
    // Rounded down, so that an instant never slips into the next interval.
    this.caller.wakeAt(Math.max(nowMicros, Math.floor(from + share * (end - from))), none);
  }

  /** Scaled counts are rounded so that the running total is always exact to one request. */
  private nextInterval(): boolean {
    if (++this.interval >= this.load.counts.length) return false;
    this.countSoFar += this.load.counts[this.interval];
    const due = Math.round(this.countSoFar * this.load.scale);
    this.left = due - this.sentSoFar;
    this.sentSoFar = due;
    return true;
  }
}

class InstantReplay implements Generator {
  readonly active = 0;
  private readonly caller: Caller;
  private readonly load: Extract<Load, { kind: 'timestamps' }>;
  private row = -1;
  private copies = 0;

  constructor(caller: Caller, load: Extract<Load, { kind: 'timestamps' }>) {
    this.caller = caller;
    this.load = load;
  }

  start(): void {
    this.plan();
  }

  fire(): void {
    this.caller.sendAny(none, this.row);
    this.plan();
  }

  ended(): void {
    assert(false, 'Replayed load has no owners.');
  }

  /** Further copies of a request follow it at random before the next one, as more users alike would. */
  private plan(): void {
    const at = this.load.atMicros;
    while (this.copies === 0) {
      if (++this.row >= at.length) return;
      const whole = Math.floor(this.load.scale);
      this.copies = whole + (this.caller.arrivals.uniform() < this.load.scale - whole ? 1 : 0);
      if (this.copies > 0) {
        this.copies--;
        this.caller.wakeAt(Math.max(this.caller.engine.now, at[this.row]), none);
        return;
      }
    }
    const now = this.caller.engine.now;
    const next = this.row + 1 < at.length ? at[this.row + 1] : at[this.row];
    const share = 1 - Math.exp(-this.caller.arrivals.exponential() / this.copies);
    this.copies--;
    this.caller.wakeAt(Math.max(now, Math.floor(now + share * (next - now))), none);
  }
}
