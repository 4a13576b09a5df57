/**
 * Fidelity: one running copy of a service: the process in a pod's serving container. Where no cluster runs it, it takes
 * traffic from the end of its start-up until it drains, and a draining one finishes what it has, including requests that were
 * on their way to it. Where a cluster runs it (`serving-processes.ts`), it refuses connections until it has booted and once
 * it is closing, and is gone with all its requests when it is killed.
 */
import type { ConnectionPool } from './connection-pool.ts';
import type { Executor } from './executor.ts';
import type { ReleaseCount } from './release-counts.ts';
import type { TokenBucket } from './token-bucket.ts';

/** How a release differs from what the endpoints state. */
export interface Behaviour {
  /** Times processor time and waits. */
  readonly cpuFactor: number;
  readonly waitFactor: number;
  /** Share of requests that fail at their end, beside those that fail anyway. */
  readonly errorRate: number;
}

export const asStated: Behaviour = { cpuFactor: 1, waitFactor: 1, errorRate: 0 };

export class Replica {
  readonly id: number;
  readonly service: number;
  /** Number within its service, counted up from 0 and never used again. */
  readonly ordinal: number;
  readonly zone: number;
  readonly bornMicros: number;
  /** Cores that it can use at most. */
  readonly cores: number;
  readonly behaviour: Behaviour;
  /** Requests sent to it and not answered or given up, as the balancers see it. */
  outstanding = 0;
  /** Requests inside, queued ones included. */
  inFlight = 0;
  draining = false;
  /** Connections are refused: it boots, is closing, or is gone. */
  refusing = false;
  /** Its process has ended; nothing of it runs any more. */
  gone = false;
  /** Which release it is, where traffic is weighed by release; null: none. */
  label: string | null = null;
  /** Where its requests are counted by release; null where no cluster runs it. */
  count: ReleaseCount | null = null;
  /** Requests that reached it. */
  arrivals = 0;
  /** When its accounts were closed; null before that. */
  retiredMicros: number | null = null;
  /** Set once, by the server that the replica runs in. */
  executor!: Executor;
  readonly rateLimit: TokenBucket | null;
  readonly pools: readonly ConnectionPool[];

  constructor(identity: {
    id: number;
    service: number;
    ordinal: number;
    zone: number;
    bornMicros: number;
    cores: number;
    behaviour: Behaviour;
    rateLimit: TokenBucket | null;
    pools: readonly ConnectionPool[];
  }) {
    this.id = identity.id;
    this.service = identity.service;
    this.ordinal = identity.ordinal;
    this.zone = identity.zone;
    this.bornMicros = identity.bornMicros;
    this.cores = identity.cores;
    this.behaviour = identity.behaviour;
    this.rateLimit = identity.rateLimit;
    this.pools = identity.pools;
  }
}
