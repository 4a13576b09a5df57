import { summariseSeeds } from '../../src/analysis/sweep.ts';
import type { Model } from '../../src/model/model.ts';
import type { Result } from '../../src/model/result.ts';
import type { Results } from '../../src/model/results-file.ts';
import type { Sweep } from '../../src/model/sweep-result.ts';
import { renderHtml } from '../report/report.ts';
import { pathFor, reportNote, writeFile } from './deliver.ts';
import { emptiness } from './effect.ts';
import { type ExitCode, exitCode, UsageError } from './exit-code.ts';
import type { Prepared } from './input/prepare.ts';
import { reportBrokenLaws } from './laws.ts';
import { figureHeader, figureRows, toCsv } from './render/csv.ts';
import { toJson } from './render/json.ts';
import { sweepSummary, sweepVerdictLine } from './render/sweep.ts';
import type { Outcome, RunTools } from './run-tools.ts';
import { sweep } from './sweep.ts';

const seedMax = 4_294_967_295;

/** Simulates one scenario with many seeds, writes its files and prints what they have in common. */
export async function runSeeds(prepared: Prepared, tools: RunTools): Promise<Outcome> {
  const model = prepared.model!;
  const { chosen, context, interrupt, progress } = tools;
  const { label } = prepared.set;
  const seeds = seedsFrom(chosen.seed ?? model.seed, chosen.seeds!);
  const results = new Map<number, Result>();
  await sweep({
    models: [model],
    jobs: seeds.map((seed) => ({ model: 0, seed })),
    threads: chosen.jobs,
    label,
    noun: 'seed',
    progress,
    interrupt,
    // Series are by far the largest part, and only the report of the first seed shows them.
    take: ({ seed }, result) => {
      context.trace(`seed ${seed} is done`);
      results.set(seed, seed === seeds[0] ? result : withoutSeries(result));
    },
  });
  const finished = seeds.flatMap((seed) => results.get(seed) ?? []);
  if (finished.length === 0) {
    context.err.print('Interrupted before the first seed finished: nothing to show.');
    return { code: exitCode.interrupted, data: null, figures: [] };
  }
  const summary = summariseSeeds(finished);
  const notes = writeFiles(finished, label, tools);
  print(summary, finished, tools);
  if (!chosen.quiet) for (const note of notes) context.err.print(note);
  return { code: judge(model, summary, finished, tools), data: summary, figures: finished };
}

/** `first`, `first + 1`, … Throws UsageError when they would run past the largest seed. */
export function seedsFrom(first: number, count: number): number[] {
  if (first + count - 1 > seedMax) {
    throw new UsageError(`Seeds end at ${seedMax}; ${first} is too late for ${count} of them.`);
  }
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The same result with its series left out. */
export function withoutSeries(result: Result): Result {
  return { ...result, series: { timesSeconds: [], columns: [] } };
}

/** Writes `--report` and `--save`; returns what to say about them. */
function writeFiles(
  results: readonly Result[],
  label: string,
  { chosen, context, several }: RunTools,
): string[] {
  const notes: string[] = [];
  if (chosen.report !== undefined) {
    const path = pathFor(chosen.report, label, several);
    writeFile(path, renderHtml(results[0]!), context.workingFolder);
    notes.push(`${reportNote(path)}, of seed ${results[0]!.manifest.seed}`);
  }
  if (chosen.save !== undefined) {
    const path = pathFor(chosen.save, label, several);
    const saved: Results = { schema: 'sim.devops/results/v1', results: results.map(withoutSeries) };
    const figures = () => toCsv(figureHeader, results.flatMap(figureRows));
    writeFile(path, path.endsWith('.csv') ? figures() : `${toJson(saved)}\n`, context.workingFolder);
    notes.push(`Results of ${results.length} seeds: ${path}`);
  }
  return notes;
}

function print(summary: Sweep, results: readonly Result[], { chosen, context }: RunTools): void {
  const { out, err } = context;
  const { colors } = out;
  const asked = chosen.seeds!;
  if (chosen.output === 'html') {
    out.write(renderHtml(results[0]!));
    err.print(`The page shows seed ${results[0]!.manifest.seed}, the first of ${results.length}.`);
  }
  if (chosen.output === 'table' || chosen.output === 'wide') {
    const style = { colors, width: out.columns(), wide: chosen.output === 'wide', asked };
    out.print(chosen.quiet ? sweepVerdictLine(summary, asked, colors) : sweepSummary(summary, style));
  }
}

function judge(model: Model, summary: Sweep, results: readonly Result[], tools: RunTools): ExitCode {
  const { err } = tools.context;
  if (reportBrokenLaws(results, err)) return exitCode.internal;
  const empty = emptiness(model, results[0]!);
  for (const reason of empty) err.print(`error: ${reason}`);
  if (empty.length > 0) return exitCode.invalidScenario;
  if (results.length < tools.chosen.seeds!) return exitCode.interrupted;
  return summary.verdict === 'fail' ? exitCode.objectiveFailed : exitCode.pass;
}
