import { assert } from './assert.ts';
import type { Distribution } from './distribution-spec.ts';
import { logGamma, normalDensity, normalProbability, normalQuantile } from './special-functions.ts';

export type { Distribution } from './distribution-spec.ts';
export { DistributionTable } from './distribution-table.ts';

/** What is wrong with the parameters, as a sentence without its subject, or null when nothing is. */
export function validateDistribution(d: Distribution): string | null {
  switch (d.kind) {
    case 'deterministic':
      return nonNegative('value', d.value);
    case 'exponential':
      return nonNegative('mean', d.mean);
    case 'uniform':
      return nonNegative('min', d.min) ?? nonNegative('max', d.max) ?? atMost('min', d.min, 'max', d.max);
    case 'normal':
      return finite('mean', d.mean) ?? nonNegative('standardDeviation', d.standardDeviation);
    case 'lognormal':
      return finite('mu', d.mu) ?? nonNegative('sigma', d.sigma);
    case 'gamma':
    case 'weibull':
      return positive('shape', d.shape) ?? nonNegative('scale', d.scale);
    case 'pareto':
      return positive('shape', d.shape) ?? nonNegative('minimum', d.minimum);
    case 'empirical':
      return wrongKnots(d.probabilities, d.values);
    case 'mixture':
      return wrongMixture(d.weights, d.parts);
  }
}

/** The mean; Infinity where the integral diverges or exceeds all numbers. Of what is sampled: a normal is cut at zero. */
export function distributionMean(d: Distribution): number {
  switch (d.kind) {
    case 'deterministic':
      return d.value;
    case 'exponential':
      return d.mean;
    case 'uniform':
      return (d.min + d.max) / 2;
    case 'normal':
      return cutNormalMoments(d.mean, d.standardDeviation).mean;
    case 'lognormal':
      return Math.exp(d.mu + (d.sigma * d.sigma) / 2);
    case 'gamma':
      return d.shape * d.scale;
    case 'weibull':
      return d.scale === 0 ? 0 : d.scale * Math.exp(logGamma(1 + 1 / d.shape));
    case 'pareto':
      if (d.minimum === 0) return 0;
      return d.shape > 1 ? (d.shape * d.minimum) / (d.shape - 1) : Infinity;
    case 'empirical':
      return knotMoments(d.probabilities, d.values).mean;
    case 'mixture':
      return mixtureMoments(d.weights, d.parts).mean;
  }
}

/** The variance; Infinity where the integral diverges or exceeds all numbers. */
export function distributionVariance(d: Distribution): number {
  switch (d.kind) {
    case 'deterministic':
      return 0;
    case 'exponential':
      return d.mean * d.mean;
    case 'uniform':
      return ((d.max - d.min) * (d.max - d.min)) / 12;
    case 'normal':
      return cutNormalMoments(d.mean, d.standardDeviation).variance;
    case 'lognormal':
      return lognormalVariance(d.mu, d.sigma);
    case 'gamma':
      return d.shape * d.scale * d.scale;
    case 'weibull':
      return weibullVariance(d.shape, d.scale);
    case 'pareto':
      return paretoVariance(d.shape, d.minimum);
    case 'empirical':
      return knotMoments(d.probabilities, d.values).variance;
    case 'mixture':
      return mixtureMoments(d.weights, d.parts).variance;
  }
}

/** The log-normal with this mean and this standard deviation over mean. */
export function lognormalFromMean(mean: number, coefficientOfVariation: number): Distribution {
  assert(
    mean > 0 && coefficientOfVariation >= 0,
    'a log-normal has a positive mean and a variation of 0 or more',
  );
  const variance = Math.log(1 + coefficientOfVariation * coefficientOfVariation);
  return { kind: 'lognormal', mu: Math.log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}

/** The log-normal of which the share p is at most x and the share q at most y; 0 < p < q < 1, 0 < x ≤ y. */
export function lognormalFromPercentiles(p: number, x: number, q: number, y: number): Distribution {
  assertPercentiles(p, x, q, y);
  const low = normalQuantile(p);
  const sigma = Math.log(y / x) / (normalQuantile(q) - low);
  return { kind: 'lognormal', mu: Math.log(x) - sigma * low, sigma };
}

/** The gamma with this mean and this standard deviation over mean. */
export function gammaFromMean(mean: number, coefficientOfVariation: number): Distribution {
  assert(mean >= 0 && coefficientOfVariation >= 0, 'a gamma has a mean and a variation of 0 or more');
  if (coefficientOfVariation === 0) return { kind: 'deterministic', value: mean };
  const variation = coefficientOfVariation * coefficientOfVariation;
  return { kind: 'gamma', shape: 1 / variation, scale: mean * variation };
}

/** The Weibull of which the share p is at most x and the share q at most y; 0 < p < q < 1, 0 < x < y. */
export function weibullFromPercentiles(p: number, x: number, q: number, y: number): Distribution {
  assertPercentiles(p, x, q, y);
  if (x === y) return { kind: 'deterministic', value: x };
  const low = Math.log(-Math.log1p(-p));
  const shape = (Math.log(-Math.log1p(-q)) - low) / Math.log(y / x);
  return { kind: 'weibull', shape, scale: x * Math.exp(-low / shape) };
}

/**
 * The distribution through measured percentiles, e.g. [[0.5, 12e3], [0.95, 40e3], [0.99, 120e3]], both ascending. Below
 * the first it runs straight on towards zero, beyond the last it falls as the exponential through the last two does,
 * as far as one in a million of what is left.
 */
export function empiricalFromPercentiles(knots: readonly (readonly [number, number])[]): Distribution {
  assert(knots.length > 0, 'an empirical distribution wants at least one percentile');
  const probabilities = knots.map((knot) => knot[0]);
  const values = knots.map((knot) => knot[1]);
  const wrong = wrongKnots(probabilities, values);
  assert(wrong === null, `percentiles: ${wrong}`);
  if (knots.length === 1) return { kind: 'deterministic', value: values[0] };
  const [p, q] = probabilities;
  if (p > 0) {
    const slope = q > p ? (values[1] - values[0]) / (q - p) : 0;
    probabilities.unshift(0);
    values.unshift(Math.max(0, values[0] - slope * p));
  }
  appendExponentialTail(probabilities, values);
  return { kind: 'empirical', probabilities, values };
}

function appendExponentialTail(probabilities: number[], values: number[]): void {
  const last = probabilities.length - 1;
  const p = probabilities[last - 1];
  const q = probabilities[last];
  if (q >= 1) return;
  const top = values[last];
  const perLogarithm = q > p ? (top - values[last - 1]) / Math.log((1 - p) / (1 - q)) : 0;
  // Twenty halvings of what is left are one in a million.
  let left = 1 - q;
  for (let i = 1; i <= 20; i++) {
    left /= 2;
    probabilities.push(1 - left);
    values.push(top + perLogarithm * i * Math.LN2);
  }
  probabilities.push(1);
  values.push(values[values.length - 1] + perLogarithm);
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Of max(0, X) for a normal X. */
function cutNormalMoments(mean: number, deviation: number): Moments {
  if (deviation === 0) return { mean: Math.max(0, mean), variance: 0 };
  const z = mean / deviation;
  const above = normalProbability(z);
  const edge = normalDensity(z);
  const first = mean * above + deviation * edge;
  const second = (mean * mean + deviation * deviation) * above + mean * deviation * edge;
  return { mean: first, variance: Math.max(0, second - first * first) };
}

function weibullVariance(shape: number, scale: number): number {
  if (scale === 0) return 0;
  const first = Math.exp(logGamma(1 + 1 / shape));
  const second = Math.exp(logGamma(1 + 2 / shape));
  return second === Infinity ? Infinity : scale * scale * (second - first * first);
}

function lognormalVariance(mu: number, sigma: number): number {
  const spread = Math.expm1(sigma * sigma);
  return spread === Infinity ? Infinity : spread * Math.exp(2 * mu + sigma * sigma);
}

function paretoVariance(shape: number, minimum: number): number {
  if (minimum === 0) return 0;
  if (shape <= 2) return Infinity;
  return (minimum * minimum * shape) / ((shape - 1) * (shape - 1) * (shape - 2));
}

/** Each segment is uniform; what lies outside the knots is a lump at the outer ones. */
function knotMoments(probabilities: readonly number[], values: readonly number[]): Moments {
  const last = values.length - 1;
  let mean = probabilities[0] * values[0] + (1 - probabilities[last]) * values[last];
  for (let i = 1; i <= last; i++) {
    mean += ((probabilities[i] - probabilities[i - 1]) * (values[i] + values[i - 1])) / 2;
  }
  const square = (value: number) => (value - mean) * (value - mean);
  let variance = probabilities[0] * square(values[0]) + (1 - probabilities[last]) * square(values[last]);
  for (let i = 1; i <= last; i++) {
    const width = values[i] - values[i - 1];
    const middle = square((values[i] + values[i - 1]) / 2);
    variance += (probabilities[i] - probabilities[i - 1]) * (middle + (width * width) / 12);
  }
  return { mean, variance };
}

function mixtureMoments(weights: readonly number[], parts: readonly Distribution[]): Moments {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const used = parts.map((part, i) => ({ part, share: weights[i] / total })).filter(({ share }) => share > 0);
  const means = used.map(({ part }) => distributionMean(part));
  const mean = used.reduce((sum, { share }, i) => sum + share * means[i], 0);
  if (mean === Infinity) return { mean, variance: Infinity };
  const variance = used.reduce((sum, { part, share }, i) => {
    const away = means[i] - mean;
    return sum + share * (distributionVariance(part) + away * away);
  }, 0);
  return { mean, variance };
}

function assertPercentiles(p: number, x: number, q: number, y: number): void {
  assert(
    0 < p && p < q && q < 1 && 0 < x && x <= y && y < Infinity,
    'two percentiles must ascend: 0 < p < q < 1, 0 < x ≤ y',
  );
}

function finite(name: string, value: number): string | null {
  return Number.isFinite(value) ? null : `${name} must be a finite number, not ${value}`;
}

function nonNegative(name: string, value: number): string | null {
  return finite(name, value) ?? (value >= 0 ? null : `${name} must not be negative, but is ${value}`);
}

function positive(name: string, value: number): string | null {
  return finite(name, value) ?? (value > 0 ? null : `${name} must be greater than 0, but is ${value}`);
}

function atMost(low: string, lowValue: number, high: string, highValue: number): string | null {
  return lowValue <= highValue ? null : `${low} (${lowValue}) must not exceed ${high} (${highValue})`;
}

function wrongKnots(probabilities: readonly number[], values: readonly number[]): string | null {
  if (values.length === 0) return 'values must not be empty';
  if (probabilities.length !== values.length) return 'probabilities and values must be equally many';
  for (let i = 0; i < values.length; i++) {
    const wrong =
      nonNegative(`values[${i}]`, values[i]) ?? nonNegative(`probabilities[${i}]`, probabilities[i]);
    if (wrong !== null) return wrong;
    if (probabilities[i] > 1) return `probabilities[${i}] must be at most 1, but is ${probabilities[i]}`;
    if (i > 0 && values[i] < values[i - 1]) return `values must ascend, but values[${i}] is ${values[i]}`;
    if (i > 0 && probabilities[i] < probabilities[i - 1]) {
      return `probabilities must ascend, but probabilities[${i}] is ${probabilities[i]}`;
    }
  }
  return null;
}

function wrongMixture(weights: readonly number[], parts: readonly Distribution[]): string | null {
  if (parts.length === 0) return 'parts must not be empty';
  if (weights.length !== parts.length) return 'weights and parts must be equally many';
  for (let i = 0; i < parts.length; i++) {
    const wrong = nonNegative(`weights[${i}]`, weights[i]);
    if (wrong !== null) return wrong;
    const inside = validateDistribution(parts[i]);
    if (inside !== null) return `parts[${i}]: ${inside}`;
  }
  return weights.some((weight) => weight > 0) ? null : 'one of the weights must be greater than 0';
}
