/**
 * Fidelity: the arithmetic of the disruption controller (pkg/controller/disruption getExpectedPodCount, countHealthyPods and
 * updatePdbStatus, 1.32): both percentages round up, against the scale of the pods' controllers; a number as
 * minAvailable counts against the pods there are. Nothing is simplified.
 */
import { scaledValue } from '../objects/int-or-percent.ts';
import type { Condition } from '../objects/meta.ts';
import type { PodDisruptionBudget } from '../objects/services.ts';

type BudgetSpec = PodDisruptionBudget['spec'];
export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;

/** The scale of the pods' controllers is needed. */
export function needsScale({ minAvailable, maxUnavailable }: BudgetSpec): boolean {
  return maxUnavailable !== undefined || typeof minAvailable === 'string';
}

export interface Expectation {
  readonly expected: number;
  readonly desired: number;
}

/** How many pods are expected, and how many of them are to be healthy. `scale` only counts where `needsScale`. */
export function expectation(spec: BudgetSpec, podCount: number, scale: number): Expectation {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable !== undefined) {
    const unavailable = scaledValue(maxUnavailable, scale, true) ?? 0;
    return { expected: scale, desired: Math.max(0, scale - unavailable) };
  }
  if (typeof minAvailable === 'number') return { expected: podCount, desired: minAvailable };
  if (minAvailable === undefined) return { expected: 0, desired: 0 };
  return { expected: scale, desired: scaledValue(minAvailable, scale, true) ?? 0 };
}

/** Without expected pods nothing may be disrupted, whatever is healthy. */
export function disruptionsAllowed(healthy: number, { expected, desired }: Expectation): number {
  return expected <= 0 ? 0 : Math.max(0, healthy - desired);
}

export interface BudgetCondition {
  readonly status: 'True' | 'False';
  readonly reason: 'SufficientPods' | 'InsufficientPods' | 'SyncFailed';
  readonly message: string;
}

export function conditionFor(allowed: number): BudgetCondition {
  return allowed > 0
    ? { status: 'True', reason: 'SufficientPods', message: '' }
    : { status: 'False', reason: 'InsufficientPods', message: '' };
}

/** The budget's conditions with `DisruptionAllowed` set. */
export function withDisruptionAllowed(
  before: readonly Condition[] | undefined,
  { status, reason, message }: BudgetCondition,
  generation: number,
  timestamp: string,
): readonly Condition[] {
  const type = 'DisruptionAllowed';
  const old = before?.find((condition) => condition.type === type);
  if (
    old?.status === status &&
    old.reason === reason &&
    old.message === message &&
    old.observedGeneration === generation
  )
    return before!;
  const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? timestamp) : timestamp;
  const next = { type, status, reason, message, observedGeneration: generation, lastTransitionTime };
  return [...(before ?? []).filter((condition) => condition !== old), next];
}
