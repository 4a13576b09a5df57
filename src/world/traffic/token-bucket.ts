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

/** Shares are counted in millionths, so that ten deposits of a tenth make exactly one. */
const unit = 1_000_000;

/** Retries as a share of requests: each request deposits `ratio`, each retry withdraws one. */
export class RetryBudget {
  private balance: number;
  private readonly deposited: number;
  private readonly most: number;

  constructor(policy: { readonly ratio: number; readonly burst: number }) {
    this.deposited = Math.round(policy.ratio * unit);
    this.most = policy.burst * unit;
    this.balance = this.most;
  }

  deposit(): void {
    this.balance = Math.min(this.most, this.balance + this.deposited);
  }

  withdraw(): boolean {
    if (this.balance < unit) return false;
    this.balance -= unit;
    return true;
  }
}
