import type { Command, Option } from 'commander';
import { commandFirst } from './command-order.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { outlineOf } from './input/outline.ts';
import { namedScenarios, resolveScenario } from './input/scenario-name.ts';

/** A word that would fit, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly meaning: string;
}

interface Completion {
  readonly candidates: readonly Candidate[];
  readonly files: boolean;
}

interface Words {
  /** Words before the one being typed, the command first if there is one. */
  readonly before: readonly string[];
  readonly current: string;
}

/** Options whose value is a file or a folder, by attribute name. */
const takingFiles = ['file', 'report', 'save', 'replay', 'log', 'patch', 'manifest', 'to'];

/** `devops-sim __complete -- WORD…`: candidates for the last word, for the scripts of `devops-sim completion`. */
export async function complete(args: string[], context: Context, program: Command): Promise<ExitCode> {
  const { candidates, files } = await completionOf(args, context, program);
  for (const { value, meaning } of candidates) context.out.write(`${value}\t${meaning}\n`);
  context.out.write(files ? ':file\n' : ':none\n');
  return exitCode.pass;
}

async function completionOf(
  args: readonly string[],
  context: Context,
  program: Command,
): Promise<Completion> {
  const words = wordsOf(args, program);
  const command = program.commands.find((candidate) => candidate.name() === words.before[0]);
  const wantsCommand = { candidates: commandNames(program), files: false };
  const result = command ? await forCommand(command, words, context) : wantsCommand;
  const candidates = result.candidates.filter(({ value }) => value.startsWith(words.current));
  return { candidates, files: result.files };
}

function wordsOf(args: readonly string[], program: Command): Words {
  return { before: commandFirst(args.slice(0, -1), program), current: args.at(-1) ?? '' };
}

function commandNames(program: Command): Candidate[] {
  return [
    ...program.commands
      .filter((command) => !command.name().startsWith('_'))
      .map((command) => ({ value: command.name(), meaning: command.summary() })),
    { value: 'help', meaning: 'explain a command, with examples' },
  ];
}

async function forCommand(command: Command, words: Words, context: Context): Promise<Completion> {
  const flag = words.before.at(-1) ?? '';
  const takesValue = command.options.find(
    (option) => option.required && (option.short === flag || option.long === flag),
  );
  if (takesValue) return optionValues(takesValue, '', words, context);
  const joined = /^(--[a-z-]+)=/.exec(words.current);
  const option = joined && command.options.find((candidate) => candidate.long === joined[1]);
  if (option) return optionValues(option, joined[0], words, context);
  if (words.current.startsWith('-')) return { candidates: flagsOf(command), files: false };
  return positionals(command, words, context);
}

function optionValues(option: Option, prefix: string, words: Words, context: Context): Completion {
  const key = option.attributeName();
  if (option.argChoices) {
    const candidates = option.argChoices.map((value) => ({
      value: prefix + value,
      meaning: option.description,
    }));
    return { candidates, files: false };
  }
  if (key === 'variant') {
    const named = words.before.slice(1).find((word) => !word.startsWith('-')) ?? '';
    const candidates = variantsOf(named, context).map(({ value, meaning }) => ({
      value: prefix + value,
      meaning,
    }));
    return { candidates, files: false };
  }
  return { candidates: [], files: takingFiles.includes(key) };
}

function flagsOf(command: Command): Candidate[] {
  const flags = command.options.map((option) => ({ value: option.long!, meaning: option.description }));
  return [...flags, { value: '--help', meaning: 'explain the command, with examples' }];
}

async function positionals(command: Command, words: Words, context: Context): Promise<Completion> {
  const none = { candidates: [], files: false };
  // Behind a colon comes a variant.
  const files = !words.current.includes(':');
  switch (command.name()) {
    case 'run':
    case 'validate':
    case 'compare':
    case 'play':
    case 'capacity':
    case 'drain-plan':
    case 'rollout-plan':
      return { candidates: scenarioCandidates(words.current, context), files };
    case 'explain': {
      // Kinds bring all schemas along, which nothing else here needs.
      const { kindCandidates } = await import('./input/kind-name.ts');
      const kinds = kindCandidates(words.current);
      return { candidates: [...scenarioCandidates(words.current, context), ...kinds], files };
    }
    case 'import':
      return words.before.includes('cluster')
        ? { candidates: [], files: true }
        : { candidates: [{ value: 'cluster', meaning: 'what kubectl get -o yaml prints' }], files: false };
    case 'completion':
      return {
        candidates: ['bash', 'zsh', 'fish'].map((value) => ({ value, meaning: 'completion script' })),
        files: false,
      };
    default:
      return none;
  }
}

// Variants are read from the manifests, so only once it is clear which scenario is meant.
function scenarioCandidates(current: string, context: Context): Candidate[] {
  const places = namedScenarios(context.workingFolder);
  const name = current.split(':')[0]!;
  const fitting = places.filter((place) => place.name.startsWith(name));
  const names = fitting.map((place) => ({ value: place.name, meaning: 'scenario' }));
  const only = current.includes(':') ? places.find((place) => place.name === name) : fitting[0];
  if (!only || (fitting.length > 1 && !current.includes(':'))) return names;
  const variants = variantsOf(only.name, context);
  return [...names, ...variants.map(({ value, meaning }) => ({ value: `${only.name}:${value}`, meaning }))];
}

function variantsOf(scenario: string, context: Context): Candidate[] {
  try {
    const { place } = resolveScenario(scenario, context.workingFolder);
    const { variants } = outlineOf(place, context.workingFolder);
    return variants.map(({ name, description }) => ({ value: name, meaning: description || 'variant' }));
  } catch {
    // Half-typed names and broken manifests complete to nothing.
    return [];
  }
}
