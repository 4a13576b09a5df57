import { birthDeath } from './chain.ts';
import type { RealFunction } from './numeric.ts';

/** Closed forms for what clients do to protect themselves. */

/** Mean attempts per call when each fails independently with `failure` and at most `retriesMax` follow the first. */
export function retryAmplification(failure: number, retriesMax: number): number {
  if (failure === 1) return retriesMax + 1;
  return (1 - failure ** (retriesMax + 1)) / (1 - failure);
}

/** Share of calls that succeed in the end, under the same assumptions. */
export function retrySuccess(failure: number, retriesMax: number): number {
  return 1 - failure ** (retriesMax + 1);
}

/** A second copy is sent when the first is not answered after `after`; the first answer counts. */
export function hedged(latency: RealFunction, after: number) {
  return {
    attemptsPerCall: 1 + latency(after),
    survival: (t: number) => latency(t) * (t <= after ? 1 : latency(t - after)),
  };
}

/**
 * Poisson calls that join the call in flight, if there is one: one flight per cycle of mean length
 * E[flight] + 1/λ (a counter of the first type; insensitive to how long flights vary).
 */
export function sharedFlights(arrivalRate: number, meanFlight: number) {
  const joining = arrivalRate * meanFlight;
  return { sharedShare: joining / (1 + joining), flightRate: arrivalRate / (1 + joining) };
}

/** Mean latency of such calls when every flight takes `flight`: joiners arrive uniformly within it. */
export function meanSharedLatency(arrivalRate: number, flight: number): number {
  const joining = arrivalRate * flight;
  return (flight * (1 + joining / 2)) / (1 + joining);
}

/**
 * M/M/c in which whoever has waited `patience` leaves (Barrer 1957). The wait that is on offer has density
 * λ p(c−1) e^{−cμx + λ min(x, patience)}; those who meet more than their patience are the ones who leave.
 */
export function impatient(queue: {
  readonly arrivalRate: number;
  readonly serviceRate: number;
  readonly servers: number;
  readonly patience: number;
}) {
  const { arrivalRate, serviceRate, servers, patience } = queue;
  const fullRate = servers * serviceRate;
  const drain = fullRate - arrivalRate;
  const idle = birthDeath(
    servers - 1,
    () => arrivalRate,
    (n) => n * serviceRate,
  );
  // Weights relative to an M/M/(c−1) loss system, whose states 0…c−1 have the same ratios.
  const edge = arrivalRate * idle[servers - 1];
  const within = drain === 0 ? edge * patience : (edge * -Math.expm1(-drain * patience)) / drain;
  const beyond = (edge * Math.exp(-drain * patience)) / fullRate;
  const total = 1 + within + beyond;
  return {
    abandoned: beyond / total,
    delayed: (within + beyond) / total,
    utilisation: ((1 - beyond / total) * arrivalRate) / fullRate,
  };
}
