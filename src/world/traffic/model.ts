import type { Cause } from '../../base/cause.ts';
import type { Distribution } from '../../base/distribution-spec.ts';

/**
 * The traffic section of the model: services with their replicas, what each endpoint does, the policies of
 * each call, and the demand. Plain JSON; ids are positions in the arrays; `null` says "none" or "no limit".
 */
export interface TrafficModel {
  readonly services: readonly Service[];
  readonly endpoints: readonly Endpoint[];
  /** One entry per (client, call step or traffic request): the client's policy towards one endpoint. */
  readonly calls: readonly Call[];
  readonly sources: readonly Source[];
  readonly zones: readonly string[];
  /** One-way delay between two replicas in one zone and across zones. */
  readonly network: { readonly sameZone: Distribution; readonly crossZone: Distribution };
}

export interface Service {
  readonly id: number;
  /** Unique: `name` in the default namespace, else `namespace/name`. */
  readonly name: string;
  readonly namespace: string;
  /** The workload behind it, e.g. `Deployment shop/web`. */
  readonly workload: string;
  readonly replicas: number;
  /** Zone of each replica by ordinal: zones[ordinal % zones.length] of the model. */
  readonly concurrency: /** One thread runs all callbacks (Node.js): CPU is first come first served, waiting costs nothing. */
    | { readonly kind: 'eventLoop' }
    /** A request holds a thread from start to answer, also while it waits for calls (Java servlets, PostgreSQL backends). */
    | { readonly kind: 'threadPool'; readonly threads: number }
    /** Every request runs at once and they share the cores (Go, asynchronous multi-core servers). */
    | { readonly kind: 'processorSharing'; readonly maxConcurrent: number | null };
  readonly cpu: {
    /** Cores the process can run on at once; null: as many as it has runnable threads. */
    readonly cores: number | null;
    /** The container's CPU limit in cores, enforced as CFS quota; null: none. */
    readonly limitCores: number | null;
    readonly periodMicros: number;
    readonly requestCores: number;
  };
  readonly memoryRequestBytes: number;
  /** Requests that wait to be started in one replica; null capacity: unbounded. */
  readonly queue: { readonly capacity: number | null; readonly discipline: 'fifo' | 'lifo' };
  readonly shedding: {
    /** Refuse on arrival when this many requests are inside the replica. */
    readonly maxInFlight: number | null;
    /** Refuse at the head of the queue a request that waited longer. */
    readonly maxQueueDelayMicros: number | null;
  };
  /** Token bucket of each replica. */
  readonly rateLimit: { readonly perSecond: number; readonly burst: number } | null;
  /**
   * Whether the server notices that nobody waits any more: `none` finishes the work all the same, `deadline` stops
   * at the next step once the propagated deadline has passed, `disconnect` also once the client has hung up.
   */
  readonly cancellation: 'none' | 'deadline' | 'disconnect';
  /** From the command to scale until a new replica takes traffic. */
  readonly startupMicros: number;
  readonly pools: readonly Pool[];
}

/** A bounded set of connections in each replica of the client. */
export interface Pool {
  readonly name: string;
  readonly size: number;
  readonly maxWaiting: number | null;
  readonly maxWaitMicros: number | null;
}

export interface Endpoint {
  readonly id: number;
  readonly service: number;
  readonly name: string;
  readonly steps: readonly Step[];
  /** Share of requests that fail of themselves at the end of their work, in [0, 1]. */
  readonly errorRate: number;
}

/** A duration in microseconds: a random part and parts proportional to attributes of the request's trace row. */
export interface Work {
  readonly base: Distribution;
  readonly perAttribute: readonly { readonly attribute: string; readonly micros: number }[];
}

/** What a request does, in order; each step happens with `probability`, drawn for each request. */
export type Step =
  | { readonly kind: 'cpu'; readonly probability: number; readonly work: Work }
  | { readonly kind: 'wait'; readonly probability: number; readonly work: Work }
  | { readonly kind: 'call'; readonly probability: number; readonly call: number }
  | { readonly kind: 'sequence'; readonly probability: number; readonly steps: readonly Step[] }
  /** All calls at once; goes on when all are answered, fails at the first failure that is not optional. */
  | { readonly kind: 'parallel'; readonly probability: number; readonly calls: readonly number[] };

export interface Call {
  readonly id: number;
  /** The calling service, or null for a traffic source. */
  readonly client: number | null;
  readonly endpoint: number;
  /** A failure of an optional call does not fail the request. */
  readonly optional: boolean;
  readonly balancer: 'random' | 'roundRobin' | 'leastRequest' | 'powerOfTwo' | 'consistentHash' | 'zoneAware';
  readonly timeoutMicros: number | null;
  /** Cuts the timeout to what the caller itself has left. */
  readonly propagateDeadline: boolean;
  readonly retries: {
    /** Further attempts after the first. */
    readonly max: number;
    readonly backoff: {
      readonly initialMicros: number;
      readonly multiplier: number;
      readonly maxMicros: number;
    };
    readonly jitter: 'none' | 'full' | 'equal';
    /** Retries may be at most `ratio` of requests, with `burst` in hand; null: unlimited. */
    readonly budget: { readonly ratio: number; readonly burst: number } | null;
    readonly on: readonly Cause[];
  };
  readonly breaker: {
    /** Opens when at least `minRequests` in `windowMicros` failed at `errorRatio` or more. */
    readonly errorRatio: number;
    readonly minRequests: number;
    readonly windowMicros: number;
    readonly openMicros: number;
    /** Trial requests let through when half open; all must succeed to close. */
    readonly halfOpenRequests: number;
  } | null;
  /** Calls in flight from one client replica; more are refused at once. */
  readonly bulkhead: number | null;
  /** Position in the client service's pools. */
  readonly pool: number | null;
  /** Further requests of each attempt: one whenever `afterMicros` have passed without an answer, `max` of them at most. */
  readonly hedge: { readonly afterMicros: number; readonly max: number } | null;
  /** Concurrent calls with the same key from one replica share one request. */
  readonly singleFlight: boolean;
}

export { type Cause, causes } from '../../base/cause.ts';

/** Demand. Each request is one of `requests` by weight, unless the journey says which. */
export interface Source {
  readonly id: number;
  readonly name: string;
  readonly requests: readonly { readonly call: number; readonly weight: number }[];
  /** Keys for caches and hashing: Zipf with exponent `skew` over `count` keys; null: every key is 0. */
  readonly keys: { readonly count: number; readonly skew: number } | null;
  /** One-way delay between users and the entry. */
  readonly latency: Distribution;
  readonly load: Load;
}

export type Load =
  /** Requests arrive whatever the system does. */
  | { readonly kind: 'open'; readonly rate: RateCurve; readonly arrivals: 'poisson' | 'regular' }
  /** A number of users each sends, waits for the answer, thinks, and sends again. */
  | { readonly kind: 'closed'; readonly users: RateCurve; readonly think: Distribution }
  /** Sessions arrive; each makes its journey (positions in `requests`) with think times and leaves. */
  | {
      readonly kind: 'sessions';
      readonly rate: RateCurve;
      readonly arrivals: 'poisson' | 'regular';
      readonly journey: readonly {
        readonly request: number;
        readonly think: Distribution;
        readonly probability: number;
      }[];
    }
  /** Counts per interval, spread uniformly at random inside each interval. */
  | {
      readonly kind: 'counts';
      readonly intervalMicros: number;
      readonly counts: readonly number[];
      readonly scale: number;
    }
  /** Given instants; a scale other than 1 repeats or leaves out requests at random. */
  | {
      readonly kind: 'timestamps';
      readonly atMicros: readonly number[];
      readonly scale: number;
      /** Columns of the trace that steps may refer to, each as long as `atMicros`. */
      readonly attributes: Readonly<Record<string, readonly number[]>>;
    };

/** A piecewise-linear curve over virtual time: `perSecond[i]` (or a number of users) at `atMicros[i]`, ascending; repeated knots jump. Constant before the first and after the last knot. */
export interface RateCurve {
  readonly atMicros: readonly number[];
  readonly values: readonly number[];
}
