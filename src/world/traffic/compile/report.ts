/**
 * Fidelity: no mechanism; words for diagnostics.
 */
import type { Diagnostic } from '../../../base/diagnostics.ts';
import { type Path, pathText } from '../../../model/place.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import { didYouMean } from '../../../model/suggest.ts';

/** Place and remedy of a diagnostic about `path` in `resource`. */
export function where(
  resource: Resource,
  path: Path,
  remedy: string,
): Omit<Diagnostic, 'severity' | 'code' | 'message'> {
  return { resource: resource.id, path: pathText(path), position: resource.at(path), remedy };
}

/** `a, b and c`; at most `max` of them, then how many more there are. */
export function listed(names: readonly string[], max = 8): string {
  if (names.length === 0) return 'none';
  if (names.length > max) return `${names.slice(0, max).join(', ')} and ${names.length - max} more`;
  if (names.length === 1) return names[0];
  return `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

/**
 * `Did you mean "api"? There are: …`: what a name of one of the kinds may have meant: what exists, or was left out and is
 * known by name. `what` is a plural: `services`.
 */
export function suggestionAmong(
  resources: ResourceSet,
  kinds: readonly string[],
  name: string,
  existing: readonly string[],
  what: string,
): string {
  const names = [...new Set([...existing, ...resources.lackedNames(kinds)])];
  // Others may be in what could not be read, so it cannot be said that there are none.
  return names.length === 0 && !resources.whole ? 'Mend the name, or add it.' : suggestion(name, names, what);
}

/** `Did you mean "api"? There are: …`: what a name may have meant, and what exists. `what` is a plural: `services`. */
export function suggestion(name: string, existing: readonly string[], what: string): string {
  if (existing.length === 0) return `There are no ${what}.`;
  const guess = didYouMean(name, existing);
  return `${guess === '' ? '' : `${guess} `}There are these ${what}: ${listed(existing)}.`;
}

/** `1 replica`, `3 replicas`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
