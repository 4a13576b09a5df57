/** Fidelity: as `equality.Semantic.DeepEqual` of apimachinery 1.32 for objects of plain JSON; quantities that differ in writing differ here. */

/** Whether two values of plain JSON say the same. Shared parts cost nothing; `undefined` members count as absent. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b);
  return !Array.isArray(b) && sameMembers(a as Members, b as Members);
}

type Members = Readonly<Record<string, unknown>>;

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!sameValue(a[at], b[at])) return false;
  return true;
}

function sameMembers(a: Members, b: Members): boolean {
  for (const key in a) if (!sameValue(own(a, key), own(b, key))) return false;
  for (const key in b) if (own(b, key) !== undefined && own(a, key) === undefined) return false;
  return true;
}

/** A member; what every object inherits, which is no JSON, is not one: a label may be called `constructor`. */
function own(members: Members, key: string): unknown {
  const value = members[key];
  return typeof value === 'function' || value === Object.prototype ? undefined : value;
}
