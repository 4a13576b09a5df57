import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../exit-code.ts';
import { dataBytesMax, fileTrouble, manifestBytesMax, readText } from './read.ts';
import { displayPath, resolveScenario } from './scenario-name.ts';

/** A manifest file as the parser takes it: a name for messages, and its text. */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

/** The input of one scenario, read. */
export interface ManifestSet {
  /** What the user called it, e.g. `launch-day:small`. */
  readonly label: string;
  /** The scenario as it was named, without its variant; null when there were only files. */
  readonly scenario: string | null;
  readonly variant: string | null;
  /** Values of `-f` that belong to it. */
  readonly paths: readonly string[];
  readonly files: readonly ManifestFile[];
  /** Text of a data file beside the manifests; null when there is none. Throws UsageError when it is unreadable. */
  readonly data: (name: string) => string | null;
}

export interface InputRequest {
  /** Scenarios by name or path, each with an optional `:variant`. */
  readonly scenarios: readonly string[];
  /** Values of `-f`. */
  readonly files: readonly string[];
  /** Value of `--variant`. */
  readonly variant?: string | undefined;
}

/** The file that holds settings of a project, and so is no manifest. */
export const projectFileName = 'devops-sim.yaml';

const manifestName = /\.(ya?ml|json)$/i;

/**
 * Reads what the user named. Each scenario is one set; the files of `-f` are added to each, or make one set
 * themselves when no scenario is named. Throws UsageError on anything that cannot be read.
 */
export function readManifestSets(request: InputRequest, workingFolder: string): ManifestSet[] {
  const extra = request.files.flatMap((path) => readPath(path, workingFolder));
  const extraFolders = request.files.map((path) => dataFolder(path, workingFolder));
  if (request.scenarios.length === 0) {
    if (extra.length === 0) throw nothingNamed();
    const label = request.files.map((file) => (file === '-' ? 'standard input' : file)).join(', ');
    return [
      {
        label,
        scenario: null,
        variant: request.variant ?? null,
        paths: request.files,
        files: extra,
        data: (name) => readData(name, extraFolders),
      },
    ];
  }
  return request.scenarios.map((text) => {
    const { place, variant } = resolveScenario(text, workingFolder);
    const folders = [dataFolder(place.path, workingFolder), ...extraFolders];
    return {
      label: text,
      scenario: variant === null ? text : text.slice(0, -variant.length - 1),
      variant: variant ?? request.variant ?? null,
      paths: request.files,
      files: [...readPath(displayPath(place.path, workingFolder), workingFolder), ...extra],
      data: (name) => readData(name, folders),
    };
  });
}

/** The words that name the set on a command line: `launch-day:large`, `-f manifests/ -f traffic.yaml`. */
export function callFor({ label, scenario, variant, paths }: ManifestSet): string {
  const named = scenario !== null ? [label] : variant !== null ? ['--variant', variant] : [];
  const words = [...named, ...paths.flatMap((path) => ['-f', path])];
  return words.map(quoted).join(' ');
}

/** A word as a shell takes it unchanged. */
export function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function readPath(path: string, workingFolder: string): ManifestFile[] {
  if (path === '-') return [{ name: '-', text: readText('-', manifestBytesMax) }];
  const full = resolve(workingFolder, path);
  const files = isFolder(full, path) ? manifestsIn(full, path) : [full];
  return files.map((file) => {
    const name = displayPath(file, workingFolder);
    return { name, text: readText(file, manifestBytesMax) };
  });
}

function isFolder(full: string, path: string): boolean {
  try {
    return statSync(full).isDirectory();
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${fileTrouble(error)}.`);
  }
}

function manifestsIn(folder: string, path: string): string[] {
  const entries = list(folder, path);
  refuseTemplates(entries, path);
  const names = entries.filter((entry) => manifestName.test(entry) && entry !== projectFileName);
  const files = names.map((name) => join(folder, name)).filter(isFile);
  if (files.length > 0) return files;
  throw new UsageError(
    `The folder ${path} holds no manifests (.yaml, .yml or .json).`,
    'Folders are not searched recursively: name the folder that holds the files.',
  );
}

function list(folder: string, path: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${fileTrouble(error)}.`);
  }
}

// Charts and overlays are programs that print manifests; only their output can be simulated.
function refuseTemplates(entries: readonly string[], path: string): void {
  if (entries.includes('Chart.yaml')) {
    throw new UsageError(
      `The folder ${path} is a Helm chart.`,
      `Render it first: helm template ${path} | devops-sim run -f -`,
    );
  }
  if (entries.some((entry) => /^kustomization\.ya?ml$|^Kustomization$/.test(entry))) {
    throw new UsageError(
      `The folder ${path} is a Kustomize overlay.`,
      `Render it first: kubectl kustomize ${path} | devops-sim run -f -`,
    );
  }
}

function dataFolder(path: string, workingFolder: string): string {
  if (path === '-') return workingFolder;
  const full = resolve(workingFolder, path);
  return existsSync(full) && statSync(full).isDirectory() ? full : dirname(full);
}

function readData(name: string, folders: readonly string[]): string | null {
  const path = folders.map((folder) => resolve(folder, name)).find((candidate) => existsSync(candidate));
  return path === undefined ? null : readText(path, dataBytesMax);
}

function nothingNamed(): UsageError {
  return new UsageError(
    'Nothing to simulate: name a scenario, or manifests with -f.',
    'For example: devops-sim run launch-day, or devops-sim run -f ./manifests; devops-sim list shows the names.',
  );
}

// A link that leads nowhere counts as a file, so that reading it reports the trouble.
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
}
