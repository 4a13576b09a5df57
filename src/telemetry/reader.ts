/** Label names to values; the metric's name is the label `__name__`. */
export type Labels = Readonly<Record<string, string>>;

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** One series between two instants. The arrays are views for reading only, equally long, times ascending. */
export interface SeriesView {
  readonly labels: Labels;
  readonly timesMicros: Float64Array;
  readonly values: Float64Array;
}

/**
 * The narrow waist: whatever looks at telemetry, of a simulation or of a real system, reads it through this.
 */
export interface Reader {
  /** Series that satisfy every matcher, cut to [from, to], in the order of their creation. */
  select(matchers: readonly Matcher[], fromMicros: number, toMicros: number): SeriesView[];
  /** Ascending, without duplicates. */
  labelNames(): string[];
  labelValues(label: string): string[];
}
