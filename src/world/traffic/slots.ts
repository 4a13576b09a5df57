/**
 * Fidelity: bookkeeping only, no real mechanism is simulated here.
 */

/** Hands out small integers and takes them back, last freed first, so that pools stay dense and cached. */
export class Slots {
  /** Numbers handed out and not taken back. */
  live = 0;
  /** All numbers ever handed out are below this. */
  size = 0;
  private free = new Int32Array(64);
  private freeCount = 0;

  take(): number {
    this.live++;
    return this.freeCount > 0 ? this.free[--this.freeCount] : this.size++;
  }

  release(slot: number): void {
    this.live--;
    if (this.freeCount === this.free.length) this.free = grownInts(this.free, this.freeCount * 2);
    this.free[this.freeCount++] = slot;
  }
}

/** A copy with room for `capacity` elements. */
export function grownBytes(array: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(capacity);
  grown.set(array);
  return grown;
}

/** A copy with room for `capacity` elements. */
export function grownInts(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(array);
  return grown;
}

/** A copy with room for `capacity` elements. */
export function grownFloats(array: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(array);
  return grown;
}
