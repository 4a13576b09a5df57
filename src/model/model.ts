import type { Diagnostic } from '../base/diagnostics.ts';

/**
 * A value the manifests did not state and how it came to be. `explain` prints all of them.
 */
export interface Inference {
  /** The resource it belongs to, e.g. `Deployment shop/web`. */
  readonly resource: string;
  /** What was inferred, e.g. `endpoints["GET /"].steps[0].cpu`. */
  readonly path: string;
  /** The value as a person would write it, e.g. `lognormal, mean 12ms`. */
  readonly value: string;
  /** Why: the rule and the fact it rests on, e.g. `image node:22 → preset express`. */
  readonly source: string;
}

/** A service-level objective over the whole measured window, OpenSLO-shaped. */
export interface Objective {
  readonly name: string;
  /** The name for people, where the author gave one. */
  readonly displayName?: string;
  /** `availability`: good = answered without error. `latency`: good = answered without error within `latencyMicros`. */
  readonly indicator: 'availability' | 'latency';
  /** Traffic name, or service, or service and endpoint that it is measured on; user-level traffic when both are null. */
  readonly traffic: string | null;
  readonly service: string | null;
  readonly endpoint: string | null;
  /** Share of good requests that is asked for, in (0, 1). */
  readonly target: number;
  /** Null for availability. */
  readonly latencyMicros: number | null;
  /** The compliance period the budget belongs to, for burn rates; null: the measured window. */
  readonly periodMicros: number | null;
}

/** A k6-style threshold, e.g. metric `http_req_duration{traffic="visitors"}`, expression `p(95)<500`. */
export interface Threshold {
  readonly metric: string;
  readonly expression: string;
  /** Ends the run at the first evaluation that fails. */
  readonly abortOnFail: boolean;
}

/** Something an operator does at a virtual time; part of what decides a run. */
export type Command = ScaleCommand | RequestCommand | DrainCommand;

export interface ScaleCommand {
  readonly atMicros: number;
  readonly kind: 'scale';
  /** The service acted upon, by its name in the model. */
  readonly service: string;
  readonly replicas: number;
}

/** A request to the cluster's API server: what every client's change comes down to. */
export interface RequestCommand {
  readonly atMicros: number;
  readonly kind: 'request';
  readonly request: ApiCall;
}

/** An HTTP request without the network; the body is plain JSON, null for none. */
export interface ApiCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/v1/namespaces/shop/pods`, decoded. */
  readonly path: string;
  /** Last value wins, as in the server. */
  readonly query: Readonly<Record<string, string>>;
  /** Media types as the client listed them; empty: it did not. */
  readonly accept: string;
  readonly contentType: string;
  /** `kubectl/v1.32.4 (linux/amd64) …`: names the field manager when the query doesn't. */
  readonly userAgent: string;
  readonly body: unknown;
  /** Paths of members that the body's text had more than once. */
  readonly duplicates?: readonly string[];
}

/** `kubectl drain`: a client that evicts pods one by one until the node is empty. */
export interface DrainCommand {
  readonly atMicros: number;
  readonly kind: 'drain';
  readonly node: string;
  /** Nodes that are emptied afterwards, one after another; they take no new pods from the beginning. */
  readonly others?: readonly string[];
  /** Also pods that no controller makes anew. */
  readonly force: boolean;
  /** Null: the pods' own. */
  readonly gracePeriodSeconds: number | null;
  /** Null: it never gives up. */
  readonly timeoutMicros: number | null;
}

/**
 * All that a run needs, with nothing left to infer: every default explicit, units normalised, ids dense.
 * Plain JSON. Each room of the world has one section, made by its compiler and read by its behaviour.
 */
export interface Model {
  readonly format: 'sim.devops/model/v1';
  readonly name: string;
  readonly description: string;
  readonly seed: number;
  readonly durationMicros: number;
  /** Measured results leave out this first stretch of time; series keep it. */
  readonly warmupMicros: number;
  /** The telemetry's scrape interval. */
  readonly sampleMicros: number;
  /** Virtual time zero as the user's clock shows it, ISO 8601 with offset, or null when it does not matter. */
  readonly startsAt: string | null;
  readonly objectives: readonly Objective[];
  readonly thresholds: readonly Threshold[];
  readonly commands: readonly Command[];
  /** What a replica-hour costs, in the scenario's currency, by service; services not named cost `defaultPrice`. */
  readonly prices: {
    readonly currency: string;
    readonly perCoreHour: number;
    readonly perGibHour: number;
  };
  /** Bands to draw on charts: what the author says happens when. */
  readonly annotations: readonly {
    readonly fromMicros: number;
    readonly toMicros: number;
    readonly label: string;
  }[];
  readonly inferences: readonly Inference[];
  /** Warnings and notes that the compiler left. */
  readonly diagnostics: readonly Diagnostic[];
  /** Sections by room name, e.g. `traffic`. */
  readonly rooms: Readonly<Record<string, unknown>>;
}
