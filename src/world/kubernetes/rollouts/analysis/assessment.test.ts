import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnalysisPhase, Measurement, Metric, MetricResult } from './analysis-run.ts';
import { mergeArguments, resolveMetric } from './arguments.ts';
import {
  assessMetric,
  assessRun,
  dueMicros,
  effectiveCount,
  judgeValue,
  withMeasurement,
} from './assessment.ts';

const metric = (change: Partial<Metric> = {}): Metric => ({
  name: 'errors',
  provider: { prometheus: { query: 'up' } },
  ...change,
});

function results(...phases: readonly AnalysisPhase[]): MetricResult {
  let result: MetricResult | undefined;
  for (const [index, phase] of phases.entries()) {
    const at = String(index * 60);
    const measurement: Measurement = { phase, startedAt: at, finishedAt: at };
    result = withMeasurement(result, 'errors', measurement, 10);
  }
  return result!;
}

const F = 'Failed';
const S = 'Successful';
const E = 'Error';
const I = 'Inconclusive';

test('how often a metric is measured', () => {
  assert.equal(effectiveCount(metric()), 1);
  assert.equal(effectiveCount(metric({ interval: '1m' })), undefined);
  assert.equal(effectiveCount(metric({ interval: '1m', count: 3 })), 3);
  assert.equal(effectiveCount(metric({ interval: '1m', count: '3' })), 3);
});

test('a metric whose last measurement has not ended is still running', () => {
  const { measurements = [], ...rest } = results(F, F);
  const open = { ...rest, measurements: [...measurements, { phase: 'Running' as const, startedAt: '120' }] };
  for (const terminating of [false, true])
    assert.equal(assessMetric(metric(endless), open, terminating), 'Running');
});

test('what a value says', () => {
  const low = 'result[0] < 1';
  const high = 'result[0] > 5';
  const cases = [
    [{}, 9, S],
    [{ successCondition: low }, 0, S],
    [{ successCondition: low }, 2, F],
    [{ failureCondition: high }, 9, F],
    [{ failureCondition: high }, 2, S],
    [{ successCondition: low, failureCondition: high }, 0, S],
    [{ successCondition: low, failureCondition: high }, 3, I],
    [{ successCondition: low, failureCondition: high }, 9, F],
    [{ successCondition: 'result[1] < 1' }, 0, E],
  ] as const;
  for (const [conditions, value, expected] of cases)
    assert.equal(judgeValue(conditions, [value]).phase, expected, JSON.stringify(conditions));
});

const endless = { interval: '1m' };
const metricCases: readonly (readonly [Partial<Metric>, readonly AnalysisPhase[], boolean, AnalysisPhase])[] =
  [
    [{}, [S], false, S],
    [{}, [F], false, F],
    [endless, [S, S, S], false, 'Running'],
    [endless, [S, S, F], false, F],
    [{ ...endless, failureLimit: 1 }, [F, S], false, 'Running'],
    [{ ...endless, failureLimit: 1 }, [F, S, F], false, F],
    [{ ...endless, count: 3, failureLimit: 1 }, [F, S, S], false, S],
    [endless, [I], false, I],
    [{ ...endless, inconclusiveLimit: 1 }, [I, S], false, 'Running'],
    [endless, [E, E, E, E], false, 'Running'],
    [endless, [E, E, E, E, E], false, E],
    [endless, [E, E, S, E, E, E], false, 'Running'],
    [{ ...endless, consecutiveErrorLimit: 0 }, [E], false, E],
    [{ ...endless, failureLimit: 1, inconclusiveLimit: 0 }, [F, F, I], false, I],
    [endless, [S], true, S],
    [{ ...endless, consecutiveSuccessLimit: 2 }, [S], false, 'Running'],
    [{ ...endless, failureLimit: -1, consecutiveSuccessLimit: 2 }, [S, F, S, S], false, S],
    [{ ...endless, count: 3, failureLimit: 2, consecutiveSuccessLimit: 2 }, [S, F, S], false, I],
    [{ ...endless, count: 3, failureLimit: -1, consecutiveSuccessLimit: 2 }, [S, F, S], false, F],
  ];

test('how a metric is judged', () => {
  for (const [change, phases, terminating, expected] of metricCases)
    assert.equal(
      assessMetric(metric(change), results(...phases), terminating),
      expected,
      `${JSON.stringify(change)} ${phases.join()}`,
    );
});

test('the worst metric decides, and a dry run never does', () => {
  const two = [metric(), metric({ name: 'latency' })];
  const late = (result: MetricResult): MetricResult => ({ ...result, name: 'latency' });
  const failed = assessRun(two, [results(S), late(results(F))], false, new Set());
  assert.equal(failed.phase, F);
  assert.equal(failed.message, 'Metric "latency" assessed Failed due to failed (1) > failureLimit (0)');
  assert.deepEqual(failed.runSummary, { count: 2, successful: 1, failed: 1, inconclusive: 0, error: 0 });
  const dry = assessRun(two, [results(S), late(results(F))], false, new Set(['latency']));
  assert.equal(dry.phase, S);
  assert.equal(dry.dryRunSummary.failed, 1);
  const waiting = assessRun(two, [results(S)], false, new Set());
  assert.equal(waiting.phase, 'Running');
  const ended = assessRun([metric(endless)], [], true, new Set());
  assert.deepEqual([ended.phase, ended.message], [S, 'Run Terminated']);
});

test('an error retries after ten seconds, another result after the interval', () => {
  const microsOf = (text: string | undefined) => Number(text) * 1e6;
  const due = (change: Partial<Metric>, result?: MetricResult) =>
    dueMicros(metric(change), result, 100e6, microsOf);
  assert.equal(due({}), 100e6);
  assert.equal(due({ initialDelay: '30s' }), 130e6);
  assert.equal(due(endless, results(S)), 60e6);
  assert.equal(due(endless, results(S, E)), 70e6);
  assert.equal(due({}, results(S)), null);
  assert.equal(due({ ...endless, count: 2 }, results(S, S)), null);
});

test('arguments are put into every text of a metric', () => {
  const asked = metric({
    provider: { prometheus: { query: 'rate(x{app="{{ args.app }}"}[{{args.window}}])' } },
    successCondition: 'result[0] < {{args.limit}}',
  });
  const args = [
    { name: 'app', value: 'web' },
    { name: 'window', value: '5m' },
    { name: 'limit', value: '0.1' },
  ];
  const resolved = resolveMetric(asked, args);
  assert.ok(typeof resolved !== 'string');
  assert.deepEqual(resolved.provider, { prometheus: { query: 'rate(x{app="web"}[5m])' } });
  assert.equal(resolved.successCondition, 'result[0] < 0.1');
  assert.equal(resolveMetric(asked, args.slice(0, 2)), 'failed to resolve {{args.limit}}');
  assert.deepEqual(mergeArguments([{ name: 'a', value: '1' }], [{ name: 'a' }, { name: 'b', value: '2' }]), [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
  ]);
  assert.equal(mergeArguments([], [{ name: 'a' }]), 'args.a was not resolved');
});
