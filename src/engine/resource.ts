import { assert } from '../base/assert.ts';
import type { Processes, Waitable } from './process.ts';
import { grantSoon, WaitingLine } from './waiting-line.ts';

/**
 * A number of equal units, handed out by priority and then first come, first served:
 * `yield resource.acquire()`, work, `resource.release()`.
 */
export class Resource {
  readonly #processes: Processes;
  readonly #line = new WaitingLine<void>();
  #capacity: number;
  #inUse = 0;

  constructor(processes: Processes, capacity: number) {
    this.#processes = processes;
    this.#capacity = checkedCapacity(capacity);
  }

  get capacity(): number {
    return this.#capacity;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** How many wait for a unit. */
  get waiting(): number {
    return this.#line.length;
  }

  /**
   * One unit; who yields this joins the line. Lower priorities go first. A wait that is withdrawn, also when its process
   * is stopped, passes its unit on.
   */
  acquire(priority = 0): Waitable<void> {
    return {
      wait: (callback) => {
        const undo = (): void => this.release();
        const leave = this.#line.join(priority, grantSoon<void>(this.#processes, callback, undo));
        this.#serve();
        return leave;
      },
    };
  }

  release(): void {
    assert(this.#inUse > 0, 'a unit was released that nobody held');
    this.#inUse--;
    this.#serve();
  }

  /** Units beyond a smaller capacity are not taken away: they are missed when they are released. */
  resize(capacity: number): void {
    this.#capacity = checkedCapacity(capacity);
    this.#serve();
  }

  #serve(): void {
    while (this.#inUse < this.#capacity && this.#line.length > 0) {
      this.#inUse++;
      this.#line.serve();
    }
  }
}

/**
 * A queue of items between processes, first in, first out: `yield store.put(item)` waits while it is full,
 * `yield store.take()` while it is empty and evaluates to the item.
 */
export class Store<Item> {
  readonly #processes: Processes;
  readonly #capacity: number;
  readonly #items: Item[] = [];
  readonly #takers = new WaitingLine<Item>();
  readonly #putters = new WaitingLine<void>();

  constructor(processes: Processes, capacity = Infinity) {
    this.#processes = processes;
    this.#capacity = capacity === Infinity ? capacity : checkedCapacity(capacity);
  }

  /** Items inside. */
  get length(): number {
    return this.#items.length;
  }

  /** Adds the item as soon as there is room. */
  put(item: Item, priority = 0): Waitable<void> {
    return {
      wait: (callback) => {
        const leave = this.#putters.join(priority, () => {
          this.#items.push(item);
          return this.#processes.soon(() => callback());
        });
        this.#serve();
        return leave;
      },
    };
  }

  /** Adds the item if there is room, else returns false. */
  offer(item: Item): boolean {
    if (this.#items.length >= this.#capacity) return false;
    this.#items.push(item);
    this.#serve();
    return true;
  }

  /** The oldest item. It goes back to the front when the wait is withdrawn before its callback. */
  take(priority = 0): Waitable<Item> {
    return {
      wait: (callback) => {
        const undo = (item: Item): void => {
          this.#items.unshift(item);
          this.#serve();
        };
        const leave = this.#takers.join(priority, grantSoon(this.#processes, callback, undo));
        this.#serve();
        return leave;
      },
    };
  }

  #serve(): void {
    for (;;) {
      if (this.#putters.length > 0 && this.#items.length < this.#capacity) this.#putters.serve();
      else if (this.#takers.length > 0 && this.#items.length > 0) this.#takers.serve(this.#items.shift()!);
      else return;
    }
  }
}

function checkedCapacity(capacity: number): number {
  assert(Number.isInteger(capacity) && capacity >= 0, `${capacity} is not a capacity`);
  return capacity;
}
