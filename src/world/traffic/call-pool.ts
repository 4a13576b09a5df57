/**
 * Fidelity: bookkeeping only. A call is one logical request as the client sees it: all its attempts, until the
 * final answer.
 */
import { grownBytes, grownFloats, grownInts, Slots } from './slots.ts';
import { none } from './work-pool.ts';

/** Logical calls, structure of arrays. */
export class CallPool {
  private readonly slots = new Slots();
  private capacity = 0;

  /** Position in the model's calls. */
  spec = new Int32Array(0);
  /** The work that made the call; `none` when a source did. */
  parent = new Int32Array(0);
  parentEpoch = new Int32Array(0);
  /** The source that the request tree started at. */
  source = new Int32Array(0);
  /** The source's own number for who waits (user, session); `none` without. */
  owner = new Int32Array(0);
  /** The replica that calls; `none` for sources. */
  clientReplica = new Int32Array(0);
  /** Whether the gate let the present attempt through, and so counts it until its end. */
  passedGate = new Uint8Array(0);
  retries = new Int32Array(0);
  /** Hedges of the present attempt. */
  hedges = new Int32Array(0);
  /** First of the attempts in flight. */
  work = new Int32Array(0);
  /** Timer of the attempt (in the timeout list, or an event when the deadline is nearer). */
  timer = new Float64Array(0);
  timerIsEvent = new Uint8Array(0);
  hedgeTimer = new Float64Array(0);
  key = new Int32Array(0);
  row = new Int32Array(0);
  /** Links in a pool's queue; `next` also among followers. */
  previous = new Int32Array(0);
  next = new Int32Array(0);
  /** First follower when this call leads a single flight. */
  follower = new Int32Array(0);
  holdsConnection = new Uint8Array(0);
  startedMicros = new Float64Array(0);
  /** Until when anybody waits for the call; Infinity without a propagated deadline. */
  deadlineMicros = new Float64Array(0);

  get live(): number {
    return this.slots.live;
  }

  take(): number {
    const call = this.slots.take();
    if (call >= this.capacity) this.grow();
    return call;
  }

  /** All numbers ever handed out are below this. */
  get size(): number {
    return this.slots.size;
  }

  release(call: number): void {
    this.spec[call] = none;
    this.slots.release(call);
  }

  private grow(): void {
    const capacity = Math.max(256, this.capacity * 2);
    this.capacity = capacity;
    this.spec = grownInts(this.spec, capacity);
    this.parent = grownInts(this.parent, capacity);
    this.parentEpoch = grownInts(this.parentEpoch, capacity);
    this.source = grownInts(this.source, capacity);
    this.owner = grownInts(this.owner, capacity);
    this.clientReplica = grownInts(this.clientReplica, capacity);
    this.passedGate = grownBytes(this.passedGate, capacity);
    this.retries = grownInts(this.retries, capacity);
    this.hedges = grownInts(this.hedges, capacity);
    this.work = grownInts(this.work, capacity);
    this.timer = grownFloats(this.timer, capacity);
    this.timerIsEvent = grownBytes(this.timerIsEvent, capacity);
    this.hedgeTimer = grownFloats(this.hedgeTimer, capacity);
    this.key = grownInts(this.key, capacity);
    this.row = grownInts(this.row, capacity);
    this.previous = grownInts(this.previous, capacity);
    this.next = grownInts(this.next, capacity);
    this.follower = grownInts(this.follower, capacity);
    this.holdsConnection = grownBytes(this.holdsConnection, capacity);
    this.startedMicros = grownFloats(this.startedMicros, capacity);
    this.deadlineMicros = grownFloats(this.deadlineMicros, capacity);
  }
}
