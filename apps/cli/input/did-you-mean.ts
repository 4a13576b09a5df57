import { nearest } from '../../../src/model/suggest.ts';

/** `Did you mean launch-day?` for the known name nearest to `word`, or undefined when none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = nearestName(word, known);
  return near === null ? undefined : `Did you mean ${near}?`;
}

/** The known name that `word` most likely means: the nearest in spelling, else the only one that begins with it. */
export function nearestName(word: string, known: readonly string[]): string | null {
  const found = nearest(word, known);
  if (found !== null || word.length < 2) return found;
  const begun = known.filter((name) => name.startsWith(word));
  return begun.length === 1 ? begun[0]! : null;
}
