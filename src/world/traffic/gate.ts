/**
 * Fidelity: what one client process keeps for one kind of call: its circuit breaker, bulkhead (semaphore isolation, as
 * Hystrix has it), retry budget and single-flight table (as Go's x/sync/singleflight). State is per replica, because
 * real libraries keep it in the process.
 */
import { Breaker } from './breaker.ts';
import type { Call } from './model.ts';
import { RetryBudget } from './token-bucket.ts';

export class Gate {
  inFlight = 0;
  readonly breaker: Breaker | null;
  readonly budget: RetryBudget | null;
  /** Leading call by key. */
  readonly flights: Map<number, number> | null;

  constructor(policy: Call) {
    this.breaker = policy.breaker === null ? null : new Breaker(policy.breaker);
    this.budget = policy.retries.budget === null ? null : new RetryBudget(policy.retries.budget);
    this.flights = policy.singleFlight ? new Map() : null;
  }
}

/** Whether a call needs a gate at all; most do not. */
export function needsGate(policy: Call): boolean {
  return (
    policy.breaker !== null ||
    policy.bulkhead !== null ||
    policy.retries.budget !== null ||
    policy.singleFlight
  );
}
