import type { Outcomes, SourceAccount } from '../../run/run.ts';
import { callSubject } from '../columns.ts';
import { counted, figure, latency, percent } from '../figures.ts';
import { endedOf, errorsOf, ratio } from '../traffic.ts';
import { type Evidence, modelCalls, type Observation, type Stretch, spanOf, sumOver } from './evidence.ts';
import { causeInWords, servicesOf } from './refusals.ts';

/** What users felt, what calls ran into, and what servers turned away. */
export function failures(evidence: Evidence): Observation[] {
  const { truth } = evidence;
  return [
    ...truth.sources.map((source) => usersFailed(evidence, source)),
    ...truth.sources.map((source) => leftWaiting(evidence, source)),
    ...truth.calls.map((call) => timedOut(evidence, call)),
    ...truth.calls.map((call) => breakerOpened(evidence, call)),
    ...truth.services.map(({ name }) => turnedAway(evidence, name)),
  ].filter((each) => each !== null);
}

function usersFailed(evidence: Evidence, source: SourceAccount): Observation | null {
  const ended = endedOf(source.outcomes);
  const share = ratio(ended - source.outcomes.ok, ended);
  if (share < 0.001) return null;
  const labels = { traffic: source.name };
  const failed = lessOk(evidence, 'user_requests_total', labels);
  const stretch = failed === null ? null : densest(evidence, failed, 0.8);
  const called = servicesOf(evidence, source.name);
  const causes = Object.entries(errorsOf([source]))
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([cause, count]) => `${percent(count / ended)} ${causeInWords(evidence, cause, called)}`);
  return {
    kind: 'users-failed',
    severity: evidence.missed || share >= 0.01 ? 'problem' : 'note',
    weight: 95 + share,
    subject: source.name,
    message:
      `${percent(share)} of the requests of ${source.name} failed (${figure(ended - source.outcomes.ok, 16)} of ` +
      `${figure(ended, 16)}): ${causes.join(', ')}${behindClause(evidence, source)}${mostlyClause(evidence, stretch)}.`,
    stretch,
  };
}

/** `; behind them, web → api GET /x timed out`: the call between services that failed most of itself. */
function behindClause(evidence: Evidence, source: SourceAccount): string {
  const { truth } = evidence;
  if (source.outcomes.dependency === 0) return '';
  let most = { count: 0, subject: '', cause: '', service: '' };
  for (const call of truth.calls.filter(({ client }) => !client.startsWith('source/')))
    for (const [cause, count] of Object.entries(errorsOf([call])))
      if (cause !== 'dependency' && count > most.count)
        most = { count, subject: callSubject(call), cause, service: call.service };
  if (most.count === 0) return '';
  return `; behind them, calls ${most.subject} ${causeInWords(evidence, most.cause, [most.service])}`;
}

function lessOk({ samples }: Evidence, name: string, labels: Record<string, string>): Float64Array | null {
  const all = samples.increase(name, labels);
  const ok = samples.increase(name, { ...labels, outcome: 'ok' });
  return all?.map((count, i) => count - (ok === null ? 0 : ok[i])) ?? null;
}

/** `; at least 80 % of these from 09:30 to 10:02`, where they are not spread over the whole run. */
function mostlyClause(evidence: Evidence, stretch: Stretch | null): string {
  return stretch === null ? '' : `; at least 80 % of these ${spanOf(evidence, stretch)}`;
}

/**
 * The shortest stretch that holds this share of all counts, the earliest of equals; null when it is longer than half
 * the measured window, for then they are spread out and no stretch stands out.
 */
export function densest({ range }: Evidence, counts: Float64Array, share: number): Stretch | null {
  const wanted = share * sumOver(counts, range);
  if (wanted === 0) return null;
  let best: Stretch | null = null;
  let sum = 0;
  let first = range.first;
  for (let last = range.first; last < range.last; last++) {
    sum += counts[last];
    while (sum - counts[first] >= wanted) sum -= counts[first++];
    if (sum >= wanted && (best === null || last + 1 - first < best.last - best.first))
      best = { first, last: last + 1 };
  }
  return best !== null && best.last - best.first <= (range.last - range.first) / 2 ? best : null;
}

/** Open demand that was still inside when the run ended: the system did not keep up. */
function leftWaiting(evidence: Evidence, source: SourceAccount): Observation | null {
  const load = evidence.traffic.sources.find(({ name }) => name === source.name)?.load.kind;
  // Users of closed load are always inside or thinking; that says nothing about keeping up.
  if (load === 'closed' || source.inFlightAtEnd < 100 || source.inFlightAtEnd < 0.01 * source.offered)
    return null;
  return {
    kind: 'left-waiting',
    severity: 'problem',
    weight: 80 + ratio(source.inFlightAtEnd, source.offered),
    subject: source.name,
    message:
      `${counted(source.inFlightAtEnd, 'request')} of ${source.name} had no answer yet when the run ended, ` +
      `${percent(ratio(source.inFlightAtEnd, source.offered))} of those begun: the system had fallen behind.`,
    stretch: null,
  };
}

type CallAccount = Evidence['truth']['calls'][number];

function timedOut(evidence: Evidence, call: CallAccount): Observation | null {
  const ended = endedOf(call.outcomes);
  const missed = call.outcomes.timeout + call.outcomes.deadline;
  const share = ratio(missed, ended);
  if (share < 0.01 || missed < 10) return null;
  const subject = callSubject(call);
  const limit = modelCalls(evidence, call)[0]?.timeoutMicros ?? null;
  const stretch = densestOf(evidence, call, ['timeout', 'deadline']);
  return {
    kind: 'calls-timed-out',
    severity: evidence.missed || share >= 0.05 ? 'problem' : 'note',
    weight: 50 + share,
    subject,
    message:
      `${percent(share)} of the calls ${subject} (${figure(missed, 16)}) had no answer in time` +
      `${limit === null ? '' : `; the timeout is ${latency(limit / 1000)}`}${mostlyClause(evidence, stretch)}.`,
    stretch,
  };
}

function densestOf(evidence: Evidence, call: CallAccount, outcomes: readonly string[]): Stretch | null {
  const { client, service, endpoint } = call;
  const sum = new Float64Array(evidence.samples.count);
  for (const outcome of outcomes) {
    const counts = evidence.samples.increase('http_client_calls_total', {
      client,
      service,
      endpoint,
      outcome,
    });
    counts?.forEach((count, i) => {
      sum[i] += count;
    });
  }
  return densest(evidence, sum, 0.8);
}

function breakerOpened(evidence: Evidence, call: CallAccount): Observation | null {
  const stopped = call.outcomes.breakerOpen;
  if (stopped === 0) return null;
  const subject = callSubject(call);
  const stretch = densestOf(evidence, call, ['breakerOpen']);
  return {
    kind: 'breaker-open',
    severity: evidence.missed ? 'problem' : 'note',
    weight: 55 + ratio(stopped, endedOf(call.outcomes)),
    subject,
    message:
      `The breaker of ${subject} was open: it stopped ${counted(stopped, 'call')}, ` +
      `${percent(ratio(stopped, endedOf(call.outcomes)))} of all${mostlyClause(evidence, stretch)}.`,
    stretch,
  };
}

const turnedAwayBy = ['refused', 'shed', 'rateLimited'] as const;

function turnedAway(evidence: Evidence, service: string): Observation | null {
  const endpoints = evidence.truth.endpoints.filter((endpoint) => endpoint.service === service);
  const count = (cause: keyof Outcomes) => endpoints.reduce((sum, { outcomes }) => sum + outcomes[cause], 0);
  const ended = endpoints.reduce((sum, { outcomes }) => sum + endedOf(outcomes), 0);
  const turned = turnedAwayBy.reduce((sum, cause) => sum + count(cause), 0);
  if (ratio(turned, ended) < 0.01) return null;
  const parts = turnedAwayBy
    .filter((cause) => count(cause) > 0)
    .map((cause) => `${figure(count(cause), 16)} ${causeInWords(evidence, cause, [service])}`);
  return {
    kind: 'turned-away',
    severity: evidence.missed ? 'problem' : 'note',
    weight: 57 + ratio(turned, ended),
    subject: service,
    message: `${service} turned away ${percent(turned / ended)} of its requests: ${parts.join(', ')}.`,
    stretch: null,
  };
}
