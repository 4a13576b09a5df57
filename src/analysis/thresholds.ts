import { assert } from '../base/assert.ts';
import { mergeSummaries, type SketchSummary, summaryMean, summaryQuantile } from '../base/sketch.ts';
import type { Model, Threshold } from '../model/model.ts';
import type { ThresholdResult } from '../model/result.ts';
import {
  type Operator,
  parseExpression,
  parseMetric,
  type ThresholdExpression,
  type ThresholdMetric,
} from '../model/threshold.ts';
import type { CallAccount, Cause, EndpointAccount, Outcomes, Run, TrafficAccounts } from '../run/run.ts';
import type { Monitor } from '../run/session.ts';
import { costOf } from './cost.ts';
import { figure } from './figures.ts';
import { type PerSample, Samples } from './samples.ts';
import { throttledShareOf, utilisationOf } from './service-shares.ts';
import { endedOf, workedOn } from './traffic.ts';

/** What a threshold is judged on: the exact accounts of the measured window and the samples in it. */
interface Measured {
  readonly prices: Model['prices'];
  readonly truth: TrafficAccounts;
  readonly samples: Samples;
}

/**
 * Judges every threshold over the measured window. Durations and counts come from the exact accounts; `service_…`
 * trends are over the sample intervals of the services named. A threshold without a single sample (a quantile of no
 * requests, a share of nothing) observes null and fails, because what was never measured was never met.
 */
export function thresholdResults(
  model: Pick<Model, 'thresholds' | 'prices'>,
  truth: TrafficAccounts,
  samples: Samples,
): ThresholdResult[] {
  return model.thresholds.map((threshold) => judge(threshold, { prices: model.prices, truth, samples }));
}

/**
 * The first threshold with `abortOnFail` that does not hold on what has been measured so far, or null. A threshold
 * that has no sample yet does not end a run.
 */
export function thresholdToAbort(
  model: Pick<Model, 'thresholds' | 'prices'>,
  soFar: Pick<Run, 'truth' | 'telemetry'>,
): ThresholdResult | null {
  const samples = new Samples(soFar.telemetry, soFar.truth.toMicros);
  const measured = { prices: model.prices, truth: soFar.truth, samples };
  for (const threshold of model.thresholds) {
    const result = threshold.abortOnFail ? judge(threshold, measured) : null;
    if (result !== null && !result.passed && result.observed !== null) return result;
  }
  return null;
}

/** A monitor judges at most this often in a whole run: drawing up the accounts costs as much as many samples. */
const looks = 500;

/**
 * A monitor for a session that ends the run at the first threshold with `abortOnFail` that does not hold; null when
 * the model has none. Warm-up is not judged. Make a new one for each run: it remembers when it looked last.
 */
export function abortMonitor(
  model: Pick<Model, 'thresholds' | 'prices' | 'warmupMicros' | 'durationMicros'>,
): Monitor | null {
  if (!model.thresholds.some((threshold) => threshold.abortOnFail)) return null;
  let nextLook = model.warmupMicros;
  return (telemetry, nowMicros, truth) => {
    if (nowMicros <= model.warmupMicros || nowMicros < nextLook) return null;
    nextLook = nowMicros + model.durationMicros / looks;
    const failed = thresholdToAbort(model, { telemetry, truth: truth() });
    return failed === null
      ? null
      : `threshold ${failed.metric} ${failed.expression} failed with ${figure(failed.observed ?? 0, 4)}`;
  };
}

function judge(threshold: Threshold, measured: Measured): ThresholdResult {
  const metric = parseMetric(threshold.metric);
  const expression = parseExpression(threshold.expression);
  assert(
    'value' in metric && 'value' in expression,
    `the model holds a bad threshold: ${threshold.expression}`,
  );
  const observed = observe(metric.value, expression.value, measured);
  return {
    metric: threshold.metric,
    expression: threshold.expression,
    observed,
    passed: observed !== null && holds(observed, expression.value.operator, expression.value.limit),
  };
}

function holds(value: number, operator: Operator, limit: number): boolean {
  if (operator === '<') return value < limit;
  if (operator === '<=') return value <= limit;
  if (operator === '>') return value > limit;
  if (operator === '>=') return value >= limit;
  return operator === '!=' ? value !== limit : value === limit;
}

type Observe = (
  metric: ThresholdMetric,
  expression: ThresholdExpression,
  measured: Measured,
) => number | null;

/** One entry for each metric of `src/model/threshold.ts`. */
const observers: Readonly<Record<string, Observe>> = {
  http_req_duration: (metric, expression, { truth }) => ofSketch(durations(metric, truth), expression),
  http_req_failed: ({ tags }, _expression, { truth }) => {
    const outcomes = outcomesOf(tags, truth);
    const cause = tags.get('cause') as Cause | undefined;
    const failed = outcomes.reduce(
      (sum, each) => sum + (cause === undefined ? failedOf(each) : each[cause]),
      0,
    );
    return share(failed, outcomes.reduce(addEnded, 0));
  },
  http_reqs: ({ tags }, { aggregation }, { truth }) =>
    counter(outcomesOf(tags, truth).reduce(addEnded, 0), aggregation, truth),
  checks: ({ tags }, _expression, { truth }) => {
    const outcomes = outcomesOf(tags, truth);
    return share(
      outcomes.reduce((sum, each) => sum + each.ok, 0),
      outcomes.reduce(addEnded, 0),
    );
  },
  http_req_retries: ({ tags }, { aggregation }, { truth }) =>
    counter(
      callsOf(tags, truth).reduce((sum, call) => sum + call.retries, 0),
      aggregation,
      truth,
    ),
  http_req_retried: ({ tags }, _expression, { truth }) => {
    const calls = callsOf(tags, truth);
    const retries = calls.reduce((sum, call) => sum + call.retries, 0);
    // Tries and not attempts: what met an open breaker or no replica was tried, though never sent.
    return share(
      retries,
      calls.reduce((sum, call) => sum + call.calls - call.shared, retries),
    );
  },
  http_req_wasted: ({ tags }, _expression, { truth }) => {
    const endpoints = endpointsOf(tags, truth);
    return share(
      endpoints.reduce((sum, endpoint) => sum + endpoint.wasted, 0),
      endpoints.reduce((sum, endpoint) => sum + workedOn(endpoint.outcomes), 0),
    );
  },
  service_utilisation: trendOf(utilisationOf),
  service_throttled: trendOf(throttledShareOf),
  service_queue_length: trendOf((samples, service) => samples.gauge('service_queue_length', { service })),
  service_requests_in_flight: trendOf((samples, service) =>
    samples.gauge('service_requests_in_flight', { service }),
  ),
  service_replicas: trendOf((samples, service) => samples.gauge('service_replicas', { service })),
  cost: ({ tags }, _expression, measured) => {
    const service = tags.get('service');
    const cost = costOf(measured, measured.truth);
    return service === undefined
      ? cost.total
      : (cost.services.find(({ name }) => name === service)?.cost ?? null);
  },
  cost_per_million_requests: (_metric, _expression, measured) =>
    costOf(measured, measured.truth).perMillionRequests,
};

/** The names that can be judged; equal to those that the model room lets through. */
export const observedMetrics: readonly string[] = Object.keys(observers);

function observe(
  metric: ThresholdMetric,
  expression: ThresholdExpression,
  measured: Measured,
): number | null {
  const observer = observers[metric.name];
  assert(observer !== undefined, `the model holds a threshold on the unknown metric ${metric.name}`);
  return observer(metric, expression, measured);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function counter(count: number, aggregation: string, truth: TrafficAccounts): number | null {
  return aggregation === 'count' ? count : share(count * 1e6, truth.toMicros - truth.fromMicros);
}

function addEnded(sum: number, outcomes: Outcomes): number {
  return sum + endedOf(outcomes);
}

function failedOf(outcomes: Outcomes): number {
  return endedOf(outcomes) - outcomes.ok;
}

type Tags = ThresholdMetric['tags'];

/** Does the account carry this tag's value, or is the tag not asked for? */
function carries(tags: Tags, tag: string, value: string): boolean {
  const wanted = tags.get(tag);
  return wanted === undefined || wanted === value;
}

function endpointsOf(tags: Tags, truth: TrafficAccounts): EndpointAccount[] {
  return truth.endpoints.filter(
    ({ service, endpoint }) => carries(tags, 'service', service) && carries(tags, 'endpoint', endpoint),
  );
}

function callsOf(tags: Tags, truth: TrafficAccounts): CallAccount[] {
  return truth.calls.filter(
    ({ client, service, endpoint }) =>
      carries(tags, 'client', client) &&
      carries(tags, 'service', service) &&
      carries(tags, 'endpoint', endpoint),
  );
}

/** Without a service or endpoint the users' own view, as k6 stands outside the system. */
function subjects(tags: Tags, truth: TrafficAccounts) {
  if (tags.has('service') || tags.has('endpoint')) return endpointsOf(tags, truth);
  return truth.sources.filter(({ name }) => carries(tags, 'traffic', name));
}

function outcomesOf(tags: Tags, truth: TrafficAccounts): Outcomes[] {
  return subjects(tags, truth).map((each) => each.outcomes);
}

function durations({ tags }: ThresholdMetric, truth: TrafficAccounts): SketchSummary {
  const successful = tags.has('expected_response');
  return mergeSummaries(
    subjects(tags, truth).map((each) => (successful && 'latencyOk' in each ? each.latencyOk : each.latency)),
  );
}

function ofSketch(summary: SketchSummary, { aggregation, quantile }: ThresholdExpression): number | null {
  if (summary.count === 0) return null;
  if (aggregation === 'avg') return summaryMean(summary) / 1000;
  if (aggregation === 'min') return summary.min / 1000;
  if (aggregation === 'max') return summary.max / 1000;
  return summaryQuantile(summary, quantile ?? 0.5) / 1000;
}

/** A trend over the sample intervals of the measured window, those of several services pooled. */
function trendOf(read: (samples: Samples, service: string) => PerSample | null): Observe {
  return ({ tags }, expression, { truth, samples }) => {
    const { first, last } = samples.range(truth.fromMicros, truth.toMicros);
    const values: number[] = [];
    for (const { name } of truth.services) {
      if (!carries(tags, 'service', name)) continue;
      for (const value of read(samples, name)?.subarray(first, last) ?? [])
        if (!Number.isNaN(value)) values.push(value);
    }
    return ofValues(values, expression);
  };
}

function ofValues(values: number[], { aggregation, quantile }: ThresholdExpression): number | null {
  if (values.length === 0) return null;
  if (aggregation === 'avg') return values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = values.sort((a, b) => a - b);
  if (aggregation === 'min') return sorted[0];
  if (aggregation === 'max') return sorted[sorted.length - 1];
  return interpolated(sorted, quantile ?? 0.5);
}

/** Between the two nearest ranks, as k6 computes percentiles. */
function interpolated(sorted: readonly number[], quantile: number): number {
  const rank = quantile * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
}
