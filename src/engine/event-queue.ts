import { assert } from '../base/assert.ts';

/** Position of the root: with it, the four children of a node begin at a multiple of four. */
const root = 3;
/** Nodes before this position take 100 kB and so are in the processor's cache whenever the queue is at work. */
const nearPositions = 5_000;
/** An id is generation × 2^26 + slot. */
const slotLimit = 67_108_864;
const slotMask = slotLimit - 1;
const generationMask = 67_108_863;
/** Handler of an event that was cancelled and still lies in the heap. */
const cancelled = -1;
/** Fewer cancelled events than this are not worth a clean-up. */
const compactionFloor = 64;

/**
 * The pending events: an implicit 4-ary heap over typed arrays, least (time, order) first. The payload of an event
 * lies in a pooled slot. Nothing is allocated but when more events are pending than ever before.
 *
 * Taking an event leaves the root vacant, and the next event that is added goes there, slot and all: most handlers
 * schedule one, which so costs one way through the heap instead of two. Cancelling only marks the slot. The heap
 * drops marked events when they come to the top, and all of them at once when they are the majority, so that they
 * never take more room than the live ones.
 */
export class EventQueue {
  /** The event that `pop` took last. */
  time = 0.5;
  handler = 0;
  a = 0;
  b = 0;
  /** Keys and slots by heap position. Times from `#end` on are infinite, so that a node always has four children. */
  #times = new Float64Array(64).fill(Infinity);
  #orders = new Float64Array(64);
  #slots = new Int32Array(64);
  #capacity = 64;
  /** Position after the last node. */
  #end = root;
  /** The root's event was taken; its place and its slot are for the next one. */
  #vacant = false;
  /** Four words a slot: handler (or the next free slot), a, b, generation. */
  #payload = new Int32Array(256);
  #freeSlot = -1;
  #usedSlots = 0;
  #cancelled = 0;

  /** Events that are pending and not cancelled. */
  get size(): number {
    return this.#end - root - this.#cancelled - (this.#vacant ? 1 : 0);
  }

  /**
   * Adds an event at a finite `time` and returns its slot, from which `idOf` makes its id. No two pending events may
   * have the same `order`.
   */
  push(time: number, order: number, handler: number, a: number, b: number): number {
    // So short that V8 inlines it where it is called: else it would allocate the two key numbers to pass them.
    const at = this.#vacant ? root : this.#append();
    this.#times[at] = time;
    this.#orders[at] = order;
    const slot = this.#slots[at];
    this.#fillSlot(slot, handler, a, b);
    if (at !== root) this.#rise(at);
    else this.#sinkRoot();
    return slot;
  }

  /** The id of the event that was just put into `slot`: an integer from 2^26 to 2^53. */
  idOf(slot: number): number {
    return this.#payload[(slot << 2) + 3] * slotLimit + slot;
  }

  /**
   * Cancels the event and returns true; does nothing and returns false when it was taken or cancelled before, and for
   * 0, which is no event's id. (An id could be mistaken for another only after its slot was used 2^26 times more.)
   */
  cancel(id: number): boolean {
    const slot = id & slotMask;
    const word = slot << 2;
    if (slot >= this.#usedSlots || this.#payload[word + 3] !== (id - slot) / slotLimit) return false;
    this.#payload[word] = cancelled;
    this.#retire(word);
    this.#cancelled++;
    if (this.#cancelled > compactionFloor && 2 * this.#cancelled > this.#end - root) this.#compact();
    return true;
  }

  /** Takes the least event if its time is at most `until`; it is then in `time`, `handler`, `a` and `b`. */
  pop(until: number): boolean {
    if (this.#vacant) this.#fillRoot();
    while (this.#end > root) {
      const time = this.#times[root];
      if (!(time <= until)) return false;
      const word = this.#slots[root] << 2;
      const payload = this.#payload;
      const handler = payload[word];
      if (handler !== cancelled) {
        this.#vacant = true;
        this.#retire(word);
        this.time = time;
        this.handler = handler;
        this.a = payload[word + 1];
        this.b = payload[word + 2];
        return true;
      }
      this.#cancelled--;
      this.#fillRoot();
    }
    return false;
  }

  #fillSlot(slot: number, handler: number, a: number, b: number): void {
    const payload = this.#payload;
    const word = slot << 2;
    payload[word] = handler;
    payload[word + 1] = a;
    payload[word + 2] = b;
  }

  /** Makes the present id of a slot invalid. Generations go round from 1 to 2^26, so that no id is 0. */
  #retire(word: number): void {
    this.#payload[word + 3] = (this.#payload[word + 3] & generationMask) + 1;
  }

  /** A new last node with a slot of its own. */
  #append(): number {
    const at = this.#end;
    if (at === this.#capacity) this.#growHeap();
    this.#slots[at] = this.#freeSlot >= 0 ? this.#takeSlot() : this.#newSlot();
    this.#end = at + 1;
    return at;
  }

  #rise(from: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const time = times[from];
    const order = orders[from];
    const slot = slots[from];
    let at = from | 0;
    while (at > root) {
      const parent = (at >> 2) + 2;
      const parentTime = times[parent];
      if (parentTime <= time && (parentTime < time || orders[parent] < order)) break;
      times[at] = parentTime;
      orders[at] = orders[parent];
      slots[at] = slots[parent];
      at = parent;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** Gives the root's slot back, moves the last node to the root and on to where it belongs. */
  #fillRoot(): void {
    this.#releaseSlot(this.#slots[root]);
    const end = --this.#end;
    this.#times[root] = this.#times[end];
    this.#orders[root] = this.#orders[end];
    this.#slots[root] = this.#slots[end];
    this.#times[end] = Infinity;
    this.#sinkRoot();
  }

  /**
   * Moves the root's node down to where it belongs. Which of four children is least cannot be predicted; here, where the
   * keys are in the cache, it is quicker to compute it without a branch.
   */
  #sinkRoot(): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const near = this.#end < nearPositions ? this.#end : nearPositions;
    this.#vacant = false;
    const time = times[root];
    const order = orders[root];
    const slot = slots[root];
    let at = root;
    let first = 4;
    while (first < near) {
      const t0 = times[first];
      const t1 = times[(first + 1) | 0];
      const t2 = times[(first + 2) | 0];
      const t3 = times[(first + 3) | 0];
      const left = (first + +(t1 < t0)) | 0;
      const right = (first + 2 + +(t3 < t2)) | 0;
      const leftTime = times[left];
      const rightTime = times[right];
      let child = (right + ((left - right) & (+(rightTime < leftTime) - 1))) | 0;
      if (t0 === t1 || t2 === t3 || leftTime === rightTime) child = this.#leastOf(first);
      const least = times[child];
      if (time <= least && (time < least || order < orders[child])) break;
      times[at] = least;
      orders[at] = orders[child];
      slots[at] = slots[child];
      at = child;
      first = ((at << 2) - 8) | 0;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
    if (first >= nearPositions) this.#sinkFar(at);
  }

  /**
   * The same from further down. There it is quicker to let the processor guess, for then it fetches the next keys from
   * memory while it waits for these.
   */
  #sinkFar(from: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const end = this.#end;
    const time = times[from];
    const order = orders[from];
    const slot = slots[from];
    let at = from | 0;
    let first = ((at << 2) - 8) | 0;
    while (first < end) {
      let child = first;
      let least = times[first];
      const t1 = times[(first + 1) | 0];
      const t2 = times[(first + 2) | 0];
      const t3 = times[(first + 3) | 0];
      if (t1 <= least && (t1 < least || orders[first + 1] < orders[child])) {
        least = t1;
        child = (first + 1) | 0;
      }
      if (t2 <= least && (t2 < least || orders[first + 2] < orders[child])) {
        least = t2;
        child = (first + 2) | 0;
      }
      if (t3 <= least && (t3 < least || orders[first + 3] < orders[child])) {
        least = t3;
        child = (first + 3) | 0;
      }
      if (time <= least && (time < least || order < orders[child])) break;
      times[at] = least;
      orders[at] = orders[child];
      slots[at] = slots[child];
      at = child;
      first = ((at << 2) - 8) | 0;
    }
    times[at] = time;
    orders[at] = order;
    slots[at] = slot;
  }

  /** The least of four siblings among which some have the same time. */
  #leastOf(first: number): number {
    const times = this.#times;
    const orders = this.#orders;
    let child = first;
    for (let other = first + 1; other < first + 4; other++) {
      const earlier = times[other] < times[child];
      if (earlier || (times[other] === times[child] && orders[other] < orders[child])) child = other;
    }
    return child;
  }

  /** Drops all cancelled events. What stays is nearly in order: to restore the heap takes about linear time. */
  #compact(): void {
    if (this.#vacant) this.#fillRoot();
    const payload = this.#payload;
    const end = this.#end;
    let kept = root;
    for (let at = root; at < end; at++) {
      const slot = this.#slots[at];
      if (payload[slot << 2] === cancelled) {
        this.#releaseSlot(slot);
      } else {
        this.#times[kept] = this.#times[at];
        this.#orders[kept] = this.#orders[at];
        this.#slots[kept] = slot;
        kept++;
      }
    }
    this.#times.fill(Infinity, kept, end);
    this.#end = kept;
    this.#cancelled = 0;
    for (let at = root + 1; at < kept; at++) this.#rise(at);
  }

  #releaseSlot(slot: number): void {
    this.#payload[slot << 2] = this.#freeSlot;
    this.#freeSlot = slot;
  }

  #takeSlot(): number {
    const slot = this.#freeSlot;
    this.#freeSlot = this.#payload[slot << 2];
    return slot;
  }

  #newSlot(): number {
    const slot = this.#usedSlots++;
    assert(slot < slotLimit, 'more than 67,108,864 events are pending');
    if (slot << 2 === this.#payload.length) {
      const grown = new Int32Array(2 * this.#payload.length);
      grown.set(this.#payload);
      this.#payload = grown;
    }
    this.#payload[(slot << 2) + 3] = 1;
    return slot;
  }

  #growHeap(): void {
    const length = 2 * this.#capacity;
    const times = new Float64Array(length).fill(Infinity, this.#capacity);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(length);
    orders.set(this.#orders);
    this.#orders = orders;
    const slots = new Int32Array(length);
    slots.set(this.#slots);
    this.#slots = slots;
    this.#capacity = length;
  }
}
