import {
  distributionMean,
  empiricalFromPercentiles,
  gammaFromMean,
  lognormalFromMean,
  lognormalFromPercentiles,
} from '../base/distribution.ts';
import type { Distribution } from '../base/distribution-spec.ts';
import { normalQuantile } from '../base/special-functions.ts';
import type { WrittenDistribution } from './kinds/distribution.ts';
import { readDuration } from './notation.ts';
import type { Parsed } from './threshold.ts';

/**
 * The distribution that was written, in microseconds, or why there is none. Expects what the schema accepts:
 * the words are known to be right, only their relations may be wrong.
 */
export function readDistribution(written: WrittenDistribution): Parsed<Distribution> {
  if (typeof written === 'string') return { value: { kind: 'deterministic', value: micros(written) } };
  if ('exponential' in written) {
    const { exponential } = written;
    return exponentialOf(micros(typeof exponential === 'string' ? exponential : exponential.mean));
  }
  if ('uniform' in written) return uniformOf(micros(written.uniform.min), micros(written.uniform.max));
  if ('normal' in written) return normalOf(written.normal);
  if ('lognormal' in written) return lognormalOf(written.lognormal);
  if ('gamma' in written) {
    const mean = micros(written.gamma.mean);
    return { value: mean === 0 ? constant(0) : gammaFromMean(mean, written.gamma.cv ?? 1) };
  }
  if ('weibull' in written) return weibullOf(written.weibull);
  if ('pareto' in written) return paretoOf(written.pareto);
  if ('empirical' in written) return empiricalOf(written.empirical);
  return mixtureOf(written.mixture);
}

type Percentiles = Readonly<Record<string, string>>;

function micros(written: string): number {
  return readDuration(written) ?? 0;
}

function constant(value: number): Distribution {
  return { kind: 'deterministic', value };
}

function exponentialOf(mean: number): Parsed<Distribution> {
  return { value: mean === 0 ? constant(0) : { kind: 'exponential', mean } };
}

function uniformOf(min: number, max: number): Parsed<Distribution> {
  if (min > max)
    return { problem: 'The bounds are the wrong way round.', remedy: 'Give min the smaller value.' };
  return { value: min === max ? constant(min) : { kind: 'uniform', min, max } };
}

function normalOf(written: { mean: string; standardDeviation?: string; cv?: number }): Parsed<Distribution> {
  const mean = micros(written.mean);
  const spread = written.standardDeviation;
  const standardDeviation = spread === undefined ? mean * (written.cv ?? 0.25) : micros(spread);
  return { value: standardDeviation === 0 ? constant(mean) : { kind: 'normal', mean, standardDeviation } };
}

function lognormalOf(written: { mean: string; cv?: number } | Percentiles): Parsed<Distribution> {
  if (!('mean' in written)) return lognormalThrough(written);
  const mean = micros(written.mean);
  return { value: mean === 0 ? constant(0) : lognormalFromMean(mean, Number(written.cv ?? 1)) };
}

function weibullOf(written: { shape: number; mean?: string; scale?: string }): Parsed<Distribution> {
  const { shape } = written;
  if (written.scale !== undefined) return { value: { kind: 'weibull', shape, scale: micros(written.scale) } };
  const meanOfUnit = distributionMean({ kind: 'weibull', shape, scale: 1 });
  return { value: { kind: 'weibull', shape, scale: micros(written.mean ?? '0s') / meanOfUnit } };
}

function paretoOf(written: { shape: number; mean?: string; min?: string }): Parsed<Distribution> {
  const { shape } = written;
  if (written.min !== undefined) return { value: { kind: 'pareto', shape, minimum: micros(written.min) } };
  if (shape <= 1)
    return {
      problem: `A Pareto distribution of shape ${shape} has no finite mean.`,
      remedy: 'Give it a shape above 1, or min instead of mean.',
    };
  return {
    value: { kind: 'pareto', shape, minimum: (micros(written.mean ?? '0s') * (shape - 1)) / shape },
  };
}

/** Percentiles as (probability, microseconds), ascending; or why they are none. */
function knotsOf(written: Percentiles): Parsed<readonly (readonly [number, number])[]> {
  const knots = Object.entries(written)
    .map(([name, value]) => [Number(`${name.slice(1)}e-2`), micros(value)] as const)
    .sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < knots.length; i++) {
    if (knots[i][1] < knots[i - 1][1])
      return {
        problem: `The percentile ${percentName(knots[i][0])} is below ${percentName(knots[i - 1][0])}.`,
        remedy: 'Higher percentiles need values at least as high.',
      };
    if (knots[i][0] === knots[i - 1][0])
      return { problem: `The percentile ${percentName(knots[i][0])} is given twice.`, remedy: 'Keep one.' };
  }
  return { value: knots };
}

function percentName(probability: number): string {
  return `p${Number((probability * 100).toPrecision(10))}`;
}

function empiricalOf(written: Percentiles): Parsed<Distribution> {
  const knots = knotsOf(written);
  return 'problem' in knots ? knots : { value: empiricalFromPercentiles(knots.value) };
}

function lognormalThrough(written: Percentiles): Parsed<Distribution> {
  const read = knotsOf(written);
  if ('problem' in read) return read;
  const knots = read.value;
  if (knots.some(([probability, value]) => probability <= 0 || probability >= 1 || value <= 0))
    return {
      problem:
        'A log-normal distribution takes every value above zero: it has no p0, p100 or zero percentile.',
      remedy: 'Use percentiles such as p50 and p99, or empirical.',
    };
  const [first, last] = [knots[0], knots[knots.length - 1]];
  if (first[1] === last[1]) return { value: constant(first[1]) };
  if (knots.length === 2) return { value: lognormalFromPercentiles(first[0], first[1], last[0], last[1]) };
  return { value: lognormalNear(knots) };
}

/** The log-normal nearest to several percentiles: the straight line of least squares through (normal quantile, log). */
function lognormalNear(knots: readonly (readonly [number, number])[]): Distribution {
  const points = knots.map(([probability, value]) => [normalQuantile(probability), Math.log(value)] as const);
  const meanOf = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [meanOf(0), meanOf(1)];
  let covariance = 0;
  let variance = 0;
  for (const [x, y] of points) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) * (x - meanX);
  }
  const sigma = covariance / variance;
  return { kind: 'lognormal', mu: meanY - sigma * meanX, sigma };
}

function mixtureOf(written: readonly { weight: number; of: WrittenDistribution }[]): Parsed<Distribution> {
  const parts: Distribution[] = [];
  for (const { of } of written) {
    const part = readDistribution(of);
    if ('problem' in part) return part;
    parts.push(part.value);
  }
  const total = written.reduce((sum, part) => sum + part.weight, 0);
  if (!(total > 0))
    return { problem: 'The weights of a mixture are all zero.', remedy: 'Give a part some weight.' };
  return { value: { kind: 'mixture', weights: written.map((part) => part.weight / total), parts } };
}
