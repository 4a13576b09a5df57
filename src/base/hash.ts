/**
 * Hashes for identity, not for security: equal values get equal text on every platform, different ones
 * different text but for chance.
 */

const first = 0x9e3779b1 | 0;
const second = 0x85ebca77 | 0;
const third = 0xc2b2ae3d | 0;
const fourth = 0x27d4eb2f | 0;
/** Brings the high 32 bits of a 53-bit integer down, 2^-32. */
const highWord = 1 / 4_294_967_296;

/** Spreads every input bit over the whole word. */
function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b | 0);
  return h ^ (h >>> 16);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** Four 32-bit words that depend on every character of the text and its place. */
export function hashWords(text: string): [number, number, number, number] {
  let a = first ^ text.length;
  let b = second;
  let c = third;
  let d = fourth;
  for (let i = 0; i < text.length; i++) {
    // Each lane is a different multiplicative hash of the text; passing lanes around couples them.
    const unit = text.charCodeAt(i) + 1;
    const t = Math.imul(a ^ unit, first);
    a = b ^ (t >>> 15) ^ Math.imul(unit, third);
    b = c + Math.imul(b ^ t, second);
    b = (b << 13) | (b >>> 19);
    c = d ^ Math.imul(c + unit, fourth);
    d = t + ((d << 7) | (d >>> 25));
  }
  a = avalanche(a + Math.imul(d, third));
  b = avalanche(b ^ a);
  c = avalanche(c + b);
  d = avalanche(d ^ c);
  a = avalanche(a + d);
  return [a, avalanche(b + a), c, d];
}

/** A 128-bit hash of the text (its UTF-16 code units) as 32 hexadecimal digits. */
export function hashText(text: string): string {
  return hashWords(text).map(hex).join('');
}

/**
 * JSON text that does not depend on the order in which keys were added: keys ascend by code unit, nothing is
 * spaced, `undefined` members are left out. For plain data only.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}

/**
 * The running hash of everything that happened, in order. Two 32-bit lanes, each of them touched by every
 * input word.
 */
export class TraceHash {
  #low = first;
  #high = second;

  /** `time` is a non-negative integer below 2^53, the others are int32. */
  mix(time: number, handler: number, a: number, b: number): void {
    const early = Math.imul(this.#low ^ time, first) ^ handler;
    const late = Math.imul(this.#high ^ (time * highWord), third) + a;
    const crossed = Math.imul(early ^ (late >>> 15), second) + b;
    this.#low = crossed ^ (crossed >>> 13);
    this.#high = Math.imul(late ^ (crossed >>> 16), fourth) ^ early;
  }

  /** 16 hexadecimal digits. Mixing may go on afterwards. */
  digest(): string {
    const low = avalanche(this.#low + Math.imul(this.#high, third));
    return hex(low) + hex(avalanche(this.#high ^ low));
  }
}
