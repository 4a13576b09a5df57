/** Fidelity: lists of completion indexes as the status of an Indexed Job writes them: `0,3-5` (job/indexed_job_utils.go, 1.32). */

/** The indexes below `completions` that a text names; what it cannot mean is left out. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  if (text === undefined || text === '') return indexes;
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) continue;
    const last = Math.min(Number(match[2] ?? match[1]), completions - 1);
    for (let index = Number(match[1]); index <= last; index++) indexes.add(index);
  }
  return indexes;
}

/** In order, runs of three and more as `first-last`. */
export function formatIndexes(indexes: Iterable<number>): string {
  const ordered = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < ordered.length; ) {
    let end = at;
    while (end + 1 < ordered.length && ordered[end + 1] === ordered[end] + 1) end++;
    // Two neighbours are written one by one: nothing lies between them.
    if (end - at === 1) parts.push(String(ordered[at]), String(ordered[end]));
    else parts.push(end === at ? String(ordered[at]) : `${ordered[at]}-${ordered[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** The first `count` indexes that are neither done nor taken. */
export function firstPending(count: number, completions: number, taken: ReadonlySet<number>): number[] {
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index++)
    if (!taken.has(index)) found.push(index);
  return found;
}
