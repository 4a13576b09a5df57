import type { Result } from '../../model/result.ts';
import type { RolloutPlan } from '../../model/rollout-plan-result.ts';
import { impactOf, missedBy } from '../impact.ts';
import type { RolloutWatch } from './rollout-watch.ts';
import { workloadState } from './workload-state.ts';

export interface RolloutExperiment {
  /** Has followed the workload to the end of the run with the change. */
  readonly watch: RolloutWatch;
  readonly change: string;
  readonly without: Result;
  readonly with: Result;
  readonly atMicros: number;
}

/** The plan: what the change does to the workload and to users, and whether that may be done. */
export function rolloutPlan({
  watch,
  change,
  without,
  with: changed,
  atMicros,
}: RolloutExperiment): RolloutPlan {
  const { kind, metadata } = watch.before;
  const { replicas, deadlineSeconds } = workloadState(watch.before);
  const endMicros = watch.endedMicros ?? changed.window.toSeconds * 1e6;
  const users = impactOf({ without, with: changed, atSeconds: atMicros / 1e6 });
  const during = watch.steps.filter(({ atSeconds }) => atSeconds * 1e6 <= endMicros);
  const least = during.reduce((a, b) => (b.available < a.available ? b : a));
  const unplaced = [...watch.unplaced.values()];
  const unwell = watch.unwell();
  const reasons = [...reasonsOf(watch, unplaced, unwell), ...missedBy(users, 'rollout')];
  return {
    schema: 'sim.devops/rollout-plan/v1',
    simulator: changed.simulator,
    scenario: changed.scenario,
    seed: changed.manifest.seed,
    startsAt: changed.window.startsAt,
    workload: `${kind} ${metadata.namespace}/${metadata.name}`,
    change,
    atSeconds: atMicros / 1e6,
    endSeconds: changed.window.toSeconds,
    verdict: reasons.length === 0 ? 'go' : 'no-go',
    reasons,
    outcome: watch.outcome,
    message: watch.message,
    tookSeconds: watch.endedMicros === null ? null : (watch.endedMicros - atMicros) / 1e6,
    replicas,
    availableLeast: least.available,
    availableLeastAtSeconds: Math.max(least.atSeconds, atMicros / 1e6),
    deadlineSeconds,
    revisions: watch.revisions,
    steps: watch.steps,
    unplaced,
    unwell,
    users,
  };
}

function reasonsOf(
  { outcome, message }: RolloutWatch,
  unplaced: RolloutPlan['unplaced'],
  unwell: RolloutPlan['unwell'],
): string[] {
  const waiting = unplaced.filter(({ untilSeconds }) => untilSeconds === null);
  const because =
    waiting.length > 0
      ? `: ${waiting.length} new ${waiting.length === 1 ? 'pod finds' : 'pods find'} no node`
      : unwell.length > 0
        ? `: ${unwell[0]!.reason}`
        : message === ''
          ? ''
          : `: ${message}`;
  switch (outcome) {
    case 'complete':
    case 'unchanged':
      return [];
    case 'aborted':
      return [`the rollout is aborted${message === '' ? '' : `: ${message}`}`];
    case 'deadline-exceeded':
      return [`the rollout makes no progress within its deadline${because}`];
    case 'paused':
      return ['the rollout waits for a person to promote it'];
    case 'unfinished':
      return [`the rollout is not complete when the run ends${because}`];
  }
}
