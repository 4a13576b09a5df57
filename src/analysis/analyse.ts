import type { Diagnostic } from '../base/diagnostics.ts';
import type { Model } from '../model/model.ts';
import type { ObjectiveResult, Result, ThresholdResult } from '../model/result.ts';
import type { Run } from '../run/run.ts';
import { clusterColumns, clusterResult } from './cluster.ts';
import { trafficColumns } from './columns.ts';
import { costOf } from './cost.ts';
import { evidenceOf } from './findings/evidence.ts';
import { findingsOf } from './findings.ts';
import { latencyBreakdown } from './latency-breakdown.ts';
import { objectiveColumns, objectiveResults } from './objectives.ts';
import { Samples } from './samples.ts';
import { thresholdResults } from './thresholds.ts';
import { callResults, serviceResults, sourceResults } from './traffic.ts';

/**
 * Looks back on a run: totals from its exact accounts, series from its telemetry, judged by what the model asks.
 * Pure: the same model and run give the same result, byte for byte when written as JSON.
 */
export function analyse(model: Model, run: Run): Result {
  const { truth } = run;
  const samples = new Samples(run.telemetry, run.endedAtMicros);
  const objectives = objectiveResults(model, truth, samples);
  const thresholds = thresholdResults(model, truth, samples);
  const thresholdsHold = thresholds.every((threshold) => threshold.passed);
  return {
    schema: 'sim.devops/result/v1',
    simulator: run.manifest.simulator,
    scenario: run.manifest.scenario,
    description: model.description,
    status: run.status,
    verdict: verdictOf(run.status, objectives, thresholds),
    manifest: manifestOf(run),
    window: windowOf(model, run),
    sources: sourceResults(truth),
    services: serviceResults(truth, samples),
    calls: callResults(truth),
    objectives,
    thresholds,
    cost: costOf(model, truth),
    ...(run.cluster === null ? {} : { cluster: clusterResult(run.cluster) }),
    latencyBreakdown: latencyBreakdown(truth),
    findings: findingsOf(evidenceOf(model, run, samples, { objectives, thresholdsHold })),
    series: {
      timesSeconds: Array.from(samples.timesMicros, (micros) => micros / 1e6),
      columns: [
        ...trafficColumns(samples, truth),
        ...objectiveColumns(model, truth, samples),
        ...(run.cluster === null ? [] : clusterColumns(samples, run.cluster)),
      ],
    },
    events: run.events.map(({ atMicros, ...event }) => ({ atSeconds: atMicros / 1e6, ...event })),
    annotations: model.annotations.map(({ fromMicros, toMicros, label }) => ({
      fromSeconds: fromMicros / 1e6,
      toSeconds: toMicros / 1e6,
      label,
    })),
    checks: run.checks.map(({ name, passed, detail }) => ({ name, passed, detail })),
    inferences: model.inferences.map(({ resource, path, value, source }) => ({
      resource,
      path,
      value,
      source,
    })),
    diagnostics: model.diagnostics.map(diagnosticResult),
  };
}

/** What was not finished cannot pass; what was not asked cannot either. */
function verdictOf(
  status: Run['status'],
  objectives: readonly ObjectiveResult[],
  thresholds: readonly ThresholdResult[],
): Result['verdict'] {
  const asked = [...objectives, ...thresholds];
  if (asked.some((each) => !each.passed)) return 'fail';
  return asked.length === 0 || status === 'partial' ? 'none' : 'pass';
}

function manifestOf({ manifest, traceHash, eventCount }: Run): Result['manifest'] {
  return {
    modelHash: manifest.modelHash,
    seed: manifest.seed,
    commands: manifest.commands.length,
    traceHash,
    events: eventCount,
  };
}

function windowOf(model: Model, { truth }: Run): Result['window'] {
  return {
    startsAt: model.startsAt,
    fromSeconds: truth.fromMicros / 1e6,
    toSeconds: truth.toMicros / 1e6,
    durationSeconds: model.durationMicros / 1e6,
  };
}

function diagnosticResult(diagnostic: Diagnostic): Result['diagnostics'][number] {
  const { severity, code, message, remedy, resource, path, position } = diagnostic;
  return {
    severity,
    code,
    message,
    ...(remedy === undefined ? {} : { remedy }),
    ...(resource === undefined ? {} : { resource }),
    ...(path === undefined ? {} : { path }),
    ...(position === undefined ? {} : { file: position.file, line: position.line }),
  };
}
