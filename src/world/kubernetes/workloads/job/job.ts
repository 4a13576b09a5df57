/**
 * Fidelity: the Job controller (job/job_controller.go, 1.32): five workers, at most 500 pods at a time, news of pods gathered for one
 * second. Each pod bears a finalizer until its end has been counted: first in a list of the status, then as a number.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { controllerOf, keyOf, splitKey } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { jobs, pods } from '../../objects/resource-types.ts';
import type { Job } from '../../objects/workloads.ts';
import { sameValue } from '../../store/equality.ts';
import { PodControl } from '../pods/pod-control.ts';
import type { PodNotices } from '../pods/pod-notices.ts';
import { sameForOwner } from '../pods/pod-tally.ts';
import { slowStart } from '../pods/slow-start.ts';
import { podsToDelete } from '../replica-set/delete-ranking.ts';
import { type BackoffRecord, delayMicros, noFailures, recordAfter, remainingMicros } from './job-backoff.ts';
import { firstPending } from './job-indexes.ts';
import { completionsOf, isIndexed, replacesOnlyFailed, wantedActive } from './job-plan.ts';
import { indexOf, isTracked, podOfIndex, podOfJob, trackingFinalizer } from './job-pod.ts';
import { finishedMicros, type JobState, jobState, uncountedOf } from './job-state.ts';
import { finishedAs, isSuspended, type JobStatus, jobStatus, verdictOf } from './job-status.ts';

const workers = 5;
const component = 'job-controller';
const podsAtOnce = 500;
const gatherMicros = 1e6;

export class Jobs {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #control: PodControl;
  /** Failures since the last success, by the Job's uid. */
  readonly #backoff = new Map<string, BackoffRecord>();
  /** Pods that still have a finalizer of a Job that is gone, by key. */
  readonly #strays: Controller;
  readonly #gathered = new Set<string>();

  constructor(plane: ControlPlane, notices: PodNotices) {
    this.#plane = plane;
    this.#control = new PodControl(plane, component);
    const { client } = plane.component(component, plane.model.settings.controllers);
    const { engine } = plane;
    this.#loop = new Controller({
      engine,
      client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#strays = new Controller({
      engine,
      client,
      name: `${component}-orphans`,
      workers: 1,
      reconcile: (key) => this.#freeStray(key),
    });
    this.#listen(notices);
  }

  #listen(notices: PodNotices): void {
    this.#plane.manager.watch.on(jobs, ({ kind, object }) => {
      if (kind !== 'DELETED') {
        this.#loop.enqueue(keyOf(object));
        return;
      }
      this.#backoff.delete(object.metadata.uid);
      for (const pod of this.#plane.podsByOwner.get(object.metadata.uid)) this.#strays.enqueue(keyOf(pod));
    });
    notices.onOwned('Job', (key, { kind, object, previous }) => {
      if (this.#plane.store.get(jobs, ...splitKey(key)) === undefined) {
        if (isTracked(object)) this.#strays.enqueue(keyOf(object));
        return;
      }
      if (kind === 'MODIFIED' && isNoNews(previous!, object)) return;
      this.#gather(key);
    });
  }

  /** News of many pods within a second make one look. */
  #gather(key: string): void {
    if (this.#gathered.has(key)) return;
    this.#gathered.add(key);
    this.#loop.enqueueAfter(key, gatherMicros);
  }

  #freeStray(key: string): Reconciliation | null {
    const pod = this.#plane.store.get(pods, ...splitKey(key));
    if (pod === undefined || !isTracked(pod)) return null;
    const owner = controllerOf(pod);
    const job = owner && this.#plane.store.get(jobs, pod.metadata.namespace ?? '', owner.name);
    return job !== undefined && job.metadata.uid === owner?.uid ? null : { writes: [this.#untrack(pod)] };
  }

  #untrack({ metadata: { namespace = '', name } }: Pod): Write {
    return () =>
      this.#plane.api.modify(pods, namespace, name, (now) => {
        const finalizers = (now.metadata.finalizers ?? []).filter(
          (finalizer) => finalizer !== trackingFinalizer,
        );
        return { ...now, metadata: { ...now.metadata, finalizers } };
      });
  }

  #stateOf(key: string): JobState | null {
    const job = this.#plane.store.get(jobs, ...splitKey(key));
    if (job === undefined) return null;
    return jobState(job, this.#plane.podsByOwner.get(job.metadata.uid), this.#plane.clock);
  }

  #reconcile(key: string): Reconciliation | null {
    this.#gathered.delete(key);
    const state = this.#stateOf(key);
    if (state === null) return null;
    if (finishedAs(state.job) !== null)
      return { writes: this.#ended(state).map((pod) => this.#untrack(pod)) };
    this.#learn(state);
    const track = () => this.#track(key);
    const { job } = state;
    if (job.metadata.deletionTimestamp !== undefined) return track();
    const deadline = deadlineMicros(state);
    const again = deadline === null ? {} : { againMicros: deadline };
    if (verdictOf(state) !== null) return { writes: this.#deletions(state, state.active), next: track };
    return { ...again, ...this.#manage(state, track) };
  }

  /** Pods of a Job that has ended which still wait to be counted: nobody counts any more. */
  #ended({ job }: JobState): Pod[] {
    return [...this.#plane.podsByOwner.get(job.metadata.uid)].filter(isTracked);
  }

  #learn({ job, newlySucceeded, newlyFailed }: JobState): void {
    const { clock } = this.#plane;
    const finished = [
      ...newlySucceeded.map((pod) => ({ failed: false, finishedMicros: finishedMicros(pod, clock) })),
      ...newlyFailed.map((pod) => ({ failed: true, finishedMicros: finishedMicros(pod, clock) })),
    ];
    if (finished.length === 0) return;
    const record = this.#backoff.get(job.metadata.uid) ?? noFailures;
    this.#backoff.set(job.metadata.uid, recordAfter(record, finished));
  }

  #deletions({ job }: JobState, leaving: readonly Pod[]): Write[] {
    return leaving.slice(0, podsAtOnce).map((pod) => this.#control.delete(job, pod));
  }

  /** Makes or deletes pods until as many run as should. */
  #manage(state: JobState, track: () => Reconciliation | null): Reconciliation {
    const { active, terminating, view } = state;
    const wanted = wantedActive(view);
    const surplus = isIndexed(view.spec) ? misplaced(state) : [];
    const kept = active.filter((pod) => !surplus.includes(pod));
    const leaving = [
      ...surplus,
      ...podsToDelete(kept, kept, Math.max(0, kept.length - wanted), this.#plane.clock),
    ];
    if (leaving.length > 0) return { writes: this.#deletions(state, leaving), next: track };
    const held = replacesOnlyFailed(view.spec) ? terminating.length : 0;
    const missing = Math.min(wanted - active.length - held, podsAtOnce);
    if (missing <= 0) return { next: track };
    const wait = view.spec.backoffLimitPerIndex === undefined ? this.#waitMicros(state) : 0;
    if (wait > 0) {
      this.#loop.enqueueAfter(keyOf(state.job), wait);
      return { next: track };
    }
    return slowStart(this.#creations(state, missing), track);
  }

  #waitMicros({ job }: JobState): number {
    return remainingMicros(this.#backoff.get(job.metadata.uid) ?? noFailures, this.#plane.clock.nowMicros);
  }

  #creations(state: JobState, count: number): Write[] {
    const { job, view } = state;
    if (!isIndexed(view.spec)) return new Array<Write>(count).fill(this.#control.create(job, podOfJob(job)));
    const taken = new Set([...state.succeededIndexes, ...state.failedIndexes, ...state.active.map(indexOf)]);
    if (replacesOnlyFailed(view.spec)) for (const pod of state.terminating) taken.add(indexOf(pod));
    this.#holdBack(state, taken);
    return firstPending(count, completionsOf(view.spec) ?? 0, taken).map((index) =>
      this.#control.create(job, podOfIndex(job, index, state.indexFailures.get(index)?.failures ?? 0)),
    );
  }

  /** Indexes that failed a short while ago wait; the Job looks again when the first of them may go on. */
  #holdBack({ job, indexFailures }: JobState, taken: Set<number>): void {
    let next = Number.POSITIVE_INFINITY;
    for (const [index, { failures, finishedMicros: ended, final }] of indexFailures) {
      const wait = ended + delayMicros(failures) - this.#plane.clock.nowMicros;
      if (final || wait <= 0) continue;
      taken.add(index);
      next = Math.min(next, wait);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#loop.enqueueAfter(keyOf(job), next);
  }

  /** Counts pods that have ended: into the list of the status, off with their finalizers, into the numbers. */
  #track(key: string): Reconciliation | null {
    const state = this.#stateOf(key);
    if (state === null) return null;
    const { newlySucceeded, newlyFailed, ignored, job } = state;
    const ended = [...newlySucceeded, ...newlyFailed, ...ignored].slice(0, podsAtOnce);
    if (ended.length === 0 && sameValue(uncountedOf(job), {})) return this.#conclude(key);
    const chosen = new Set(ended);
    const uids = (from: readonly Pod[]) =>
      from.filter((pod) => chosen.has(pod)).map(({ metadata }) => metadata.uid);
    const list: Write = this.#modifyStatus(job, (now) => {
      const { succeeded = [], failed = [] } = uncountedOf(now);
      return {
        ...this.#indexed(now, state),
        uncountedTerminatedPods: {
          succeeded: [...new Set([...succeeded, ...uids(newlySucceeded)])],
          failed: [...new Set([...failed, ...uids(newlyFailed)])],
        },
      };
    });
    return {
      writes: [list],
      next: (refused) => (refused > 0 ? null : this.#free(key, ignored)),
    };
  }

  /** Takes the finalizers off what is in the list, and off what counts for nothing; only then the list becomes numbers. */
  #free(key: string, ignored: readonly Pod[]): Reconciliation | null {
    const job = this.#plane.store.get(jobs, ...splitKey(key));
    if (job === undefined) return null;
    const { succeeded = [], failed = [] } = uncountedOf(job);
    const listed = new Set([...succeeded, ...failed, ...ignored.map(({ metadata }) => metadata.uid)]);
    const tracked = [...this.#plane.podsByOwner.get(job.metadata.uid)].filter(
      (pod) => isTracked(pod) && listed.has(pod.metadata.uid),
    );
    return {
      writes: tracked.map((pod) => this.#untrack(pod)),
      next: (refused) => (refused > 0 ? null : this.#conclude(key)),
    };
  }

  /** Indexes are kept by their numbers as soon as their pods are in the list. */
  #indexed({ status = {} }: Job, state: JobState): JobStatus {
    const { completedIndexes } = jobStatus(state, this.#plane.clock);
    return completedIndexes === undefined ? status : { ...status, completedIndexes };
  }

  #modifyStatus({ metadata: { namespace = '', name } }: Job, next: (now: Job) => JobStatus): Write {
    return () =>
      this.#plane.api.modifyStatus(jobs, namespace, name, (now) => ({ ...now, status: next(now) }));
  }

  #conclude(key: string): Reconciliation | null {
    const state = this.#stateOf(key);
    if (state === null) return null;
    const { clock } = this.#plane;
    const status = jobStatus(state, clock);
    const more = state.newlySucceeded.length + state.newlyFailed.length + state.ignored.length > 0;
    if (more) this.#loop.enqueue(key);
    const { job } = state;
    if (job.status !== undefined && sameValue(job.status, status)) return null;
    return {
      writes: [
        () => {
          const now = this.#stateOf(key);
          if (now === null) return this.#plane.api.modifyStatus(jobs, ...splitKey(key), () => null);
          const next = jobStatus(now, clock);
          const outcome = this.#plane.api.modifyStatus(jobs, ...splitKey(key), (current) => ({
            ...current,
            status: next,
          }));
          if (outcome.ok) this.#announce(now.job, outcome.value);
          return outcome;
        },
      ],
    };
  }

  #announce(before: Job, after: Job): void {
    const end = finishedAs(after);
    const record = (reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal') =>
      this.#plane.events.record(after, { type, reason, message, component });
    if (end !== null && finishedAs(before) === null) {
      this.#backoff.delete(after.metadata.uid);
      if (end.type === 'Complete') record('Completed', 'Job completed');
      else record(end.reason ?? '', end.message ?? '', 'Warning');
    }
    const was = isSuspended(before.status?.conditions);
    if (was === isSuspended(after.status?.conditions)) return;
    if (was) record('Resumed', 'Job resumed');
    else record('Suspended', 'Job suspended');
  }
}

/** Active pods whose index is taken by an older one, or out of range. */
function misplaced({ active, view }: JobState): Pod[] {
  const completions = completionsOf(view.spec) ?? 0;
  const seen = new Set<number>();
  return active.filter((pod) => {
    const index = indexOf(pod);
    if (index < 0 || index >= completions || seen.has(index)) return true;
    seen.add(index);
    return false;
  });
}

/** Microseconds until the Job has run for as long as it may; null: no limit. */
function deadlineMicros({ job, view }: JobState): number | null {
  const { activeDeadlineSeconds, suspend } = job.spec;
  if (activeDeadlineSeconds === undefined || suspend === true) return null;
  return Math.max(0, activeDeadlineSeconds * 1e6 - (view.runningMicros ?? 0));
}

function isNoNews(before: Pod, after: Pod): boolean {
  return (
    sameForOwner(before, after) &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    before.status.phase === after.status.phase &&
    (after.spec.restartPolicy !== 'OnFailure' ||
      before.status.containerStatuses === after.status.containerStatuses)
  );
}
