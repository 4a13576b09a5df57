/**
 * Fidelity: the analysis controller of Argo Rollouts 1.7 (analysis/controller.go, analysis.go, metricproviders/prometheus): takes
 * the measurements that are due, judges them, and comes back when the next one is. Simplified: a query is answered at
 * once; of the providers only Prometheus exists, any other gives an error that names it.
 */

import type { ApiClient } from '../../control/client.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation } from '../../control/controller.ts';
import type { Watch } from '../../control/watch.ts';
import { keyOf, splitKey } from '../../objects/meta.ts';
import {
  type AnalysisRun,
  analysisRuns,
  isCompleted,
  type Measurement,
  type Metric,
  type MetricResult,
} from './analysis-run.ts';
import { resolveMetric } from './arguments.ts';
import {
  assessRun,
  dueMicros,
  isTerminating,
  judgeValue,
  measurementsKept,
  withMeasurement,
} from './assessment.ts';
import { parseExpression } from './expression.ts';
import type { Measure } from './measure.ts';

const component = 'rollouts-controller';

/** Controls all AnalysisRuns. */
export class AnalysisRuns {
  readonly #plane: ControlPlane;
  readonly #measure: Measure;
  readonly #controller: Controller;

  constructor(plane: ControlPlane, parts: { client: ApiClient; watch: Watch; measure: Measure }) {
    this.#plane = plane;
    this.#measure = parts.measure;
    this.#controller = new Controller({
      engine: plane.engine,
      client: parts.client,
      name: 'analysis-runs',
      workers: 30,
      reconcile: (key) => this.#reconcile(key),
    });
    parts.watch.on(analysisRuns, ({ kind, object }) => {
      if (kind !== 'DELETED') this.#controller.enqueue(keyOf(object));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const run = this.#plane.store.get(analysisRuns, namespace, name);
    if (run === undefined || isCompleted(run.status?.phase)) return null;
    const status = this.#next(run);
    const againMicros = this.#again(run, status);
    const later = againMicros === null ? {} : { againMicros };
    return {
      ...later,
      writes: [
        () =>
          this.#plane.api.modify(analysisRuns, namespace, name, (current) =>
            current.metadata.uid === run.metadata.uid ? { ...current, status } : null,
          ),
      ],
    };
  }

  /** The status with every measurement that is due taken and judged. */
  #next(run: AnalysisRun): NonNullable<AnalysisRun['status']> {
    const { clock } = this.#plane;
    const startedAt = run.status?.startedAt ?? clock.timestamp();
    const metrics = this.#metrics(run);
    if (typeof metrics === 'string') {
      this.#record(run, 'Warning', 'AnalysisRunError', 'Analysis Completed. Result: Error');
      return { ...run.status, phase: 'Error', message: metrics, startedAt, completedAt: clock.timestamp() };
    }
    const dryRun = new Set((run.spec.dryRun ?? []).map(({ metricName }) => metricName));
    const results = this.#measured(run, metrics, startedAt, dryRun);
    const assessment = assessRun(metrics, results, run.spec.terminate === true, dryRun);
    for (const { name, phase } of assessment.completed)
      this.#record(run, eventType(phase), `Metric${phase}`, `Metric '${name}' Completed. Result: ${phase}`);
    const { phase, message, runSummary, dryRunSummary } = assessment;
    if (isCompleted(phase))
      this.#record(run, eventType(phase), `AnalysisRun${phase}`, `Analysis Completed. Result: ${phase}`);
    return {
      phase,
      ...(message === '' ? {} : { message }),
      metricResults: assessment.results,
      startedAt,
      ...(isCompleted(phase) ? { completedAt: clock.timestamp() } : {}),
      runSummary,
      dryRunSummary,
    };
  }

  #metrics({ spec }: AnalysisRun): readonly Metric[] | string {
    const metrics: Metric[] = [];
    for (const metric of spec.metrics) {
      const resolved = resolveMetric(metric, spec.args ?? []);
      if (typeof resolved === 'string') return `Unable to resolve metric arguments: ${resolved}`;
      metrics.push(resolved);
    }
    const problem = problemOf(metrics);
    return problem === null ? metrics : `Analysis spec invalid: ${problem}`;
  }

  #measured(
    run: AnalysisRun,
    metrics: readonly Metric[],
    startedAt: string,
    dryRun: ReadonlySet<string>,
  ): readonly MetricResult[] {
    const { clock } = this.#plane;
    const results = run.status?.metricResults ?? [];
    if (isTerminating(run.spec.terminate === true, results, dryRun)) return results;
    const microsOf = (timestamp: string | undefined) => clock.microsOf(timestamp);
    const next = new Map(results.map((result) => [result.name, result]));
    for (const metric of metrics) {
      const due = dueMicros(metric, next.get(metric.name), microsOf(startedAt), microsOf);
      if (due === null || due > clock.nowMicros) continue;
      const retention = run.spec.measurementRetention?.find(({ metricName }) => metricName === metric.name);
      const kept = retention === undefined || retention.limit <= 0 ? measurementsKept : retention.limit;
      next.set(metric.name, withMeasurement(next.get(metric.name), metric.name, this.#take(metric), kept));
    }
    return [...next.values()];
  }

  #take(metric: Metric): Measurement {
    const at = this.#plane.clock.timestamp();
    const taken = { startedAt: at, finishedAt: at };
    const provider = metric.provider['prometheus'] as { readonly query?: string } | undefined;
    if (provider?.query === undefined) {
      const [name = 'none'] = Object.keys(metric.provider);
      return {
        ...taken,
        phase: 'Error',
        message: `the provider ${name} is not simulated: only prometheus is`,
      };
    }
    const measured = this.#measure(provider.query, this.#plane.engine.now);
    if (measured.kind === 'error') return { ...taken, phase: 'Error', message: measured.message };
    const result = measured.kind === 'scalar' ? measured.value : measured.values;
    const value =
      measured.kind === 'scalar'
        ? numberText(measured.value)
        : `[${measured.values.map(numberText).join(',')}]`;
    return { ...taken, ...judgeValue(metric, result), value };
  }

  /** Microseconds until the next measurement; null: no more, or the watch will bring it up again. */
  #again(run: AnalysisRun, status: NonNullable<AnalysisRun['status']>): number | null {
    if (isCompleted(status.phase)) return null;
    const { clock } = this.#plane;
    const microsOf = (timestamp: string | undefined) => clock.microsOf(timestamp);
    const dues = run.spec.metrics
      .map((metric) => resolveMetric(metric, run.spec.args ?? []))
      .map((metric) =>
        typeof metric === 'string'
          ? null
          : dueMicros(
              metric,
              status.metricResults?.find(({ name }) => name === metric.name),
              microsOf(status.startedAt),
              microsOf,
            ),
      )
      .filter((due) => due !== null);
    return dues.length === 0 ? null : Math.max(0, Math.min(...dues) - clock.nowMicros);
  }

  #record(run: AnalysisRun, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#plane.events.record(run, { type, reason, message, component });
  }
}

function eventType(phase: string): 'Normal' | 'Warning' {
  return phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal';
}

/** As Go prints a float in a measurement. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

/** What makes a list of metrics invalid, or null. */
export function problemOf(metrics: readonly Metric[]): string | null {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) return `metrics[${index}]: duplicate name '${metric.name}`;
    names.add(metric.name);
    if (Number(metric.count ?? 0) > 1 && metric.interval === undefined)
      return `metrics[${index}]: interval must be specified when count > 1`;
    if (Object.keys(metric.provider ?? {}).length === 0) return `metrics[${index}]: no provider specified`;
    for (const condition of [metric.successCondition, metric.failureCondition]) {
      const understood = condition === undefined || condition === '' ? null : parseExpression(condition);
      if (typeof understood === 'string') return `metrics[${index}]: ${understood}`;
    }
  }
  return null;
}
