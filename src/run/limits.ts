import type { Objective } from '../model/model.ts';
import type { LatencyLimits } from '../world/traffic/ledger.ts';
import type { TrafficModel } from '../world/traffic/model.ts';

/** The latency limits that telemetry must count exactly, because an objective asks about them. */
export function latencyLimits(objectives: readonly Objective[], traffic: TrafficModel): LatencyLimits {
  const wanted = objectives.filter((objective) => objective.indicator === 'latency');
  return {
    sources: traffic.sources.map(({ name }) =>
      limitsOf(
        wanted.filter((each) => each.service === null && (each.traffic === null || each.traffic === name)),
      ),
    ),
    endpoints: traffic.endpoints.map(({ name, service }) =>
      limitsOf(
        wanted.filter(
          (each) =>
            each.service === traffic.services[service].name &&
            (each.endpoint === null || each.endpoint === name),
        ),
      ),
    ),
  };
}

function limitsOf(objectives: readonly Objective[]): number[] {
  const limits = new Set(objectives.flatMap(({ latencyMicros }) => latencyMicros ?? []));
  return [...limits].sort((a, b) => a - b);
}
