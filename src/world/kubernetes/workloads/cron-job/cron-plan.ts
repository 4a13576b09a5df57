/**
 * Fidelity: which run of a CronJob is due: `mostRecentScheduleTime` (cronjob/utils.go, 1.32). More than a hundred missed starts are worth
 * a warning, and the last of them is run all the same.
 */
import { type CronSchedule, nextTime } from './cron-schedule.ts';

export interface CronMoment {
  readonly schedule: CronSchedule;
  /** All in seconds since 1970. */
  readonly created: number;
  readonly lastScheduled: number | null;
  readonly startingDeadlineSeconds: number | null;
  readonly now: number;
}

export interface DueRun {
  /** The most recent start that has not been made; null: none. */
  readonly due: number | null;
  readonly tooManyMissed: boolean;
  /** The next start after now; null: never. */
  readonly next: number | null;
}

const missedMax = 100;

export function dueRun({
  schedule,
  created,
  lastScheduled,
  startingDeadlineSeconds,
  now,
}: CronMoment): DueRun {
  const deadline =
    startingDeadlineSeconds === null ? Number.NEGATIVE_INFINITY : now - startingDeadlineSeconds;
  const earliest = Math.max(lastScheduled ?? created, deadline);
  const first = nextTime(schedule, earliest);
  if (first === null || first > now) return { due: null, tooManyMissed: false, next: first };
  const second = nextTime(schedule, first);
  if (second === null || second > now) return { due: first, tooManyMissed: false, next: second };
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  // Most starts that were missed are jumped over: only the last matters. Where a schedule is uneven the jump may go past the last
  // one, over a weekend say, and then nothing is due, as upstream.
  let due: number | null = null;
  let next = nextTime(schedule, first + Math.max(0, missed - 2) * between);
  while (next !== null && next <= now) {
    due = next;
    next = nextTime(schedule, next);
  }
  return { due, tooManyMissed: missed > missedMax, next };
}
