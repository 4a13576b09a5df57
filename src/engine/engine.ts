import { AssertionError, assert } from '../base/assert.ts';
import { TraceHash } from '../base/hash.ts';
import { EventQueue } from './event-queue.ts';

/**
 * Names one scheduled event, for `cancel`. An exact integer from 2^26 to 2^53: keep it in a number or a Float64Array,
 * not in an Int32Array; 0 is free to say "none".
 */
export type EventId = number;

/** What happens at an event; `a` and `b` are the int32 that it was scheduled with. */
export type Handler = (a: number, b: number) => void;

/** An order is priority × 2^45 + sequence: 3.5 × 10^13 events of 256 priorities, all exact in a float64. */
const ordersPerPriority = 35_184_372_088_832;
const latest = 9_007_199_254_740_991;

/**
 * The virtual clock and the pending events. Events fire by (time, priority, sequence): a total order, in which
 * the sequence is that of scheduling. Lower priorities fire first; the usual one is 0. Whoever schedules may give any
 * finite time from `now` on: here, and nowhere else, it is rounded to a whole microsecond.
 */
export class Engine {
  /** Virtual time, whole microseconds; never decreases. */
  now: number;
  /** Events fired so far. */
  processed = 0;
  readonly #queue = new EventQueue();
  readonly #hash = new TraceHash();
  readonly #handlers: Handler[] = [];
  readonly #names: string[] = [];
  #sequence: number;
  #stopped = false;

  constructor() {
    // V8 keeps a field as a double once it has held one: neither field changes its layout in mid-run.
    this.now = 0.5;
    this.#sequence = 0.5;
    this.now = 0;
    this.#sequence = 0;
  }

  /** Makes a handler known and returns the number to schedule it by. Names are unique. */
  register(name: string, handler: Handler): number {
    assert(!this.#names.includes(name), `the handler ${name} is registered twice`);
    this.#names.push(name);
    return this.#handlers.push(handler) - 1;
  }

  /** Fires `handler(a, b)` at `atMicros`; `a` and `b` are int32. */
  schedule(atMicros: number, handler: number, a = 0, b = 0): EventId {
    return this.scheduleInOrder(atMicros, this.reserveOrder(), handler, a, b);
  }

  /**
   * As `schedule`, so many microseconds from now, for an event that is never cancelled: without an id to return and
   * with a small integer to pass, it allocates nothing wherever it is called from.
   */
  after(delayMicros: number, handler: number, a: number, b: number): void {
    const at = this.now + delayMicros;
    if (!(delayMicros >= 0 && at <= latest)) this.#refuse(at, handler);
    const order = this.#sequence;
    this.#sequence = order + 1;
    this.#queue.push(Math.round(at), order, handler, a, b);
  }

  /** As `schedule`, among events of the same time before all of a greater priority; -128 to 127. */
  scheduleWithPriority(atMicros: number, priority: number, handler: number, a = 0, b = 0): EventId {
    if (!(priority >= -128 && priority <= 127)) {
      throw new AssertionError(`${priority} is not a priority from -128 to 127`);
    }
    return this.scheduleInOrder(atMicros, priority * ordersPerPriority + this.reserveOrder(), handler, a, b);
  }

  /** Takes the next sequence number: what is later scheduled with it fires as if it were scheduled now. */
  reserveOrder(): number {
    const order = this.#sequence;
    this.#sequence = order + 1;
    return order;
  }

  /** As `schedule`, with an order that was reserved and is used once. */
  scheduleInOrder(atMicros: number, order: number, handler: number, a: number, b: number): EventId {
    if (!(atMicros >= this.now && atMicros <= latest)) this.#refuse(atMicros, handler);
    return this.#queue.idOf(this.#queue.push(Math.round(atMicros), order, handler, a, b));
  }

  /** Forgets the event and returns true. Harmless, and false, for one that has fired or was cancelled, and for 0. */
  cancel(id: EventId): boolean {
    return this.#queue.cancel(id);
  }

  /** Fires all events up to and at `micros`, then sets the clock to `micros`, unless `stop` was called. */
  runUntil(micros: number): void {
    assert(micros >= this.now, `cannot run until ${micros}: it is ${this.now} already`);
    const queue = this.#queue;
    const handlers = this.#handlers;
    this.#stopped = false;
    while (queue.pop(micros)) {
      if (queue.time < this.now) throw new AssertionError('time ran backwards');
      this.now = queue.time;
      this.processed++;
      this.#hash.mix(queue.time, queue.handler, queue.a, queue.b);
      handlers[queue.handler](queue.a, queue.b);
      if (this.#stopped) return;
    }
    if (micros < Infinity) this.now = micros;
  }

  /** Ends `runUntil` after the event that is being handled; the clock stays where it is. */
  stop(): void {
    this.#stopped = true;
  }

  /** Events that wait to be fired. */
  get pending(): number {
    return this.#queue.size;
  }

  /** A hash over every event fired, in order: 16 hexadecimal digits. */
  traceHash(): string {
    return this.#hash.digest();
  }

  #refuse(atMicros: number, handler: number): never {
    throw new AssertionError(`${this.#names[handler]} scheduled at ${atMicros}, and it is ${this.now}`);
  }
}
