/** Numerical tools that the formulas of queueing theory need: integration, roots and special functions. */

export type RealFunction = (x: number) => number;

// Nodes and weights of the ten-point Gauss–Legendre rule on [-1, 1], positive half.
const gaussNodes = [
  0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717,
];
const gaussWeights = [
  0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881,
];

/** Calls `visit` with the nodes and weights of `panels` equal Gauss–Legendre panels of ten points each. */
export function forEachNode(
  from: number,
  to: number,
  panels: number,
  visit: (x: number, weight: number) => void,
): void {
  const half = (to - from) / panels / 2;
  for (let panel = 0; panel < panels; panel++) {
    const middle = from + half * (2 * panel + 1);
    for (let i = 0; i < gaussNodes.length; i++) {
      visit(middle - half * gaussNodes[i], half * gaussWeights[i]);
      visit(middle + half * gaussNodes[i], half * gaussWeights[i]);
    }
  }
}

/** Integral of `f` over [from, to]. */
export function integrate(f: RealFunction, from: number, to: number, panels = 64): number {
  let total = 0;
  forEachNode(from, to, panels, (x, weight) => {
    total += weight * f(x);
  });
  return total;
}

/** The x in [low, high] at which the falling function `f` crosses zero. */
export function fallingRoot(f: RealFunction, low: number, high: number): number {
  for (let i = 0; i < 200 && high - low > 1e-15 * Math.abs(high); i++) {
    const middle = (low + high) / 2;
    if (f(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The smallest t ≥ 0 with P(X > t) ≤ 1 − probability, for a survival function that falls to zero.
 * `scale` is any time of the right order; the search doubles from there.
 */
export function quantile(survival: RealFunction, probability: number, scale: number): number {
  const tail = 1 - probability;
  if (survival(0) <= tail) return 0;
  let high = scale;
  while (survival(high) > tail) high *= 2;
  return fallingRoot((t) => survival(t) - tail, 0, high);
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0, by Lanczos' approximation; relative error about 1e-14. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x - 1;
  const shifted = base + lanczos.length - 0.5;
  let sum = 0.9999999999998099;
  for (let i = 0; i < lanczos.length; i++) sum += lanczos[i] / (base + i + 1);
  return 0.5 * Math.log(2 * Math.PI) + (base + 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}

/** Γ(x). */
export const gamma = (x: number): number => Math.exp(logGamma(x));

/** Poisson probability of exactly `count`. */
export function poisson(mean: number, count: number): number {
  if (mean === 0) return count === 0 ? 1 : 0;
  return Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
}

/** P(Erlang(stages, rate) > t): fewer than `stages` Poisson events by time t. */
export function erlangSurvival(stages: number, rate: number, t: number): number {
  let term = Math.exp(-rate * t);
  let total = 0;
  for (let i = 0; i < stages; i++) {
    total += term;
    term *= (rate * t) / (i + 1);
  }
  return total;
}

/** P(X + Y > t) for independent exponentials X and Y, also when their rates are equal or nearly so. */
export function hypoexponentialSurvival(rateX: number, rateY: number, t: number): number {
  const slow = Math.min(rateX, rateY);
  const difference = Math.abs(rateX - rateY);
  // e^{-slow t} (1 + slow (1 − e^{-difference t}) / difference), whose last factor tends to t.
  const factor = difference * t < 1e-12 ? t : -Math.expm1(-difference * t) / difference;
  return Math.exp(-slow * t) * (1 + slow * factor);
}
