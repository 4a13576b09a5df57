import type { Objective } from '../model/model.ts';
import { goodPercent, latency } from './figures.ts';

/** What an objective is measured on: `traffic visitors`, `api GET /items`, `api`, or `all traffic`. */
export function subjectOf({
  traffic,
  service,
  endpoint,
}: Pick<Objective, 'traffic' | 'service' | 'endpoint'>): string {
  if (service !== null) return endpoint === null ? service : `${service} ${endpoint}`;
  return traffic === null ? 'all traffic' : `traffic ${traffic}`;
}

/** An objective as one sentence: `99.5 % of requests of traffic visitors are answered without error within 300 ms.` */
export function objectiveInWords(objective: Objective): string {
  const { service, target, latencyMicros } = objective;
  const preposition = service === null ? 'of' : 'to';
  const limit = latencyMicros === null ? '' : ` within ${latency(latencyMicros / 1000)}`;
  return `${goodPercent(target)} of requests ${preposition} ${subjectOf(objective)} are answered without error${limit}.`;
}
