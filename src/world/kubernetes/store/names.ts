/**
 * Fidelity: names as the API server makes them: random version 4 UIDs, and suffixes of five letters without vowels and
 * look-alike digits (apimachinery util/rand 1.32). Random here means drawn from the run's own streams.
 */
import type { RandomStream } from '../../../base/random.ts';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, for `generateName`. */
export function nameSuffix(stream: RandomStream): string {
  let suffix = '';
  for (let length = 0; length < 5; length++) suffix += alphabet[stream.integer(alphabet.length)];
  return suffix;
}

/** The digits of a hash in the same alphabet, as `pod-template-hash` shows them. */
export function safeEncode(text: string): string {
  let encoded = '';
  for (let at = 0; at < text.length; at++) encoded += alphabet[text.charCodeAt(at) % alphabet.length];
  return encoded;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Four hexadecimal digits of the lower half of a word. */
function hexHalf(word: number): string {
  return hexOfByte[(word >>> 8) & 255] + hexOfByte[word & 255];
}

/** The eight hexadecimal digits of a 32-bit word. */
export function hexWord(word: number): string {
  return hexHalf(word >>> 16) + hexHalf(word);
}

/** A version 4 UUID. */
export function uidFrom(stream: RandomStream): string {
  const second = (stream.int32() & 0xffff0fff) | 0x4000;
  const third = (stream.int32() & 0x3fffffff) | (0x80000000 | 0);
  const first = stream.int32();
  const fourth = stream.int32();
  return `${hexWord(first)}-${hexHalf(second >>> 16)}-${hexHalf(second)}-${hexHalf(third >>> 16)}-${hexHalf(third)}${hexWord(fourth)}`;
}
