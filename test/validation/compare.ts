import { hashWords } from '../../src/base/hash.ts';
import type { SketchSummary } from '../../src/base/sketch.ts';
import { simulate } from '../../src/run/simulate.ts';
import type { Case, Quantity, TailPlot } from './systems/system.ts';
import { type Estimate, estimate, halfWidth } from './theory/statistics.ts';

export interface Effort {
  /** Independent replications, each with a seed of its own. */
  readonly replications: number;
  /** Multiplies the measured time of each replication. */
  readonly length: number;
  /** Chooses another family of seeds. */
  readonly family: number;
}

/** What `npm test` spends. */
export const quickEffort: Effort = { replications: 16, length: 0.3, family: 0 };
/** What decides when the quick comparison falls outside its interval: fresh seeds and longer runs. */
export const secondEffort: Effort = { replications: 12, length: 4, family: 1 };
/** What the report spends. */
export const reportEffort: Effort = { replications: 20, length: 1, family: 2 };

/** One theoretical number beside what the replications say. */
export interface Comparison {
  readonly quantity: Quantity;
  readonly estimate: Estimate;
  /** (simulated − theory) / theory. */
  readonly deviation: number;
  /** (simulated − theory) / standard error. */
  readonly standardErrors: number;
}

export interface CaseResult {
  readonly case: Case;
  readonly comparisons: readonly Comparison[];
  /** Sketches asked for, one of each replication, by plot file and line label. */
  readonly sketches: ReadonlyMap<string, readonly SketchSummary[]>;
  /** Laws that a run found broken. */
  readonly brokenLaws: readonly string[];
}

/** A tail to collect while a case runs. */
export type TailLine = TailPlot['lines'][number] & { readonly file: string };

/** The seed of one replication. Each case has its own, so that no two comparisons share their luck. */
export function seedOf(caseId: string, family: number, replication: number): number {
  return hashWords(`${caseId}/${family}/${replication}`)[0] >>> 0;
}

/** Runs all replications of a case and compares each of its quantities. */
export function compareCase(of: Case, effort: Effort, tails: readonly TailLine[] = []): CaseResult {
  const values: number[][] = of.quantities.map(() => []);
  const sketches = new Map<string, SketchSummary[]>(
    tails.map(({ file, label }) => [sketchKey(file, label), []]),
  );
  const brokenLaws = new Set<string>();
  const model = of.build({
    warmupMicros: Math.round(of.warmupMicros),
    durationMicros: Math.round(of.warmupMicros + of.measuredMicros * effort.length),
  });
  for (let replication = 0; replication < effort.replications; replication++) {
    const run = simulate(model, seedOf(of.id, effort.family, replication));
    for (const [i, quantity] of of.quantities.entries()) values[i].push(quantity.measure(run));
    for (const tail of tails) sketches.get(sketchKey(tail.file, tail.label))?.push(tail.sketch(run.truth));
    for (const check of run.checks) if (!check.passed) brokenLaws.add(`${check.name}: ${check.detail}`);
  }
  const comparisons = of.quantities.map((quantity, i) => compare(quantity, values[i]));
  return { case: of, comparisons, sketches, brokenLaws: [...brokenLaws] };
}

export const sketchKey = (file: string, label: string): string => `${file}/${label}`;

function compare(quantity: Quantity, values: readonly number[]): Comparison {
  const found = estimate(values);
  const difference = found.mean - quantity.theory;
  return {
    quantity,
    estimate: found,
    deviation: difference / quantity.theory,
    standardErrors: difference / found.standardError,
  };
}

/** Whether the confidence interval (or the exact tolerance) holds the theoretical value. */
export function contains({ quantity, estimate: found, deviation }: Comparison, confidence: number): boolean {
  if (quantity.exact !== undefined) return Math.abs(deviation) <= quantity.exact;
  return Math.abs(found.mean - quantity.theory) <= halfWidth(found, confidence);
}

/** Half the interval's width as a share of the theoretical value. */
export function relativeHalfWidth({ quantity, estimate: found }: Comparison, confidence: number): number {
  return halfWidth(found, confidence) / Math.abs(quantity.theory);
}

/** The command that repeats a case exactly. */
export function replayCommand(of: Case, effort: Effort): string {
  const { replications, length, family } = effort;
  return `node test/validation/main.ts --case ${of.id} --replications ${replications} --length ${length} --family ${family}`;
}
