import { duration, figure, instant, percent } from '../figures.ts';
import type { PerSample } from '../samples.ts';
import { ratio } from '../traffic.ts';
import {
  type Evidence,
  lengthMicros,
  meanOver,
  medianOver,
  type Observation,
  rateOver,
  type Stretch,
  stretchesWhere,
  sumOver,
} from './evidence.ts';
import { type Attempts, amplificationOver, amplified, attemptsOf } from './retries.ts';

/** In each sample interval what users asked for and how it ended, and the replicas of each service. */
interface Signals {
  readonly started: PerSample;
  readonly ended: PerSample;
  readonly failed: PerSample;
  readonly replicas: readonly PerSample[];
}

/**
 * An overload that outlives its trigger (as a metastable failure does): users fail, then what started it goes away — demand
 * is back to what the system served well before, and no service has fewer replicas than then — and users go on
 * failing. Either a backlog has to be worked off first, or something inside keeps the load up; where calls are still
 * sent 1.5 times each, it is the retries. Source of the notion: Bronson et al., Metastable Failures in Distributed
 * Systems, HotOS 2021.
 */
export function outlivedTriggers(evidence: Evidence): Observation[] {
  const signals = signalsOf(evidence);
  if (signals === null) return [];
  return stretchesWhere(evidence, (i) => failing(signals, i))
    .map((bad) => outlived(evidence, signals, bad))
    .filter((each) => each !== null);
}

function signalsOf({ samples, truth }: Evidence): Signals | null {
  const started = samples.increase('user_requests_started_total', {});
  const ended = samples.increase('user_requests_total', {});
  const ok = samples.increase('user_requests_total', { outcome: 'ok' });
  if (started === null || ended === null) return null;
  return {
    started,
    ended,
    failed: ended.map((count, i) => count - (ok === null ? 0 : ok[i])),
    replicas: truth.services
      .map(({ name }) => samples.gauge('service_replicas', { service: name }))
      .filter((each) => each !== null),
  };
}

/** A tenth of what ended in the interval failed. */
function failing({ ended, failed }: Signals, i: number): boolean {
  return ended[i] > 0 && failed[i] >= 0.1 * ended[i];
}

function outlived(evidence: Evidence, signals: Signals, bad: Stretch): Observation | null {
  const before = { first: evidence.range.first, last: bad.first };
  const usual = usualRate(evidence, signals, before);
  if (!(usual > 0)) return null;
  const after = { first: triggerEnd(evidence, signals, bad, usual), last: bad.last };
  if (!lastsLongEnough(evidence, after) || !hadTrigger(evidence, signals, bad, after, usual)) return null;
  const sustaining = mostAmplified(evidence, after);
  return {
    kind: sustaining === null ? 'slow-recovery' : 'retry-storm',
    severity: 'problem',
    weight: 100,
    subject: sustaining?.subject ?? 'all traffic',
    message: sentence(evidence, signals, bad, after, usual, sustaining),
    stretch: bad,
  };
}

/** The usual demand per second in the good intervals before; NaN when there are fewer than three. */
function usualRate({ samples }: Evidence, signals: Signals, before: Stretch): number {
  const rates = signals.started.map((count, i) => (count * 1e6) / samples.lengthMicros(i));
  const good = (i: number) => !failing(signals, i);
  let count = 0;
  for (let i = before.first; i < before.last; i++) if (good(i)) count++;
  return count < 3 ? NaN : medianOver(rates, before, good);
}

/** The first interval from which to the end of the stretch neither demand nor missing replicas explain failures. */
function triggerEnd(evidence: Evidence, signals: Signals, bad: Stretch, usual: number): number {
  let end = bad.last;
  while (end > bad.first && !triggered(evidence, signals, bad, usual, end - 1)) end--;
  return end;
}

/** Demand is the mean of five intervals from here on, so that the chance of one does not count as a trigger. */
function triggered(evidence: Evidence, signals: Signals, bad: Stretch, usual: number, i: number): boolean {
  const around = { first: i, last: Math.min(i + 5, evidence.range.last) };
  if (rateOver(signals.started, evidence.samples, around) > tolerance(signals, usual, around)) return true;
  return signals.replicas.some((replicas) => replicas[i] < 0.95 * replicasBefore(replicas, bad));
}

/** A tenth above the usual, or four standard deviations of a Poisson count where that is more. */
function tolerance({ started }: Signals, usual: number, around: Stretch): number {
  const count = Math.max(1, sumOver(started, around));
  return usual * Math.max(1.1, 1 + 4 / Math.sqrt(count));
}

/** Failures show up an interval or more after their cause. */
const lag = 5;

function replicasBefore(replicas: PerSample, bad: Stretch): number {
  return replicas[Math.max(0, bad.first - lag)];
}

function lastsLongEnough({ samples }: Evidence, after: Stretch): boolean {
  return after.last - after.first >= 5 && lengthMicros(samples, after) >= 20e6;
}

function hadTrigger(
  evidence: Evidence,
  signals: Signals,
  bad: Stretch,
  after: Stretch,
  usual: number,
): boolean {
  for (let i = Math.max(evidence.range.first, bad.first - lag); i < after.first; i++)
    if (triggered(evidence, signals, bad, usual, i)) return true;
  return false;
}

function mostAmplified(evidence: Evidence, after: Stretch): Attempts | null {
  let most: Attempts | null = null;
  let factor = amplified;
  for (const call of attemptsOf(evidence)) {
    const own = amplificationOver(call, after);
    if (own < factor || Number.isNaN(own)) continue;
    factor = own;
    most = call;
  }
  return most;
}

function sentence(
  evidence: Evidence,
  signals: Signals,
  bad: Stretch,
  after: Stretch,
  usual: number,
  sustaining: Attempts | null,
): string {
  const { samples, startsAt, range } = evidence;
  const at = (micros: number) => instant(micros / 1e6, startsAt);
  const failed = ratio(sumOver(signals.failed, after), sumOver(signals.ended, after));
  const until =
    bad.last >= range.last ? 'to the end of the run' : `until ${at(samples.timesMicros[bad.last - 1])}`;
  const lasted = duration(lengthMicros(samples, after) / 1e6);
  const head =
    `Failures began at ${at(samples.startMicros(bad.first))} and outlived their trigger by ${lasted}, ${until}: ` +
    `demand was back at ${figure(rateOver(signals.started, samples, after))}/s from ${at(samples.startMicros(after.first))} ` +
    `(usually ${figure(usual)}/s), yet ${percent(failed)} of requests failed`;
  return sustaining === null
    ? `${head}${backlogClause(evidence, after)}.`
    : `${head}${stormClause(evidence, after, sustaining)}.`;
}

function stormClause({ samples }: Evidence, after: Stretch, call: Attempts): string {
  return (
    `. Retries kept the load up: ${call.subject} was sent ${figure(amplificationOver(call, after))} times for each call, ` +
    `${figure(rateOver(call.attempts, samples, after))}/s in all`
  );
}

/** Where most requests were waiting meanwhile. */
function backlogClause({ samples, truth }: Evidence, after: Stretch): string {
  let most = { name: '', length: 1 };
  for (const { name } of truth.services) {
    const queue = samples.gauge('service_queue_length', { service: name });
    const length = queue === null ? NaN : meanOver(queue, after);
    if (length > most.length) most = { name, length };
  }
  return most.name === '' ? '' : `, with ${figure(most.length)} requests waiting at ${most.name} on average`;
}
