/**
 * A probability distribution of a non-negative quantity as plain data. Durations are in microseconds, other
 * quantities in their own unit. Every parameter is explicit; `distribution.ts` samples it.
 */
export type Distribution =
  | { readonly kind: 'deterministic'; readonly value: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  /** Truncated at zero by taking max(0, x). */
  | { readonly kind: 'normal'; readonly mean: number; readonly standardDeviation: number }
  /** exp(N(mu, sigma²)). */
  | { readonly kind: 'lognormal'; readonly mu: number; readonly sigma: number }
  | { readonly kind: 'gamma'; readonly shape: number; readonly scale: number }
  | { readonly kind: 'weibull'; readonly shape: number; readonly scale: number }
  /** P(X > x) = (minimum / x)^shape. */
  | { readonly kind: 'pareto'; readonly shape: number; readonly minimum: number }
  /** Inverse of a piecewise-linear distribution function through (probability, value) knots, both ascending. */
  | {
      readonly kind: 'empirical';
      readonly probabilities: readonly number[];
      readonly values: readonly number[];
    }
  | {
      readonly kind: 'mixture';
      readonly weights: readonly number[];
      readonly parts: readonly Distribution[];
    };
