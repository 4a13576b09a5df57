/**
 * Fidelity: exponential backoff with jitter as client libraries do it: none, full (uniform from zero) or equal (half
 * fixed, half uniform), after "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
import type { RandomStream } from '../../base/random.ts';
import { type Call, causes } from './model.ts';

/** When and how often one kind of call is tried again. */
export class RetryPolicy {
  readonly max: number;
  private readonly retried: readonly boolean[];
  private readonly backoff: Call['retries']['backoff'];
  private readonly jitter: Call['retries']['jitter'];

  constructor(policy: Call['retries']) {
    this.max = policy.max;
    this.backoff = policy.backoff;
    this.jitter = policy.jitter;
    this.retried = causes.map((cause) => policy.on.includes(cause));
  }

  covers(cause: number): boolean {
    return this.retried[cause];
  }

  /** Whole microseconds to wait before the retry numbered `retry`, from 0. */
  delayMicros(retry: number, stream: RandomStream): number {
    let delay = this.backoff.initialMicros;
    for (let step = 0; step < retry && delay < this.backoff.maxMicros; step++)
      delay *= this.backoff.multiplier;
    delay = Math.min(delay, this.backoff.maxMicros);
    if (this.jitter === 'full') delay *= stream.uniform();
    if (this.jitter === 'equal') delay = delay / 2 + (delay / 2) * stream.uniform();
    return Math.round(delay);
  }
}
