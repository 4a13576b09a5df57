/** Fidelity: no mechanism of its own; the heaps of the scheduling queue (scheduler internal/heap, 1.32). */

/** An item knows where it stands, so that it can be taken out from anywhere. */
export interface HeapItem {
  /** -1: in no heap. An item is in one heap at a time. */
  at: number;
}

export class PodHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before` is a total order that does not change while an item is in the heap. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const { at } = item;
    const last = this.#items.pop()!;
    item.at = -1;
    if (last === item) return;
    this.#rise(last, at);
    this.#sink(last);
  }

  #rise(item: T, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above];
      if (!this.#before(item, parent)) break;
      this.#set(parent, at);
      at = above;
    }
    this.#set(item, at);
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = item.at;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#before(items[below + 1], items[below])) below++;
      if (!this.#before(items[below], item)) break;
      this.#set(items[below], at);
      at = below;
    }
    this.#set(item, at);
  }

  #set(item: T, at: number): void {
    this.#items[at] = item;
    item.at = at;
  }
}
