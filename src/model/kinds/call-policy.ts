import * as Type from 'typebox';
import { type Cause, causes } from '../../base/cause.ts';
import { choice, duration, fields, flag, integer, rate, share } from './written.ts';

/** What a client does about one call: shared by call steps, their defaults, and the clients of traffic. */

type RetryCause = Exclude<Cause, 'ok' | 'cancelled'>;

/** Failures that can be retried, in the order of reports: all but the one where nobody waits for an answer any more. */
export const retryCauses: readonly RetryCause[] = causes.filter(
  (cause): cause is RetryCause => cause !== 'ok' && cause !== 'cancelled',
);

export const balancers = [
  'random',
  'roundRobin',
  'leastRequest',
  'powerOfTwo',
  'consistentHash',
  'zoneAware',
] as const;

const Backoff = fields('How long to wait before each retry.', {
  initial: Type.Optional(duration('Before the first retry.', { default: '100ms' })),
  multiplier: Type.Optional(
    Type.Number({ minimum: 1, maximum: 100, description: 'Growth from retry to retry.', default: 2 }),
  ),
  max: Type.Optional(duration('Upper bound.', { default: '10s' })),
});

const RetryBudget = fields('Bounds retries to a share of requests, so that they cannot multiply an outage.', {
  ratio: share('Retries per request, at most.'),
  burst: Type.Optional(integer('Retries in hand when nothing failed for long.', { default: 10 })),
});

export const Retries = fields('Further attempts after a failure.', {
  max: integer('Further attempts after the first.', { maximum: 100 }),
  backoff: Type.Optional(Backoff),
  jitter: Type.Optional(
    choice(
      'Randomness of the wait: `full` draws from zero to the backoff, `equal` from half of it.',
      ['none', 'full', 'equal'],
      { default: 'full' },
    ),
  ),
  budget: Type.Optional(RetryBudget),
  on: Type.Optional(
    Type.Array(choice('A cause of failure.', retryCauses), {
      minItems: 1,
      description: 'Failures that are retried.',
      default: ['timeout', 'refused', 'shed', 'unavailable', 'terminated'],
    }),
  ),
});

export const Breaker = fields('Stops calling a service that keeps failing.', {
  errorRatio: Type.Optional(share('Opens at this share of failures.', { default: '50%' })),
  minRequests: Type.Optional(
    integer('Judges only with so many requests in the window.', { minimum: 1, default: 20 }),
  ),
  window: Type.Optional(duration('Window in which failures are counted.', { default: '10s' })),
  open: Type.Optional(duration('How long it stays open.', { default: '5s' })),
  halfOpenRequests: Type.Optional(
    integer('Trial requests afterwards; all must succeed.', { minimum: 1, default: 3 }),
  ),
});

export const Hedge = fields('Sends a second request when the first is slow, and takes the first answer.', {
  after: duration('Patience before each further request.'),
  max: Type.Optional(
    integer('Further requests at most.', { minimum: 1, maximum: 10, default: 1, synonyms: ['count'] }),
  ),
});

/** The properties that every place with a policy has. */
export const policyProperties = {
  timeout: Type.Optional(
    duration('Gives up on an attempt after this long. Without it, waits for ever.', {
      synonyms: ['timeoutSeconds', 'requestTimeout'],
    }),
  ),
  deadline: Type.Optional(
    choice(
      '`propagate` cuts the timeout to what the caller itself has left; `ignore` starts afresh.',
      ['propagate', 'ignore'],
      { default: 'ignore' },
    ),
  ),
  balancer: Type.Optional(
    choice('How a replica is chosen.', balancers, { default: 'random', synonyms: ['loadBalancing', 'lb'] }),
  ),
  retries: Type.Optional(Retries),
  breaker: Type.Optional(Breaker),
  bulkhead: Type.Optional(
    integer('Calls in flight from one replica, at most; more are refused at once.', {
      minimum: 1,
      synonyms: ['maxConcurrent'],
    }),
  ),
  hedge: Type.Optional(Hedge),
  singleFlight: Type.Optional(
    flag('Concurrent calls from one replica with the same key share one request.', { default: false }),
  ),
};

export const CallPolicy = fields('What a client does about a call.', policyProperties);
export type CallPolicy = Type.Static<typeof CallPolicy>;
export type WrittenRetries = Type.Static<typeof Retries>;
export type WrittenBreaker = Type.Static<typeof Breaker>;
export type WrittenHedge = Type.Static<typeof Hedge>;

export const RateLimit = fields('A token bucket.', {
  rate: rate('Requests per second that pass in the long run.'),
  burst: Type.Optional(
    integer('Requests that pass at once after a quiet time; default: one second of the rate.', {
      minimum: 1,
    }),
  ),
});
