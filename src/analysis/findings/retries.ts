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
}

/** The attempts of every distinct call, in the order of the accounts. */
export function attemptsOf({ truth, samples }: Evidence): Attempts[] {
  const distinct = new Map(truth.calls.map((call) => [callSubject(call), call]));
  return [...distinct].flatMap(([subject, { client, service, endpoint }]) => {
    const labels = { client, service, endpoint };
    const attempts = samples.increase('http_client_attempts_total', labels);
    const retries = samples.increase('http_client_retries_total', labels);
    return attempts === null || retries === null ? [] : [{ subject, ...labels, attempts, retries }];
  });
}

/**
 * Attempts over first attempts. Unlike attempts over ended calls it does not lag behind: both are counted when a
 * request is sent. NaN when nothing was sent for the first time.
 */
export function amplificationOver({ attempts, retries }: Attempts, stretch: Stretch): number {
  const sent = sumOver(attempts, stretch);
  const first = sent - sumOver(retries, stretch);
  return first > 0 ? sent / first : NaN;
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
      `${counted(retries, 'retry', 'retries')}, ${percent(retries / sumOver(call.attempts, stretch))} of what was sent` +
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
