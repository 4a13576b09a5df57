import { compare as compareResults } from '../../../src/analysis/comparison.ts';
import type { Comparison } from '../../../src/model/comparison-result.ts';
import type { Result } from '../../../src/model/result.ts';
import { renderComparisonHtml } from '../../report/report.ts';
import type { Context } from '../context.ts';
import { checkWritable, reportNote, writeFile } from '../deliver.ts';
import { emptiness } from '../effect.ts';
import { type ExitCode, exitCode, UsageError } from '../exit-code.ts';
import { readSide, type SideInput } from '../input/comparison-side.ts';
import { type Prepared, prepare } from '../input/prepare.ts';
import { catchInterrupt } from '../interrupt.ts';
import { reportBrokenLaws } from '../laws.ts';
import { printProblems } from '../problems.ts';
import { openProgress } from '../progress.ts';
import { comparisonCsv, comparisonSummary } from '../render/comparison.ts';
import { type DataFormat, printData } from '../render/data.ts';
import { seedsFrom } from '../run-seeds.ts';
import { type SweepJob, sweep } from '../sweep.ts';

/** The options of `devops-sim compare`, by attribute name. */
export interface CompareOptions {
  readonly set: readonly string[];
  readonly setA: readonly string[];
  readonly setB: readonly string[];
  readonly seed?: number;
  readonly seeds?: number;
  readonly jobs?: number;
  readonly duration?: string;
  readonly strict: boolean;
  readonly output: 'table' | 'wide' | 'csv' | 'html' | DataFormat;
  readonly report?: string;
  readonly quiet: boolean;
  readonly progress: boolean;
}

/** A side that is ready: results at hand, or a model to get them from. */
interface Side {
  readonly label: string;
  readonly results: Map<number, Result>;
  readonly prepared: Prepared | null;
}

const seedsByDefault = 5;

/** `devops-sim compare`. */
export async function compare(args: string[], chosen: CompareOptions, context: Context): Promise<ExitCode> {
  const inputs = readSides(args, chosen, context);
  const sides = inputs.map((input, i) => openSide(input, i === 0 ? chosen.setA : chosen.setB, chosen));
  const prepared = sides.flatMap((side) => side.prepared ?? []);
  if (!printProblems(prepared, { context, quiet: chosen.quiet })) return exitCode.usage;
  if (chosen.report !== undefined) checkWritable(chosen.report, context.workingFolder);
  const seeds = seedsOf(sides, chosen);
  const interrupted = await runSides(sides, seeds, chosen, context);
  const [a, b] = sides.map((side) => [...side.results.values()]);
  if (a!.length === 0 || b!.length === 0) {
    context.err.print('Interrupted before both sides had a run: nothing to compare.');
    return exitCode.interrupted;
  }
  const comparison = compareResults(a!, b!, { labels: labelsOf(sides, chosen) });
  deliver(comparison, [a!, b!], chosen, context);
  if (interrupted) {
    context.err.print(`Interrupted: ${comparison.seeds.length} of ${seeds.length} seeds were compared.`);
    return exitCode.interrupted;
  }
  return judge(sides, context);
}

function readSides(args: readonly string[], chosen: CompareOptions, context: Context): SideInput[] {
  const [a, b] = args as [string, string | undefined];
  if (b === undefined && chosen.setA.length + chosen.setB.length === 0) {
    throw new UsageError(
      `There is nothing to compare ${a} with.`,
      `Name another side, or change this one: devops-sim compare ${a} --set-b deployment/web.spec.replicas=6`,
    );
  }
  return [a, b ?? a].map((text) => readSide(text, context.workingFolder));
}

function openSide(input: SideInput, ownSet: readonly string[], chosen: CompareOptions): Side {
  if (input.kind === 'manifests') {
    const set = [...chosen.set, ...ownSet];
    return { label: input.label, results: new Map(), prepared: prepare(input.set, { ...chosen, set }) };
  }
  if (ownSet.length > 0) {
    throw new UsageError(`${input.label} is a saved result: its values cannot be changed any more.`);
  }
  const results = new Map(input.results.map((result) => [result.manifest.seed, result]));
  return { label: input.label, results, prepared: null };
}

// A saved side dictates the seeds: only runs of the same seed can be paired.
function seedsOf(sides: readonly Side[], chosen: CompareOptions): number[] {
  const saved = sides.find((side) => side.prepared === null);
  if (saved) return [...saved.results.keys()].sort((a, b) => a - b);
  const first = chosen.seed ?? sides[0]!.prepared!.model!.seed;
  return seedsFrom(first, chosen.seeds ?? seedsByDefault);
}

/** Runs what has no results yet. Returns whether it was interrupted. */
async function runSides(
  sides: readonly Side[],
  seeds: readonly number[],
  chosen: CompareOptions,
  context: Context,
): Promise<boolean> {
  const toRun = sides.filter((side) => side.prepared !== null);
  if (toRun.length === 0) return false;
  const wanted = chosen.progress && !chosen.quiet;
  const progress = openProgress(context.err, { wanted, term: context.environment['TERM'] });
  const interrupt = catchInterrupt(() => progress.clear());
  // Both sides of a seed follow each other, so that an interrupt leaves whole pairs.
  const jobs: SweepJob[] = seeds.flatMap((seed) => toRun.map((_, model) => ({ model, seed })));
  try {
    await sweep({
      models: toRun.map((side) => side.prepared!.model!),
      jobs,
      threads: chosen.jobs,
      label: 'compare',
      noun: 'run',
      progress,
      interrupt,
      take: ({ model, seed }, result) => void toRun[model]!.results.set(seed, result),
    });
  } finally {
    interrupt.release();
  }
  return interrupt.requested;
}

/** Names that tell the sides apart, with what was changed on the command line. */
function labelsOf(sides: readonly Side[], chosen: CompareOptions): [string, string] {
  const [a, b] = sides.map((side, i) => {
    const changes = i === 0 ? chosen.setA : chosen.setB;
    return changes.length === 0 ? side.label : `${side.label} with ${changes.join(', ')}`;
  }) as [string, string];
  return a === b ? [`${a} (A)`, `${b} (B)`] : [a, b];
}

function deliver(
  comparison: Comparison,
  results: readonly (readonly Result[])[],
  chosen: CompareOptions,
  { out, err, workingFolder }: Context,
): void {
  const compared = (side: readonly Result[]) =>
    comparison.pairing === 'none'
      ? side
      : side.filter((result) => comparison.seeds.includes(result.manifest.seed));
  const page = () => renderComparisonHtml(comparison, compared(results[0]!), compared(results[1]!));
  if (chosen.report !== undefined) writeFile(chosen.report, page(), workingFolder);
  const { output } = chosen;
  if (output === 'csv') out.write(comparisonCsv(comparison));
  else if (output === 'html') out.write(page());
  else if (output === 'json' || output === 'yaml') printData(comparison, output, out);
  else {
    const style = { colors: out.colors, width: out.columns(), wide: output === 'wide' };
    out.print(chosen.quiet ? comparison.summary[0]! : comparisonSummary(comparison, style));
  }
  if (chosen.report !== undefined && !chosen.quiet) err.print(reportNote(chosen.report));
}

function judge(sides: readonly Side[], { err }: Context): ExitCode {
  const results = sides.flatMap((side) => [...side.results.values()]);
  if (reportBrokenLaws(results, err)) return exitCode.internal;
  const empty = sides.flatMap(({ label, prepared, results: own }) =>
    prepared === null
      ? []
      : emptiness(prepared.model!, [...own.values()][0]!).map((reason) => `${label}: ${reason}`),
  );
  for (const reason of empty) err.print(`error: ${reason}`);
  return empty.length > 0 ? exitCode.invalidScenario : exitCode.pass;
}
