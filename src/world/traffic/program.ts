/**
 * Fidelity: what a request does is a straight-line program of CPU bursts, waits and calls, as a trace of a real
 * handler shows it; loops are written out, data-dependent branches are probabilities. No upstream version applies.
 */

import { assert } from '../../base/assert.ts';
import type { DistributionTable } from '../../base/distribution.ts';
import type { Endpoint, Step, Work } from './model.ts';

/** Operation codes. Operands: see `Program`. */
export const opCpu = 0;
export const opWait = 1;
export const opCall = 2;
export const opParallel = 3;
export const opSkip = 4;
export const opEnd = 5;
/** The end of a health probe: it succeeds. */
export const opHealthy = 6;

/** One operand of `work` that is proportional to an attribute of the request's trace row. */
interface Proportion {
  readonly work: number;
  readonly attribute: string;
  readonly micros: number;
}

/**
 * All endpoints' steps as one flat array of operations. `entry[endpoint]` is the first; each ends with `opEnd`.
 * `first`: the work id (cpu, wait), call id (call), start in `parallelCalls` (parallel) or target (skip);
 * `second`: the number of calls (parallel). `probability` belongs to skip: jump unless a draw falls below it.
 */
export interface Program {
  readonly entry: Int32Array;
  /** A program of one operation: what a health probe runs. */
  readonly probeEntry: number;
  readonly code: Uint8Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly probability: Float64Array;
  readonly parallelCalls: Int32Array;
  /** Distribution id of each work. */
  readonly workDistribution: Int32Array;
  /** Proportional parts by work; most works have none. */
  readonly proportions: readonly (readonly Proportion[] | undefined)[];
}

/** Flattens the steps of every endpoint; distributions go into `distributions`. */
export function assemble(endpoints: readonly Endpoint[], distributions: DistributionTable): Program {
  return new Assembler(distributions).assemble(endpoints);
}

class Assembler {
  private readonly code: number[] = [];
  private readonly first: number[] = [];
  private readonly second: number[] = [];
  private readonly probability: number[] = [];
  private readonly parallelCalls: number[] = [];
  private readonly workDistribution: number[] = [];
  private readonly proportions: (readonly Proportion[] | undefined)[] = [];
  private readonly distributions: DistributionTable;

  constructor(distributions: DistributionTable) {
    this.distributions = distributions;
  }

  assemble(endpoints: readonly Endpoint[]): Program {
    const entry = endpoints.map((endpoint) => {
      const start = this.code.length;
      this.steps(endpoint.steps);
      this.emit(opEnd, 0, 0, 1);
      return start;
    });
    const probeEntry = this.emit(opHealthy, 0, 0, 1);
    return {
      entry: Int32Array.from(entry),
      probeEntry,
      code: Uint8Array.from(this.code),
      first: Int32Array.from(this.first),
      second: Int32Array.from(this.second),
      probability: Float64Array.from(this.probability),
      parallelCalls: Int32Array.from(this.parallelCalls),
      workDistribution: Int32Array.from(this.workDistribution),
      proportions: this.proportions,
    };
  }

  private steps(steps: readonly Step[]): void {
    for (const step of steps) this.step(step);
  }

  private step(step: Step): void {
    assert(step.probability >= 0 && step.probability <= 1, 'A step has a probability in [0, 1].');
    const skip = step.probability < 1 ? this.emit(opSkip, 0, 0, step.probability) : -1;
    this.body(step);
    if (skip >= 0) this.first[skip] = this.code.length;
  }

  private body(step: Step): void {
    switch (step.kind) {
      case 'cpu':
        this.emit(opCpu, this.work(step.work), 0, 1);
        break;
      case 'wait':
        this.emit(opWait, this.work(step.work), 0, 1);
        break;
      case 'call':
        this.emit(opCall, step.call, 0, 1);
        break;
      case 'parallel':
        // Nothing to wait for: no answer would ever wake the request again.
        if (step.calls.length === 0) break;
        this.emit(opParallel, this.parallelCalls.length, step.calls.length, 1);
        this.parallelCalls.push(...step.calls);
        break;
      case 'sequence':
        this.steps(step.steps);
    }
  }

  private work(work: Work): number {
    const id = this.workDistribution.length;
    this.workDistribution.push(this.distributions.add(work.base));
    this.proportions.push(
      work.perAttribute.length === 0
        ? undefined
        : work.perAttribute.map(({ attribute, micros }) => ({ work: id, attribute, micros })),
    );
    return id;
  }

  private emit(code: number, first: number, second: number, probability: number): number {
    this.code.push(code);
    this.first.push(first);
    this.second.push(second);
    this.probability.push(probability);
    return this.code.length - 1;
  }
}
