import type { Result, ServiceResult } from '../../../src/model/result.ts';
import { thresholdMetrics } from '../../../src/model/threshold.ts';
import { compact, duration, goodPercent, instant, latency, percent, significant } from './figures.ts';

/** Sentences and shares that the summary and the narrative have in common. */

export type ObjectiveOutcome = Result['objectives'][number];

/** The verdict as a person would say it, without colour or symbol. */
export function verdictWords(result: Result): string {
  const missed = result.objectives.filter((objective) => !objective.passed).length;
  const failed = result.thresholds.filter((threshold) => !threshold.passed).length;
  if (result.verdict === 'none') {
    const asked = result.objectives.length + result.thresholds.length > 0;
    return asked
      ? 'has not failed so far'
      : 'has no verdict: nothing is asked of it, neither an objective nor a threshold';
  }
  if (result.verdict === 'pass') return `holds: ${met(result)}`;
  const parts = [
    ...(missed > 0 ? [`${missed} of ${count(result.objectives.length, 'objective')} missed`] : []),
    ...(failed > 0 ? [`${failed} of ${count(result.thresholds.length, 'threshold')} failed`] : []),
  ];
  return `does not hold: ${parts.join(', ') || 'see below'}`;
}

/** Says that a run did not go to its end, or null when it did. */
export function endWords(result: Result): string | null {
  if (result.status === 'complete') return null;
  const at = instant(result.window.toSeconds, result.window.startsAt);
  const share = percent(result.window.toSeconds / result.window.durationSeconds);
  return result.status === 'partial'
    ? `partial: interrupted at ${at}, after ${share} of the time`
    : `aborted: a threshold ended the run at ${at}, after ${share} of the time`;
}

/** Failed requests over ended requests of a service; null when none ended. */
export function errorShare(service: ServiceResult): number | null {
  const failed = Object.values(service.errors).reduce((sum, value) => sum + value, 0);
  const served = service.endpoints.reduce((sum, endpoint) => sum + endpoint.served, 0);
  return failed + served === 0 ? null : failed / (failed + served);
}

/** What an objective asks: `99.9 % answered`, `95 % within 500 ms`. */
export function asked(objective: ObjectiveOutcome): string {
  const how = objective.latencyMs === null ? 'answered' : `within ${latency(objective.latencyMs)}`;
  return `${goodPercent(objective.target)} ${how}`;
}

/** How much of the error budget is gone: `36 % spent`, `27× spent`. */
export function budgetWords(objective: ObjectiveOutcome): string {
  const used = objective.budgetUsed;
  if (used === null) return 'no request measured';
  return used >= 1.995 ? `spent ${compact(used)}× over` : `${percentOf(used)} spent`;
}

/** What a threshold observed, with its unit where it has one: `1585 ms`, `0.52`, `no sample`. */
export function observedWords(threshold: Result['thresholds'][number]): string {
  if (threshold.observed === null) return 'no sample';
  const name = threshold.metric.split('{')[0]!.trim();
  const unit = thresholdMetrics.find((metric) => metric.name === name)?.unit;
  return `${significant(threshold.observed, 4)}${unit === 'ms' ? ' ms' : ''}`;
}

/** The worst stretch of an objective, or null: `worst 09:30–10:30, 71 %`. */
export function worstWords(objective: ObjectiveOutcome, startsAt: string | null): string | null {
  const worst = objective.worstWindow;
  if (worst === null) return null;
  const span = `${instant(worst.fromSeconds, startsAt)}–${instant(worst.toSeconds, startsAt)}`;
  return `worst ${span}: ${goodPercent(worst.achieved)}`;
}

/** Demand over time, all sources together, from the recorded series; null where nothing was measured. */
export function demandCurve(result: Result): { times: readonly number[]; values: (number | null)[] } {
  const columns = result.series.columns.filter(
    (column) => column.group === 'source' && column.measure === 'offeredRate',
  );
  const times = result.series.timesSeconds;
  const values = times.map((_, i) => {
    const known = columns.map((column) => column.values[i] ?? null).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
  return { times, values };
}

/** The largest demand and when it was: `peak 182/s at 09:33`; null without series. */
export function peakWords(result: Result): string | null {
  const { times, values } = demandCurve(result);
  let peak = -1;
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null && values[i]! > (values[peak] ?? -1)) peak = i;
  }
  if (peak < 0) return null;
  return `peak ${compact(values[peak]!)}/s at ${instant(times[peak]!, result.window.startsAt)}`;
}

/** Requests that users began, over all sources. */
export function offered(result: Result): number {
  return result.sources.reduce((sum, source) => sum + source.offered, 0);
}

/** `24 h from 00:00`, `10 min`. */
export function spanWords(result: Result): string {
  const { fromSeconds, toSeconds, startsAt } = result.window;
  const length = duration(toSeconds - fromSeconds);
  return startsAt === null ? length : `${length} from ${instant(fromSeconds, startsAt)}`;
}

/** Events that say the same one after the other within a minute are told once, with how often. */
export function eventRuns(events: Result['events']): { event: Result['events'][number]; times: number }[] {
  const runs: { event: Result['events'][number]; times: number }[] = [];
  for (const event of events) {
    const same = runs.find(
      ({ event: { atSeconds, kind, subject, message } }) =>
        event.atSeconds - atSeconds < 60 &&
        event.kind === kind &&
        event.subject === subject &&
        event.message === message,
    );
    if (same === undefined) runs.push({ event, times: 1 });
    else same.times++;
  }
  return runs;
}

/** `1 objective`, `3 objectives`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function met(result: Result): string {
  const parts = [
    ...(result.objectives.length > 0 ? [`${count(result.objectives.length, 'objective')} met`] : []),
    ...(result.thresholds.length > 0 ? [`${count(result.thresholds.length, 'threshold')} met`] : []),
  ];
  return parts.join(', ');
}

// A budget is no share of requests, so it is rounded like any figure.
const percentOf = (ratio: number) => `${compact(ratio * 100)} %`;
