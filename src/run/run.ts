import type { Command } from '../model/model.ts';
import type { Reader } from '../telemetry/reader.ts';
import type { ClusterAccounts } from '../world/kubernetes/accounts/accounts.ts';
import type { NoteKind } from '../world/kubernetes/control/control-plane.ts';
import type { TrafficAccounts } from '../world/traffic/accounts.ts';

export type {
  AutoscalerAccount,
  ClusterAccounts,
  NodePoolAccount,
  PodAccount,
  WorkloadAccount,
} from '../world/kubernetes/accounts/accounts.ts';
export type { KubernetesModel } from '../world/kubernetes/model.ts';
// What rooms above may know of the world they look back on.
export type {
  CallAccount,
  EndpointAccount,
  Outcomes,
  ServiceAccount,
  SourceAccount,
  TrafficAccounts,
} from '../world/traffic/accounts.ts';
export type { Cause, TrafficModel } from '../world/traffic/model.ts';

/** What decides a run, and so regenerates it. */
export interface RunManifest {
  readonly simulator: string;
  readonly modelHash: string;
  readonly scenario: string;
  readonly seed: number;
  readonly commands: readonly Command[];
}

/** Something worth a mark on the time line. */
export interface RunEvent {
  readonly atMicros: number;
  readonly kind: 'breaker' | 'abort' | NoteKind;
  readonly subject: string;
  readonly message: string;
}

/** A law that must hold in every run, and what it found. A failed check is a defect of the simulator. */
export interface Check {
  readonly name: 'conservation' | 'monotone time' | 'littles law' | 'pools' | 'attribution';
  readonly passed: boolean;
  readonly detail: string;
}

export interface Run {
  readonly manifest: RunManifest;
  /** `aborted`: a threshold with abortOnFail ended it; `partial`: interrupted. */
  readonly status: 'complete' | 'aborted' | 'partial';
  readonly endedAtMicros: number;
  readonly eventCount: number;
  /** Hash over every event in order: equal for equal (model, seed, commands). */
  readonly traceHash: string;
  readonly events: readonly RunEvent[];
  /** What the system's own telemetry saw. */
  readonly telemetry: Reader;
  /** What really happened, for grading only. */
  readonly truth: TrafficAccounts;
  /** What happened in the cluster; null where nothing runs on one. */
  readonly cluster: ClusterAccounts | null;
  readonly checks: readonly Check[];
}
