/**
 * Fidelity: one running copy of a service (a pod). It takes traffic from the end of its start-up until it drains; a
 * draining replica finishes what it has, including requests that were on their way to it. Simplified: start-up takes
 * a fixed time and always succeeds; probes, restarts and eviction belong to the Kubernetes room.
 */
import type { ConnectionPool } from './connection-pool.ts';
import type { Executor } from './executor.ts';
import type { TokenBucket } from './token-bucket.ts';

export class Replica {
  readonly id: number;
  readonly service: number;
  /** Number within its service, counted up from 0 and never used again. */
  readonly ordinal: number;
  readonly zone: number;
  readonly bornMicros: number;
  /** Requests sent to it and not answered or given up, as the balancers see it. */
  outstanding = 0;
  /** Requests inside, queued ones included. */
  inFlight = 0;
  draining = false;
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
    rateLimit: TokenBucket | null;
    pools: readonly ConnectionPool[];
  }) {
    this.id = identity.id;
    this.service = identity.service;
    this.ordinal = identity.ordinal;
    this.zone = identity.zone;
    this.bornMicros = identity.bornMicros;
    this.rateLimit = identity.rateLimit;
    this.pools = identity.pools;
  }
}
