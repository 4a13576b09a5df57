/**
 * Fidelity: JSON text as sigs.k8s.io/json reads it strictly (Kubernetes 1.32): as `JSON.parse`, and the paths of members that
 * were given more than once. The last of them counts.
 */

export interface JsonText {
  readonly value: unknown;
  /** `spec.replicas`, `spec.containers[0].name`, in the order of the text. */
  readonly duplicates: readonly string[];
}

/** The value of a text; null when it isn't JSON. */
export function readJson(text: string): JsonText | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return { value, duplicates: duplicatesOf(text) };
}

interface Level {
  readonly path: string;
  /** Names so far, of an object. */
  readonly names: Set<string> | null;
  index: number;
  /** Name of the member whose value comes next; null: a name comes next. */
  member: string | null;
}

/** Goes over valid JSON token by token. */
function duplicatesOf(text: string): readonly string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const level = levels[levels.length - 1];
    if (token === '{' || token === '[')
      levels.push({
        path: level === undefined ? '' : pathIn(level),
        names: token === '{' ? new Set() : null,
        index: 0,
        member: null,
      });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',') {
      level.index++;
      level.member = null;
    } else if (token !== ':' && level?.names !== null && level?.member === null) {
      level.member = JSON.parse(token) as string;
      if (level.names.has(level.member)) found.push(pathIn(level));
      level.names.add(level.member);
    }
  }
  return found;
}

function pathIn({ path, names, index, member }: Level): string {
  if (names === null) return `${path}[${index}]`;
  return path === '' ? member! : `${path}.${member}`;
}
