/** What is left of a quantile sketch when it is written down: plain JSON, mergeable, same error bound. */
export interface SketchSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Ascending pairs [bucket index, count], flattened. */
  readonly buckets: readonly number[];
}
