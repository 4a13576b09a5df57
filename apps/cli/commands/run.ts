import type { Context } from '../context.ts';
import { checkWritable, pathFor } from '../deliver.ts';
import { type ExitCode, exitCode, gravest, UsageError } from '../exit-code.ts';
import { readManifestSets } from '../input/manifest-set.ts';
import { type Prepared, prepare } from '../input/prepare.ts';
import { readLog, replayOf, withLogged } from '../input/replay.ts';
import { catchInterrupt } from '../interrupt.ts';
import { printProblems } from '../problems.ts';
import { openProgress } from '../progress.ts';
import { figureHeader, figureRows, toCsv } from '../render/csv.ts';
import { printData } from '../render/data.ts';
import { runOnce } from '../run-once.ts';
import { runSeeds } from '../run-seeds.ts';
import type { Outcome, RunOptions, RunTools } from '../run-tools.ts';

/** `devops-sim run`. */
export async function run(args: string[], asked: RunOptions, context: Context): Promise<ExitCode> {
  if (asked.replay !== undefined && (asked.seed !== undefined || asked.seeds !== undefined))
    throw new UsageError('--replay runs with the seed of its log; leave out --seed and --seeds.');
  const log = asked.replay === undefined ? null : readLog(asked.replay, context);
  const chosen = log === null ? asked : withLogged(asked, log);
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
  const replay = log === null ? null : replayOf(chosen.replay!, log, prepared, context);
  const { err, environment } = context;
  const wanted = chosen.progress && !chosen.quiet;
  const progress = openProgress(err, { wanted, term: environment['TERM'] });
  const interrupt = catchInterrupt(() => progress.clear());
  try {
    return await runAll(prepared, { context, chosen, interrupt, progress, several, replay });
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
  printOutcomes(outcomes, tools);
  return interrupt.requested ? exitCode.interrupted : gravest(outcomes.map((outcome) => outcome.code));
}

function printOutcomes(outcomes: readonly Outcome[], { chosen, context, several }: RunTools): void {
  if (chosen.output === 'json' || chosen.output === 'yaml') {
    const values = outcomes.map((outcome) => outcome.data);
    printData(several ? values : (values[0] ?? null), chosen.output, context.out);
  } else if (chosen.output === 'csv') {
    const results = outcomes.flatMap((outcome) => outcome.figures);
    context.out.write(toCsv(figureHeader, results.flatMap(figureRows)));
  }
}

function checkOutputs(prepared: readonly Prepared[], chosen: RunOptions, context: Context): void {
  for (const path of [chosen.report, chosen.save]) {
    for (const one of path === undefined ? [] : prepared) {
      checkWritable(pathFor(path!, one.set.label, prepared.length > 1), context.workingFolder);
    }
  }
}
