import type { Clock } from './clock.ts';
import type { Unit } from './format.ts';

/**
 * What the page's script gets: the series as columns over one time axis, and which chart shows which of
 * them. Everything else is written into the page as HTML. Times are seconds of virtual time.
 */
export interface Payload {
  readonly clock: Clock;
  /** Ends of the sample intervals; the first interval begins at `fromSeconds`. */
  readonly times: readonly number[];
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly columns: readonly (readonly (number | null)[])[];
  readonly charts: readonly ChartSpec[];
  readonly bands: readonly Band[];
  readonly marks: readonly Mark[];
  /** The kinds of the marks, the most telling first: where marks lie close, that one's sign stands for all. */
  readonly markKinds: readonly MarkKind[];
  /** Names by position: `#service-3` is the panel of `services[3]`. */
  readonly services: readonly string[];
}

export interface ChartSpec {
  /** Unique; also the DOM id of the figure, with `chart-` before it. */
  readonly id: string;
  readonly title: string;
  /** What to look for, in a sentence; '' when the title says it. */
  readonly hint: string;
  readonly unit: Unit;
  readonly series: readonly SeriesSpec[];
  /** Horizontal lines, such as an objective's latency limit. */
  readonly limits: readonly { readonly value: number; readonly label: string }[];
  /** Shows differences: zero stands out and the scale may go below it. */
  readonly signed: boolean;
  /** The chart that tells the story: as wide as the page, and taller. */
  readonly wide: boolean;
  /** Whether a logarithmic scale makes sense: the reader can switch to it. */
  readonly logarithmic: boolean;
}

export type Marker = 'none' | 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'plus';

export interface SeriesSpec {
  readonly label: string;
  /** Position in `columns`. */
  readonly column: number;
  /** Name of the colour, a CSS custom property without `--ink-`. */
  readonly ink: string;
  readonly dash: readonly number[];
  readonly marker: Marker;
  readonly width: number;
  /** Constant within an interval, such as a number of replicas. */
  readonly stepped: boolean;
  /** Fills the area below. */
  readonly area: boolean;
}

/** A stretch of time that is shaded on all charts. */
export interface Band {
  readonly kind: 'annotation' | 'warm-up' | 'breach';
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly label: string;
  /** A letter by which charts too narrow for the label name the band; '' when it has none. */
  readonly letter: string;
}

/** An instant that is marked on all charts. */
export interface Mark {
  readonly atSeconds: number;
  readonly kind: string;
  /** How charts draw it. */
  readonly sign: string;
  readonly label: string;
}

/** Marks of one sort, which the reader can show or hide together. */
export interface MarkKind {
  readonly kind: string;
  readonly title: string;
  /** The signs of its marks, for the legend. */
  readonly signs: string;
  readonly count: number;
}
