import { assert } from '../base/assert.ts';

/** Position of the root: with it, the four children of a node begin at a multiple of four. */
const root = 3;
const slotLimit = 67_108_864;
const slotMask = slotLimit - 1;
const generationLimit = 134_217_728;
/** Handler of an event that was cancelled and still lies in the heap. */
const cancelled = -1;

/** Fewer cancelled events than this are not worth a clean-up. */
const compactionFloor = 64;

/**
 * The pending events: an implicit 4-ary heap over typed arrays, least (time, order) first. The payload of an event
 * lies in a pooled slot. Nothing is allocated but when the number of pending events exceeds all before it.
 *
 * Cancelling only marks the slot; the heap drops marked events when they come to the top, and all of them at
 * once when they are the majority, so that they never take more room than the live ones.
 */
export class EventQueue {
  /** The event that `pop` took. */
  time = 0.5;
  handler = 0;
  a = 0;
  b = 0;
  /** Heap keys and slots by heap position. */
  #times = new Float64Array(64);
  #orders = new Float64Array(64);
  #slots = new Int32Array(64);
  /** Position after the last node. */
  #end = root;
  /** Four words a slot: handler (or the next free slot), a, b, generation. */
  #payload = new Int32Array(256);
  #freeSlot = -1;
  #usedSlots = 0;
  #cancelled = 0;

  /** Live events. */
  get size(): number {
    return this.#end - root - this.#cancelled;
  }

  /** Adds an event and returns its slot, from which `idOf` makes its id. `order` is unique. */
  push(time: number, order: number, handler: number, a: number, b: number): number {
    const end = this.#end;
    if (end === this.#times.length) this.#growHeap();
    let slot = this.#freeSlot;
    if (slot >= 0) this.#freeSlot = this.#payload[slot << 2];
    else slot = this.#newSlot();
    const payload = this.#payload;
    const at = slot << 2;
    payload[at] = handler;
    payload[at + 1] = a;
    payload[at + 2] = b;
    this.#times[end] = time;
    this.#orders[end] = order;
    this.#slots[end] = slot;
    this.#end = end + 1;
    this.#siftUp(end);
    return slot;
  }

  /** The id of the event that was just put into `slot`. */
  idOf(slot: number): number {
    return this.#payload[(slot << 2) + 3] * slotLimit + slot;
  }

  /**
   * Cancels the event and returns true; returns false when it was already taken or cancelled. (An id is
   * mistaken for another's only after its slot was used 2^27 times more.)
   */
  cancel(id: number): boolean {
    const slot = id & slotMask;
    const at = slot << 2;
    if (slot >= this.#usedSlots || this.#payload[at + 3] !== (id - slot) / slotLimit) return false;
    this.#payload[at] = cancelled;
    this.#payload[at + 3] = (this.#payload[at + 3] + 1) & (generationLimit - 1);
    this.#cancelled++;
    if (this.#cancelled > compactionFloor && 2 * this.#cancelled > this.#end - root) this.#compact();
    return true;
  }

  /** Takes the least event if its time is at most `until`; its parts are then in `time`, `handler`, `a` and `b`. */
  pop(until: number): boolean {
    while (this.#end > root) {
      const time = this.#times[root];
      if (!(time <= until)) return false;
      const slot = this.#slots[root];
      this.#removeRoot();
      const at = slot << 2;
      const payload = this.#payload;
      const handler = payload[at];
      payload[at] = this.#freeSlot;
      this.#freeSlot = slot;
      if (handler !== cancelled) {
        payload[at + 3] = (payload[at + 3] + 1) & (generationLimit - 1);
        this.time = time;
        this.handler = handler;
        this.a = payload[at + 1];
        this.b = payload[at + 2];
        return true;
      }
      this.#cancelled--;
    }
    return false;
  }

  #siftUp(from: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const time = times[from];
    const order = orders[from];
    const slot = slots[from];
    let at = from;
    while (at > root) {
      const parent = (at >> 2) + 2;
      const parentTime = times[parent];
      if (parentTime < time || (parentTime === time && orders[parent] < order)) break;
      times[at] = parentTime;
      orders[at] = orders[parent];
      slots[at] = slots[parent];
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  #removeRoot(): void {
    const end = --this.#end;
    if (end > root) this.#siftDown(root, end);
  }

  /** Puts the node at `from` (which lies beyond the heap's end) into the hole at `hole`. */
  #siftDown(hole: number, from: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const end = this.#end;
    const time = times[from];
    const order = orders[from];
    const slot = slots[from];
    let at = hole;
    for (;;) {
      let child = (at << 2) - 8;
      if (child >= end) break;
      const stop = child + 4 < end ? child + 4 : end;
      let least = times[child];
      for (let other = child + 1; other < stop; other++) {
        const otherTime = times[other];
        if (otherTime < least || (otherTime === least && orders[other] < orders[child])) {
          child = other;
          least = otherTime;
        }
      }
      if (time < least || (time === least && order < orders[child])) break;
      times[at] = least;
      orders[at] = orders[child];
      slots[at] = slots[child];
      at = child;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** Drops all cancelled events and restores the heap from the bottom up, in linear time. */
  #compact(): void {
    const payload = this.#payload;
    let kept = root;
    for (let at = root; at < this.#end; at++) {
      const slot = this.#slots[at];
      if (payload[slot << 2] === cancelled) {
        payload[slot << 2] = this.#freeSlot;
        this.#freeSlot = slot;
      } else {
        this.#times[kept] = this.#times[at];
        this.#orders[kept] = this.#orders[at];
        this.#slots[kept] = slot;
        kept++;
      }
    }
    this.#end = kept;
    this.#cancelled = 0;
    for (let at = ((kept - 1) >> 2) + 2; at >= root; at--) this.#siftDown(at, at);
  }

  #newSlot(): number {
    const slot = this.#usedSlots++;
    assert(slot < slotLimit, `more than ${slotLimit} events are pending`);
    if (slot << 2 === this.#payload.length) {
      const grown = new Int32Array(2 * this.#payload.length);
      grown.set(this.#payload);
      this.#payload = grown;
    }
    return slot;
  }

  #growHeap(): void {
    const length = 2 * this.#times.length;
    const times = new Float64Array(length);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(length);
    orders.set(this.#orders);
    this.#orders = orders;
    const slots = new Int32Array(length);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
