import assert from 'node:assert/strict';
import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { add, type Complex, complex, divide, exponential, power, scale, subtract } from './complex.ts';
import type { Transform } from './laplace.ts';
import { forEachNode, gamma, type RealFunction } from './numeric.ts';

/**
 * What theory needs to know of a distribution, worked out from its definition alone: nothing here uses the
 * simulator's own samplers or moments.
 */
export interface Moments {
  readonly mean: number;
  /** E[X²]. */
  readonly second: number;
  /** Variance over the square of the mean. */
  readonly squaredVariation: number;
}

export function moments(distribution: Distribution): Moments {
  const mean = rawMoment(distribution, 1);
  const second = rawMoment(distribution, 2);
  return { mean, second, squaredVariation: second / (mean * mean) - 1 };
}

/** E[X^order] for order ≥ 1; infinite moments are an error. */
export function rawMoment(distribution: Distribution, order: number): number {
  const d = distribution;
  switch (d.kind) {
    case 'deterministic':
      return d.value ** order;
    case 'exponential':
      return d.mean ** order * gamma(order + 1);
    case 'uniform':
      return (d.max ** (order + 1) - d.min ** (order + 1)) / ((order + 1) * (d.max - d.min));
    case 'lognormal':
      return Math.exp(order * d.mu + (order * order * d.sigma * d.sigma) / 2);
    case 'gamma':
      return (d.scale ** order * gamma(d.shape + order)) / gamma(d.shape);
    case 'weibull':
      return d.scale ** order * gamma(1 + order / d.shape);
    case 'pareto':
      assert(d.shape > order, `the moment of order ${order} of this Pareto distribution is infinite`);
      return (d.shape * d.minimum ** order) / (d.shape - order);
    case 'mixture':
      return mixed(d, (part) => rawMoment(part, order));
    default:
      return assert.fail(`no moments for ${d.kind}`);
  }
}

function mixed(mixture: Distribution & { kind: 'mixture' }, of: (part: Distribution) => number): number {
  const total = mixture.weights.reduce((sum, w) => sum + w, 0);
  return mixture.parts.reduce((sum, part, i) => sum + (mixture.weights[i] / total) * of(part), 0);
}

/** P(X > t). */
export function survival(distribution: Distribution): RealFunction {
  const d = distribution;
  switch (d.kind) {
    case 'deterministic':
      return (t) => (t < d.value ? 1 : 0);
    case 'exponential':
      return (t) => Math.exp(-t / d.mean);
    case 'uniform':
      return (t) => Math.min(1, Math.max(0, (d.max - t) / (d.max - d.min)));
    case 'weibull':
      return (t) => Math.exp(-((t / d.scale) ** d.shape));
    case 'pareto':
      return (t) => (t <= d.minimum ? 1 : (d.minimum / t) ** d.shape);
    case 'mixture':
      return (t) => mixed(d, (part) => survival(part)(t));
    default:
      return assert.fail(`no survival function for ${d.kind}`);
  }
}

/** E[e^{-sX}] for Re s > 0. */
export function transform(distribution: Distribution): Transform {
  const d = distribution;
  switch (d.kind) {
    case 'deterministic':
      return (s) => exponential(scale(s, -d.value));
    case 'exponential':
      return (s) => divide(complex(1), add(complex(1), scale(s, d.mean)));
    case 'uniform':
      return (s) => uniformTransform(s, d.min, d.max);
    case 'gamma':
      return (s) => power(add(complex(1), scale(s, d.scale)), -d.shape);
    case 'mixture':
      return mixtureTransform(d);
    // The remaining ones have no closed transform: E over the quantile function, on an axis where it is tame.
    case 'lognormal':
      return normalAverage((z) => Math.exp(d.mu + d.sigma * z));
    case 'weibull':
      return exponentialAverage((e) => d.scale * e ** (1 / d.shape));
    case 'pareto':
      return exponentialAverage((e) => d.minimum * Math.exp(e / d.shape));
    default:
      return assert.fail(`no transform for ${d.kind}`);
  }
}

function uniformTransform(s: Complex, min: number, max: number): Complex {
  const difference = subtract(exponential(scale(s, -min)), exponential(scale(s, -max)));
  return divide(difference, scale(s, max - min));
}

function mixtureTransform(mixture: Distribution & { kind: 'mixture' }): Transform {
  const total = mixture.weights.reduce((sum, w) => sum + w, 0);
  const parts = mixture.parts.map(transform);
  return (s) =>
    parts.reduce((sum, part, i) => add(sum, scale(part(s), mixture.weights[i] / total)), complex(0));
}

/** E[e^{-s x(Z)}] for standard normal Z. */
function normalAverage(x: RealFunction): Transform {
  return average(x, (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI), -9, 9);
}

/** E[e^{-s x(E)}] for E exponential with mean 1, integrated over its logarithm. */
function exponentialAverage(x: RealFunction): Transform {
  return average(
    (u) => x(Math.exp(u)),
    (u) => Math.exp(u - Math.exp(u)),
    -36,
    3.7,
  );
}

function average(x: RealFunction, density: RealFunction, from: number, to: number): Transform {
  const points: { readonly x: number; readonly weight: number }[] = [];
  forEachNode(from, to, 160, (u, weight) => {
    points.push({ x: x(u), weight: weight * density(u) });
  });
  return (s) => {
    let re = 0;
    let im = 0;
    for (const point of points) {
      const size = point.weight * Math.exp(-s.re * point.x);
      re += size * Math.cos(s.im * point.x);
      im -= size * Math.sin(s.im * point.x);
    }
    return { re, im };
  };
}

/** A two-phase hyperexponential distribution with balanced means: each phase carries half the work. */
export function hyperexponential(mean: number, squaredVariation: number): Distribution {
  const weight = (1 + Math.sqrt((squaredVariation - 1) / (squaredVariation + 1))) / 2;
  return {
    kind: 'mixture',
    weights: [weight, 1 - weight],
    parts: [
      { kind: 'exponential', mean: mean / (2 * weight) },
      { kind: 'exponential', mean: mean / (2 * (1 - weight)) },
    ],
  };
}

/** A log-normal distribution from mean and squared coefficient of variation. */
export function lognormal(mean: number, squaredVariation: number): Distribution {
  const variance = Math.log(1 + squaredVariation);
  return { kind: 'lognormal', mu: Math.log(mean) - variance / 2, sigma: Math.sqrt(variance) };
}
