import { assert } from '../base/assert.ts';
import type { Instrument, Instruments } from './instruments.ts';
import type { Labels, Matcher, Reader, SeriesView } from './reader.ts';

/** Numbers appended one by one. */
class Column {
  length = 0;
  private values = new Float64Array(256);

  append(value: number): void {
    if (this.length === this.values.length) this.grow();
    this.values[this.length++] = value;
  }

  view(from: number, to: number): Float64Array {
    return this.values.subarray(from, to);
  }

  private grow(): void {
    const grown = new Float64Array(this.values.length * 2);
    grown.set(this.values);
    this.values = grown;
  }
}

interface Recorded {
  readonly instrument: Instrument;
  /** Samples that were taken before the instrument existed. */
  readonly missed: number;
  readonly column: Column;
}

/** Keeps every sample of every instrument in memory; sampled by the run, read by everyone. */
export class Recorder implements Reader {
  private readonly instruments: Instruments;
  private readonly times = new Column();
  private readonly series: Recorded[] = [];

  constructor(instruments: Instruments) {
    this.instruments = instruments;
  }

  /** Takes one sample of everything that is published. Times must ascend. */
  sample(nowMicros: number): void {
    const taken = this.times.length;
    assert(
      taken === 0 || nowMicros > this.times.view(taken - 1, taken)[0],
      'Samples are taken in order of time.',
    );
    const published = this.instruments.list;
    for (let index = this.series.length; index < published.length; index++)
      this.series.push({ instrument: published[index], missed: taken, column: new Column() });
    for (const { instrument, column } of this.series) column.append(instrument.read());
    this.times.append(nowMicros);
  }

  select(matchers: readonly Matcher[], fromMicros: number, toMicros: number): SeriesView[] {
    const tests = matchers.map(matcherTest);
    const times = this.times.view(0, this.times.length);
    const from = firstAtLeast(times, fromMicros);
    const to = firstAtLeast(times, toMicros + 1);
    return this.series
      .filter(({ instrument }) => tests.every((test) => test(instrument.labels)))
      .map(({ instrument, missed, column }) => ({
        labels: instrument.labels,
        timesMicros: times.subarray(Math.max(from, missed), to),
        values: column.view(Math.max(from, missed) - missed, Math.max(to, missed) - missed),
      }));
  }

  labelNames(): string[] {
    return ascending(this.series.flatMap(({ instrument }) => Object.keys(instrument.labels)));
  }

  labelValues(label: string): string[] {
    return ascending(this.series.flatMap(({ instrument }) => instrument.labels[label] ?? []));
  }
}

function ascending(names: string[]): string[] {
  return [...new Set(names)].sort();
}

/** A missing label equals the empty string, and regular expressions match whole values, as in PromQL. */
function matcherTest({ label, operator, value }: Matcher): (labels: Labels) => boolean {
  if (operator === '=') return (labels) => (labels[label] ?? '') === value;
  if (operator === '!=') return (labels) => (labels[label] ?? '') !== value;
  const pattern = new RegExp(`^(?:${value})$`, 's');
  const wanted = operator === '=~';
  return (labels) => pattern.test(labels[label] ?? '') === wanted;
}

function firstAtLeast(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
