/**
 * Fidelity: `pod-template-hash` and the names of ControllerRevisions: 32 bits of FNV-1a over the template, as digits in the alphabet of
 * generated names (`controller.ComputeHash`, 1.32). Simplified: Kubernetes hashes Go's print of the typed object, here its JSON with
 * sorted keys is hashed, so the same template gives other digits than a real cluster's.
 */
import { safeEncode } from '../../store/names.ts';

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

const known = new WeakMap<object, number>();

/** Ten characters at most. `collisions` sets apart templates that met in one hash. */
export function hashOf(template: object, collisions: number | undefined): string {
  let hash = known.get(template);
  if (hash === undefined) {
    hash = hashed(offsetBasis, canonical(template));
    known.set(template, hash);
  }
  if (collisions !== undefined) hash = hashed(hash, String(collisions));
  return safeEncode(String(hash >>> 0));
}

function hashed(from: number, text: string): number {
  let hash = from;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return hash;
}

/** JSON with sorted keys and without members that are undefined. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
