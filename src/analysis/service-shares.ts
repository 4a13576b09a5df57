import type { PerSample, Samples } from './samples.ts';

/** CPU used over CPU available in each interval; NaN where none was available. Null: no such series. */
export function utilisationOf(samples: Samples, service: string): PerSample | null {
  const used = samples.increase('container_cpu_usage_seconds_total', { service });
  const available = samples.increase('container_cpu_capacity_seconds_total', { service });
  if (used === null || available === null) return null;
  return used.map((seconds, i) => (available[i] > 0 ? usedShare(seconds, available[i]) : NaN));
}

/** The part of its service's utilisation that is an endpoint's, in each interval. Null: no such series. */
export function endpointUtilisationOf(samples: Samples, service: string, endpoint: string): PerSample | null {
  const whole = utilisationOf(samples, service);
  const all = samples.increase('container_cpu_usage_seconds_total', { service });
  const own = samples.increase('endpoint_cpu_usage_seconds_total', { service, endpoint });
  if (whole === null || all === null || own === null) return null;
  return whole.map((share, i) => share * partOf(own[i], all[i]));
}

/** Time held back by the CPU limit over the time that replicas existed, in each interval. Null: no such series. */
export function throttledShareOf(samples: Samples, service: string): PerSample | null {
  const throttled = samples.increase('container_cpu_cfs_throttled_seconds_total', { service });
  const replicas = samples.gauge('service_replicas', { service });
  if (throttled === null || replicas === null) return null;
  return throttled.map((seconds, i) => {
    const available = (replicas[i] * samples.lengthMicros(i)) / 1e6;
    return available > 0 ? usedShare(seconds, available) : NaN;
  });
}

/**
 * What was used of what was available, one at most: differences of large sums leave noise in the last digits, and a
 * replica may spend the CPU quota of a whole period in an interval, or a life, that holds only the start of it. Such
 * a CPU was full, not fuller.
 */
export function usedShare(used: number, available: number): number {
  return Math.min(1, Number((used / available).toPrecision(9)));
}

/** What an endpoint used of all that its service used, in [0, 1]: differences of large sums leave noise here too. */
export function partOf(own: number, all: number): number {
  return all > 0 ? Math.min(1, Math.max(0, Number((own / all).toPrecision(9)))) : 0;
}
