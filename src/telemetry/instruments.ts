import { assert } from '../base/assert.ts';
import type { Labels } from './reader.ts';

/** A named quantity that can be read at any time: cumulative for counters, current for gauges. */
export interface Instrument {
  readonly labels: Labels;
  /** Returns NaN when there is nothing to report. */
  readonly read: () => number;
}

/**
 * What the simulated world publishes, as a service does through a metrics client: the hot path writes plain fields,
 * and an instrument reads them when it is scraped.
 */
export class Instruments {
  readonly list: Instrument[] = [];
  private readonly known = new Set<string>();

  /** Publishes a quantity. The name and labels together must be new. */
  publish(name: string, labels: Record<string, string>, read: () => number): void {
    const identity = `${name}${JSON.stringify(Object.entries(labels).sort())}`;
    assert(!this.known.has(identity), `The series ${identity} is published once.`);
    this.known.add(identity);
    this.list.push({ labels: { __name__: name, ...labels }, read });
  }
}
