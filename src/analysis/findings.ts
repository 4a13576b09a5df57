import type { Finding } from '../model/result.ts';
import { latency, percent } from './figures.ts';
import { clusterFindings } from './findings/cluster.ts';
import type { Evidence, Observation } from './findings/evidence.ts';
import { failures } from './findings/failures.ts';
import { outlivedTriggers } from './findings/outliving.ts';
import { fullPools } from './findings/pools.ts';
import { overprovisioned } from './findings/reserve.ts';
import { retryAmplification } from './findings/retries.ts';
import { saturation } from './findings/saturation.ts';
import { wastedWork } from './findings/waste.ts';
import { type LatencyBreakdown, latencyBreakdown } from './latency-breakdown.ts';
import { ratio } from './traffic.ts';

/**
 * What the figures say, in sentences: every finding follows from mechanisms visible in the accounts and series of
 * the run, for any scenario. Problems come first, each kind by its weight: what users felt and what kept it up,
 * then what ran out, then what that led to, then notes.
 */
export function findingsOf(evidence: Evidence): Finding[] {
  const observations = [
    ...outlivedTriggers(evidence),
    ...failures(evidence),
    ...clusterFindings(evidence),
    ...saturation(evidence),
    ...fullPools(evidence),
    ...retryAmplification(evidence),
    ...wastedWork(evidence),
    ...whereTimeGoes(latencyBreakdown(evidence.truth), evidence.truth),
    ...overprovisioned(evidence),
  ];
  const rank = ({ severity }: Observation) => (severity === 'problem' ? 0 : 1);
  return observations
    .sort((a, b) => rank(a) - rank(b) || b.weight - a.weight)
    .map((observation) => toFinding(observation, evidence));
}

function toFinding(
  { kind, severity, subject, message, stretch }: Observation,
  { samples }: Evidence,
): Finding {
  return {
    kind,
    severity,
    subject,
    message,
    fromSeconds: stretch === null ? null : samples.startMicros(stretch.first) / 1e6,
    toSeconds: stretch === null ? null : samples.timesMicros[stretch.last - 1] / 1e6,
  };
}

/** The three largest parts that make a hundredth of the time or more. */
function whereTimeGoes(rows: LatencyBreakdown, truth: Evidence['truth']): Observation[] {
  if (rows.length === 0) return [];
  const mean = rows.reduce((sum, row) => sum + row.meanMs, 0);
  const parts = rows
    .filter((row) => row.share >= 0.01)
    .slice(0, 3)
    .map((row) => {
      const place = row.service === null ? 'on the network and between services' : `in ${row.service}`;
      const queue = row.queueShare >= 0.05 ? ` (${percent(row.queueShare)} of it waiting to be started)` : '';
      return `${percent(row.share)} ${place}${queue}`;
    });
  const felt = meanLatencyMs(truth);
  const abandoned =
    mean > 1.2 * felt ? `, where users waited ${latency(felt)} and work they gave up on went on` : '';
  return [
    {
      kind: 'latency-breakdown',
      severity: 'note',
      weight: 40,
      subject: rows[0].service ?? 'all traffic',
      message: `A request of a user spent ${latency(mean)} inside the system on average${abandoned}: ${parts.join(', ')}.`,
      stretch: null,
    },
  ];
}

function meanLatencyMs({ sources }: Evidence['truth']): number {
  const count = sources.reduce((sum, source) => sum + source.latency.count, 0);
  return ratio(sources.reduce((sum, source) => sum + source.latency.sum, 0) / 1000, count);
}
