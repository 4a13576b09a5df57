/**
 * Fidelity: what a client does about a call, by the words of Envoy and gRPC: timeouts, deadlines, retries with
 * exponential backoff, jitter and budget, breakers, bulkheads, hedges. A step's own policy stands before the
 * ServiceModel's defaults, field by field; what neither states is as the schema documents it, and listed.
 */
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { CallPolicy } from '../../../model/kinds/call-policy.ts';
import type { Path } from '../../../model/place.ts';
import { isInDoubt, type Resource } from '../../../model/resource.ts';
import type { Call } from '../model.ts';
import { AmountReader } from './amount.ts';
import { where } from './report.ts';
import { shareOf } from './service.ts';

/** The part of a call that a policy decides. */
export type CompiledPolicy = Omit<Call, 'id' | 'client' | 'endpoint' | 'optional' | 'pool'>;

/** A policy as written, its defaults, and where both stand. */
export interface WrittenPolicy {
  readonly resource: Resource;
  readonly own: CallPolicy;
  readonly ownPath: Path;
  /** The same for people: `endpoints["GET /"].steps[1]`. */
  readonly shown: string;
  readonly defaults: CallPolicy;
  readonly defaultsPath: Path;
}

type Retries = Call['retries'];

export const noRetries: Retries = {
  max: 0,
  backoff: { initialMicros: 100_000, multiplier: 2, maxMicros: 10_000_000 },
  jitter: 'full',
  budget: null,
  on: ['timeout', 'refused', 'shed', 'unavailable', 'terminated'],
};

/** What a client does that states nothing. */
export const plainPolicy: CompiledPolicy = {
  balancer: 'random',
  timeoutMicros: null,
  propagateDeadline: false,
  retries: noRetries,
  breaker: null,
  bulkhead: null,
  hedge: null,
  singleFlight: false,
};

export function compilePolicy(written: WrittenPolicy, context: CompileContext): CompiledPolicy {
  return new PolicyReader(written, context).read();
}

class PolicyReader {
  readonly #written: WrittenPolicy;
  readonly #context: CompileContext;
  readonly #amounts: AmountReader;
  /** What was left out, for one line in the list of inferences. */
  readonly #assumed: string[] = [];

  constructor(written: WrittenPolicy, context: CompileContext) {
    this.#written = written;
    this.#context = context;
    this.#amounts = new AmountReader(context, written.resource);
  }

  read(): CompiledPolicy {
    const policy: CompiledPolicy = {
      timeoutMicros: this.#timeout(),
      propagateDeadline: this.#value('deadline') === 'propagate',
      balancer: this.#value('balancer') ?? this.#assume('balancer random', 'random'),
      retries: this.#retries(),
      breaker: this.#breaker(),
      bulkhead: this.#value('bulkhead') ?? null,
      hedge: this.#hedge(),
      singleFlight: this.#value('singleFlight') ?? false,
    };
    if (this.#assumed.length > 0) {
      this.#context.infer({
        resource: this.#written.resource.id,
        path: this.#written.shown,
        value: this.#assumed.join(', '),
        source: 'defaults of calls: nothing else is stated',
      });
    }
    return policy;
  }

  #value<K extends keyof CallPolicy>(field: K): CallPolicy[K] {
    return this.#written.own[field] ?? this.#written.defaults[field];
  }

  /** Where the value of a field is written. */
  #path(field: keyof CallPolicy, ...more: Path): Path {
    const { own, ownPath, defaultsPath } = this.#written;
    return [...(own[field] === undefined ? defaultsPath : ownPath), field, ...more];
  }

  #assume<T>(words: string, value: T): T {
    this.#assumed.push(words);
    return value;
  }

  #timeout(): number | null {
    const written = this.#value('timeout');
    if (written === undefined) return this.#assume('no timeout', null);
    return this.#amounts.positiveDuration(
      written,
      this.#path('timeout'),
      'a timeout of zero fails every call',
    );
  }

  #retries(): Retries {
    const written = this.#value('retries');
    if (written === undefined) return this.#assume('no retries', noRetries);
    const { backoff = {}, budget } = written;
    const initial = this.#amounts.duration(backoff.initial, this.#path('retries', 'backoff', 'initial'));
    const max = this.#amounts.duration(backoff.max, this.#path('retries', 'backoff', 'max'));
    const retries: Retries = {
      max: written.max,
      backoff: {
        initialMicros: initial ?? noRetries.backoff.initialMicros,
        multiplier: backoff.multiplier ?? noRetries.backoff.multiplier,
        maxMicros: max ?? Math.max(noRetries.backoff.maxMicros, initial ?? 0),
      },
      jitter: written.jitter ?? noRetries.jitter,
      budget: budget === undefined ? null : { ratio: shareOf(budget.ratio, 0), burst: budget.burst ?? 10 },
      on: written.on === undefined ? noRetries.on : [...new Set(written.on)],
    };
    if (retries.max > 0) this.#noteRetries(written, retries);
    return retries;
  }

  #noteRetries(written: NonNullable<CallPolicy['retries']>, retries: Retries): void {
    const { initialMicros, multiplier, maxMicros } = retries.backoff;
    const bounds = this.#path('retries', 'backoff');
    if (initialMicros > maxMicros && !isInDoubt(this.#written.resource, bounds)) {
      this.#context.diagnostics.error(
        'backoff-bounds',
        `The first backoff of ${formatDuration(initialMicros)} is above the largest of ${formatDuration(maxMicros)}.`,
        where(this.#written.resource, bounds, 'Give max the larger value.'),
      );
    }
    if (
      written.backoff?.initial === undefined ||
      written.backoff.max === undefined ||
      written.backoff.multiplier === undefined
    ) {
      this.#assumed.push(
        `backoff ${formatDuration(initialMicros)} × ${multiplier} up to ${formatDuration(maxMicros)}`,
      );
    }
    if (written.jitter === undefined) this.#assumed.push('full jitter');
    if (written.budget === undefined) this.#assumed.push('no retry budget');
    if (written.on === undefined) this.#assumed.push(`retries on ${retries.on.join(', ')}`);
  }

  #breaker(): Call['breaker'] {
    const written = this.#value('breaker');
    if (written === undefined) return null;
    const errorRatio = shareOf(written.errorRatio, 0.5);
    if (errorRatio === 0) {
      this.#context.diagnostics.error(
        'breaker-ratio-zero',
        'A breaker that opens at 0 % of failures is never closed.',
        where(
          this.#written.resource,
          this.#path('breaker', 'errorRatio'),
          'State a share above zero, such as 50%.',
        ),
      );
    }
    const window = this.#amounts.positiveDuration(
      written.window,
      this.#path('breaker', 'window'),
      'a breaker judges over a window of some length',
    );
    const open = this.#amounts.positiveDuration(
      written.open,
      this.#path('breaker', 'open'),
      'a breaker that opens stays open for a while',
    );
    const breaker = {
      errorRatio: errorRatio === 0 ? 1 : errorRatio,
      minRequests: written.minRequests ?? 20,
      windowMicros: window ?? 10_000_000,
      openMicros: open ?? 5_000_000,
      halfOpenRequests: written.halfOpenRequests ?? 3,
    };
    const fields = ['errorRatio', 'minRequests', 'window', 'open', 'halfOpenRequests'] as const;
    if (fields.some((field) => written[field] === undefined)) {
      this.#assumed.push(
        `breaker opens at ${breaker.errorRatio * 100} % of at least ${breaker.minRequests} in ${formatDuration(breaker.windowMicros)} for ${formatDuration(breaker.openMicros)}, then ${breaker.halfOpenRequests} trials`,
      );
    }
    return breaker;
  }

  #hedge(): Call['hedge'] {
    const written = this.#value('hedge');
    if (written === undefined) return null;
    const after = this.#amounts.positiveDuration(
      written.after,
      this.#path('hedge', 'after'),
      'a hedge after zero time doubles every request',
    );
    if (written.max === undefined) this.#assumed.push('one hedge at most');
    return { afterMicros: after ?? 1, max: written.max ?? 1 };
  }
}
