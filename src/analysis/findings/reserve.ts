import type { ServiceAccount } from '../../run/run.ts';
import { counted, inCores, percent } from '../figures.ts';
import { utilisationOf } from '../service-shares.ts';
import { type Evidence, type Observation, peakOf } from './evidence.ts';
import { occupancyOf } from './saturation.ts';

/** A service that never uses this much is larger than its demand. */
const idle = 0.3;
/** What a smaller one should still leave free at its peak: 40 %. */
const comfortable = 0.6;

/**
 * Services that hold far more than they ever used, where a smaller size would give back a quarter core or more. Said
 * only where users were served, since behind a bottleneck everything looks too large, and only at the end of a run:
 * the peak may come last.
 */
export function overprovisioned(evidence: Evidence): Observation[] {
  const offered = evidence.truth.sources.reduce((sum, source) => sum + source.offered, 0);
  const served = evidence.truth.sources.reduce((sum, { outcomes }) => sum + outcomes.ok, 0);
  if (!evidence.complete || served < 0.99 * offered) return [];
  return evidence.truth.services
    .map((service) => tooLarge(evidence, service))
    .filter((each) => each !== null);
}

function tooLarge(evidence: Evidence, service: ServiceAccount): Observation | null {
  const { samples, range } = evidence;
  const utilisation = utilisationOf(samples, service.name);
  const peak = utilisation === null ? -1 : peakOf(utilisation, range);
  if (utilisation === null || peak < 0) return null;
  const used = utilisation[peak];
  const occupancy = occupancyOf(evidence, service.name);
  const busiest = Math.max(used, occupancy === null ? 0 : (occupancy[peakOf(occupancy, range)] ?? 0));
  const replicas = service.replicasAtEnd;
  const needed = Math.max(1, Math.ceil((replicas * busiest) / comfortable));
  const saved = (replicas - needed) * service.cpuRequestCores;
  if (busiest >= idle || saved < 0.25) return null;
  return {
    kind: 'overprovisioned',
    severity: 'note',
    weight: 10 + Math.min(1, saved / 100),
    subject: service.name,
    message:
      `${service.name} never used more than ${percent(used)} of its CPU: ${counted(needed, 'replica')} instead of ` +
      `${replicas} would have stayed below ${percent(comfortable)} and given back ${inCores(saved)}.`,
    stretch: null,
  };
}
