/**
 * Fidelity: which AnalysisRuns a Rollout wants and what their outcome does to it: rollout/analysis.go of Argo Rollouts 1.7.
 */

import { type AnalysisRun, isCompleted } from './analysis/analysis-run.ts';
import { currentStep, isFullyPromoted, stepIndexOf } from './canary-counts.ts';
import type { RolloutPlan } from './plan.ts';
import { hashOfSet, podHashLabel, revisionOf } from './replica-sets.ts';
import type { AnalysisReference, RolloutStatus, RunStatus } from './rollout.ts';
import type { RunType, WantedRun } from './wanted-run.ts';

export const typeLabel = 'rollout-type';
const infixes: Readonly<Record<RunType, (step: number | null) => string>> = {
  Step: (step) => `-${step}`,
  Background: () => '',
  PrePromotion: () => '-pre',
  PostPromotion: () => '-post',
};
const subjects: Readonly<Record<RunType, string>> = {
  Step: 'Step-based',
  Background: 'Background',
  PrePromotion: 'Pre-promotion',
  PostPromotion: 'Post-promotion',
};
const spoken: Readonly<Record<RunType, string>> = {
  Step: 'Step',
  Background: 'Background',
  PrePromotion: 'Pre-promotion',
  PostPromotion: 'Post-promotion',
};

interface Kept {
  readonly run: AnalysisRun | null;
  readonly wanted: WantedRun | null;
}

/** The run that the status knows under a type, or undefined. */
function statusOf(status: RolloutStatus, type: RunType): RunStatus | undefined {
  switch (type) {
    case 'Step':
      return status.canary?.currentStepAnalysisRunStatus;
    case 'Background':
      return status.canary?.currentBackgroundAnalysisRunStatus;
    case 'PrePromotion':
      return status.blueGreen?.prePromotionAnalysisRunStatus;
    case 'PostPromotion':
      return status.blueGreen?.postPromotionAnalysisRunStatus;
  }
}

export function currentRun({ view }: RolloutPlan, type: RunType): AnalysisRun | null {
  const known = statusOf(view.rollout.status ?? {}, type);
  return (known && view.runs.find(({ metadata }) => metadata.name === known.name)) ?? null;
}

/** Decides on all runs and takes their outcomes in; the status then names those that are current. */
export function reconcileRuns(plan: RolloutPlan, references: ReadonlyMap<RunType, AnalysisReference>): void {
  const keep = new Map<RunType, Kept>();
  const ended = plan.isAborted || plan.status.promoteFull === true;
  if (!ended)
    for (const [type, reference] of references) {
      const kept = keptRun(plan, type, reference);
      if (kept.run !== null || kept.wanted !== null) keep.set(type, kept);
      if (kept.run !== null) takeOutcome(plan, type, kept.run);
    }
  const alive = new Set([...keep.values()].map(({ run }) => run));
  plan.runs = {
    create: [...keep.values()].flatMap(({ wanted }) => (wanted === null ? [] : [wanted])),
    end: plan.view.runs.filter(
      (run) => !alive.has(run) && !isCompleted(run.status?.phase) && run.spec.terminate !== true,
    ),
  };
  plan.status = withRunStatuses(plan, keep);
}

function keptRun(plan: RolloutPlan, type: RunType, reference: AnalysisReference): Kept {
  const run = currentRun(plan, type);
  const { newSet } = plan.view;
  const ofThis = run?.metadata.labels?.[podHashLabel] === hashOfSet(newSet);
  if (run !== null && ofThis && !resumedAfterDoubt(plan, run)) return { run, wanted: null };
  if (newSet === null) return { run: null, wanted: null };
  const stepIndex = type === 'Step' ? stepIndexOf(plan.view.rollout) : null;
  const revision = revisionOf(newSet);
  const podHash = hashOfSet(newSet);
  const base = `${plan.view.rollout.metadata.name}-${podHash}-${revision}${infixes[type](stepIndex)}`;
  const taken = new Set(plan.view.runs.map(({ metadata }) => metadata.name));
  let name = base;
  for (let again = 1; taken.has(name); again++) name = `${base}.${again}`;
  return { run: null, wanted: { name, type, reference, podHash, stepIndex, revision } };
}

/** Somebody looked at an inconclusive run and let the rollout go on: it is measured anew. */
function resumedAfterDoubt({ view }: RolloutPlan, run: AnalysisRun): boolean {
  const { pauseConditions = [], controllerPause } = view.rollout.status ?? {};
  const waiting = pauseConditions.some(({ reason }) => reason === 'InconclusiveAnalysisRun');
  return run.status?.phase === 'Inconclusive' && controllerPause === true && !waiting;
}

function takeOutcome(plan: RolloutPlan, type: RunType, run: AnalysisRun): void {
  const { phase, message = '' } = run.status ?? { phase: 'Pending' as const };
  announce(plan, type, run);
  if (phase === 'Inconclusive') plan.pause('InconclusiveAnalysisRun');
  else if (phase === 'Failed' || phase === 'Error')
    plan.abort(`${subjects[type]} analysis phase error/failed: ${message}`);
}

function announce(plan: RolloutPlan, type: RunType, run: AnalysisRun): void {
  const before = statusOf(plan.view.rollout.status ?? {}, type)?.status ?? '';
  const phase = run.status?.phase ?? '';
  if (before === phase || phase === '') return;
  const bad = phase === 'Failed' || phase === 'Error';
  plan.event(
    bad ? 'Warning' : 'Normal',
    `AnalysisRun${phase}`,
    `${spoken[type]} Analysis Run '${run.metadata.name}' Status New: '${phase}' Previous: '${before}'`,
  );
}

function withRunStatuses(plan: RolloutPlan, keep: ReadonlyMap<RunType, Kept>): RolloutStatus {
  const shown = (type: RunType): RunStatus | undefined => {
    const kept = keep.get(type);
    if (kept?.wanted != null) return { name: kept.wanted.name, status: 'Pending' };
    // An aborted rollout still shows the run that ended it.
    const run = kept?.run ?? (plan.isAborted ? currentRun(plan, type) : null);
    if (run === null) return undefined;
    const { phase = 'Pending', message } = run.status ?? {};
    return { name: run.metadata.name, status: phase, ...(message === undefined ? {} : { message }) };
  };
  const { canary, blueGreen, ...rest } = plan.status;
  if (plan.view.rollout.spec.strategy.blueGreen !== undefined) {
    const {
      prePromotionAnalysisRunStatus: _,
      postPromotionAnalysisRunStatus: __,
      ...others
    } = blueGreen ?? {};
    return {
      ...rest,
      blueGreen: {
        ...others,
        ...member('prePromotionAnalysisRunStatus', shown('PrePromotion')),
        ...member('postPromotionAnalysisRunStatus', shown('PostPromotion')),
      },
    };
  }
  const { currentStepAnalysisRunStatus: _, currentBackgroundAnalysisRunStatus: __, ...others } = canary ?? {};
  return {
    ...rest,
    canary: {
      ...others,
      ...member('currentStepAnalysisRunStatus', shown('Step')),
      ...member('currentBackgroundAnalysisRunStatus', shown('Background')),
    },
  };
}

function member<K extends string>(key: K, value: RunStatus | undefined): { readonly [key in K]?: RunStatus } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]: RunStatus });
}

/** The analyses that a canary wants at its present step. */
export function canaryReferences({ view }: RolloutPlan): ReadonlyMap<RunType, AnalysisReference> {
  const { rollout, newSet, stableSet } = view;
  const wanted = new Map<RunType, AnalysisReference>();
  // There is nothing to compare before the first version and after the last step.
  if (newSet === null || stableSet === null || isFullyPromoted(rollout)) return wanted;
  const index = stepIndexOf(rollout) ?? 0;
  const background = rollout.spec.strategy.canary?.analysis;
  if (
    background !== undefined &&
    (background.templates?.length ?? 0) > 0 &&
    index >= (background.startingStep ?? 0)
  )
    wanted.set('Background', background);
  const step = currentStep(rollout)?.analysis;
  if (step !== undefined) wanted.set('Step', step);
  return wanted;
}
