import type { Context } from '../context.ts';
import { checkWritable, pathFor } from '../deliver.ts';
import { type ExitCode, exitCode, gravest, UsageError } from '../exit-code.ts';
import { readManifestSets } from '../input/manifest-set.ts';
import { type Prepared, prepare } from '../input/prepare.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { printProblems } from '../problems.ts';
import { openProgress, type Progress } from '../progress.ts';
import { printData } from '../render/data.ts';
import { runOnce } from '../run-once.ts';
import { runSeeds } from '../run-seeds.ts';

/** The options of `devops-sim run`, by attribute name. */
export interface RunOptions {
  readonly file: readonly string[];
  readonly variant?: string;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly duration?: string;
  readonly strict: boolean;
  readonly output: 'table' | 'wide' | 'json' | 'yaml' | 'csv' | 'html';
  readonly report?: string;
  readonly save?: string;
  readonly quiet: boolean;
  readonly progress: boolean;
}

/** What running one scenario needs besides the scenario. */
export interface RunTools {
  readonly context: Context;
  readonly chosen: RunOptions;
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** One of several scenarios: file names carry the scenario's, tables a blank line between them. */
  readonly several: boolean;
}

/** How one scenario ended. `data` is what `-o json` prints; text formats have printed already. */
export interface Outcome {
  readonly code: ExitCode;
  readonly data: unknown;
}

/** `devops-sim run`. */
export async function run(args: string[], chosen: RunOptions, context: Context): Promise<ExitCode> {
  const sets = readManifestSets(
    { scenarios: args, files: chosen.file, variant: chosen.variant },
    context.workingFolder,
  );
  const several = sets.length > 1;
  if (several && chosen.output === 'html') {
    throw new UsageError('-o html prints one scenario.', 'Write a file for each with --report report.html');
  }
  const prepared = sets.map((set) => prepare(set, chosen));
  if (!printProblems(prepared, { context, quiet: chosen.quiet })) return exitCode.usage;
  checkOutputs(prepared, chosen, context);
  const { err, environment } = context;
  const wanted = chosen.progress && !chosen.quiet;
  const progress = openProgress(err, { wanted, term: environment['TERM'] });
  const interrupt = catchInterrupt(() => progress.clear());
  try {
    return await runAll(prepared, { context, chosen, interrupt, progress, several });
  } finally {
    progress.clear();
    interrupt.release();
  }
}

async function runAll(prepared: readonly Prepared[], tools: RunTools): Promise<ExitCode> {
  const { chosen, context, interrupt } = tools;
  const outcomes: Outcome[] = [];
  for (const one of prepared) {
    if (interrupt.requested) break;
    const separate = outcomes.length > 0 && ['table', 'wide'].includes(chosen.output) && !chosen.quiet;
    if (separate) context.out.print('');
    outcomes.push(await ((chosen.seeds ?? 1) > 1 ? runSeeds(one, tools) : runOnce(one, tools)));
  }
  if (chosen.output === 'json' || chosen.output === 'yaml') {
    const values = outcomes.map((outcome) => outcome.data);
    printData(tools.several ? values : values[0], chosen.output, context.out);
  }
  return interrupt.requested ? exitCode.interrupted : gravest(outcomes.map((outcome) => outcome.code));
}

function checkOutputs(prepared: readonly Prepared[], chosen: RunOptions, context: Context): void {
  for (const path of [chosen.report, chosen.save]) {
    for (const one of path === undefined ? [] : prepared) {
      checkWritable(pathFor(path!, one.set.label, prepared.length > 1), context.workingFolder);
    }
  }
}
