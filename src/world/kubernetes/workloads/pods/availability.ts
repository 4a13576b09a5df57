/**
 * Fidelity: `podutil.IsPodAvailable` (api/v1/pod/util.go, 1.32): a pod counts as available once it has been ready for
 * minReadySeconds without a break.
 */
import { conditionOf } from '../../objects/meta.ts';
import { isReady, type Pod } from '../../objects/pod.ts';
import type { Clock } from '../../store/clock.ts';

/** When the pod became ready, in microseconds of the clock; null while it is not ready. */
export function readySinceMicros(pod: Pod, clock: Clock): number | null {
  if (!isReady(pod)) return null;
  return clock.microsOf(conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime);
}

/** Microseconds until the pod is available when it stays ready: 0 when it is, null while it is not ready. */
export function availableInMicros(pod: Pod, minReadySeconds: number, clock: Clock): number | null {
  const since = readySinceMicros(pod, clock);
  if (since === null) return null;
  if (minReadySeconds === 0) return 0;
  // A transition that nobody dated cannot be waited for.
  if (since === Number.NEGATIVE_INFINITY) return null;
  return Math.max(0, since + minReadySeconds * 1e6 - clock.nowMicros);
}

export function isAvailable(pod: Pod, minReadySeconds: number, clock: Clock): boolean {
  return availableInMicros(pod, minReadySeconds, clock) === 0;
}
