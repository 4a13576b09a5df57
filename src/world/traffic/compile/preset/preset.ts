/**
 * Fidelity: what a preset is made of; the presets themselves say whom they describe and by which source.
 */
/** What a piece of software does for others; decides who calls whom and in what order. */
export type Role =
  /** Passes requests on: web servers in front, API gateways, connection poolers. */
  | 'proxy'
  /** Runs the business's own code. */
  | 'application'
  | 'cache'
  | 'database'
  | 'search'
  | 'storage'
  | 'queue'
  /** Watches the system and is on no request's path: monitoring, tracing, logging. */
  | 'telemetry';

/** How a preset's process uses threads and cores; `cores` is what one container may run on at once. */
export type PresetConcurrency =
  | { readonly kind: 'eventLoop' }
  | { readonly kind: 'threadPool'; readonly threads: number; readonly cores: number }
  | { readonly kind: 'processorSharing'; readonly maxConcurrent: number | null; readonly cores: number };

/** A typical amount of work, log-normal by mean and coefficient of variation. */
export interface TypicalWork {
  readonly kind: 'cpu' | 'wait';
  readonly meanMicros: number;
  readonly cv: number;
  /** Share of requests that do it. */
  readonly probability: number;
}

export interface PresetEndpoint {
  readonly name: string;
  readonly work: readonly TypicalWork[];
  /** Where the figures come from. */
  readonly basis: string;
}

/** The connection pool that the usual client library of this platform keeps towards a database, in each process. */
export interface PresetPool {
  readonly size: number;
  readonly maxWaitMicros: number | null;
  readonly basis: string;
}

/** What environment, command and node tell about one container; read by `concurrency` of a preset. */
export interface ProcessSettings {
  /** Cores the process sees: those of the node, or the limit where the platform respects it. */
  readonly nodeCores: number;
  readonly limitCores: number | null;
  /**
   * The first of these settings that is stated, as a positive integer: an environment variable, a flag when the name
   * begins with a hyphen, or `name=123` in arguments and configuration files; null when none is.
   */
  readonly number: (...names: readonly string[]) => number | null;
}

/** How one container runs, with the reason in words. */
export interface PresetRuntime {
  readonly value: PresetConcurrency;
  readonly basis: string;
  /** Processes in the container, each with connection pools of its own; 1 where it is not said. */
  readonly processes?: number;
}

/**
 * What is known about a kind of software when no ServiceModel says anything. Limits are the documented defaults
 * of the software; amounts of work are orders of magnitude on a current cloud core, meant to be replaced.
 */
export interface Preset {
  readonly name: string;
  /** As a person would say it, e.g. `Node.js`. */
  readonly title: string;
  readonly role: Role;
  /** Words of an image's name that mean this software. */
  readonly images: readonly string[];
  /** Programs in the command that mean it. */
  readonly programs: readonly string[];
  /** Environment variables that only this platform reads; empty for infrastructure, whose clients use the same names. */
  readonly environment: readonly string[];
  /** Ports that nothing else uses by custom. */
  readonly ports: readonly number[];
  readonly concurrency: (settings: ProcessSettings) => PresetRuntime;
  /** Requests that wait in one replica; null: unbounded. */
  readonly queueCapacity: number | null;
  readonly queueBasis: string;
  /** The first is the one that callers use. */
  readonly endpoints: readonly PresetEndpoint[];
  readonly pool: PresetPool | null;
  /** How long its outgoing calls wait for an answer by default; null: for ever. */
  readonly callTimeoutMicros: number | null;
  readonly callTimeoutBasis: string;
  /** From the start of the process until it can answer. */
  readonly bootMicros: number;
}

/** What most presets share, so that each states only what is its own. */
export const presetDefaults = {
  programs: [],
  environment: [],
  ports: [],
  queueCapacity: null,
  queueBasis: 'accepts every request and keeps it until its turn',
  pool: null,
  callTimeoutMicros: null,
  callTimeoutBasis: 'its usual clients wait without limit unless told otherwise',
} as const;

export function work(
  kind: TypicalWork['kind'],
  meanMicros: number,
  cv: number,
  probability = 1,
): TypicalWork {
  return { kind, meanMicros, cv, probability };
}
