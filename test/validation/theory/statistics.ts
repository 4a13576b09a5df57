import { fallingRoot, logGamma } from './numeric.ts';

/** Mean of independent replications with what Student's t needs for an interval around it. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  readonly replications: number;
}

/** Mean and standard error of values that are independent of each other. */
export function estimate(values: readonly number[]): Estimate {
  const replications = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / replications;
  const squares = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  const standardError = Math.sqrt(squares / (replications - 1) / replications);
  return { mean, standardError, replications };
}

/** Half the width of the two-sided confidence interval of the mean. */
export function halfWidth(of: Estimate, confidence: number): number {
  return of.standardError * studentQuantile(of.replications - 1, (1 + confidence) / 2);
}

/** The t with P(T ≤ t) = probability > 1/2 for Student's T with these degrees of freedom. */
export function studentQuantile(degrees: number, probability: number): number {
  const tail = 1 - probability;
  let high = 1;
  while (studentTail(degrees, high) > tail) high *= 2;
  return fallingRoot((t) => studentTail(degrees, t) - tail, 0, high);
}

/** P(T > t) for t ≥ 0. */
export function studentTail(degrees: number, t: number): number {
  return 0.5 * incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

/** Regularised incomplete beta function I_x(a, b), by the continued fraction of Lentz. */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only left of the mean; the symmetry brings the right side there.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x);
  return (Math.exp(logFront) * betaFraction(a, b, x)) / a;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return result;
}
