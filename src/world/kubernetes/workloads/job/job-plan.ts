/**
 * Fidelity: what becomes of a Job: `syncJob` and `manageJob` (job/job_controller.go, 1.32). Pure: how it ends, and how many pods
 * should run. Simplified: nobody else manages a Job.
 */
import type { JobSpec } from '../../objects/workloads.ts';

export interface JobView {
  readonly spec: JobSpec;
  readonly active: number;
  readonly terminating: number;
  /** Pods, or indexes, that have succeeded so far. */
  readonly succeeded: number;
  /** Pods that have failed so far. */
  readonly failed: number;
  /** Restarts of containers in pods that still run. */
  readonly restarts: number;
  /** Indexes that have failed for good; 0 without a limit for each. */
  readonly failedIndexes: number;
  /** Microseconds since it started; null before. */
  readonly runningMicros: number | null;
  /** What a failure policy says against it; null: nothing. */
  readonly policyFailure: string | null;
  /** The rule of its success policy that is met; null: none. */
  readonly policySuccess: string | null;
}

export interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

export function isIndexed({ completionMode }: JobSpec): boolean {
  return completionMode === 'Indexed';
}

/** One that states neither runs one pod to completion. */
export function completionsOf({ completions, parallelism }: JobSpec): number | null {
  return completions ?? (parallelism === undefined ? 1 : null);
}

function fails(reason: string, message: string): Verdict {
  return { type: 'FailureTarget', reason, message };
}

/** How the Job ends; null: it goes on. */
export function verdictOn(view: JobView): Verdict | null {
  const { spec } = view;
  if (view.policyFailure !== null) return fails('PodFailurePolicy', view.policyFailure);
  if (view.failed > backoffLimitOf(spec) || pastLimitByRestarts(view))
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (isPastDeadline(view)) return fails('DeadlineExceeded', 'Job was active longer than specified deadline');
  const byIndex = spec.backoffLimitPerIndex === undefined ? null : verdictOnIndexes(view);
  if (byIndex !== null) return byIndex;
  if (view.policySuccess !== null)
    return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message: view.policySuccess };
  return isSatisfied(view)
    ? {
        type: 'SuccessCriteriaMet',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }
    : null;
}

function backoffLimitOf({ backoffLimit, backoffLimitPerIndex }: JobSpec): number {
  return backoffLimit ?? (backoffLimitPerIndex === undefined ? 6 : 2_147_483_647);
}

/** Containers that restart in their pod count like pods that fail. */
function pastLimitByRestarts({ spec, restarts }: JobView): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const limit = backoffLimitOf(spec);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function isPastDeadline({ spec, runningMicros }: JobView): boolean {
  const { activeDeadlineSeconds, suspend } = spec;
  if (activeDeadlineSeconds === undefined || runningMicros === null || suspend === true) return false;
  return runningMicros >= activeDeadlineSeconds * 1e6;
}

function verdictOnIndexes({ spec, succeeded, failedIndexes }: JobView): Verdict | null {
  const { maxFailedIndexes } = spec as { readonly maxFailedIndexes?: number };
  if (maxFailedIndexes !== undefined && failedIndexes > maxFailedIndexes)
    return fails(
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  const over = failedIndexes > 0 && succeeded + failedIndexes >= (completionsOf(spec) ?? 0);
  return over ? fails('FailedIndexes', 'Job has failed indexes') : null;
}

function isSatisfied({ spec, succeeded, active }: JobView): boolean {
  const completions = completionsOf(spec);
  if (spec.suspend === true && completions !== null && succeeded < completions) return false;
  // A work queue is done when one worker says so and the others have ended.
  return completions === null ? succeeded > 0 && active === 0 : succeeded >= completions;
}

/** Pods that should run now. */
export function wantedActive({ spec, active, succeeded, failedIndexes }: JobView): number {
  if (spec.suspend === true) return 0;
  const parallelism = spec.parallelism ?? 1;
  const completions = completionsOf(spec);
  if (completions === null) return succeeded > 0 ? Math.min(active, parallelism) : parallelism;
  return Math.max(0, Math.min(completions - succeeded - failedIndexes, parallelism));
}

/** Whether pods on their way out hold their place until they have ended. */
export function replacesOnlyFailed({ podReplacementPolicy, podFailurePolicy }: JobSpec): boolean {
  return (podReplacementPolicy ?? (podFailurePolicy === undefined ? '' : 'Failed')) === 'Failed';
}
