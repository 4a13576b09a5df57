/**
 * Fidelity: the token bucket of rate limiters (Envoy local rate limit, nginx limit_req with burst and nodelay) and of
 * retry budgets (Finagle, gRPC retry throttling). Refill is continuous.
 */

/** Permits at a steady rate with a bounded reserve. */
export class TokenBucket {
  private tokens: number;
  private refilledMicros: number;
  private readonly perMicro: number;
  private readonly burst: number;

  constructor(perSecond: number, burst: number, nowMicros: number) {
    this.perMicro = perSecond / 1e6;
    this.burst = burst;
    this.tokens = burst;
    this.refilledMicros = nowMicros;
  }

  /** Takes one token when there is one. */
  take(nowMicros: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + (nowMicros - this.refilledMicros) * this.perMicro);
    this.refilledMicros = nowMicros;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** Retries as a share of requests: each request deposits `ratio`, each retry withdraws one. */
export class RetryBudget {
  private balance: number;
  private readonly ratio: number;
  private readonly burst: number;

  constructor(policy: { readonly ratio: number; readonly burst: number }) {
    this.ratio = policy.ratio;
    this.burst = policy.burst;
    this.balance = policy.burst;
  }

  deposit(): void {
    this.balance = Math.min(this.burst, this.balance + this.ratio);
  }

  withdraw(): boolean {
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}
