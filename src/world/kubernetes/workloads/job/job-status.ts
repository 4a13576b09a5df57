/**
 * Fidelity: the status of a Job (job/job_controller.go, 1.32): counts, and its conditions. How it will end is said first
 * (SuccessCriteriaMet, FailureTarget), and that it has ended (Complete, Failed) once no pod of it is left running.
 */
import { type Condition, conditionOf } from '../../objects/meta.ts';
import type { Job } from '../../objects/workloads.ts';
import type { Clock } from '../../store/clock.ts';
import { formatIndexes } from './job-indexes.ts';
import { isIndexed, type Verdict, verdictOn } from './job-plan.ts';
import type { JobState } from './job-state.ts';

export type JobStatus = NonNullable<Job['status']>;

/** `Complete` or `Failed`; null while it goes on. */
export function finishedAs({ status }: Job): Condition | null {
  return (
    status?.conditions?.find(
      ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
    ) ?? null
  );
}

/** How it has been decided to end, or would be now; null: it goes on. */
export function verdictOf({ job, view }: JobState): Verdict | null {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const decided = conditionOf(job.status?.conditions, type);
    if (decided?.status === 'True')
      return { type, reason: decided.reason ?? '', message: decided.message ?? '' };
  }
  return verdictOn(view);
}

export function isSuspended(conditions: readonly Condition[] | undefined): boolean {
  return conditionOf(conditions, 'Suspended')?.status === 'True';
}

function made(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
  now: string,
): Condition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** The status after all pods that have ended are counted. */
export function jobStatus(state: JobState, clock: Clock): JobStatus {
  const { job, view, succeededIndexes, failedIndexes } = state;
  const before = job.status ?? {};
  const now = clock.timestamp();
  const verdict = verdictOf(state);
  const conditions = conditionsOf(state, verdict, now);
  const complete = conditions.some(({ type, status }) => type === 'Complete' && status === 'True');
  const resumed = isSuspended(before.conditions) && job.spec.suspend !== true;
  const startTime = job.spec.suspend === true ? before.startTime : resumed ? now : (before.startTime ?? now);
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(complete ? { completionTime: before.completionTime ?? now } : {}),
    ...(view.active === 0 ? {} : { active: view.active }),
    ready: state.ready,
    terminating: view.terminating,
    ...(view.succeeded === 0 ? {} : { succeeded: view.succeeded }),
    ...(view.failed === 0 ? {} : { failed: view.failed }),
    ...(isIndexed(job.spec) && succeededIndexes.size > 0
      ? { completedIndexes: formatIndexes(succeededIndexes) }
      : {}),
    ...(job.spec.backoffLimitPerIndex === undefined ? {} : { failedIndexes: formatIndexes(failedIndexes) }),
    uncountedTerminatedPods: {},
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function conditionsOf({ job, view }: JobState, verdict: Verdict | null, now: string): readonly Condition[] {
  const conditions = [...(job.status?.conditions ?? [])];
  const replace = (condition: Condition) => {
    const at = conditions.findIndex(({ type }) => type === condition.type);
    if (at < 0) conditions.push(condition);
    else conditions[at] = condition;
  };
  if (verdict !== null) {
    const { type, reason, message } = verdict;
    if (conditionOf(conditions, type)?.status !== 'True') replace(made(type, 'True', reason, message, now));
    const end = type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed';
    if (view.active === 0 && view.terminating === 0 && conditionOf(conditions, end)?.status !== 'True')
      replace(made(end, 'True', reason, message, now));
    return conditions;
  }
  const suspended = isSuspended(conditions);
  if (job.spec.suspend === true && !suspended)
    replace(made('Suspended', 'True', 'JobSuspended', 'Job suspended', now));
  if (job.spec.suspend !== true && suspended)
    replace(made('Suspended', 'False', 'JobResumed', 'Job resumed', now));
  return conditions;
}
