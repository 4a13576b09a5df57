/**
 * Fidelity: exact accounts of what happens, kept beside the mechanisms; no real mechanism is simulated here.
 */
import { QuantileSketch } from '../../base/sketch.ts';
import { causes, type TrafficModel } from './model.ts';

/** Causes as numbers: positions in `causes`. */
export const causeCount = causes.length;
export const ok = 0;

const code = (name: (typeof causes)[number]): number => causes.indexOf(name);
export const timeout = code('timeout');
export const deadlinePassed = code('deadline');
export const refused = code('refused');
export const shed = code('shed');
export const rateLimited = code('rateLimited');
export const unavailable = code('unavailable');
export const breakerOpen = code('breakerOpen');
export const bulkheadFull = code('bulkheadFull');
export const poolTimeout = code('poolTimeout');
export const application = code('application');
export const dependency = code('dependency');
export const cancelled = code('cancelled');
export const terminated = code('terminated');

/** Latency limits that objectives ask about, in microseconds, by source and by endpoint. */
export interface LatencyLimits {
  readonly sources: readonly (readonly number[])[];
  readonly endpoints: readonly (readonly number[])[];
}

/** Durations of one kind: of the current sample interval, and of the measured window so far. */
export class Durations {
  readonly window = new QuantileSketch();
  readonly total = new QuantileSketch();
  /** Limits, in microseconds, below or at which durations are counted exactly, because objectives ask. */
  readonly limits: readonly number[];
  /** Durations within each limit, since the beginning of the run. */
  readonly within: Float64Array;
  /** All durations since the beginning of the run. */
  count = 0;

  constructor(limits: readonly number[] = []) {
    this.limits = limits;
    this.within = new Float64Array(limits.length);
  }

  record(micros: number): void {
    this.window.record(micros);
    this.count++;
    for (let index = 0; index < this.limits.length; index++)
      if (micros <= this.limits[index]) this.within[index]++;
  }

  /** Moves the interval's durations into the total. */
  roll(): void {
    this.total.merge(this.window);
    this.window.clear();
  }

  reset(): void {
    this.total.clear();
    this.window.clear();
  }
}

/** Counters and durations of every source, endpoint and call; `reset` starts the measured window. */
export class Ledger {
  readonly sourceStarted: Float64Array;
  readonly sourceOutcomes: Float64Array;
  readonly sourceOk: Durations[];
  readonly sourceFailed: Durations[];
  readonly endpointStarted: Float64Array;
  readonly endpointOutcomes: Float64Array;
  readonly endpointWasted: Float64Array;
  /** Of requests that were let in and answered without error, and of those that failed after being let in. */
  readonly endpointOk: Durations[];
  readonly endpointFailed: Durations[];
  readonly callStarted: Float64Array;
  readonly callAttempts: Float64Array;
  readonly callRetries: Float64Array;
  readonly callHedges: Float64Array;
  readonly callShared: Float64Array;
  readonly callOutcomes: Float64Array;
  readonly callDurations: Durations[];
  private readonly counters: Float64Array[];
  private readonly durations: Durations[];
  /** Values of `counters` when the measured window began. */
  private baseline: Float64Array[];

  constructor(model: TrafficModel, limits: LatencyLimits) {
    const zeros = (length: number) => new Float64Array(length);
    const fresh = (length: number) => Array.from({ length }, () => new Durations());
    const [sources, endpoints, calls] = [model.sources.length, model.endpoints.length, model.calls.length];
    this.sourceStarted = zeros(sources);
    this.sourceOutcomes = zeros(sources * causeCount);
    this.sourceOk = limits.sources.map((each) => new Durations(each));
    this.sourceFailed = fresh(sources);
    this.endpointStarted = zeros(endpoints);
    this.endpointOutcomes = zeros(endpoints * causeCount);
    this.endpointWasted = zeros(endpoints);
    this.endpointOk = limits.endpoints.map((each) => new Durations(each));
    this.endpointFailed = fresh(endpoints);
    this.callStarted = zeros(calls);
    this.callAttempts = zeros(calls);
    this.callRetries = zeros(calls);
    this.callHedges = zeros(calls);
    this.callShared = zeros(calls);
    this.callOutcomes = zeros(calls * causeCount);
    this.callDurations = fresh(calls);
    this.counters = [this.sourceStarted, this.sourceOutcomes, this.endpointStarted, this.endpointOutcomes];
    this.counters.push(this.endpointWasted, this.callStarted, this.callAttempts, this.callRetries);
    this.counters.push(this.callHedges, this.callShared, this.callOutcomes);
    this.durations = [
      this.sourceOk,
      this.sourceFailed,
      this.endpointOk,
      this.endpointFailed,
      this.callDurations,
    ].flat();
    this.baseline = this.counters.map((counter) => counter.slice());
  }

  sourceEnded(source: number, cause: number, micros: number): void {
    this.sourceOutcomes[source * causeCount + cause]++;
    (cause === ok ? this.sourceOk : this.sourceFailed)[source].record(micros);
  }

  /** A request that was let in has ended. */
  endpointEnded(endpoint: number, cause: number, micros: number): void {
    this.endpointOutcomes[endpoint * causeCount + cause]++;
    (cause === ok ? this.endpointOk : this.endpointFailed)[endpoint].record(micros);
  }

  /** A request was turned away at the door: it has no duration. */
  endpointRefused(endpoint: number, cause: number): void {
    this.endpointOutcomes[endpoint * causeCount + cause]++;
  }

  callEnded(call: number, cause: number, micros: number): void {
    this.callOutcomes[call * causeCount + cause]++;
    this.callDurations[call].record(micros);
  }

  /** Ends a sample interval. */
  roll(): void {
    for (const durations of this.durations) durations.roll();
  }

  /** Begins the measured window now. Counters go on; `since` tells what they counted from here. */
  reset(): void {
    for (const durations of this.durations) durations.reset();
    this.baseline = this.counters.map((counter) => counter.slice());
  }

  /** The part of one counter that belongs to the measured window. */
  since(counter: Float64Array, index: number): number {
    return counter[index] - this.baseline[this.counters.indexOf(counter)][index];
  }
}
