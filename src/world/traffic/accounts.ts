import type { SketchSummary } from '../../base/sketch.ts';
import type { Cause } from './model.ts';

/** Requests by how they ended, zero entries included. */
export type Outcomes = Readonly<Record<Cause, number>>;

/**
 * Exact accounts over the measured window [fromMicros, toMicros]: the truth that grading looks at.
 * Counts are of requests that ended in the window unless named otherwise; durations are in microseconds.
 */
export interface TrafficAccounts {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly sources: readonly SourceAccount[];
  readonly services: readonly ServiceAccount[];
  readonly endpoints: readonly EndpointAccount[];
  readonly calls: readonly CallAccount[];
}

export interface SourceAccount {
  readonly name: string;
  /** Requests begun in the window. */
  readonly offered: number;
  readonly outcomes: Outcomes;
  /** From the user's click to the final answer or failure, retries included. */
  readonly latency: SketchSummary;
  /** The same, of successful requests only. */
  readonly latencyOk: SketchSummary;
  readonly inFlightAtEnd: number;
  /** Sessions or users that were active at the end; 0 for plain open load. */
  readonly activeAtEnd: number;
}

export interface ServiceAccount {
  readonly name: string;
  readonly workload: string;
  readonly replicasAtEnd: number;
  /** Sum over replicas of the time they existed. */
  readonly replicaMicros: number;
  readonly cpuMicros: number;
  /** CPU that could have been used: replica time × cores (the limit where there is one, else the threads or cores). */
  readonly cpuCapacityMicros: number;
  readonly throttledMicros: number;
  /** Time integral of requests inside, queued ones included, in request-microseconds. */
  readonly inFlightMicros: number;
  readonly queueMicros: number;
  readonly queueMax: number;
  readonly inFlightMax: number;
  readonly arrivals: number;
  readonly cpuRequestCores: number;
  readonly memoryRequestBytes: number;
}

export interface EndpointAccount {
  readonly service: string;
  readonly endpoint: string;
  /** Requests that reached a replica of the service in the window. */
  readonly offered: number;
  readonly outcomes: Outcomes;
  /** Answered to nobody: the client had given up. Included in outcomes. */
  readonly wasted: number;
  /** CPU that its requests used, also those whose client had given up. The endpoints of a service add up to it. */
  readonly cpuMicros: number;
  /** Time integral of its requests inside the service, queued ones included, in request-microseconds. */
  readonly inFlightMicros: number;
  readonly queueMicros: number;
  readonly queueMax: number;
  readonly inFlightMax: number;
  /** Attempts after a failure that users and services sent to it. */
  readonly retries: number;
  /** From arrival at the replica to the answer, refusals left out. */
  readonly latency: SketchSummary;
}

export interface CallAccount {
  /** Calling service, or `source/NAME`. */
  readonly client: string;
  readonly service: string;
  readonly endpoint: string;
  readonly calls: number;
  readonly attempts: number;
  readonly retries: number;
  readonly hedges: number;
  /** Calls that shared another's request. */
  readonly shared: number;
  readonly outcomes: Outcomes;
  readonly latency: SketchSummary;
}
