import { microsPerHour } from '../base/time.ts';
import type { Model } from '../model/model.ts';
import type { CostResult } from '../model/result.ts';
import type { ServiceAccount, TrafficAccounts } from '../run/run.ts';

const bytesPerGib = 1_073_741_824;

/**
 * What the measured window cost: the time that replicas existed × what they requested × the prices. Requests are
 * what a cluster has to hold ready, so they cost whether or not they were used.
 */
export function costOf(model: Pick<Model, 'prices'>, truth: TrafficAccounts): CostResult {
  const services = truth.services.map((service) => serviceCost(service, model.prices));
  const total = services.reduce((sum, service) => sum + service.cost, 0);
  const served = truth.sources.reduce((sum, source) => sum + source.outcomes.ok, 0);
  return {
    currency: model.prices.currency,
    total,
    perMillionRequests: served === 0 ? null : (total / served) * 1e6,
    services,
  };
}

function serviceCost(service: ServiceAccount, prices: Model['prices']): CostResult['services'][number] {
  const replicaHours = service.replicaMicros / microsPerHour;
  const coreHours = replicaHours * service.cpuRequestCores;
  const gibHours = (replicaHours * service.memoryRequestBytes) / bytesPerGib;
  const cost = coreHours * prices.perCoreHour + gibHours * prices.perGibHour;
  return { name: service.name, replicaHours, coreHours, gibHours, cost };
}
