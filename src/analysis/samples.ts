import type { Labels, Reader, SeriesView } from '../telemetry/reader.ts';

/** One value for each sample interval; NaN where nothing was measured. */
export type PerSample = Float64Array;

interface Aligned {
  readonly labels: Labels;
  readonly values: PerSample;
}

/** The samples of a window: positions [first, last). */
export interface SampleRange {
  readonly first: number;
  readonly last: number;
}

/**
 * All series of a run on their shared sample times. Interval i reaches from the end of interval i − 1 (virtual
 * time zero for the first) to `timesMicros[i]`; counters start at zero, so the first interval has an increase too.
 * Labels that a question does not name are summed over. Returned arrays belong to the caller.
 */
export class Samples {
  readonly timesMicros: Float64Array;
  readonly #reader: Reader;
  readonly #endMicros: number;
  readonly #byName = new Map<string, readonly Aligned[]>();

  constructor(reader: Reader, endMicros: number) {
    this.#reader = reader;
    this.#endMicros = endMicros;
    this.timesMicros = sampleTimes(reader, endMicros);
  }

  get count(): number {
    return this.timesMicros.length;
  }

  startMicros(index: number): number {
    return index === 0 ? 0 : this.timesMicros[index - 1];
  }

  lengthMicros(index: number): number {
    return this.timesMicros[index] - this.startMicros(index);
  }

  /** The intervals that lie wholly inside [from, to]. */
  range(fromMicros: number, toMicros: number): SampleRange {
    let first = 0;
    while (first < this.count && this.startMicros(first) < fromMicros) first++;
    let last = this.count;
    while (last > first && this.timesMicros[last - 1] > toMicros) last--;
    return { first, last };
  }

  /** By how much the counters grew in each interval, summed over all series with these labels; null: there is none. */
  increase(name: string, labels: Labels): PerSample | null {
    const matching = this.#matching(name, labels);
    if (matching.length === 0) return null;
    const sum = new Float64Array(this.count);
    for (const { values } of matching) {
      let before = 0;
      for (let i = 0; i < sum.length; i++) {
        const now = values[i];
        if (Number.isNaN(now)) continue;
        // A counter that fell was started anew, as a restarted exporter does it.
        sum[i] += now >= before ? now - before : now;
        before = now;
      }
    }
    return sum;
  }

  /** Gauges summed over all series with these labels, NaN where none has a value; null: there is none. */
  gauge(name: string, labels: Labels): PerSample | null {
    const matching = this.#matching(name, labels);
    if (matching.length === 0) return null;
    const sum = new Float64Array(this.count).fill(NaN);
    for (const { values } of matching)
      for (let i = 0; i < sum.length; i++)
        if (!Number.isNaN(values[i])) sum[i] = (Number.isNaN(sum[i]) ? 0 : sum[i]) + values[i];
    return sum;
  }

  /** The values that a label takes among series with these labels, in the order of their creation. */
  values(name: string, label: string, labels: Labels): string[] {
    const found = new Set<string>();
    for (const series of this.#matching(name, labels)) {
      const value = series.labels[label];
      if (value !== undefined) found.add(value);
    }
    return [...found];
  }

  #matching(name: string, labels: Labels): readonly Aligned[] {
    const wanted = Object.entries(labels);
    return this.#named(name).filter((series) =>
      wanted.every(([label, value]) => series.labels[label] === value),
    );
  }

  #named(name: string): readonly Aligned[] {
    let found = this.#byName.get(name);
    if (found === undefined) {
      const views = this.#reader.select(
        [{ label: '__name__', operator: '=', value: name }],
        0,
        this.#endMicros,
      );
      found = views.map((view) => ({ labels: view.labels, values: align(view, this.timesMicros) }));
      this.#byName.set(name, found);
    }
    return found;
  }
}

/** Series that every run has from its first sample on; the sample times are theirs. */
const clocks = ['service_replicas', 'user_requests_started_total'];

function sampleTimes(reader: Reader, endMicros: number): Float64Array {
  let times = new Float64Array(0);
  for (const value of clocks)
    for (const view of reader.select([{ label: '__name__', operator: '=', value }], 0, endMicros))
      if (view.timesMicros.length > times.length) times = Float64Array.from(view.timesMicros);
  return times;
}

/** The last value of each interval; NaN in intervals without one, as before a series was created. */
function align(view: SeriesView, times: Float64Array): PerSample {
  if (view.timesMicros.length === times.length) return view.values;
  const values = new Float64Array(times.length).fill(NaN);
  for (let i = 0, j = 0; i < times.length; i++)
    for (; j < view.timesMicros.length && view.timesMicros[j] <= times[i]; j++) values[i] = view.values[j];
  return values;
}
