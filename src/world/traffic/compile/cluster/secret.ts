/**
 * Fidelity: a Secret's `data` is base64 of bytes that programs read as UTF-8 text, its `stringData` is plain and stands before it
 * (Kubernetes 1.32, “Secret”). Only names of services are ever taken from it, and no value of it is shown.
 */
import type { SecretDocument } from './manifest.ts';

/** The texts of a Secret by key; what is no text is left out. */
export function secretTexts(secret: SecretDocument): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    const text = typeof value === 'string' ? decodeBase64(value) : null;
    if (text !== null) texts[key] = text;
  }
  for (const [key, value] of Object.entries(secret.stringData ?? {})) {
    if (typeof value === 'string') texts[key] = value;
  }
  return texts;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Certificates and keys are longer; addresses are not. */
const lengthMax = 65_536;

/** The text that base64 stands for, or null when it is none, or not UTF-8. */
export function decodeBase64(encoded: string): string | null {
  if (encoded.length > lengthMax) return null;
  const digits = encoded.replace(/\s+/g, '').replace(/={1,2}$/, '');
  if (digits.length % 4 === 1) return null;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value === -1) return null;
    bits = ((bits << 6) | value) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push((bits >> held) & 0xff);
  }
  return decodeUtf8(bytes);
}

function decodeUtf8(bytes: readonly number[]): string | null {
  // Percent-escapes let the language's own decoder judge what is valid.
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return null;
  }
}
