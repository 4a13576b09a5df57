import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit-code.ts';
import { didYouMean } from './did-you-mean.ts';

/** Where a scenario lies: a folder or one file. */
export interface ScenarioPlace {
  readonly name: string;
  readonly path: string;
}

/** What the user named: a place and a variant of it. */
export interface ScenarioReference {
  readonly place: ScenarioPlace;
  readonly variant: string | null;
}

const manifestName = /\.(ya?ml|json)$/i;

/** The folder that the package's own files lie in, whether it runs from source or built. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isOurPackage(folder)) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The package.json of devops-simulator is missing.');
    folder = parent;
  }
  return folder;
}

/**
 * Scenarios that can be called by name, by name ascending: those in `scenarios/` of the working folder, then the
 * bundled ones. A name of the working folder hides the same bundled name.
 */
export function namedScenarios(workingFolder: string): ScenarioPlace[] {
  const places = new Map<string, ScenarioPlace>();
  for (const folder of [join(workingFolder, 'scenarios'), join(packageFolder(), 'scenarios')]) {
    for (const place of scenariosIn(folder)) if (!places.has(place.name)) places.set(place.name, place);
  }
  return [...places.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What `text` means: a scenario's name, a path, either with `:variant` behind it.
 * Throws UsageError with the nearest name when it means nothing.
 */
export function resolveScenario(text: string, workingFolder: string): ScenarioReference {
  const named = namedScenarios(workingFolder);
  const whole = findPlace(text, named, workingFolder);
  if (whole) return { place: whole, variant: null };
  const colon = text.lastIndexOf(':');
  if (colon > 0) {
    const place = findPlace(text.slice(0, colon), named, workingFolder);
    if (place) return { place, variant: text.slice(colon + 1) };
  }
  throw new UsageError(
    `There is no scenario or file "${text}".`,
    didYouMean(
      text.split(':')[0]!,
      named.map((place) => place.name),
    ) ?? 'See the names with: devops-sim list',
  );
}

/** The path as the user would write it: relative to the working folder when it lies below. */
export function displayPath(path: string, workingFolder: string): string {
  const short = relative(workingFolder, path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

function findPlace(
  text: string,
  named: readonly ScenarioPlace[],
  workingFolder: string,
): ScenarioPlace | undefined {
  const byName = named.find((place) => place.name === text);
  if (byName || text === '') return byName;
  const path = resolve(workingFolder, text);
  return existsSync(path) ? { name: nameOf(path), path } : undefined;
}

function scenariosIn(folder: string): ScenarioPlace[] {
  if (!existsSync(folder)) return [];
  const places: ScenarioPlace[] = [];
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (isScenario(path)) places.push({ name: nameOf(path), path: realpathSync(path) });
  }
  return places;
}

function isScenario(path: string): boolean {
  try {
    if (!statSync(path).isDirectory()) return manifestName.test(path);
    return readdirSync(path).some((entry) => manifestName.test(entry));
  } catch {
    // Unreadable neighbours are none of our business.
    return false;
  }
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1)!.replace(manifestName, '');
}

function isOurPackage(folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name === 'devops-simulator';
  } catch {
    return false;
  }
}
