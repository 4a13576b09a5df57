import { Command, CommanderError, type Option } from 'commander';
import { simulatorVersion } from '../../src/run/version.ts';
import { commandFirst, withoutShortEquals } from './command-order.ts';
import { commands } from './commands.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCode, UsageError } from './exit-code.ts';
import { nearestName } from './input/did-you-mean.ts';
import { namedScenarios } from './input/scenario-name.ts';
import { options } from './options.ts';
import { applySettings } from './settings.ts';
import { openTerminals, type Terminal } from './terminal.ts';

const description =
  'A flight simulator for production: your Kubernetes manifests under real demand, on a virtual clock. ' +
  'The same manifests, seed and commands always give the same run.';

const epilogue = `
Options may stand before or after the command. What the command line leaves
open is taken from the environment (DEVOPS_SIM_SEED=7 for --seed 7), then from
devops-sim.yaml of the project (seed: 7), then from your own
~/.config/devops-sim/config.yaml. Results go to standard output, everything
else to standard error.

Exit codes:
  0    it holds                          3    the scenario says nothing
  1    a plan says no; a defect          99   an objective or threshold failed
  2    wrong usage or wrong manifests    130  interrupted

Examples:
  $ devops-sim list
  $ devops-sim run launch-day
  $ devops-sim compare launch-day:everyday launch-day
  $ kubectl get deploy,svc,ingress -o yaml | devops-sim run -f -
`;

/** Runs one command line of this process and says how it ended. Never throws. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const environment = process.env;
  const terminals = openTerminals(environment, { noColor: argv.includes('--no-color') });
  return perform(argv, { ...terminals, environment, workingFolder: process.cwd() });
}

/** Runs one command line in a context and says how it ended. Never throws; all output goes to the context. */
export async function perform(argv: readonly string[], place: Omit<Context, 'trace'>): Promise<ExitCode> {
  const debug = argv.includes('--debug') || place.environment['DEBUG'] === 'devops-sim';
  const trace = (text: string) => {
    if (debug) place.err.print(`debug: ${text}`);
  };
  try {
    return await execute(argv, { ...place, trace });
  } catch (error) {
    return report(error, place.err, debug);
  }
}

async function execute(argv: readonly string[], context: Context): Promise<ExitCode> {
  let code: ExitCode = exitCode.pass;
  const program = buildProgram(context, (result) => {
    code = result;
  });
  const ordered = commandFirst(withoutShortEquals(argv), program);
  if (ordered.length === 0) {
    program.outputHelp();
    return exitCode.pass;
  }
  refuseUnknownCommand(ordered, program, context.workingFolder);
  try {
    await program.parseAsync(ordered, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCode.pass : exitCode.usage;
  }
  return code;
}

/** The whole command tree. `done` receives the exit code of the command that ran. */
function buildProgram(context: Context, done: (code: ExitCode) => void): Command {
  const program = new Command('devops-sim')
    .description(description)
    .usage('COMMAND [options]')
    .version(simulatorVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command, with examples')
    .helpCommand('help [command]', 'explain a command, with examples')
    .addHelpText('after', epilogue)
    .exitOverride()
    .showSuggestionAfterError();
  inOurStyle(program, context);
  for (const define of commands) {
    const { command, run } = define();
    command.copyInheritedSettings(program).addOption(options.noColor()).addOption(options.debug());
    inOurStyle(command, context);
    command.action(async () => {
      if (!command.name().startsWith('_')) applySettings(command, context.environment, context.workingFolder);
      done(await run(command.args, command.opts() as never, context, program));
    });
    program.addCommand(command, { hidden: command.name().startsWith('_') });
  }
  return program;
}

function refuseUnknownCommand(argv: readonly string[], program: Command, workingFolder: string): void {
  const names = ['help', ...program.commands.map((command) => command.name())];
  const word = argv[0] === 'help' && argv[1] !== undefined ? argv[1] : argv[0]!;
  if (names.includes(word) || ['-h', '--help', '-V', '--version'].includes(word)) return;
  if (word.startsWith('-')) {
    throw new UsageError(
      'There is no command.',
      'For example: devops-sim run launch-day; see devops-sim help',
    );
  }
  const visible = names.filter((name) => !name.startsWith('_'));
  const scenario = word.split(':')[0]!;
  const isScenario = namedScenarios(workingFolder).some((place) => place.name === scenario);
  const near = isScenario ? `run ${word}` : nearestName(word, visible);
  const remedy = near === null ? undefined : `Did you mean devops-sim ${near}?`;
  throw new UsageError(`There is no command "${word}".`, remedy ?? 'See the commands with: devops-sim help');
}

function inOurStyle(command: Command, { out, err }: Context): void {
  const bold = (text: string) => out.colors.bold(text);
  command.configureHelp({
    helpWidth: Math.min(out.columns(), 100),
    styleTitle: bold,
    styleCommandText: bold,
    subcommandTerm: (subcommand) => subcommand.name(),
    optionDescription: describeOption,
  });
  command.configureOutput({
    writeOut: (text) => out.print(text.trimEnd()),
    writeErr: (text) => err.print(text.trimEnd()),
    getOutHasColors: () => out.colors.isColorSupported,
    getErrHasColors: () => err.colors.isColorSupported,
    outputError: (text, write) => write(usageMessage(text, command, err)),
  });
}

function describeOption(option: Option): string {
  if (!option.argChoices) return option.description;
  const choices = option.argChoices.join(', ');
  return `${option.description}: ${choices}; default: ${option.defaultValue}`;
}

// Commander says "error: unknown option '--sed'\n(Did you mean --seed?)".
function usageMessage(text: string, command: Command, { colors }: Terminal): string {
  const message = text.trim().replace(/^error: /, '');
  const page = command.parent ? `devops-sim ${command.name()} --help` : 'devops-sim --help';
  return `${colors.bold(colors.red('error:'))} ${message}\nSee: ${page}`;
}

function report(error: unknown, terminal: Terminal, debug: boolean): ExitCode {
  const { colors } = terminal;
  const label = colors.bold(colors.red('error:'));
  if (error instanceof UsageError) {
    terminal.print([`${label} ${error.message}`, ...(error.remedy ? [error.remedy] : [])].join('\n'));
    return exitCode.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.print(`${label} internal: ${message}`);
  if (debug && error instanceof Error) terminal.print(error.stack ?? '');
  terminal.print(
    `This is a defect of devops-sim ${simulatorVersion} (Node.js ${process.version}), not of your input.\n` +
      'Please report it with the command line and the manifests.' +
      (debug ? '' : ' --debug shows where it happened.'),
  );
  return exitCode.internal;
}
