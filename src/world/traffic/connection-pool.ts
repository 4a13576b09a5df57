/**
 * Fidelity: a client-side connection pool (pg.Pool, HikariCP, an http.Agent with maxSockets): a call holds a connection
 * from before it is sent until it is answered or given up; others wait first come first served. Simplified: connections
 * are open from the start and never break.
 */
import type { CallPool } from './call-pool.ts';
import type { Pool } from './model.ts';
import { none } from './work-pool.ts';

/** The connections of one replica and the calls that wait for one. */
export class ConnectionPool {
  inUse = 0;
  waiting = 0;
  private head = none;
  private tail = none;
  readonly policy: Pool;
  private readonly calls: CallPool;

  constructor(policy: Pool, calls: CallPool) {
    this.policy = policy;
    this.calls = calls;
  }

  /** Takes a free connection when there is one. */
  acquire(): boolean {
    if (this.inUse >= this.policy.size) return false;
    this.inUse++;
    return true;
  }

  get full(): boolean {
    return this.policy.maxWaiting !== null && this.waiting >= this.policy.maxWaiting;
  }

  enqueue(call: number): void {
    this.calls.previous[call] = this.tail;
    this.calls.next[call] = none;
    if (this.tail === none) this.head = call;
    else this.calls.next[this.tail] = call;
    this.tail = call;
    this.waiting++;
  }

  /** Gives a connection back: to the first that waits, which is returned, or to the pool (`none`). */
  release(): number {
    const call = this.head;
    if (call === none) {
      this.inUse--;
      return none;
    }
    this.leave(call);
    return call;
  }

  /** Takes a waiting call out of the queue. */
  leave(call: number): void {
    const { previous, next } = this.calls;
    const before = previous[call];
    const after = next[call];
    if (before === none) this.head = after;
    else next[before] = after;
    if (after === none) this.tail = before;
    else previous[after] = before;
    this.waiting--;
  }
}
