import { assert } from '../base/assert.ts';
import type { Engine } from './engine.ts';

const none = -1;
const slotLimit = 67_108_864;
const slotMask = slotLimit - 1;
const generationMask = 67_108_863;

/** Names one running timer, for `stop`. An exact integer from 2^26 to 2^53; 0 is free to say "none". */
export type TimerId = number;

/**
 * Timers of one constant duration. As they expire in the order in which they were started, they form a queue, and only
 * one event for all of them waits in the engine. Starting and stopping touch a few array elements, which is what
 * timeouts that nearly always are stopped need.
 *
 * Timers fire exactly when and in the order (among all events) in which plain events scheduled at their start would.
 * The engine's event is never cancelled: when its timer was stopped, it fires all the same, finds nothing due, and waits
 * for the next one.
 */
export class TimerList {
  readonly #engine: Engine;
  readonly #durationMicros: number;
  readonly #handler: (a: number) => void;
  readonly #wakeHandler: number;
  #due = new Float64Array(64);
  #order = new Float64Array(64);
  /** Four words a slot: previous, next (or next free), a, generation. */
  #links = new Int32Array(256);
  #head = none;
  #tail = none;
  #free = none;
  #used = 0;
  #running = 0;
  #waking = false;
  /** Order of the timer that the engine's event was scheduled for. */
  #awaitedOrder = 0.5;

  /** `name` is the engine handler's, unique. `durationMicros` is rounded to whole microseconds. */
  constructor(engine: Engine, name: string, durationMicros: number, handler: (a: number) => void) {
    assert(durationMicros >= 0 && durationMicros < Infinity, `${durationMicros} is not a duration`);
    this.#engine = engine;
    this.#durationMicros = Math.round(durationMicros);
    this.#handler = handler;
    this.#wakeHandler = engine.register(name, () => this.#wake());
  }

  /** Running timers. */
  get running(): number {
    return this.#running;
  }

  /** Calls the handler with the int32 `a` after the duration, unless stopped before. */
  start(a: number): TimerId {
    let slot = this.#free;
    if (slot === none) slot = this.#newSlot();
    else this.#free = this.#links[(slot << 2) + 1];
    const links = this.#links;
    const at = slot << 2;
    const tail = this.#tail;
    this.#due[slot] = this.#engine.now + this.#durationMicros;
    this.#order[slot] = this.#engine.reserveOrder();
    links[at] = tail;
    links[at + 1] = none;
    links[at + 2] = a;
    this.#tail = slot;
    this.#running++;
    if (tail === none) this.#head = slot;
    else links[(tail << 2) + 1] = slot;
    if (!this.#waking) this.#wakeAtHead();
    return links[at + 3] * slotLimit + slot;
  }

  /** Ends the timer and returns true; harmless, and false, when it has fired or was stopped already. */
  stop(id: TimerId): boolean {
    const slot = id & slotMask;
    if (slot >= this.#used || this.#links[(slot << 2) + 3] !== (id - slot) / slotLimit) return false;
    this.#remove(slot);
    return true;
  }

  #remove(slot: number): void {
    const links = this.#links;
    const at = slot << 2;
    const previous = links[at];
    const next = links[at + 1];
    if (previous === none) this.#head = next;
    else links[(previous << 2) + 1] = next;
    if (next === none) this.#tail = previous;
    else links[next << 2] = previous;
    links[at + 1] = this.#free;
    links[at + 3] = (links[at + 3] & generationMask) + 1;
    this.#free = slot;
    this.#running--;
  }

  /** The event fires at the head's own place in the total order, or earlier, for a head that is gone. */
  #wake(): void {
    const head = this.#head;
    this.#waking = false;
    if (head === none) return;
    if (this.#order[head] !== this.#awaitedOrder) {
      this.#wakeAtHead();
      return;
    }
    const a = this.#links[(head << 2) + 2];
    this.#remove(head);
    if (this.#head !== none) this.#wakeAtHead();
    this.#handler(a);
  }

  #wakeAtHead(): void {
    const head = this.#head;
    this.#waking = true;
    this.#awaitedOrder = this.#order[head];
    const a = this.#links[(head << 2) + 2];
    this.#engine.scheduleInOrder(this.#due[head], this.#order[head], this.#wakeHandler, a, 0);
  }

  #newSlot(): number {
    const slot = this.#used++;
    assert(slot < slotLimit, `more than ${slotLimit} timers are running`);
    if (slot === this.#due.length) this.#grow();
    this.#links[(slot << 2) + 3] = 1;
    return slot;
  }

  #grow(): void {
    const length = 2 * this.#due.length;
    const due = new Float64Array(length);
    due.set(this.#due);
    this.#due = due;
    const order = new Float64Array(length);
    order.set(this.#order);
    this.#order = order;
    const links = new Int32Array(4 * length);
    links.set(this.#links);
    this.#links = links;
  }
}
