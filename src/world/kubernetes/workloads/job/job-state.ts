/**
 * Fidelity: what the Job controller knows of a Job when it looks at it: its pods sorted into those that run, end and have ended, and
 * the counts that its status will have (`syncJobCtx` of job/job_controller.go, 1.32).
 */
import { isActive, isReady, type Pod } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import type { Clock } from '../../store/clock.ts';
import { type FailurePolicy, judge } from './job-failure-policy.ts';
import { parseIndexes } from './job-indexes.ts';
import { completionsOf, isIndexed, type JobView, replacesOnlyFailed } from './job-plan.ts';
import { indexFailuresOf, indexOf, isTracked } from './job-pod.ts';
import { metRule, type SuccessPolicy } from './job-success-policy.ts';

export interface Uncounted {
  readonly succeeded?: readonly string[];
  readonly failed?: readonly string[];
}

export interface IndexFailure {
  /** Times that pods of the index have failed. */
  readonly failures: number;
  readonly finishedMicros: number;
  /** It will not be tried again. */
  readonly final: boolean;
}

export interface JobState {
  readonly job: Job;
  readonly active: readonly Pod[];
  readonly ready: number;
  /** Being deleted and not ended yet. */
  readonly terminating: readonly Pod[];
  /** Have ended, and bear the finalizer that says that they were not counted. */
  readonly newlySucceeded: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
  /** Have ended and count for nothing: a failure policy ignores them. */
  readonly ignored: readonly Pod[];
  readonly succeededIndexes: ReadonlySet<number>;
  readonly failedIndexes: ReadonlySet<number>;
  /** The last failure of each index that has not succeeded. */
  readonly indexFailures: ReadonlyMap<number, IndexFailure>;
  readonly view: JobView;
}

export function uncountedOf({ status }: Job): Uncounted {
  return (status?.uncountedTerminatedPods ?? {}) as Uncounted;
}

/** When a pod ended: its last container, or now when nobody wrote that down. */
export function finishedMicros(pod: Pod, clock: Clock): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { state } of pod.status.containerStatuses ?? [])
    last = Math.max(last, clock.microsOf(state?.terminated?.finishedAt));
  return last === Number.NEGATIVE_INFINITY ? clock.nowMicros : last;
}

interface Sorted {
  readonly active: Pod[];
  readonly terminating: Pod[];
  readonly newlySucceeded: Pod[];
  readonly newlyFailed: Pod[];
  readonly ignored: Pod[];
  readonly failed: Pod[];
  readonly failIndex: Set<number>;
  policyFailure: string | null;
}

function sort(job: Job, pods: Iterable<Pod>): Sorted {
  const policy = job.spec.podFailurePolicy as FailurePolicy | undefined;
  const waits = replacesOnlyFailed(job.spec);
  const { succeeded = [], failed = [] } = uncountedOf(job);
  const counted = new Set([...succeeded, ...failed]);
  const sorted: Sorted = {
    active: [],
    terminating: [],
    newlySucceeded: [],
    newlyFailed: [],
    ignored: [],
    failed: [],
    failIndex: new Set(),
    policyFailure: null,
  };
  for (const pod of pods) {
    const { phase } = pod.status;
    if (isActive(pod)) sorted.active.push(pod);
    else if (phase !== 'Succeeded' && phase !== 'Failed') sorted.terminating.push(pod);
    const fresh = isTracked(pod) && !counted.has(pod.metadata.uid);
    if (phase === 'Succeeded') {
      if (fresh) sorted.newlySucceeded.push(pod);
    } else if (phase === 'Failed' || (!waits && !isActive(pod))) sortFailed(sorted, pod, fresh, policy);
  }
  return sorted;
}

function sortFailed(sorted: Sorted, pod: Pod, fresh: boolean, policy: FailurePolicy | undefined): void {
  const { action, message } = judge(policy, pod);
  if (action === 'Ignore') {
    if (fresh) sorted.ignored.push(pod);
    return;
  }
  if (action === 'FailJob') sorted.policyFailure ??= message;
  if (action === 'FailIndex') sorted.failIndex.add(indexOf(pod));
  sorted.failed.push(pod);
  if (fresh) sorted.newlyFailed.push(pod);
}

function lastFailures(job: Job, sorted: Sorted, clock: Clock): Map<number, IndexFailure> {
  const limit = job.spec.backoffLimitPerIndex;
  const failures = new Map<number, IndexFailure>();
  if (limit === undefined) return failures;
  for (const pod of sorted.failed) {
    const index = indexOf(pod);
    const before = indexFailuresOf(pod);
    const known = failures.get(index);
    if (known !== undefined && known.failures > before) continue;
    failures.set(index, {
      failures: before + 1,
      finishedMicros: finishedMicros(pod, clock),
      final: before >= limit || sorted.failIndex.has(index),
    });
  }
  return failures;
}

export function jobState(job: Job, pods: Iterable<Pod>, clock: Clock): JobState {
  const { spec, status } = job;
  const sorted = sort(job, pods);
  const completions = completionsOf(spec) ?? 0;
  const succeededIndexes = parseIndexes(status?.completedIndexes, completions);
  for (const pod of sorted.newlySucceeded) {
    const index = indexOf(pod);
    if (index >= 0 && index < completions) succeededIndexes.add(index);
  }
  const indexFailures = lastFailures(job, sorted, clock);
  const failedIndexes = parseIndexes(
    (status as { failedIndexes?: string } | undefined)?.failedIndexes,
    completions,
  );
  for (const [index, { final }] of indexFailures)
    if (final && !succeededIndexes.has(index)) failedIndexes.add(index);
  const uncounted = uncountedOf(job);
  const counted =
    (status?.succeeded ?? 0) + (uncounted.succeeded?.length ?? 0) + sorted.newlySucceeded.length;
  const failed = (status?.failed ?? 0) + (uncounted.failed?.length ?? 0) + sorted.newlyFailed.length;
  const { active, terminating, newlySucceeded, newlyFailed, ignored } = sorted;
  return {
    job,
    active,
    ready: active.filter(isReady).length,
    terminating,
    newlySucceeded,
    newlyFailed,
    ignored,
    succeededIndexes,
    failedIndexes,
    indexFailures,
    view: {
      spec,
      active: active.length,
      terminating: terminating.length,
      succeeded: isIndexed(spec) ? succeededIndexes.size : counted,
      failed,
      restarts: restartsOf(active),
      failedIndexes: failedIndexes.size,
      runningMicros:
        status?.startTime === undefined ? null : clock.nowMicros - clock.microsOf(status.startTime),
      policyFailure: sorted.policyFailure,
      policySuccess: isIndexed(spec)
        ? metRule(spec.successPolicy as SuccessPolicy | undefined, completions, succeededIndexes)
        : null,
    },
  };
}

function restartsOf(pods: readonly Pod[]): number {
  let restarts = 0;
  for (const { status } of pods)
    for (const { restartCount } of [
      ...(status.containerStatuses ?? []),
      ...(status.initContainerStatuses ?? []),
    ])
      restarts += restartCount;
  return restarts;
}
