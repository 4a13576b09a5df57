import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { parse as parseYaml } from 'yaml';
import { UsageError } from './exit-code.ts';
import { didYouMean } from './input/did-you-mean.ts';
import { projectFileName } from './input/manifest-set.ts';
import { readText } from './input/read.ts';
import { displayPath } from './input/scenario-name.ts';

/**
 * Options that were not given on the command line come from the environment (`DEVOPS_SIM_SEED`), then from the
 * project's `devops-sim.yaml`, then from the user's own configuration. Any long option can be set in each.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of one file: the values for all commands, and those for one command by its name. */
interface SettingsFile {
  readonly path: string;
  readonly general: ReadonlyMap<string, unknown>;
  readonly byCommand: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
}

interface Setting {
  readonly value: unknown;
  /** Where it was found, for messages. */
  readonly source: string;
  /** Folder that relative paths in it start from. */
  readonly folder: string;
  /** Stated for this very command, and so wrong if the command cannot take it. */
  readonly specific: boolean;
}

const settingsBytesMax = 1024 * 1024;
const pathOptions = ['file', 'report', 'save'];

/** Fills in the options of `command` that the command line left open. Throws UsageError on what cannot be used. */
export function applySettings(command: Command, environment: Environment, workingFolder: string): void {
  const siblings = command.parent?.commands ?? [command];
  const files = settingsPaths(environment, workingFolder).map((path) => readSettings(path, siblings));
  for (const option of command.options) {
    const key = option.attributeName();
    const source = command.getOptionValueSource(key);
    if (source !== undefined && source !== 'default') continue;
    // Files of the project stand for the project; a scenario that is named is something else.
    if (key === 'file' && command.args.length > 0) continue;
    const setting = findSetting(option, command, files, environment, workingFolder);
    if (setting) apply(command, option, setting, siblings);
  }
}

function findSetting(
  option: Option,
  command: Command,
  files: readonly SettingsFile[],
  environment: Environment,
  workingFolder: string,
): Setting | undefined {
  const key = option.attributeName();
  const variable = variableName(key);
  const text = environment[variable];
  if (text !== undefined && text !== '') {
    const value = isRepeatable(option) ? splitList(text) : text;
    return { value, source: variable, folder: workingFolder, specific: false };
  }
  for (const file of files) {
    const own = file.byCommand.get(command.name());
    const place = own?.has(key) ? own : file.general;
    if (!place.has(key)) continue;
    const source = `${displayPath(file.path, workingFolder)}: ${key}`;
    return { value: place.get(key), source, folder: dirname(file.path), specific: place === own };
  }
  return undefined;
}

function apply(command: Command, option: Option, setting: Setting, siblings: readonly Command[]): void {
  const key = option.attributeName();
  const refused = option.argChoices && !option.argChoices.includes(String(setting.value));
  // A general setting may suit one command and not another; one that suits none is a mistake.
  if (refused && !setting.specific && suitsAnother(setting, key, siblings)) return;
  const values = valuesOf(setting.value, setting);
  if (!option.required && !option.optional) {
    command.setOptionValueWithSource(key, truth(values, setting, option.negate), 'config');
    return;
  }
  if (values.length !== 1 && !isRepeatable(option)) {
    throw new UsageError(`${setting.source}: takes one value, not a list.`);
  }
  const texts = pathOptions.includes(key) ? values.map((path) => resolvePath(path, setting)) : values;
  command.setOptionValueWithSource(key, parsed(option, texts, setting), 'config');
}

function parsed(option: Option, texts: readonly string[], setting: Setting): unknown {
  if (!option.parseArg) return texts[0];
  try {
    return texts.reduce<unknown>((previous, text) => option.parseArg!(text, previous), undefined);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${setting.source}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`);
  }
}

function valuesOf(value: unknown, setting: Setting): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, setting));
  // `set: {deployment/web.spec.replicas: 6}` reads better than a list of assignments.
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, member]) => `${name}=${asText(member)}`);
  }
  if (value === null) throw new UsageError(`${setting.source}: has no value.`);
  return [asText(value)];
}

function truth(values: readonly string[], setting: Setting, negated: boolean): boolean {
  const text = values.join(',').toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return !negated;
  if (['false', '0', 'no', 'off'].includes(text)) return negated;
  throw new UsageError(`${setting.source}: "${values.join(',')}" is neither true nor false.`);
}

function suitsAnother(setting: Setting, key: string, siblings: readonly Command[]): boolean {
  return siblings.some((sibling) =>
    sibling.options.some(
      (option) => option.attributeName() === key && option.argChoices?.includes(String(setting.value)),
    ),
  );
}

function settingsPaths(environment: Environment, workingFolder: string): string[] {
  const configuration = environment['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  const user = join(configuration, 'devops-sim', 'config.yaml');
  return [projectFile(workingFolder), user].filter((path) => path !== null && existsSync(path)) as string[];
}

// The nearest one upward, so that commands mean the same in all folders of a project.
function projectFile(workingFolder: string): string | null {
  for (let folder = resolve(workingFolder); ; folder = dirname(folder)) {
    const path = join(folder, projectFileName);
    if (existsSync(path)) return path;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return null;
  }
}

function readSettings(path: string, commands: readonly Command[]): SettingsFile {
  const general = new Map<string, unknown>();
  const byCommand = new Map<string, ReadonlyMap<string, unknown>>();
  for (const [name, value] of Object.entries(readObject(path))) {
    const command = commands.find((candidate) => candidate.name() === name);
    if (!command) general.set(knownKey(name, commands, path), value);
    else byCommand.set(name, sectionOf(value, command, path));
  }
  return { path, general, byCommand };
}

function sectionOf(value: unknown, command: Command, path: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${path}: ${command.name()} must hold options and their values.`);
  }
  return new Map(Object.entries(value).map(([name, member]) => [knownKey(name, [command], path), member]));
}

function readObject(path: string): object {
  let value: unknown;
  try {
    value = parseYaml(readText(path, settingsBytesMax));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: ${(error as Error).message.split('\n')[0]!.replace(/:$/, '.')}`);
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError(`${path}: must hold settings by name, such as "seed: 7".`);
  }
  return value;
}

function knownKey(name: string, commands: readonly Command[], path: string): string {
  const options = commands.flatMap((command) => command.options);
  const known = options.find((option) => option.attributeName() === name || option.name() === name);
  if (known) return known.attributeName();
  const names = [
    ...new Set(options.map((option) => option.attributeName())),
    ...commands.map((c) => c.name()),
  ];
  const remedy = ['apiVersion', 'kind'].includes(name)
    ? `${projectFileName} holds settings of the command line; give a manifest another name.`
    : `${didYouMean(name, names) ?? ''} Settings are the long options of the commands.`.trim();
  throw new UsageError(`${path}: there is no setting "${name}".`, remedy);
}

function variableName(key: string): string {
  return `DEVOPS_SIM_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

// Commas separate values where what follows looks like another one: `a=1,b=x,y` are two assignments.
function splitList(text: string): string[] {
  return text.includes('=') ? text.split(/,(?=[^,=]+=)/) : text.split(',');
}

const isRepeatable = (option: Option) => Array.isArray(option.defaultValue);
const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const resolvePath = (path: string, setting: Setting) => (path === '-' ? path : resolve(setting.folder, path));
