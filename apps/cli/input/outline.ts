import { parseAllDocuments } from 'yaml';
import { readManifestSets } from './manifest-set.ts';
import type { ScenarioPlace } from './scenario-name.ts';

/** What a list shows of a scenario, as its Scenario document states it; empty where it states nothing. */
export interface ScenarioOutline {
  readonly name: string;
  readonly path: string;
  readonly description: string;
  /** As written, e.g. `24h`; null when it follows from the demand. */
  readonly duration: string | null;
  readonly variants: readonly { readonly name: string; readonly description: string }[];
}

/**
 * Reads just the Scenario document, without validating anything: lists and completion must be quick and must work
 * while a manifest is being written. Throws UsageError when the files cannot be read.
 */
export function outlineOf(place: ScenarioPlace, workingFolder: string): ScenarioOutline {
  const request = { scenarios: [place.path], files: [] };
  const [set] = readManifestSets(request, workingFolder);
  const spec = set!.files.map((file) => scenarioSpec(file.text)).find((found) => found !== null) ?? {};
  return {
    name: place.name,
    path: place.path,
    description: text(spec['description']),
    duration: text(spec['duration']) || null,
    variants: items(spec['variants'])
      .map((variant) => ({ name: text(variant['name']), description: text(variant['description']) }))
      .filter((variant) => variant.name !== ''),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function scenarioSpec(source: string): Fields | null {
  // Most files hold no Scenario; parsing them would be the whole cost.
  if (!/\bkind["']?\s*:\s*["']?Scenario\b/.test(source)) return null;
  for (const document of parseAllDocuments(source, { logLevel: 'silent' })) {
    const value = fields(document.toJS());
    if (value['kind'] === 'Scenario') return fields(value['spec']);
  }
  return null;
}

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const items = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);
const text = (value: unknown) => (typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : '');
