/** Fidelity: the port to a metrics provider, as an AnalysisTemplate names one (Argo Rollouts 1.7). */

/** What an analysis asks of its metrics provider: one instant query, answered at once. */
export type Measure = (query: string, atMicros: number) => Measured;

/** A scalar is `result`, a vector `result[0]`, `result[1]`… in a condition. */
export type Measured =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly values: readonly number[] }
  | { readonly kind: 'error'; readonly message: string };

/** Where no Prometheus runs. */
export function noMeasure(): Measured {
  return {
    kind: 'error',
    message: 'Post "http://prometheus/api/v1/query": dial tcp: lookup prometheus: no such host',
  };
}
