/**
 * Fidelity: how long a kubelet waits before it starts a container again (client-go util/flowcontrol.Backoff as
 * kuberuntime_manager.doBackOff uses it, 1.32): at once, then after 10, 20, 40, 80, 160 and 300 s from the moment the
 * container ended; anew when it had run for more than 600 s. Nothing is simplified.
 */
import { microsPerSecond } from '../../../../base/time.ts';

export const firstBackoffMicros = 10 * microsPerSecond;
export const longestBackoffMicros = 300 * microsPerSecond;

/** What is remembered of one container's restarts; times of one clock. */
export interface RestartBackoff {
  readonly delayMicros: number;
  /** When the container was last started again. */
  readonly sinceMicros: number;
}

function hasExpired(backoff: RestartBackoff, finishedMicros: number): boolean {
  return finishedMicros - backoff.sinceMicros > 2 * longestBackoffMicros;
}

/** When a container that ended at `finishedMicros` may be started again. */
export function restartMicros(backoff: RestartBackoff | null, finishedMicros: number): number {
  if (backoff === null || hasExpired(backoff, finishedMicros)) return finishedMicros;
  return finishedMicros + backoff.delayMicros;
}

/** What is remembered once it is started again. */
export function afterRestart(
  backoff: RestartBackoff | null,
  finishedMicros: number,
  nowMicros: number,
): RestartBackoff {
  const delayMicros =
    backoff === null || hasExpired(backoff, finishedMicros)
      ? firstBackoffMicros
      : Math.min(backoff.delayMicros * 2, longestBackoffMicros);
  return { delayMicros, sinceMicros: nowMicros };
}

/** As Kubernetes prints it in `CrashLoopBackOff`: `10s`, `1m20s`, `5m0s`. */
export function delayText(micros: number): string {
  const seconds = Math.round(micros / microsPerSecond);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
