/**
 * Fidelity: a circuit breaker as resilience libraries have it (Hystrix, resilience4j, opossum): it opens on the share
 * of failures in a time window, refuses for a while, then lets a few trial requests through. Simplified: the window
 * is ten equal time buckets, and it is judged at each failure, as opossum does, not at successes too. As in resilience4j,
 * an answer to a request from before counts in whatever state it arrives.
 */

export interface BreakerPolicy {
  readonly errorRatio: number;
  readonly minRequests: number;
  readonly windowMicros: number;
  readonly openMicros: number;
  readonly halfOpenRequests: number;
}

const buckets = 10;

/** One client's view of one dependency. */
export class Breaker {
  state: 'closed' | 'open' | 'halfOpen' = 'closed';
  private readonly policy: BreakerPolicy;
  private readonly failures = new Int32Array(buckets);
  private readonly totals = new Int32Array(buckets);
  private newestBucket = 0;
  private openedMicros = 0;
  private trialsLeft = 0;
  private trialsWon = 0;

  constructor(policy: BreakerPolicy) {
    this.policy = policy;
  }

  /** Whether a request may be sent now; counts as a trial when half open. */
  allows(nowMicros: number): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'open') {
      if (nowMicros - this.openedMicros < this.policy.openMicros) return false;
      this.state = 'halfOpen';
      this.trialsLeft = this.policy.halfOpenRequests;
      this.trialsWon = 0;
    }
    if (this.trialsLeft === 0) return false;
    this.trialsLeft--;
    return true;
  }

  /** Takes in how an allowed request ended; true when the state changed. */
  record(nowMicros: number, succeeded: boolean): boolean {
    if (this.state === 'halfOpen') return this.trial(nowMicros, succeeded);
    if (this.state === 'open') return false;
    this.roll(nowMicros);
    const bucket = this.newestBucket % buckets;
    this.totals[bucket]++;
    if (succeeded) return false;
    this.failures[bucket]++;
    if (!this.tripped()) return false;
    this.open(nowMicros);
    return true;
  }

  private trial(nowMicros: number, succeeded: boolean): boolean {
    if (!succeeded) {
      this.open(nowMicros);
      return true;
    }
    if (++this.trialsWon < this.policy.halfOpenRequests) return false;
    this.state = 'closed';
    this.clear();
    return true;
  }

  private open(nowMicros: number): void {
    this.state = 'open';
    this.openedMicros = nowMicros;
    this.clear();
  }

  private tripped(): boolean {
    let failed = 0;
    let total = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      failed += this.failures[bucket];
      total += this.totals[bucket];
    }
    return total >= this.policy.minRequests && failed >= this.policy.errorRatio * total;
  }

  /** Empties the buckets that the window has moved past. */
  private roll(nowMicros: number): void {
    const current = Math.floor((nowMicros * buckets) / this.policy.windowMicros);
    const steps = Math.min(buckets, current - this.newestBucket);
    for (let step = 1; step <= steps; step++) {
      const bucket = (current - steps + step) % buckets;
      this.failures[bucket] = 0;
      this.totals[bucket] = 0;
    }
    this.newestBucket = current;
  }

  private clear(): void {
    this.failures.fill(0);
    this.totals.fill(0);
  }
}
