/** Fidelity: `backoff_utils.go` of the Job controller (1.32): failures since the last success delay the next pod by 10 s, 20 s… at most 10 min. */

const firstMicros = 10 * 1e6;
const lastMicros = 600 * 1e6;

export interface BackoffRecord {
  readonly failures: number;
  /** When the last of them ended; -Infinity for none. */
  readonly lastFailureMicros: number;
}

export const noFailures: BackoffRecord = { failures: 0, lastFailureMicros: Number.NEGATIVE_INFINITY };

export interface FinishedPod {
  readonly failed: boolean;
  readonly finishedMicros: number;
}

/** The record after more pods have ended, in the order in which they did: a success forgets the failures before it. */
export function recordAfter(record: BackoffRecord, finished: readonly FinishedPod[]): BackoffRecord {
  let { failures, lastFailureMicros } = record;
  for (const pod of [...finished].sort((a, b) => a.finishedMicros - b.finishedMicros)) {
    failures = pod.failed ? failures + 1 : 0;
    lastFailureMicros = pod.failed
      ? Math.max(lastFailureMicros, pod.finishedMicros)
      : Number.NEGATIVE_INFINITY;
  }
  return { failures, lastFailureMicros };
}

/** Microseconds to wait after so many failures in a row. */
export function delayMicros(failures: number): number {
  if (failures <= 0) return 0;
  let delay = firstMicros;
  for (let more = 1; more < failures && delay < lastMicros; more++) delay *= 2;
  return Math.min(delay, lastMicros);
}

/** Microseconds until the next pod may be made. */
export function remainingMicros({ failures, lastFailureMicros }: BackoffRecord, nowMicros: number): number {
  return failures === 0 ? 0 : Math.max(0, lastFailureMicros + delayMicros(failures) - nowMicros);
}
