import { hashWords } from './hash.ts';
import { exponentialZiggurat, normalZiggurat } from './ziggurat.ts';

// Constants of this module, which V8 treats as such; what is imported it looks up for each sample.
const exponentialTail = exponentialZiggurat.tail;
const exponentialWidth = exponentialZiggurat.width;
const exponentialStep = exponentialZiggurat.step;
const exponentialHeight = exponentialZiggurat.height;
const normalTail = normalZiggurat.tail;
const normalWidth = normalZiggurat.width;
const normalStep = normalZiggurat.step;
const normalHeight = normalZiggurat.height;
const twoTo32 = 4_294_967_296;
const twoToMinus32 = 1 / twoTo32;
const twoToMinus53 = twoToMinus32 / 2_097_152;

/**
 * One reproducible stream of random numbers: Chris Doty-Humphrey's sfc32 (128 bits of state, passes PractRand),
 * all in 32-bit integer arithmetic, so the numbers are the same on every platform.
 */
export class RandomStream {
  /** Three words of chaos and a counter, which makes every period at least 2^32. */
  readonly #state: Int32Array;

  /** The four state words; any are valid, but neighbouring ones begin alike: use `randomStream`. */
  constructor(a: number, b: number, c: number, counter: number) {
    this.#state = Int32Array.of(a, b, c, counter);
  }

  /** The next 32 bits as a signed integer. */
  int32(): number {
    const state = this.#state;
    const b = state[1];
    const c = state[2];
    const counter = state[3];
    const word = (state[0] + b + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + word;
    state[3] = counter + 1;
    return word;
  }

  /** Uniform over [0, 2^32), an integer. */
  uint32(): number {
    return this.int32() >>> 0;
  }

  /** Uniform over [0, 1) in steps of 2^-53. */
  uniform(): number {
    const high = this.int32() >>> 11;
    return (high * twoTo32 + (this.int32() >>> 0)) * twoToMinus53;
  }

  /** Uniform over the integers [0, n), without bias, for a whole n from 1 to 2^53. */
  integer(n: number): number {
    return n <= 2_097_152 ? this.#below(n) : this.#belowLarge(n);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    const bits = this.int32();
    const layer = bits & 255;
    const x = ((bits >>> 11) * twoTo32 + (this.int32() >>> 0)) * exponentialStep[layer];
    return x < exponentialWidth[layer + 1] ? x : this.#exponentialAtEdge(layer, x);
  }

  /** Normal with mean 0 and standard deviation 1. */
  normal(): number {
    for (;;) {
      const bits = this.int32();
      const layer = bits & 255;
      const x = ((bits >>> 11) * twoTo32 + (this.int32() >>> 0)) * normalStep[layer];
      if (x < normalWidth[layer + 1]) return (bits & 256) === 0 ? x : -x;
      const magnitude = layer === 0 ? this.#normalBeyondTail() : this.#normalAtEdge(layer, x);
      if (magnitude >= 0) return (bits & 256) === 0 ? magnitude : -magnitude;
    }
  }

  /** The whole state; `restore` continues from it exactly. */
  state(): number[] {
    return [...this.#state];
  }

  restore(state: readonly number[]): void {
    this.#state.set(state);
  }

  /** Lemire's method: the high word of a 32-bit word times n, exact in 53 bits while n is at most 2^21. */
  #below(n: number): number {
    let product = (this.int32() >>> 0) * n;
    let high = Math.floor(product * twoToMinus32);
    let low = product - high * twoTo32;
    if (low >= n) return high;
    const threshold = twoTo32 % n;
    while (low < threshold) {
      product = (this.int32() >>> 0) * n;
      high = Math.floor(product * twoToMinus32);
      low = product - high * twoTo32;
    }
    return high;
  }

  #belowLarge(n: number): number {
    const whole = 9_007_199_254_740_992;
    const limit = whole - (whole % n);
    for (;;) {
      const word = (this.int32() >>> 11) * twoTo32 + (this.int32() >>> 0);
      if (word < limit) return word % n;
    }
  }

  /** Goes on with a point in the tail or in the part of a layer that the curve cuts. */
  #exponentialAtEdge(layer: number, x: number): number {
    // The tail beyond the lowest layer is the same curve again, moved: the exponential has no memory.
    if (layer === 0) return exponentialTail + this.exponential();
    const low = exponentialHeight[layer];
    const under = low + this.uniform() * (exponentialHeight[layer + 1] - low) < Math.exp(-x);
    return under ? x : this.exponential();
  }

  /** Accepts or rejects (-1) a point in the part of a layer that the curve cuts. */
  #normalAtEdge(layer: number, x: number): number {
    const low = normalHeight[layer];
    return low + this.uniform() * (normalHeight[layer + 1] - low) < Math.exp(-0.5 * x * x) ? x : -1;
  }

  /** Marsaglia's method for the tail beyond the lowest layer. */
  #normalBeyondTail(): number {
    for (;;) {
      const x = this.exponential() / normalTail;
      if (2 * this.exponential() > x * x) return normalTail + x;
    }
  }
}

/**
 * The stream of the component `name` under `seed`. It depends on nothing else, so a new component shifts
 * nobody's numbers, and two runs of one seed give each component the same luck.
 */
export function randomStream(seed: number, name: string): RandomStream {
  const [a, b, c, counter] = hashWords(`${seed} ${name}`);
  const stream = new RandomStream(a, b, c, counter);
  for (let i = 0; i < 12; i++) stream.int32();
  return stream;
}
