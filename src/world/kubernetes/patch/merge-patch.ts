/** Fidelity: JSON merge patch (RFC 7386), as the API server applies `application/merge-patch+json` (Kubernetes 1.32). */
import { copyOf, isObject, member, put } from './json.ts';

/** The target with the patch merged in: null removes a member, objects merge, all else replaces. Shares what stays. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? copyOf(target) : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else put(result, key, applyMergePatch(member(result, key), value));
  }
  return result;
}
