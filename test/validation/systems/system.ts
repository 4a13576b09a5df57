import type { SketchSummary } from '../../../src/base/sketch.ts';
import type { Model } from '../../../src/model/model.ts';
import type { TrafficAccounts } from '../../../src/world/traffic/accounts.ts';
import type { Cause } from '../../../src/world/traffic/model.ts';
import type { RunSpan } from '../builder.ts';
import {
  endpoint,
  type Measure,
  meanOf,
  quantileOf,
  service,
  share,
  source,
  windowMicros,
} from '../measure.ts';

export type Unit = 'milliseconds' | 'requests' | 'share' | 'perSecond';

/** One number that theory predicts and a run shows. Times are in microseconds on both sides. */
export interface Quantity {
  readonly name: string;
  /** The account field that the number is read from. */
  readonly account: string;
  readonly unit: Unit;
  readonly theory: number;
  readonly measure: Measure;
  /**
   * The 99.9 % interval of the quick test may reach at most this share of the theoretical value to either side:
   * a comparison too vague to fail proves nothing. Null: the quick test is too short for this one (far tails at
   * high load) and only the report's runs say something.
   */
  readonly halfWidthMax: number | null;
  /** Set where nothing is random: the largest relative difference allowed, instead of an interval. */
  readonly exact?: number;
}

/** A case that the quick test leaves out. */
export const reportOnly = (of: Case): Case => ({ ...of, reportOnly: true });

/** One parameter setting of a system. */
export interface Case {
  /** Unique over all systems; names the replay command's argument and seeds the replications. */
  readonly id: string;
  readonly parameters: string;
  /** Position on the horizontal axis of the system's plots. */
  readonly x: number;
  /** Deleted before measuring: many relaxation times. */
  readonly warmupMicros: number;
  /** Measured time of one replication in the quick test; the report runs a multiple of it. */
  readonly measuredMicros: number;
  /** Only the report runs it: another point of a plot, too long for the quick test or nothing new to it. */
  readonly reportOnly?: boolean;
  readonly build: (span: RunSpan) => Model;
  readonly quantities: readonly Quantity[];
}

/** A curve from theory with the cases' points on it. */
export interface CurvePlot {
  readonly kind: 'curve';
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yMax?: number;
  readonly logarithmic?: boolean;
  readonly lines: readonly {
    readonly label: string;
    /** Name of the quantity that its points show. */
    readonly quantity: string;
    /** Only cases whose id begins with this belong to the line. */
    readonly cases: string;
    readonly theory: (x: number) => number;
  }[];
  readonly xRange: readonly [from: number, to: number];
}

/** P(X > t) from theory with the share that a run measured, all replications together. */
export interface TailPlot {
  readonly kind: 'tail';
  readonly file: string;
  readonly title: string;
  readonly xLabel: string;
  readonly lines: readonly {
    readonly label: string;
    readonly case: string;
    readonly sketch: (truth: TrafficAccounts) => SketchSummary;
    readonly survival: (micros: number) => number;
  }[];
  readonly xMaxMicros: number;
}

export type Plot = CurvePlot | TailPlot;

/** A family of queueing systems with its theory. */
export interface System {
  readonly id: string;
  readonly title: string;
  /** How the model says it, and what theory says. */
  readonly text: string;
  /** Where the formulas come from. */
  readonly reference: string;
  readonly cases: readonly Case[];
  readonly plots: readonly Plot[];
}

/** Mean service time of most systems: 100 ms, so that the clock's microsecond is a hundred-thousandth of it. */
export const serviceMicros = 100_000;

/** Requests per second that load `servers` servers of mean service `serviceMicros` to the share `load`. */
export const rateAt = (load: number, servers = 1): number => (load * servers * 1e6) / serviceMicros;

/**
 * Warm-up and measured time. The slowest mode of M/M/1 dies out with 1/(μ(1−√ρ)²) (`relaxationTime`), faster with
 * more servers, slower with more variable service; after fifteen such times less than a millionth of the initial
 * bias is left, far below any interval here.
 */
export function lengths(options: {
  readonly requests: number;
  readonly perSecond: number;
  readonly load: number;
  readonly servers?: number;
  readonly squaredVariation?: number;
}): { warmupMicros: number; measuredMicros: number } {
  const { requests, perSecond, load, servers = 1, squaredVariation = 1 } = options;
  const gap = 1 - Math.sqrt(Math.min(load, 0.98));
  const variability = Math.max(1, (1 + squaredVariation) / 2);
  const relaxation = serviceMicros * (1 + variability / (servers * gap * gap));
  return { warmupMicros: 15 * relaxation, measuredMicros: (requests / perSecond) * 1e6 };
}

export const percent = (probability: number): string => `p${Number((probability * 100).toFixed(1))}`;

/** Options that most quantities share. */
interface At {
  readonly theory: number;
  readonly halfWidthMax: number | null;
}

type Where = { readonly service: string; readonly endpoint?: string };

const latencyOf = (at: Where) => (truth: TrafficAccounts) =>
  endpoint(truth, at.service, at.endpoint ?? 'job').latency;

export const meanLatency = (name: string, at: Where & At): Quantity => ({
  name: `mean ${name}`,
  account: `endpoints[${at.service} ${at.endpoint ?? 'job'}].latency`,
  unit: 'milliseconds',
  theory: at.theory,
  halfWidthMax: at.halfWidthMax,
  measure: (run) => meanOf(latencyOf(at)(run.truth)),
});

export const latencyQuantile = (name: string, probability: number, at: Where & At): Quantity => ({
  name: `${percent(probability)} of ${name}`,
  account: `endpoints[${at.service} ${at.endpoint ?? 'job'}].latency`,
  unit: 'milliseconds',
  theory: at.theory,
  halfWidthMax: at.halfWidthMax,
  measure: (run) => quantileOf(latencyOf(at)(run.truth), probability),
});

/** Latency as users see it. */
export const meanUserLatency = (sourceName: string, at: At): Quantity => ({
  name: 'mean latency of users',
  account: `sources[${sourceName}].latency`,
  unit: 'milliseconds',
  ...at,
  measure: (run) => meanOf(source(run.truth, sourceName).latency),
});

export const userLatencyQuantile = (sourceName: string, probability: number, at: At): Quantity => ({
  name: `${percent(probability)} of the latency of users`,
  account: `sources[${sourceName}].latency`,
  unit: 'milliseconds',
  ...at,
  measure: (run) => quantileOf(source(run.truth, sourceName).latency, probability),
});

export const meanInSystem = (serviceName: string, at: At): Quantity => ({
  name: `mean number in ${serviceName}`,
  account: `services[${serviceName}].inFlightMicros`,
  unit: 'requests',
  ...at,
  measure: (run) => service(run.truth, serviceName).inFlightMicros / windowMicros(run),
});

export const meanInQueue = (serviceName: string, at: At): Quantity => ({
  name: `mean number waiting in ${serviceName}`,
  account: `services[${serviceName}].queueMicros`,
  unit: 'requests',
  ...at,
  measure: (run) => service(run.truth, serviceName).queueMicros / windowMicros(run),
});

/** Mean wait in the server's queue, from its time integral and the number of arrivals. */
export const meanQueueWait = (serviceName: string, at: At): Quantity => ({
  name: 'mean wait',
  account: `services[${serviceName}].queueMicros / arrivals`,
  unit: 'milliseconds',
  ...at,
  measure: ({ truth }) => service(truth, serviceName).queueMicros / service(truth, serviceName).arrivals,
});

export const utilisation = (serviceName: string, servers: number, at: At): Quantity => ({
  name: `utilisation of ${serviceName}`,
  account: `services[${serviceName}].cpuMicros`,
  unit: 'share',
  ...at,
  measure: (run) => service(run.truth, serviceName).cpuMicros / windowMicros(run) / servers,
});

export const outcomeShare = (name: string, cause: Cause, at: Where & At): Quantity => ({
  name,
  account: `endpoints[${at.service} ${at.endpoint ?? 'job'}].outcomes.${cause}`,
  unit: 'share',
  theory: at.theory,
  halfWidthMax: at.halfWidthMax,
  measure: ({ truth }) => share(endpoint(truth, at.service, at.endpoint ?? 'job').outcomes, cause),
});

/** Number inside by time integral over (arrival rate × mean stay): 1 by Little's law, but for what straddles the edges. */
export const littlesLaw = (serviceName: string, halfWidthMax = 0.005): Quantity => ({
  name: "Little's law: L / λW",
  account: `services[${serviceName}].inFlightMicros, arrivals; endpoints[].latency`,
  unit: 'share',
  theory: 1,
  halfWidthMax,
  measure: ({ truth }) => {
    const { inFlightMicros, arrivals } = service(truth, serviceName);
    const own = truth.endpoints.filter((row) => row.service === serviceName);
    const count = own.reduce((sum, row) => sum + row.latency.count, 0);
    const stay = own.reduce((sum, row) => sum + row.latency.sum, 0) / count;
    return inFlightMicros / (arrivals * stay);
  },
});
