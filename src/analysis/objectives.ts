import type { Model, Objective } from '../model/model.ts';
import type { ObjectiveResult } from '../model/result.ts';
import type { Outcomes, TrafficAccounts } from '../run/run.ts';
import type { Labels } from '../telemetry/reader.ts';
import {
  burnAlerts,
  burnWindowMicros,
  firstFiring,
  type GoodCounts,
  slidingBadShare,
  worstWindow,
} from './burn.ts';
import { type Column, rounded } from './columns.ts';
import { objectiveInWords, subjectOf } from './describe.ts';
import type { PerSample, SampleRange, Samples } from './samples.ts';
import { endedOf } from './traffic.ts';

/**
 * Objectives over the measured window. Good and total are exact: availability counts come from the accounts;
 * latency counts are differences of the cumulative counters between the first and the last sample in the window,
 * so a window that starts between two samples is judged from the next one on. A request that failed is never good,
 * however fast. An objective on which no request ended has nothing to show for itself and does not pass.
 */
export function objectiveResults(
  model: Pick<Model, 'objectives'>,
  truth: TrafficAccounts,
  samples: Samples,
): ObjectiveResult[] {
  const range = samples.range(truth.fromMicros, truth.toMicros);
  return model.objectives.map((objective) => {
    const counts = goodCounts(objective, samples);
    const { good, total } =
      objective.indicator === 'availability' ? exactCounts(objective, truth) : countsWithin(counts, range);
    return {
      ...identity(objective),
      ...budgetOf(objective, good, total, truth.toMicros - truth.fromMicros),
      ...burnOf(objective, counts, samples, range),
    };
  });
}

/**
 * For each objective and sample interval the share of good requests, and the burn rate in the hour (or in the run,
 * when shorter) that ends there.
 */
export function objectiveColumns(
  model: Pick<Model, 'objectives'>,
  truth: TrafficAccounts,
  samples: Samples,
): Column[] {
  const range = samples.range(truth.fromMicros, truth.toMicros);
  return model.objectives.flatMap((objective): Column[] => {
    const counts = goodCounts(objective, samples);
    const allowed = allowedShare(objective.target);
    const burn = slidingBadShare(counts, samples, range, burnWindow(samples, range)).map(
      (bad) => bad / allowed,
    );
    const column = { group: 'objective', subject: objective.name, unit: 'ratio' } as const;
    return [
      { ...column, measure: 'goodShare', values: rounded(goodShare(counts)) },
      { ...column, measure: 'burnRate', values: rounded(burn) },
    ];
  });
}

/**
 * 1 − target without the digits that subtraction leaves behind (1 − 0.99 is 0.010000000000000009), so that a budget
 * spent to the last request reads as 1.
 */
export function allowedShare(target: number): number {
  return Number((1 - target).toPrecision(12));
}

type Identity = 'name' | 'displayName' | 'description' | 'indicator' | 'subject' | 'target' | 'latencyMs';

function identity(objective: Objective): Pick<ObjectiveResult, Identity> {
  return {
    name: objective.name,
    ...(objective.displayName === undefined ? {} : { displayName: objective.displayName }),
    description: objectiveInWords(objective),
    indicator: objective.indicator,
    subject: subjectOf(objective),
    target: objective.target,
    latencyMs: objective.latencyMicros === null ? null : objective.latencyMicros / 1000,
  };
}

type Budget = 'achieved' | 'good' | 'total' | 'budget' | 'budgetUsed' | 'periodBudgetUsed' | 'passed';

function budgetOf(
  objective: Objective,
  good: number,
  total: number,
  windowMicros: number,
): Pick<ObjectiveResult, Budget> {
  const achieved = total === 0 ? null : good / total;
  const budget = allowedShare(objective.target) * total;
  const used = total === 0 ? null : (total - good) / budget;
  return {
    achieved,
    good,
    total,
    budget,
    budgetUsed: used,
    periodBudgetUsed:
      used === null || objective.periodMicros === null
        ? null
        : (used * windowMicros) / objective.periodMicros,
    passed: achieved !== null && achieved >= objective.target,
  };
}

function burnOf(
  objective: Objective,
  counts: GoodCounts,
  samples: Samples,
  range: SampleRange,
): Pick<ObjectiveResult, 'burnRateMax' | 'worstWindow' | 'burnAlerts'> {
  const allowed = allowedShare(objective.target);
  const width = burnWindow(samples, range);
  const fastest = worstWindow(counts, samples, range, width);
  const worst = worstWindow(counts, samples, range, width / 12);
  return {
    burnRateMax: fastest === null ? null : fastest.badShare / allowed,
    worstWindow:
      worst === null || worst.badShare === 0
        ? null
        : {
            fromSeconds: worst.fromMicros / 1e6,
            toSeconds: worst.toMicros / 1e6,
            achieved: 1 - worst.badShare,
          },
    burnAlerts: alertsOf(objective, counts, samples, range),
  };
}

function alertsOf(
  objective: Objective,
  counts: GoodCounts,
  samples: Samples,
  range: SampleRange,
): NonNullable<ObjectiveResult['burnAlerts']> {
  if (objective.periodMicros === null) return [];
  const length = rangeMicros(samples, range);
  return burnAlerts(objective.periodMicros)
    .filter((alert) => alert.longMicros <= length)
    .map((alert) => {
      const at = firstFiring(alert, counts, samples, range, allowedShare(objective.target));
      return {
        severity: alert.severity,
        longSeconds: alert.longMicros / 1e6,
        shortSeconds: alert.shortMicros / 1e6,
        factor: alert.factor,
        firstAtSeconds: at === null ? null : at / 1e6,
      };
    });
}

function burnWindow(samples: Samples, range: SampleRange): number {
  return Math.min(burnWindowMicros, rangeMicros(samples, range));
}

function rangeMicros(samples: Samples, { first, last }: SampleRange): number {
  return first < last ? samples.timesMicros[last - 1] - samples.startMicros(first) : 0;
}

/** Good and ended requests of each sample interval, of what the objective is measured on. */
function goodCounts(objective: Objective, samples: Samples): GoodCounts {
  const labels = labelsOf(objective);
  const server = objective.service !== null;
  const outcomes = server ? 'http_server_requests_total' : 'user_requests_total';
  const none = () => new Float64Array(samples.count);
  const total = samples.increase(outcomes, labels) ?? none();
  const good =
    objective.latencyMicros === null
      ? samples.increase(outcomes, { ...labels, outcome: 'ok' })
      : fastEnough(server, labels, objective.latencyMicros, samples);
  return { good: good ?? none(), total };
}

function fastEnough(
  server: boolean,
  labels: Labels,
  limitMicros: number,
  samples: Samples,
): PerSample | null {
  const series = server
    ? 'http_server_request_duration_seconds_bucket'
    : 'user_request_duration_seconds_bucket';
  // Bounds are compared as numbers: "0.3" and "0.30" are one limit.
  const bound = samples
    .values(series, 'le', labels)
    .find((le) => Math.round(Number(le) * 1e6) === Math.round(limitMicros));
  return bound === undefined ? null : samples.increase(series, { ...labels, le: bound });
}

function labelsOf({ traffic, service, endpoint }: Objective): Labels {
  if (service === null) return traffic === null ? {} : { traffic };
  return endpoint === null ? { service } : { service, endpoint };
}

function exactCounts(objective: Objective, truth: TrafficAccounts): { good: number; total: number } {
  const { traffic, service, endpoint } = objective;
  const outcomes: Outcomes[] =
    service === null
      ? truth.sources.filter(({ name }) => traffic === null || name === traffic).map((each) => each.outcomes)
      : truth.endpoints
          .filter((each) => each.service === service && (endpoint === null || each.endpoint === endpoint))
          .map((each) => each.outcomes);
  return {
    good: outcomes.reduce((sum, each) => sum + each.ok, 0),
    total: outcomes.reduce((sum, each) => sum + endedOf(each), 0),
  };
}

function countsWithin(
  { good, total }: GoodCounts,
  { first, last }: SampleRange,
): { good: number; total: number } {
  const sum = (counts: Float64Array) => counts.subarray(first, last).reduce((all, count) => all + count, 0);
  return { good: sum(good), total: sum(total) };
}

function goodShare({ good, total }: GoodCounts): Float64Array {
  return good.map((count, i) => (total[i] > 0 ? count / total[i] : NaN));
}
