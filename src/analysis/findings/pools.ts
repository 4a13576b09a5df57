import type { TrafficModel } from '../../run/run.ts';
import { counted, figure } from '../figures.ts';
import {
  type Evidence,
  longest,
  meanOver,
  modelCalls,
  type Observation,
  stretchesWhere,
  when,
} from './evidence.ts';

/** Connection pools that were full while requests waited for a connection. */
export function fullPools(evidence: Evidence): Observation[] {
  return evidence.traffic.services.flatMap((service) =>
    service.pools.map((_, pool) => fullPool(evidence, service, pool)).filter((each) => each !== null),
  );
}

function fullPool(
  evidence: Evidence,
  service: TrafficModel['services'][number],
  position: number,
): Observation | null {
  const { samples } = evidence;
  const { name, size } = service.pools[position];
  const labels = { service: service.name, pool: name };
  const waiting = samples.gauge('service_pool_waiting', labels);
  const inUse = samples.gauge('service_pool_in_use', labels);
  const replicas = samples.gauge('service_replicas', { service: service.name });
  if (waiting === null || inUse === null || replicas === null) return null;
  // One request in the queue on average, and nearly every connection taken: not a moment's collision.
  const stretches = stretchesWhere(evidence, (i) => waiting[i] >= 1 && inUse[i] >= 0.9 * size * replicas[i]);
  const stretch = longest(samples, stretches);
  if (stretch === null) return null;
  const gaveUp = poolTimeouts(evidence, service, position);
  const gaveUpClause = gaveUp === 0 ? '' : `; ${counted(gaveUp, 'call')} gave up waiting`;
  return {
    kind: 'pool-full',
    severity: evidence.missed || gaveUp > 0 ? 'problem' : 'note',
    weight: 85 + meanOver(inUse, stretch) / (size * meanOver(replicas, stretch)),
    subject: service.name,
    message:
      `The pool ${name} of ${service.name} (${counted(size, 'connection')} in each replica) was full ` +
      `${when(evidence, stretches)}: ${figure(meanOver(waiting, stretch))} requests waited for a connection on average` +
      `${gaveUpClause}.`,
    stretch,
  };
}

/** Calls through this pool that ended because no connection came free in time. */
function poolTimeouts(
  evidence: Evidence,
  service: TrafficModel['services'][number],
  position: number,
): number {
  return evidence.truth.calls
    .filter((call) => call.client === service.name)
    .filter((call) => modelCalls(evidence, call).some((each) => each.pool === position))
    .reduce((sum, call) => sum + call.outcomes.poolTimeout, 0);
}
