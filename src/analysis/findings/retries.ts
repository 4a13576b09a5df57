import { callSubject } from '../columns.ts';
import { counted, figure, percent } from '../figures.ts';
import type { PerSample } from '../samples.ts';
import {
  type CallName,
  type Evidence,
  longest,
  modelCalls,
  type Observation,
  type Stretch,
  stretchesWhere,
  sumOver,
  when,
} from './evidence.ts';

/** Attempts for each call from which retries and not users make much of the load. */
export const amplified = 1.5;

export interface Attempts extends CallName {
  readonly subject: string;
  readonly attempts: PerSample;
  readonly retries: PerSample;
  /** Calls that ended. */
  readonly ended: PerSample;
}

/** The attempts of every distinct call, in the order of the accounts. */
export function attemptsOf({ truth, samples }: Evidence): Attempts[] {
  const distinct = new Map(truth.calls.map((call) => [callSubject(call), call]));
  return [...distinct].flatMap(([subject, { client, service, endpoint }]) => {
    const labels = { client, service, endpoint };
    const attempts = samples.increase('http_client_attempts_total', labels);
    const retries = samples.increase('http_client_retries_total', labels);
    const ended = samples.increase('http_client_calls_total', labels) ?? new Float64Array(samples.count);
    return attempts === null || retries === null ? [] : [{ subject, ...labels, attempts, retries, ended }];
  });
}

/**
 * Attempts for each call; NaN when there were none. Telemetry counts calls when they end, so that attempts over calls
 * is too high while an overload grows; attempts less retries counts first attempts at once, but is too low where
 * retries were decided and never sent (an open breaker, no replica). The smaller quotient is closer to the truth.
 */
export function amplificationOver({ attempts, retries, ended }: Attempts, stretch: Stretch): number {
  const sent = sumOver(attempts, stretch);
  const calls = Math.max(sent - sumOver(retries, stretch), sumOver(ended, stretch));
  return calls > 0 ? sent / calls : NaN;
}

/** Calls whose retries multiplied the load on what they call. */
export function retryAmplification(evidence: Evidence): Observation[] {
  return attemptsOf(evidence)
    .map((call) => amplification(evidence, call))
    .filter((each) => each !== null);
}

function amplification(evidence: Evidence, call: Attempts): Observation | null {
  const stretches = stretchesWhere(
    evidence,
    (i) => amplificationOver(call, { first: i, last: i + 1 }) >= amplified,
  );
  const stretch = longest(evidence.samples, stretches);
  if (stretch === null) return null;
  const factor = amplificationOver(call, stretch);
  const retries = sumOver(call.retries, stretch);
  return {
    kind: 'retry-amplification',
    severity: 'problem',
    weight: 65 + Math.min(1, factor / 10),
    subject: call.subject,
    message:
      `Retries multiplied the calls ${call.subject} by ${figure(factor)} ${when(evidence, stretches)}: ` +
      `${counted(retries, 'retry', 'retries')}, ${percent(1 - 1 / factor)} of what was sent` +
      `${policyClause(evidence, call)}.`,
    stretch,
  };
}

/** What the call's policy allows, so that the reader sees what to change. */
function policyClause(evidence: Evidence, call: Attempts): string {
  const policy = modelCalls(evidence, call)[0];
  if (policy === undefined) return '';
  const { max, budget } = policy.retries;
  const limit = budget === null ? 'without a budget' : `with a budget of ${percent(budget.ratio)}`;
  return `; each call may be retried ${counted(max, 'time')}, ${limit}`;
}
