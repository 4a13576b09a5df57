import { parseDuration } from '../../../src/base/time.ts';
import type { Model } from '../../../src/model/model.ts';
import type { KubernetesModel } from '../../../src/run/cluster-view.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../exit-code.ts';
import { readManifestSets } from '../input/manifest-set.ts';
import { type Prepared, prepare } from '../input/prepare.ts';
import { resolveScenario } from '../input/scenario-name.ts';
import { printProblems } from '../problems.ts';

/** Options that all questions about a cluster share, by attribute name. */
export interface PlanOptions {
  readonly file: readonly string[];
  readonly variant?: string;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly duration?: string;
  readonly strict: boolean;
  readonly output: 'table' | 'json' | 'yaml';
  readonly quiet: boolean;
  readonly progress: boolean;
}

/** A model with a cluster, ready to be asked. */
export interface PlanInput {
  readonly prepared: Prepared;
  readonly model: Model;
  readonly cluster: KubernetesModel;
  readonly label: string;
}

/**
 * The scenario of a question, and the words that are not its name. With `-f` the first word is a scenario only when there
 * is one of that name, so that the rest may stand alone.
 */
export function splitWords(
  args: readonly string[],
  chosen: Pick<PlanOptions, 'file'>,
  context: Context,
): { scenario: string | null; words: readonly string[] } {
  const [first, ...rest] = args;
  if (first === undefined) return { scenario: null, words: [] };
  if (chosen.file.length === 0) return { scenario: first, words: rest };
  try {
    resolveScenario(first, context.workingFolder);
    return { scenario: first, words: rest };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { scenario: null, words: args };
  }
}

/** Reads and compiles; null when there are errors, which are then printed. Throws UsageError when nothing runs on a cluster. */
export function preparePlan(
  scenario: string | null,
  chosen: PlanOptions,
  context: Context,
): PlanInput | null {
  const scenarios = scenario === null ? [] : [scenario];
  const request = { scenarios, files: chosen.file, variant: chosen.variant };
  const [set] = readManifestSets(request, context.workingFolder);
  const prepared = prepare(set!, chosen);
  if (!printProblems([prepared], { context, quiet: chosen.quiet })) return null;
  const model = prepared.model!;
  const cluster = model.rooms['kubernetes'] as KubernetesModel | undefined;
  if (cluster === undefined)
    throw new UsageError(
      `${set!.label} runs on no cluster: there is nothing to ask about.`,
      'Add workloads, or a Topology with node pools: devops-sim explain Topology',
    );
  return { prepared, model, cluster, label: set!.label };
}

/** The instant of a change: what `--at` says, or a quarter of the run. Throws UsageError outside the run. */
export function instantOf(at: string | undefined, model: Model): number {
  const { durationMicros, warmupMicros } = model;
  if (at === undefined)
    return Math.max(warmupMicros, Math.round(durationMicros / 4e6) * 1e6) || Math.floor(durationMicros / 4);
  const micros = parseDuration(at);
  if (micros === null) throw new UsageError(`--at ${at} is no time.`, 'Write it as 90s, 15m or 1h30m.');
  if (micros >= durationMicros)
    throw new UsageError(
      `--at ${at} is not before the end of the run (${durationMicros / 1e6} s).`,
      'Choose an earlier time, or a longer --duration.',
    );
  return Math.max(1, micros);
}

/** A duration of an option; null when it is not given. Throws UsageError for text that is none. */
export function durationOption(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const micros = parseDuration(text);
  if (micros === null || micros === 0)
    throw new UsageError(`${name} ${text} is no duration.`, 'Write it as 90s, 15m or 1h30m.');
  return micros;
}
