import type { Result } from '../model/result.ts';
import type { TrafficAccounts } from '../run/run.ts';
import { endedOf } from './traffic.ts';

export type LatencyBreakdown = NonNullable<Result['latencyBreakdown']>;

/**
 * Where requests of users spend their time: for each service the time that requests were inside it less the time
 * they waited there for calls to others, and what remains of the users' time for everything between services.
 * Calls made in parallel overlap, and servers go on with what callers gave up, so the parts are times spent, not
 * pieces of one latency; a part never falls below zero.
 */
export function latencyBreakdown(truth: TrafficAccounts): LatencyBreakdown {
  const ended = sum(truth.sources, (source) => endedOf(source.outcomes));
  if (ended === 0) return [];
  const rows = truth.services.map((service) => {
    const own = ownMicros(truth, service.name);
    return {
      service: service.name,
      micros: own,
      queueShare: own > 0 ? Math.min(1, service.queueMicros / own) : 0,
    };
  });
  const inside = sum(rows, (row) => row.micros);
  const outside = Math.max(0, sum(truth.sources, (source) => source.latency.sum) - inside);
  const total = inside + outside;
  return [...rows, { service: null, micros: outside, queueShare: 0 }]
    .filter((row) => row.micros > 0)
    .map(({ service, micros, queueShare }) => ({
      service,
      meanMs: micros / ended / 1000,
      share: micros / total,
      queueShare,
    }))
    .sort((a, b) => b.share - a.share);
}

function ownMicros(truth: TrafficAccounts, service: string): number {
  const inside = sum(truth.endpoints, (each) => (each.service === service ? each.latency.sum : 0));
  const waiting = sum(truth.calls, (call) => (call.client === service ? call.latency.sum : 0));
  return Math.max(0, inside - waiting);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
