import assert from 'node:assert/strict';
import type { SketchSummary } from '../../src/base/sketch.ts';
import type { Run } from '../../src/run/run.ts';
import type {
  CallAccount,
  EndpointAccount,
  Outcomes,
  ServiceAccount,
  SourceAccount,
  TrafficAccounts,
} from '../../src/world/traffic/accounts.ts';

/** Reads one number off a run. Times in microseconds. */
export type Measure = (run: Run) => number;

export const windowMicros = ({ truth }: Run): number => truth.toMicros - truth.fromMicros;

/** Mean of a sketch, which is exact. */
export function meanOf(sketch: SketchSummary): number {
  assert(sketch.count > 0, 'nothing was measured');
  return sketch.sum / sketch.count;
}

/**
 * The quantile by linear interpolation inside its bucket. The sketch itself answers with the middle of a bucket,
 * a rounding of up to 0.4 % that would hide what is to be shown here.
 */
export function quantileOf(sketch: SketchSummary, probability: number): number {
  assert(sketch.count > 0, 'nothing was measured');
  const rank = probability * sketch.count;
  let seen = 0;
  for (let i = 0; i < sketch.buckets.length; i += 2) {
    const count = sketch.buckets[i + 1];
    if (seen + count >= rank) {
      const [low, width] = bucketRange(sketch.buckets[i]);
      return low + (width * (rank - seen)) / count;
    }
    seen += count;
  }
  return sketch.max;
}

/** Share of values above zero. */
export function positiveShare(sketch: SketchSummary): number {
  assert(sketch.count > 0, 'nothing was measured');
  return sketch.buckets[0] === 0 ? 1 - sketch.buckets[1] / sketch.count : 1;
}

/** Lower end and width of a bucket: one value each below 256, then 128 to every octave. */
export function bucketRange(bucket: number): [low: number, width: number] {
  if (bucket < 256) return [bucket, 1];
  const shift = (bucket >>> 7) - 1;
  const width = 2 ** shift;
  return [(bucket - (shift << 7)) * width, width];
}

/** Shares of values at most x, as (x, share) at every bucket's upper end: the sketch's distribution function. */
export function distributionOf(sketch: SketchSummary): [x: number, share: number][] {
  const points: [number, number][] = [];
  let seen = 0;
  for (let i = 0; i < sketch.buckets.length; i += 2) {
    const [low, width] = bucketRange(sketch.buckets[i]);
    seen += sketch.buckets[i + 1];
    points.push([low + width, seen / sketch.count]);
  }
  return points;
}

const named = <T>(rows: readonly T[], matches: (row: T) => boolean, what: string): T => {
  const row = rows.find(matches);
  assert(row !== undefined, `the run has no ${what}`);
  return row;
};

export const source = (truth: TrafficAccounts, name: string): SourceAccount =>
  named(truth.sources, (row) => row.name === name, `source ${name}`);

export const service = (truth: TrafficAccounts, name: string): ServiceAccount =>
  named(truth.services, (row) => row.name === name, `service ${name}`);

export const endpoint = (truth: TrafficAccounts, serviceName: string, name: string): EndpointAccount =>
  named(
    truth.endpoints,
    (row) => row.service === serviceName && row.endpoint === name,
    `endpoint ${serviceName} ${name}`,
  );

export const call = (truth: TrafficAccounts, client: string, serviceName: string): CallAccount =>
  named(
    truth.calls,
    (row) => row.client === client && row.service === serviceName,
    `call ${client} → ${serviceName}`,
  );

export const ended = (outcomes: Outcomes): number => Object.values(outcomes).reduce((sum, n) => sum + n, 0);

/** Share of ended requests with this outcome. */
export const share = (outcomes: Outcomes, cause: keyof Outcomes): number => outcomes[cause] / ended(outcomes);
