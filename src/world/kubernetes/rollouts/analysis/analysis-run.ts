/** Fidelity: AnalysisRun, AnalysisTemplate and ClusterAnalysisTemplate of argoproj.io/v1alpha1 (Argo Rollouts 1.7). */
import type { IntOrString, KubeObject } from '../../objects/meta.ts';
import {
  type ResourceType,
  clusterAnalysisTemplates as untypedClusterTemplates,
  analysisRuns as untypedRuns,
  analysisTemplates as untypedTemplates,
} from '../../objects/resource-types.ts';

export type AnalysisPhase = 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

export interface Metric {
  readonly name: string;
  readonly interval?: string;
  readonly initialDelay?: string;
  readonly count?: IntOrString;
  readonly failureLimit?: IntOrString;
  readonly inconclusiveLimit?: IntOrString;
  readonly consecutiveErrorLimit?: IntOrString;
  readonly consecutiveSuccessLimit?: IntOrString;
  readonly successCondition?: string;
  readonly failureCondition?: string;
  readonly provider: Readonly<Record<string, unknown>>;
}

export interface Argument {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

export interface Measurement {
  readonly phase: AnalysisPhase;
  readonly message?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly value?: string;
}

export interface MetricResult {
  readonly name: string;
  readonly phase: AnalysisPhase;
  readonly message?: string;
  readonly count?: number;
  readonly successful?: number;
  readonly failed?: number;
  readonly inconclusive?: number;
  readonly error?: number;
  readonly consecutiveError?: number;
  readonly consecutiveSuccess?: number;
  readonly dryRun?: boolean;
  /** The last ten, oldest first. */
  readonly measurements?: readonly Measurement[];
}

export interface RunSummary {
  readonly count: number;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
}

export interface AnalysisRun extends KubeObject {
  readonly kind: 'AnalysisRun';
  readonly spec: {
    readonly metrics: readonly Metric[];
    readonly args?: readonly Argument[];
    readonly terminate?: boolean;
    readonly dryRun?: readonly { readonly metricName: string }[];
    readonly measurementRetention?: readonly { readonly metricName: string; readonly limit: number }[];
  };
  readonly status?: {
    readonly phase: AnalysisPhase;
    readonly message?: string;
    readonly metricResults?: readonly MetricResult[];
    readonly startedAt?: string;
    readonly completedAt?: string;
    readonly runSummary?: RunSummary;
    readonly dryRunSummary?: RunSummary;
  };
}

export interface AnalysisTemplate extends KubeObject {
  readonly spec: {
    readonly metrics?: readonly Metric[];
    readonly args?: readonly Argument[];
    readonly dryRun?: readonly { readonly metricName: string }[];
    readonly measurementRetention?: readonly { readonly metricName: string; readonly limit: number }[];
    readonly templates?: readonly { readonly templateName: string; readonly clusterScope?: boolean }[];
  };
}

function typed<T extends KubeObject>(type: ResourceType): ResourceType<T> {
  return type as unknown as ResourceType<T>;
}

export const analysisRuns = typed<AnalysisRun>(untypedRuns);
export const analysisTemplates = typed<AnalysisTemplate>(untypedTemplates);
export const clusterAnalysisTemplates = typed<AnalysisTemplate>(untypedClusterTemplates);

/** It will not change any more. */
export function isCompleted(phase: AnalysisPhase | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
