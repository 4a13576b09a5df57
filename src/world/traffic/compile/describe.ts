/**
 * Fidelity: no mechanism; words for values.
 */
import { distributionMean } from '../../../base/distribution.ts';
import type { Distribution } from '../../../base/distribution-spec.ts';
import { formatDuration } from '../../../base/time.ts';
import type { Service } from '../model.ts';

/** Values in words for the list of inferences. */

/** `log-normal, mean 4ms`. */
export function describeDistribution(distribution: Distribution): string {
  const mean = formatDuration(distributionMean(distribution));
  if (distribution.kind === 'deterministic') return mean;
  const family = distribution.kind === 'lognormal' ? 'log-normal' : distribution.kind;
  return `${family}, mean ${mean}`;
}

/** `thread pool of 97`, `event loop`, `processor sharing, at most 1024 at once`. */
export function describeConcurrency(concurrency: Service['concurrency']): string {
  if (concurrency.kind === 'eventLoop') return 'event loop';
  if (concurrency.kind === 'threadPool') return `thread pool of ${concurrency.threads}`;
  return concurrency.maxConcurrent === null
    ? 'processor sharing'
    : `processor sharing, at most ${concurrency.maxConcurrent} at once`;
}

/** `20%`, `33.3%`. */
export function describeShare(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
