import { type Complex, complex, divide, subtract } from './complex.ts';
import type { RealFunction } from './numeric.ts';

/** E[e^{-sX}] of a non-negative X, for Re s > 0. */
export type Transform = (s: Complex) => Complex;

const bromwich = 18.4; // Discretisation error e^{-18.4} ≈ 1e-8.
const plainTerms = 60;
const eulerTerms = 14;

/**
 * P(X > t) from the transform of X, by the EULER algorithm (Abate and Whitt, ORSA J. Computing 7, 1995): a
 * Fourier series for the Bromwich integral, its alternating tail summed by Euler's binomial average. Good to
 * about 1e-8 where the distribution is smooth at t; not at an atom.
 */
export function survivalOf(transform: Transform): RealFunction {
  const tail: Transform = (s) => divide(subtract(complex(1), transform(s)), s);
  return (t) => (t <= 0 ? 1 : invert(tail, t));
}

function invert(transform: Transform, t: number): number {
  const at = (k: number) => transform({ re: bromwich / (2 * t), im: (k * Math.PI) / t }).re;
  let sum = at(0) / 2;
  let sign = -1;
  for (let k = 1; k <= plainTerms; k++, sign = -sign) sum += sign * at(k);
  let average = sum;
  let binomial = 1;
  let weighted = sum;
  for (let k = 1; k <= eulerTerms; k++, sign = -sign) {
    sum += sign * at(plainTerms + k);
    binomial *= (eulerTerms - k + 1) / k;
    weighted += binomial * sum;
  }
  average = weighted / 2 ** eulerTerms;
  return (Math.exp(bromwich / 2) / t) * average;
}
