/**
 * Fidelity: the CronJob controller (cronjob/cronjob_controllerv2.go, 1.32) with its five workers. Before the run begins it takes the
 * starts of the past as made: nothing is caught up with when the run begins.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../../control/controller.ts';
import { controlledBy, controllerOf, type Draft, keyOf, splitKey } from '../../objects/meta.ts';
import { cronJobs, jobs } from '../../objects/resource-types.ts';
import type { CronJob, Job } from '../../objects/workloads.ts';
import { formatInstant, parseInstant } from '../../store/clock.ts';
import { sameValue } from '../../store/equality.ts';
import { done } from '../../store/failure.ts';
import { Index } from '../../store/store.ts';
import { finishedAs } from '../job/job-status.ts';
import { type DueRun, dueRun } from './cron-plan.ts';
import { type CronSchedule, parseSchedule } from './cron-schedule.ts';

const workers = 5;
const component = 'cronjob-controller';
/** A start is looked for a little after its time. */
const afterMicros = 100_000;
const secondsPerDay = 86_400;
const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

type Status = NonNullable<CronJob['status']>;
type Active = NonNullable<Status['active']>;

export class CronJobs {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #jobs: Index<Job>;
  readonly #schedules = new Map<string, CronSchedule | string>();

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#jobs = new Index(plane.store, jobs, (job) =>
      controllerOf(job)?.kind === 'CronJob' ? controllerOf(job)?.uid : undefined,
    );
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    plane.manager.watch.on(cronJobs, ({ object }) => this.#loop.enqueue(keyOf(object)));
    plane.manager.watch.on(jobs, ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'CronJob') this.#loop.enqueue(`${object.metadata.namespace}/${owner.name}`);
    });
  }

  /** Seconds since 1970; before the run begins, the moment at which it begins. */
  get #now(): number {
    const { clock, starting } = this.#plane;
    const zero = parseInstant(clock.timestampAt(0))!;
    return starting ? zero : zero + clock.nowMicros / 1e6;
  }

  #reconcile(key: string): Reconciliation | null {
    const cron = this.#plane.store.get(cronJobs, ...splitKey(key));
    if (cron === undefined) return null;
    const children = [...this.#jobs.get(cron.metadata.uid)];
    const cleaning = this.#forget(cron, children);
    const status = this.#settled(cron, children);
    if (!sameValue(status, cron.status ?? {})) cleaning.push(this.#writeStatus(cron, () => status));
    if (cron.metadata.deletionTimestamp !== undefined || cron.spec.suspend === true)
      return { writes: cleaning };
    return { writes: cleaning, next: () => this.#start(key) };
  }

  #writeStatus({ metadata: { namespace = '', name } }: CronJob, next: (now: CronJob) => Status): Write {
    return () =>
      this.#plane.api.modifyStatus(cronJobs, namespace, name, (now) => ({ ...now, status: next(now) }));
  }

  #record(cron: CronJob, reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    this.#plane.events.record(cron, { type, reason, message, component });
  }

  /** Jobs of the history beyond its limits, oldest first. */
  #forget(cron: CronJob, children: readonly Job[]): Write[] {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec;
    const beyond = (type: string, limit: number) => {
      const finished = children.filter((job) => finishedAs(job)?.type === type).sort(byStart);
      return finished.slice(0, Math.max(0, finished.length - limit));
    };
    return [
      ...beyond('Complete', successfulJobsHistoryLimit),
      ...beyond('Failed', failedJobsHistoryLimit),
    ].map((job) => this.#delete(cron, job.metadata.name));
  }

  #delete(cron: CronJob, name: string): Write {
    return () => {
      const outcome = this.#plane.api.delete(jobs, cron.metadata.namespace ?? '', name, {
        propagationPolicy: 'Background',
      });
      if (outcome.ok) this.#record(cron, 'SuccessfulDelete', `Deleted job ${name}`);
      return outcome;
    };
  }

  /** The status without Jobs that have ended or are gone. */
  #settled(cron: CronJob, children: readonly Job[]): Status {
    const byUid = new Map(children.map((job) => [job.metadata.uid, job]));
    let last = cron.status?.lastSuccessfulTime;
    const active: Active = (cron.status?.active ?? []).filter(({ uid, name }) => {
      const job = byUid.get(uid);
      const end = job === undefined ? null : finishedAs(job);
      if (job === undefined) this.#record(cron, 'MissingJob', `Active job went missing: ${name}`);
      if (end !== null)
        this.#record(cron, 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end.type}`);
      return job !== undefined && end === null;
    });
    for (const job of children) {
      const { completionTime } = job.status ?? {};
      if (
        finishedAs(job)?.type === 'Complete' &&
        completionTime !== undefined &&
        completionTime > (last ?? '')
      )
        last = completionTime;
    }
    const { active: _, lastSuccessfulTime: __, ...rest } = cron.status ?? {};
    return {
      ...rest,
      ...(active.length === 0 ? {} : { active }),
      ...(last === undefined ? {} : { lastSuccessfulTime: last }),
    };
  }

  #scheduleOf({ spec }: CronJob): CronSchedule | string {
    const key = `${spec.timeZone ?? ''} ${spec.schedule}`;
    let schedule = this.#schedules.get(key);
    if (schedule === undefined) {
      schedule = parseSchedule(spec.schedule, spec.timeZone);
      this.#schedules.set(key, schedule);
    }
    return schedule;
  }

  #start(key: string): Reconciliation | null {
    const cron = this.#plane.store.get(cronJobs, ...splitKey(key));
    if (cron === undefined) return null;
    const schedule = this.#scheduleOf(cron);
    if (typeof schedule === 'string') {
      const zone = schedule.startsWith('unknown time zone');
      if (zone)
        this.#record(
          cron,
          'UnknownTimeZone',
          `invalid timeZone: "${cron.spec.timeZone}": ${schedule}`,
          'Warning',
        );
      else
        this.#record(
          cron,
          'UnparseableSchedule',
          `unparseable schedule: "${cron.spec.schedule}" : ${schedule}`,
          'Warning',
        );
      return null;
    }
    const now = this.#now;
    const run = dueRun({
      schedule,
      created: this.#plane.starting ? now - secondsPerDay : parseInstant(cron.metadata.creationTimestamp)!,
      lastScheduled: parseInstant(cron.status?.lastScheduleTime ?? ''),
      startingDeadlineSeconds: cron.spec.startingDeadlineSeconds ?? null,
      now,
    });
    const again = run.next === null ? {} : { againMicros: (run.next - now) * 1e6 + afterMicros };
    if (run.due === null) return again;
    return {
      ...again,
      writes: this.#plane.starting ? [this.#mark(cron, run.due)] : this.#startAt(cron, run, run.due, now),
    };
  }

  #mark(cron: CronJob, due: number): Write {
    return this.#writeStatus(cron, (now) => ({ ...now.status, lastScheduleTime: formatInstant(due) }));
  }

  #startAt(cron: CronJob, run: DueRun, due: number, now: number): Write[] {
    if (run.tooManyMissed)
      this.#record(
        cron,
        'TooManyMissedTimes',
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
        'Warning',
      );
    const { startingDeadlineSeconds, concurrencyPolicy = 'Allow' } = cron.spec;
    if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds < now) {
      this.#record(
        cron,
        'MissSchedule',
        `Missed scheduled time to start a job: ${formatInstant(due)}`,
        'Warning',
      );
      return [];
    }
    const active = cron.status?.active ?? [];
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#record(cron, 'JobAlreadyActive', why);
      return [];
    }
    const replaced =
      concurrencyPolicy === 'Replace' ? active.map(({ name }) => this.#delete(cron, name)) : [];
    return [...replaced, this.#create(cron, due, replaced.length > 0)];
  }

  #create(cron: CronJob, due: number, replaces: boolean): Write {
    const draft = jobAt(cron, due);
    return () => {
      const outcome = this.#plane.api.create(jobs, draft);
      if (!outcome.ok && outcome.failure.reason === 'AlreadyExists') return done(null);
      if (!outcome.ok) {
        this.#record(cron, 'FailedCreate', `Error creating job: ${outcome.failure.message}`, 'Warning');
        return outcome;
      }
      const { name, namespace = '', uid, resourceVersion } = outcome.value.metadata;
      this.#record(cron, 'SuccessfulCreate', `Created job ${name}`);
      const reference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, resourceVersion, uid };
      return this.#writeStatus(cron, (now) => ({
        ...now.status,
        active: [...(replaces ? [] : (now.status?.active ?? [])), reference],
        lastScheduleTime: formatInstant(due),
      }))();
    };
  }
}

/** The Job of one start: named by its minute. */
export function jobAt(cron: CronJob, due: number): Draft<Job> {
  const { metadata, spec } = cron.spec.jobTemplate;
  const { name, namespace = '' } = cron.metadata;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [scheduledAnnotation]: formatInstant(due) },
      name: `${name}-${Math.floor(due / 60)}`,
      namespace,
      ownerReferences: [controlledBy(cron)],
    },
    spec,
  };
}

function byStart(a: Job, b: Job): number {
  const [ofA, ofB] = [a.status?.startTime ?? '', b.status?.startTime ?? ''];
  if (ofA !== ofB) return ofA < ofB ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
