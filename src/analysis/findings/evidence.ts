import type { Model } from '../../model/model.ts';
import type { ObjectiveResult } from '../../model/result.ts';
import type { ClusterAccounts, Run, RunEvent, TrafficAccounts, TrafficModel } from '../../run/run.ts';
import { duration, span } from '../figures.ts';
import type { PerSample, SampleRange, Samples } from '../samples.ts';

/** All that a finding may rest on. */
export interface Evidence {
  readonly startsAt: string | null;
  /** The traffic section of the model: limits, pools, timeouts. */
  readonly traffic: TrafficModel;
  readonly truth: TrafficAccounts;
  /** Null where nothing runs on a cluster. */
  readonly cluster: ClusterAccounts | null;
  readonly events: readonly RunEvent[];
  readonly samples: Samples;
  /** The sample intervals of the measured window. */
  readonly range: SampleRange;
  /** Whether the run came to its end: one that was cut short has not seen all demand. */
  readonly complete: boolean;
  /** Whether anything that was asked is missed; mechanisms are problems then, and notes otherwise. */
  readonly missed: boolean;
}

/** One thing the figures say. `weight` orders findings of one severity, heaviest first. */
export interface Observation {
  readonly kind: string;
  readonly severity: 'problem' | 'note';
  readonly weight: number;
  readonly subject: string;
  readonly message: string;
  readonly stretch: Stretch | null;
}

/** Sample intervals [first, last). */
export type Stretch = SampleRange;

export function evidenceOf(
  model: Model,
  { truth, cluster, events }: Pick<Run, 'truth' | 'cluster' | 'events'>,
  samples: Samples,
  asked: { readonly objectives: readonly ObjectiveResult[]; readonly thresholdsHold: boolean },
): Evidence {
  const section = model.rooms['traffic'] as Partial<TrafficModel> | undefined;
  const nothing = { kind: 'deterministic', value: 0 } as const;
  return {
    startsAt: model.startsAt,
    traffic: {
      services: section?.services ?? [],
      endpoints: section?.endpoints ?? [],
      calls: section?.calls ?? [],
      sources: section?.sources ?? [],
      zones: section?.zones ?? [],
      network: section?.network ?? { sameZone: nothing, crossZone: nothing },
    },
    truth,
    cluster,
    events,
    samples,
    range: samples.range(truth.fromMicros, truth.toMicros),
    complete: truth.toMicros >= model.durationMicros,
    missed: !asked.thresholdsHold || asked.objectives.some((objective) => !objective.passed),
  };
}

/**
 * The stretches of the measured window in which every interval satisfies `holds`, or in which at most two intervals
 * in a row do not: a quantity that hovers about its limit is one event, not many. Shorter ones than `minimum` are
 * dropped, since one busy interval is chance.
 */
export function stretchesWhere(evidence: Evidence, holds: (index: number) => boolean): Stretch[] {
  const { range, samples } = evidence;
  const found: Stretch[] = [];
  for (let i = range.first; i < range.last; i++) {
    if (!holds(i)) continue;
    const before = found[found.length - 1];
    if (before !== undefined && i - before.last <= 2)
      found[found.length - 1] = { first: before.first, last: i + 1 };
    else found.push({ first: i, last: i + 1 });
  }
  const least = minimumMicros(samples, range);
  return found.filter((each) => each.last - each.first >= 2 && lengthMicros(samples, each) >= least);
}

/** Half a minute, or a twentieth of a run that is shorter than ten minutes. */
function minimumMicros(samples: Samples, range: SampleRange): number {
  return Math.min(30e6, lengthMicros(samples, range) / 20);
}

export function lengthMicros(samples: Samples, { first, last }: Stretch): number {
  return first < last ? samples.timesMicros[last - 1] - samples.startMicros(first) : 0;
}

/** The longest, the earliest of equals. */
export function longest(samples: Samples, stretches: readonly Stretch[]): Stretch | null {
  let best: Stretch | null = null;
  for (const each of stretches)
    if (best === null || lengthMicros(samples, each) > lengthMicros(samples, best)) best = each;
  return best;
}

export function overlap(a: Stretch | null, b: Stretch | null): boolean {
  return a !== null && b !== null && a.first < b.last && b.first < a.last;
}

/** The mean of the intervals that have a value; NaN when none has. */
export function meanOver(values: PerSample, { first, last }: Stretch): number {
  let sum = 0;
  let count = 0;
  for (let i = first; i < last; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i];
    count++;
  }
  return sum / count;
}

export function sumOver(values: PerSample, { first, last }: Stretch): number {
  let sum = 0;
  for (let i = first; i < last; i++) if (!Number.isNaN(values[i])) sum += values[i];
  return sum;
}

/** Events per second, from how many there were in each interval. */
export function rateOver(increase: PerSample, samples: Samples, stretch: Stretch): number {
  const micros = lengthMicros(samples, stretch);
  return micros > 0 ? (sumOver(increase, stretch) * 1e6) / micros : 0;
}

/** The position of the largest value; -1 when there is no value. */
export function peakOf(values: PerSample, { first, last }: Stretch): number {
  let peak = -1;
  for (let i = first; i < last; i++)
    if (!Number.isNaN(values[i]) && (peak < 0 || values[i] > values[peak])) peak = i;
  return peak;
}

/** The middle value of the intervals that satisfy `counts`; NaN when none does. */
export function medianOver(values: PerSample, stretch: Stretch, counts = (_index: number) => true): number {
  const kept: number[] = [];
  for (let i = stretch.first; i < stretch.last; i++)
    if (counts(i) && !Number.isNaN(values[i])) kept.push(values[i]);
  return kept.sort((a, b) => a - b)[Math.floor(kept.length / 2)] ?? NaN;
}

/** When: `all the time`, `from 09:31 to 09:58`, with the total when there were more such stretches. */
export function when(evidence: Evidence, stretches: readonly Stretch[]): string {
  const { samples, range } = evidence;
  const main = longest(samples, stretches);
  if (main === null) return '';
  const total = stretches.reduce((sum, each) => sum + lengthMicros(samples, each), 0);
  if (total >= 0.98 * lengthMicros(samples, range)) return 'all the time';
  const text = spanOf(evidence, main);
  if (stretches.length === 1) return text;
  return `${text} and ${stretches.length - 1} more ${stretches.length === 2 ? 'time' : 'times'} (${duration(total / 1e6)} in all)`;
}

export function spanOf({ samples, startsAt }: Evidence, { first, last }: Stretch): string {
  return span(samples.startMicros(first) / 1e6, samples.timesMicros[last - 1] / 1e6, startsAt);
}

/** How the accounts name a call. */
export interface CallName {
  readonly client: string;
  readonly service: string;
  readonly endpoint: string;
}

/** The model's calls under that name: a client may call one endpoint at several steps. */
export function modelCalls({ traffic }: Evidence, name: CallName): TrafficModel['calls'] {
  const source = traffic.sources.find((each) => `source/${each.name}` === name.client);
  const sent = new Set(source?.requests.map((request) => request.call));
  return traffic.calls.filter((call) => {
    const endpoint = traffic.endpoints[call.endpoint];
    const byClient =
      call.client === null ? sent.has(call.id) : traffic.services[call.client].name === name.client;
    return (
      byClient && endpoint.name === name.endpoint && traffic.services[endpoint.service].name === name.service
    );
  });
}
