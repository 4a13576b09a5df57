/** Fidelity: Rollout of argoproj.io/v1alpha1 (Argo Rollouts 1.7), the fields that something here reads or writes. */
import type { Condition, IntOrString, KubeObject, LabelSelector, ObjectMeta } from '../objects/meta.ts';
import type { PodTemplate } from '../objects/pod.ts';
import { type ResourceType, rollouts as untyped } from '../objects/resource-types.ts';
import type { AnalysisPhase } from './analysis/analysis-run.ts';

export interface AnalysisReference {
  readonly templates?: readonly { readonly templateName: string; readonly clusterScope?: boolean }[];
  readonly args?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: {
      readonly podTemplateHashValue?: 'Stable' | 'Latest';
      readonly fieldRef?: { readonly fieldPath: string };
    };
  }[];
  /** Of an analysis in the background: the first step that it accompanies. */
  readonly startingStep?: number;
}

/** Exactly one member says what the step does. */
export interface CanaryStep {
  readonly setWeight?: number;
  readonly pause?: { readonly duration?: IntOrString };
  readonly analysis?: AnalysisReference;
  readonly setCanaryScale?: {
    readonly replicas?: number;
    readonly weight?: number;
    readonly matchTrafficWeight?: boolean;
  };
  readonly experiment?: unknown;
  readonly setHeaderRoute?: unknown;
  readonly setMirrorRoute?: unknown;
  readonly plugin?: unknown;
}

export interface CanaryStrategy {
  readonly steps?: readonly CanaryStep[];
  readonly canaryService?: string;
  readonly stableService?: string;
  readonly trafficRouting?: Readonly<Record<string, unknown>>;
  readonly maxSurge?: IntOrString;
  readonly maxUnavailable?: IntOrString;
  readonly analysis?: AnalysisReference;
  readonly dynamicStableScale?: boolean;
  readonly minPodsPerReplicaSet?: number;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
}

export interface BlueGreenStrategy {
  readonly activeService: string;
  readonly previewService?: string;
  readonly previewReplicaCount?: number;
  readonly autoPromotionEnabled?: boolean;
  readonly autoPromotionSeconds?: number;
  readonly maxUnavailable?: IntOrString;
  readonly scaleDownDelaySeconds?: number;
  readonly scaleDownDelayRevisionLimit?: number;
  readonly abortScaleDownDelaySeconds?: number;
  readonly prePromotionAnalysis?: AnalysisReference;
  readonly postPromotionAnalysis?: AnalysisReference;
}

export type PauseReason = 'CanaryPauseStep' | 'BlueGreenPause' | 'InconclusiveAnalysisRun';

export interface PauseCondition {
  readonly reason: PauseReason;
  readonly startTime: string;
}

export interface RunStatus {
  readonly name: string;
  readonly status: AnalysisPhase;
  readonly message?: string;
}

export interface WeightDestination {
  readonly weight: number;
  readonly serviceName?: string;
  readonly podTemplateHash?: string;
}

export interface TrafficWeights {
  readonly canary: WeightDestination;
  readonly stable: WeightDestination;
  readonly verified?: boolean;
}

export type RolloutPhase = 'Healthy' | 'Degraded' | 'Progressing' | 'Paused';

export interface RolloutStatus {
  readonly abort?: boolean;
  readonly abortedAt?: string;
  readonly pauseConditions?: readonly PauseCondition[];
  readonly controllerPause?: boolean;
  readonly promoteFull?: boolean;
  readonly currentPodHash?: string;
  readonly currentStepHash?: string;
  readonly currentStepIndex?: number;
  readonly stableRS?: string;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly HPAReplicas?: number;
  readonly selector?: string;
  readonly collisionCount?: number;
  readonly observedGeneration?: string;
  readonly conditions?: readonly Condition[];
  readonly phase?: RolloutPhase;
  readonly message?: string;
  readonly canary?: {
    readonly currentStepAnalysisRunStatus?: RunStatus;
    readonly currentBackgroundAnalysisRunStatus?: RunStatus;
    readonly weights?: TrafficWeights;
  };
  readonly blueGreen?: {
    readonly activeSelector?: string;
    readonly previewSelector?: string;
    readonly scaleUpPreviewCheckPoint?: boolean;
    readonly prePromotionAnalysisRunStatus?: RunStatus;
    readonly postPromotionAnalysisRunStatus?: RunStatus;
  };
}

export interface Rollout extends KubeObject {
  readonly kind: 'Rollout';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly replicas?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly strategy: { readonly canary?: CanaryStrategy; readonly blueGreen?: BlueGreenStrategy };
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly progressDeadlineSeconds?: number;
    readonly progressDeadlineAbort?: boolean;
    readonly paused?: boolean;
    readonly rollbackWindow?: { readonly revisions?: number };
    readonly workloadRef?: unknown;
  };
  readonly status?: RolloutStatus;
}

export const rollouts = untyped as ResourceType<KubeObject> as unknown as ResourceType<Rollout>;

export function replicasOf(rollout: Rollout): number {
  return rollout.spec.replicas ?? 1;
}
