import type { PerSample, Samples } from './samples.ts';

/** CPU used over CPU available in each interval; NaN where none was available. Null: no such series. */
export function utilisationOf(samples: Samples, service: string): PerSample | null {
  const used = samples.increase('container_cpu_usage_seconds_total', { service });
  const available = samples.increase('container_cpu_capacity_seconds_total', { service });
  if (used === null || available === null) return null;
  return used.map((seconds, i) => (available[i] > 0 ? usedShare(seconds, available[i]) : NaN));
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
