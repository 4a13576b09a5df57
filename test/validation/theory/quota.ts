/** A container's CPU limit as CFS enforces it: `quota` of CPU time in every `period`. Any one unit of time. */
export interface Quota {
  readonly quota: number;
  readonly period: number;
}

/**
 * When a lone task ends that needs `demand` of CPU, runs on `cores` at once and starts `phase` after a refill
 * with a full quota: it runs until the quota is spent, then sleeps until the next refill.
 */
export function quotaFinish(limit: Quota, demand: number, cores = 1, phase = 0): number {
  let left = demand;
  let now = phase;
  for (let refill = limit.period; ; refill += limit.period) {
    const runnable = Math.min(limit.quota, (refill - now) * cores);
    if (left <= runnable) return now + left / cores;
    left -= runnable;
    now = refill;
  }
}

/** Mean time that the task takes, over a start uniform in the period. */
export function quotaMeanDuration(limit: Quota, demand: number, cores = 1, samples = 20_000): number {
  let total = 0;
  for (let i = 0; i < samples; i++) {
    const phase = ((i + 0.5) / samples) * limit.period;
    total += quotaFinish(limit, demand, cores, phase) - phase;
  }
  return total / samples;
}
