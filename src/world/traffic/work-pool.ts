/**
 * Fidelity: bookkeeping only. A work is one request as the server sees it, from the moment it is sent until its
 * answer has arrived or been dropped.
 */
import { grownBytes, grownFloats, grownInts, Slots } from './slots.ts';

export const none = -1;

/** Where a work is: in the network, or its slot is unused. */
export const onTheWay = 0;
/** Let in by its replica, queued or started. */
export const inside = 1;
/** Its process is gone; only an event that is still to come knows of it, and gives it back. */
export const ghost = 2;
/** A health probe inside a replica: it takes its turn, and is in no account. */
export const probe = 3;

/** In-flight server-side requests, structure of arrays: the hot path allocates nothing. */
export class WorkPool {
  private readonly slots = new Slots();
  private capacity = 0;

  /** The call that waits for the answer; `none` when nobody does. */
  call = new Int32Array(0);
  /** The next attempt of the same call. */
  sibling = new Int32Array(0);
  replica = new Int32Array(0);
  endpoint = new Int32Array(0);
  /** The next operation of the program. */
  position = new Int32Array(0);
  key = new Int32Array(0);
  /** Row of the source's trace, `none` without. */
  row = new Int32Array(0);
  /** The source whose trace the row is in. */
  source = new Int32Array(0);
  outcome = new Int32Array(0);
  /** `onTheWay`, `inside`, `ghost` or `probe`. */
  state = new Uint8Array(0);
  /** Changes whenever the work stops waiting for its calls, so that late answers are recognised. */
  epoch = new Int32Array(0);
  /** Calls of the current parallel step that are not answered. */
  pending = new Int32Array(0);
  /** Link in the queue it waits in. */
  next = new Int32Array(0);
  arrivedMicros = new Float64Array(0);
  /** Until when the client waits, as far as the server is told; Infinity when it is not. */
  deadlineMicros = new Float64Array(0);
  /** CPU demand of the callback that waits for the event loop; negative for a request that is not started. */
  demand = new Float64Array(0);
  /** What shared cores had given each burst when this one's endpoint was last credited with CPU. */
  creditedAt = new Float64Array(0);

  get live(): number {
    return this.slots.live;
  }

  take(): number {
    const work = this.slots.take();
    if (work >= this.capacity) this.grow();
    this.state[work] = onTheWay;
    return work;
  }

  /** All numbers ever handed out are below this. */
  get size(): number {
    return this.slots.size;
  }

  release(work: number): void {
    this.epoch[work] = (this.epoch[work] + 1) | 0;
    this.state[work] = onTheWay;
    this.slots.release(work);
  }

  private grow(): void {
    const capacity = Math.max(256, this.capacity * 2);
    this.capacity = capacity;
    this.call = grownInts(this.call, capacity);
    this.sibling = grownInts(this.sibling, capacity);
    this.replica = grownInts(this.replica, capacity);
    this.endpoint = grownInts(this.endpoint, capacity);
    this.position = grownInts(this.position, capacity);
    this.key = grownInts(this.key, capacity);
    this.row = grownInts(this.row, capacity);
    this.source = grownInts(this.source, capacity);
    this.outcome = grownInts(this.outcome, capacity);
    this.state = grownBytes(this.state, capacity);
    this.epoch = grownInts(this.epoch, capacity);
    this.pending = grownInts(this.pending, capacity);
    this.next = grownInts(this.next, capacity);
    this.arrivedMicros = grownFloats(this.arrivedMicros, capacity);
    this.deadlineMicros = grownFloats(this.deadlineMicros, capacity);
    this.demand = grownFloats(this.demand, capacity);
    this.creditedAt = grownFloats(this.creditedAt, capacity);
  }
}
