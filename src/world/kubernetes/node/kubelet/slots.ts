/** Fidelity: no mechanism; bookkeeping. */

/** Things that the engine's events name by a small number. Numbers of what has been let go are given again. */
export class Slots<T> {
  readonly #items: (T | null)[] = [];
  readonly #free: number[] = [];

  /** The number that the next one will have. */
  reserve(): number {
    const slot = this.#free.pop();
    return slot ?? this.#items.push(null) - 1;
  }

  put(slot: number, item: T): void {
    this.#items[slot] = item;
  }

  release(slot: number): void {
    this.#items[slot] = null;
    this.#free.push(slot);
  }

  at(slot: number): T | null {
    return this.#items[slot] ?? null;
  }
}
