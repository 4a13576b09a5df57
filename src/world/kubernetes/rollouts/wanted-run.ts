/** An analysis that a Rollout asks for, before there is an AnalysisRun of it. */
import type { AnalysisRun } from './analysis/analysis-run.ts';
import type { AnalysisReference } from './rollout.ts';

export type RunType = 'Step' | 'Background' | 'PrePromotion' | 'PostPromotion';

/** A run that is to be made. */
export interface WantedRun {
  readonly name: string;
  readonly type: RunType;
  readonly reference: AnalysisReference;
  readonly podHash: string;
  readonly stepIndex: number | null;
  readonly revision: number;
}

export interface RunPlan {
  readonly create: readonly WantedRun[];
  /** Runs that are asked to end. */
  readonly end: readonly AnalysisRun[];
}
