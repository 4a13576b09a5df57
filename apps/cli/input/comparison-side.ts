import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Check, Errors } from 'typebox/value';
import { Result } from '../../../src/model/result.ts';
import { UsageError } from '../exit-code.ts';
import { type ManifestSet, readManifestSets } from './manifest-set.ts';
import { dataBytesMax, readText } from './read.ts';

/** One side of a comparison: results that were saved, or manifests to run. */
export type SideInput =
  | { readonly kind: 'saved'; readonly label: string; readonly results: readonly Result[] }
  | { readonly kind: 'manifests'; readonly label: string; readonly set: ManifestSet };

/** Reads one side as the user named it. Throws UsageError when it is neither a scenario nor a saved result. */
export function readSide(text: string, workingFolder: string): SideInput {
  const saved = readSaved(text, workingFolder);
  if (saved !== null) return { kind: 'saved', label: text, results: saved };
  const [set] = readManifestSets({ scenarios: [text], files: [] }, workingFolder);
  return { kind: 'manifests', label: text, set: set! };
}

// Only a JSON file with a schema of ours is a result; any other JSON may be a manifest.
function readSaved(text: string, workingFolder: string): readonly Result[] | null {
  const path = resolve(workingFolder, text);
  if (!/\.json$/i.test(text) || !statSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  const value = parseJson(readText(path, dataBytesMax), text);
  const schema = schemaOf(value);
  if (schema === null) return null;
  if (schema === 'sim.devops/result/v1') return [checked(value, text)];
  if (schema === 'sim.devops/results/v1') {
    const { results } = value as { readonly results?: unknown };
    if (Array.isArray(results) && results.length > 0) return results.map((result) => checked(result, text));
    throw new UsageError(`${text} holds no results.`);
  }
  throw new UsageError(
    `${text} is of the kind ${schema}, which cannot be compared.`,
    'Compare what devops-sim run --save writes.',
  );
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${name} is not valid JSON: ${(error as Error).message}.`,
      'Was it written to its end?',
    );
  }
}

function schemaOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return null;
  return typeof value.schema === 'string' ? value.schema : null;
}

function checked(value: unknown, name: string): Result {
  if (Check(Result, value)) return value;
  const [first] = Errors(Result, value);
  const where = first
    ? `${first.instancePath || 'the whole'} ${first.message}`
    : 'it does not fit the schema';
  throw new UsageError(
    `${name} is not a result that can be read: ${where}.`,
    'Save it again with this version: devops-sim run … --save FILE',
  );
}
