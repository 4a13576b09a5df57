import type { SketchSummary } from '../../../base/sketch.ts';

/**
 * Exact accounts of a cluster over the measured window [fromMicros, toMicros]: the truth that grading looks at. Times in
 * microseconds; `…Micros` of a number of things is its integral over the window.
 */
export interface ClusterAccounts {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly nodes: readonly NodePoolAccount[];
  readonly pods: PodAccount;
  readonly workloads: readonly WorkloadAccount[];
  readonly autoscalers: readonly AutoscalerAccount[];
  /** Requests that the API server answered control loops. */
  readonly apiRequests: number;
}

/** Nodes of one pool; nodes of no pool under the empty name. */
export interface NodePoolAccount {
  readonly pool: string;
  readonly pricePerHour: number | null;
  readonly atEnd: number;
  readonly fewest: number;
  readonly most: number;
  readonly nodeMicros: number;
}

export interface PodAccount {
  readonly atEnd: number;
  readonly most: number;
  readonly created: number;
  readonly deleted: number;
  /** Pods that found no node: now, at most, and their integral. */
  readonly unschedulableAtEnd: number;
  readonly unschedulableMost: number;
  readonly unschedulableMicros: number;
  /** From creation until first ready, of pods that became ready in the window. */
  readonly startup: SketchSummary;
}

/** Pods by the workload that they belong to in the end: the Deployment, not its ReplicaSets. */
export interface WorkloadAccount {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly desiredAtEnd: number;
  readonly readyAtEnd: number;
  readonly desiredMost: number;
  readonly readyFewest: number;
  readonly readyMost: number;
  readonly desiredMicros: number;
  readonly readyMicros: number;
  /** Integral of how many ready pods were missing. */
  readonly missingMicros: number;
  readonly created: number;
  /** How often a pod that lived on stopped being ready. */
  readonly unready: number;
  readonly restarts: number;
  readonly outOfMemory: number;
}

export interface AutoscalerAccount {
  readonly namespace: string;
  readonly name: string;
  /** `Deployment/web`. */
  readonly target: string;
  readonly ups: number;
  readonly downs: number;
  /** Changes of direction within ten minutes of the change before: what is called flapping. */
  readonly reversals: number;
  readonly fewest: number;
  readonly most: number;
}
