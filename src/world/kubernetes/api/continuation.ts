/**
 * Fidelity: the token with which a client asks for the next part of a list (apiserver storage/continue, 1.32): the revision of the
 * first part and the key to go on after. Opaque to clients.
 */

export interface Continuation {
  /** -1: whatever is there now, after the list's own revision has been forgotten. */
  readonly revision: number;
  /** `namespace/name` of the last object that was sent. */
  readonly after: string;
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function encode(text: string): string {
  let encoded = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    bits = (bits << 8) | (text.charCodeAt(at) & 255);
    held += 8;
    for (; held >= 6; held -= 6) encoded += digits[(bits >> (held - 6)) & 63];
    bits &= 63;
  }
  return held > 0 ? encoded + digits[(bits << (6 - held)) & 63] : encoded;
}

function decode(encoded: string): string | null {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const digit of encoded.replace(/=+$/, '')) {
    const value = digits.indexOf(digit);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0x3fff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    text += String.fromCharCode((bits >> held) & 255);
  }
  return text;
}

export function continueToken({ revision, after }: Continuation): string {
  return encode(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after }));
}

/** Null: not one of ours. */
export function readContinueToken(token: string): Continuation | null {
  const text = decode(token);
  if (text === null) return null;
  try {
    const { v, rv, start } = (JSON.parse(text) ?? {}) as { v?: unknown; rv?: unknown; start?: unknown };
    if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || typeof start !== 'string') return null;
    return Number.isSafeInteger(rv) && rv >= -1 ? { revision: rv, after: start } : null;
  } catch {
    return null;
  }
}
