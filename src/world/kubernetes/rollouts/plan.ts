/** Fidelity: no mechanism; the values between seeing and deciding. */

/**
 * What a look at a Rollout sees and what it decides: plain values, so that canary and blue-green are pure functions from one
 * to the other. The names follow Argo Rollouts 1.7's rolloutContext and pauseContext.
 */
import type { Service } from '../objects/services.ts';
import type { ReplicaSet } from '../objects/workloads.ts';
import type { AnalysisRun } from './analysis/analysis-run.ts';
import type { PauseReason, Rollout, RolloutStatus } from './rollout.ts';
import type { RunPlan } from './wanted-run.ts';

/** Everything that a decision may look at. */
export interface RolloutView {
  readonly rollout: Rollout;
  /** Of the present template; null before it is made. */
  readonly newSet: ReplicaSet | null;
  /** Of the version that was last promoted; it may be the new one. */
  readonly stableSet: ReplicaSet | null;
  /** All others. */
  readonly otherSets: readonly ReplicaSet[];
  readonly runs: readonly AnalysisRun[];
  /** By name, those that the rollout names and that are there. */
  readonly services: ReadonlyMap<string, Service>;
  readonly nowMicros: number;
  readonly timestamp: string;
  readonly microsOf: (timestamp: string | undefined) => number;
}

export interface RolloutEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface SetChange {
  readonly set: ReplicaSet;
  readonly replicas: number;
  /** A new deadline, none any more, or unchanged. */
  readonly deadlineMicros: number | null | undefined;
}

/** Gathers what is decided; made for one look. */
export class RolloutPlan {
  readonly view: RolloutView;
  status: RolloutStatus;
  /** Pods of the new ReplicaSet that is to be made; null: none is. */
  create: number | null = null;
  readonly changes = new Map<string, SetChange>();
  readonly switches = new Map<string, string>();
  readonly events: RolloutEvent[] = [];
  runs: RunPlan = { create: [], end: [] };
  readonly forget: ReplicaSet[] = [];
  #againMicros: number | null = null;
  readonly #paused: PauseReason[] = [];
  readonly #resumed = new Set<PauseReason>();
  #pausesCleared = false;
  #abortAdded = false;
  #abortRemoved = false;
  abortMessage = '';
  /** Blue-green remembers that it was resumed until the active Service has switched. */
  keepsResumed = false;

  constructor(view: RolloutView) {
    this.view = view;
    this.status = view.rollout.status ?? {};
  }

  get again(): number | null {
    return this.#againMicros;
  }

  /** Look again at this time of the clock, if not sooner. */
  lookAt(micros: number): void {
    const delay = Math.max(0, micros - this.view.nowMicros);
    this.#againMicros = this.#againMicros === null ? delay : Math.min(this.#againMicros, delay);
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.push({ type, reason, message });
  }

  /** Sets a size; returns whether that changes it. */
  scale(set: ReplicaSet, replicas: number): boolean {
    const known = this.changes.get(set.metadata.name);
    this.changes.set(set.metadata.name, { set, replicas, deadlineMicros: known?.deadlineMicros });
    return (set.spec.replicas ?? 1) !== replicas;
  }

  /** Sets or removes the deadline at which a ReplicaSet ends. */
  deadline(set: ReplicaSet, deadlineMicros: number | null): void {
    const known = this.changes.get(set.metadata.name);
    const replicas = known?.replicas ?? set.spec.replicas ?? 1;
    this.changes.set(set.metadata.name, { set, replicas, deadlineMicros });
  }

  get isAborted(): boolean {
    return !this.#abortRemoved && (this.#abortAdded || this.view.rollout.status?.abort === true);
  }

  abort(message: string): void {
    this.#abortAdded = true;
    this.abortMessage = message;
  }

  removeAbort(): void {
    this.#abortRemoved = true;
  }

  pause(reason: PauseReason): void {
    this.#paused.push(reason);
  }

  resume(reason: PauseReason): void {
    this.#resumed.add(reason);
  }

  clearPauses(): void {
    this.#pausesCleared = true;
  }

  get hasPaused(): boolean {
    return this.#paused.length > 0;
  }

  /** The status with pauses and abort as they were decided. */
  withPauses(status: RolloutStatus): RolloutStatus {
    const { abort: _, abortedAt, pauseConditions: __, controllerPause: ___, ...rest } = status;
    if (this.isAborted) return { ...rest, abort: true, abortedAt: abortedAt ?? this.view.timestamp };
    if (this.#pausesCleared) return rest;
    const before = this.view.rollout.status;
    const conditions = (before?.pauseConditions ?? []).filter(({ reason }) => !this.#resumed.has(reason));
    let controllerPause = before?.controllerPause === true;
    for (const reason of this.#paused)
      if (before?.pauseConditions?.some((each) => each.reason === reason) !== true) {
        conditions.push({ reason, startTime: this.view.timestamp });
        controllerPause = true;
      }
    if (conditions.length === 0)
      return this.keepsResumed && controllerPause ? { ...rest, controllerPause } : rest;
    return { ...rest, ...(controllerPause ? { controllerPause } : {}), pauseConditions: conditions };
  }
}

/** Microseconds at which a pause for so many seconds ends. */
export function pauseEnds(view: RolloutView, reason: PauseReason, seconds: number): number | null {
  const pause = view.rollout.status?.pauseConditions?.find((each) => each.reason === reason);
  return pause === undefined ? null : view.microsOf(pause.startTime) + seconds * 1e6;
}
