/**
 * Fidelity: how an AnalysisRun is judged: analysis/analysis.go and utils/evaluate of Argo Rollouts 1.7, and
 * consecutiveSuccessLimit of 1.8. Pure; times in microseconds of the clock.
 */
import { parseDuration } from '../../../../base/time.ts';
import type { IntOrString } from '../../objects/meta.ts';
import {
  type AnalysisPhase,
  isCompleted,
  type Measurement,
  type Metric,
  type MetricResult,
  type RunSummary,
} from './analysis-run.ts';
import { holds, type Value } from './expression.ts';

export const errorRetryMicros = 10e6;
const consecutiveErrorLimitByDefault = 4;
export const measurementsKept = 10;

function numberOf(value: IntOrString | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

/** Measurements to take; undefined: without end. */
export function effectiveCount(metric: Metric): number | undefined {
  const count = numberOf(metric.count);
  if (count === undefined || count === 0) return metric.interval === undefined ? 1 : undefined;
  return count;
}

/** What a measured value says under the metric's conditions. */
export function judgeValue(
  metric: Pick<Metric, 'successCondition' | 'failureCondition'>,
  result: Value,
): { readonly phase: AnalysisPhase; readonly message?: string } {
  const { successCondition: success, failureCondition: failure } = metric;
  const succeeded = success === undefined || success === '' ? null : holds(success, result);
  if (typeof succeeded === 'string') return { phase: 'Error', message: succeeded };
  const failed = failure === undefined || failure === '' ? null : holds(failure, result);
  if (typeof failed === 'string') return { phase: 'Error', message: failed };
  if (succeeded === null && failed === null) return { phase: 'Successful' };
  if (failed === true) return { phase: 'Failed' };
  if (succeeded === true || succeeded === null) return { phase: 'Successful' };
  return { phase: failed === null ? 'Failed' : 'Inconclusive' };
}

/** The result with one more measurement that has ended. */
export function withMeasurement(
  result: MetricResult | undefined,
  name: string,
  measurement: Measurement,
  kept: number,
): MetricResult {
  const before = result ?? { name, phase: 'Running' as const };
  const measurements = [...(before.measurements ?? []), measurement].slice(-kept);
  const more = (amount: number | undefined) => (amount ?? 0) + 1;
  switch (measurement.phase) {
    case 'Successful':
      return {
        ...before,
        measurements,
        successful: more(before.successful),
        count: more(before.count),
        consecutiveSuccess: more(before.consecutiveSuccess),
        consecutiveError: 0,
      };
    case 'Failed':
      return {
        ...before,
        measurements,
        failed: more(before.failed),
        count: more(before.count),
        consecutiveSuccess: 0,
        consecutiveError: 0,
      };
    case 'Inconclusive':
      return {
        ...before,
        measurements,
        inconclusive: more(before.inconclusive),
        count: more(before.count),
        consecutiveSuccess: 0,
        consecutiveError: 0,
      };
    default:
      return {
        ...before,
        measurements,
        error: more(before.error),
        consecutiveSuccess: 0,
        consecutiveError: more(before.consecutiveError),
      };
  }
}

interface Breach {
  readonly phase: AnalysisPhase;
  readonly message: string;
}

/** The limit that the metric has broken; of several an error says more than an inconclusive result, and that more than a failure. */
export function breachOf(metric: Metric, result: MetricResult): Breach | null {
  const { failed = 0, inconclusive = 0, consecutiveError = 0 } = result;
  const errorLimit = numberOf(metric.consecutiveErrorLimit) ?? consecutiveErrorLimitByDefault;
  if (consecutiveError > errorLimit)
    return {
      phase: 'Error',
      message: `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errorLimit})`,
    };
  const inconclusiveLimit = numberOf(metric.inconclusiveLimit) ?? 0;
  if (inconclusive > inconclusiveLimit)
    return {
      phase: 'Inconclusive',
      message: `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`,
    };
  const failureLimit = numberOf(metric.failureLimit) ?? 0;
  // Below zero failures don't count, which makes sense beside consecutiveSuccessLimit.
  if (failureLimit >= 0 && failed > failureLimit)
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` };
  return null;
}

export function assessMetric(metric: Metric, result: MetricResult, terminating: boolean): AnalysisPhase {
  if (isCompleted(result.phase)) return result.phase;
  const { measurements = [], count = 0, consecutiveSuccess = 0 } = result;
  if (measurements.length === 0) return terminating ? 'Successful' : 'Pending';
  if (measurements.at(-1)!.finishedAt === undefined) return 'Running';
  const breach = breachOf(metric, result);
  if (breach !== null) return breach.phase;
  const wanted = numberOf(metric.consecutiveSuccessLimit) ?? 0;
  if (wanted > 0 && consecutiveSuccess >= wanted) return 'Successful';
  const until = effectiveCount(metric);
  if (until !== undefined && count >= until) {
    if (wanted === 0) return 'Successful';
    return (numberOf(metric.failureLimit) ?? 0) < 0 ? 'Failed' : 'Inconclusive';
  }
  return terminating ? 'Successful' : 'Running';
}

const worseLast: readonly AnalysisPhase[] = [
  'Successful',
  'Running',
  'Pending',
  'Inconclusive',
  'Error',
  'Failed',
];

export function isWorse(phase: AnalysisPhase, than: AnalysisPhase): boolean {
  return worseLast.indexOf(phase) > worseLast.indexOf(than);
}

export interface RunAssessment {
  readonly phase: AnalysisPhase;
  readonly message: string;
  readonly results: readonly MetricResult[];
  readonly runSummary: RunSummary;
  readonly dryRunSummary: RunSummary;
  /** Metrics that were completed by this assessment. */
  readonly completed: readonly MetricResult[];
}

/** One metric that has broken a limit ends the run; metrics of a dry run never do. */
export function isTerminating(
  terminate: boolean,
  results: readonly MetricResult[],
  dryRun: ReadonlySet<string>,
): boolean {
  return (
    terminate ||
    results.some(
      ({ name, phase }) =>
        !dryRun.has(name) && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'),
    )
  );
}

/** Judges the metrics and from them the run. */
export function assessRun(
  metrics: readonly Metric[],
  results: readonly MetricResult[],
  terminate: boolean,
  dryRun: ReadonlySet<string>,
): RunAssessment {
  const terminating = isTerminating(terminate, results, dryRun);
  const summaries = { run: emptySummary(), dry: emptySummary() };
  const assessed: MetricResult[] = [];
  const completed: MetricResult[] = [];
  let worst: AnalysisPhase | null = null;
  let message = terminate ? 'Run Terminated' : '';
  let finished = true;
  for (const metric of metrics) {
    const dry = dryRun.has(metric.name);
    const summary = dry ? summaries.dry : summaries.run;
    summary.count++;
    const before = results.find(({ name }) => name === metric.name);
    if (before === undefined) {
      finished = false;
      continue;
    }
    const result = judged(metric, before, terminating, dry);
    assessed.push(result);
    if (!isCompleted(result.phase)) {
      finished = false;
      continue;
    }
    if (result.phase !== before.phase) completed.push(result);
    const breach = breachOf(metric, result);
    summary[summaryKey(breach?.phase)]++;
    if (dry) worst ??= 'Successful';
    else if (worst === null || isWorse(result.phase, worst)) {
      worst = result.phase;
      if (breach !== null) message = breachMessage(result, breach);
    }
  }
  const phase = terminating ? (worst ?? 'Successful') : finished && worst !== null ? worst : 'Running';
  return {
    phase,
    message: phase === 'Running' ? '' : message,
    results: assessed,
    runSummary: summaries.run,
    dryRunSummary: summaries.dry,
    completed,
  };
}

function judged(metric: Metric, before: MetricResult, terminating: boolean, dry: boolean): MetricResult {
  const phase = assessMetric(metric, before, terminating);
  if (phase === before.phase) return before;
  const last = before.measurements?.at(-1)?.message;
  const said = last === undefined ? {} : { message: last };
  return { ...before, phase, ...said, ...(dry ? { dryRun: true } : {}) };
}

function breachMessage({ name, phase, message }: MetricResult, breach: Breach): string {
  const detail = message === undefined || message === '' ? '' : `: "Error Message: ${message}"`;
  return `Metric "${name}" assessed ${phase} due to ${breach.message}${detail}`;
}

type Counts = { -readonly [key in keyof RunSummary]: number };

function emptySummary(): Counts {
  return { count: 0, successful: 0, failed: 0, inconclusive: 0, error: 0 };
}

function summaryKey(phase: AnalysisPhase | undefined): Exclude<keyof RunSummary, 'count'> {
  if (phase === 'Failed') return 'failed';
  if (phase === 'Error') return 'error';
  return phase === 'Inconclusive' ? 'inconclusive' : 'successful';
}

/** When the metric's next measurement is due; null: never again. `startedMicros` is the run's. */
export function dueMicros(
  metric: Metric,
  result: MetricResult | undefined,
  startedMicros: number,
  microsOf: (timestamp: string | undefined) => number,
): number | null {
  if (isCompleted(result?.phase)) return null;
  const last = result?.measurements?.at(-1);
  if (last === undefined) return startedMicros + (parseDuration(metric.initialDelay ?? '0') ?? 0);
  const until = effectiveCount(metric);
  if (until !== undefined && (result?.count ?? 0) >= until) return null;
  const finished = microsOf(last.finishedAt);
  if (last.phase === 'Error') return finished + errorRetryMicros;
  return metric.interval === undefined
    ? null
    : finished + (parseDuration(metric.interval) ?? errorRetryMicros);
}
