import assert from 'node:assert/strict';
import { absorptionSurvival, birthDeath, meanOf, normalised } from './chain.ts';
import { hypoexponentialSurvival } from './numeric.ts';
import type { Station } from './station.ts';

/** Exponential service and Poisson arrivals. */
export interface MarkovQueue {
  readonly arrivalRate: number;
  /** Of one server. */
  readonly serviceRate: number;
  readonly servers: number;
}

/** Erlang's loss formula for offered load in erlangs, by its stable recursion. */
export function erlangB(servers: number, load: number): number {
  let blocking = 1;
  for (let n = 1; n <= servers; n++) blocking = (load * blocking) / (n + load * blocking);
  return blocking;
}

/** Erlang's delay formula: the probability that an arrival has to wait. */
export function erlangC(servers: number, load: number): number {
  assert(load < servers, 'Erlang C needs load below the number of servers');
  const blocking = erlangB(servers, load);
  return blocking / (1 - (load / servers) * (1 - blocking));
}

/** M/M/1 first come first served. */
export function mm1(arrivalRate: number, serviceRate: number): Station {
  return mmc({ arrivalRate, serviceRate, servers: 1 });
}

/** M/M/c first come first served. */
export function mmc({ arrivalRate, serviceRate, servers }: MarkovQueue): Station {
  const load = arrivalRate / serviceRate;
  const delay = erlangC(servers, load);
  const drainRate = servers * serviceRate - arrivalRate;
  const meanWait = delay / drainRate;
  return {
    utilisation: load / servers,
    meanInQueue: arrivalRate * meanWait,
    meanInSystem: arrivalRate * meanWait + load,
    meanWait,
    meanSojourn: meanWait + 1 / serviceRate,
    waitSurvival: (t) => delay * Math.exp(-drainRate * t),
    sojournSurvival: (t) =>
      (1 - delay) * Math.exp(-serviceRate * t) + delay * hypoexponentialSurvival(drainRate, serviceRate, t),
    probability: (n) => mmcProbability(servers, load, delay, n),
  };
}

/** P(n in system), told from P(exactly `servers`) = C (1 − ρ). */
function mmcProbability(servers: number, load: number, delay: number, n: number): number {
  const full = delay * (1 - load / servers);
  if (n >= servers) return full * (load / servers) ** (n - servers);
  let probability = full;
  for (let k = servers; k > n; k--) probability *= k / load;
  return probability;
}

/** M/M/c/K: an arrival that finds `capacity` requests inside is lost. */
export interface LossStation {
  /** Share of arrivals that are lost. */
  readonly blocking: number;
  readonly utilisation: number;
  readonly meanInSystem: number;
  readonly meanInQueue: number;
  /** Of requests that are let in. */
  readonly meanSojourn: number;
  readonly meanWait: number;
  readonly sojournSurvival: (t: number) => number;
  readonly probability: (n: number) => number;
}

export function mmcK(queue: MarkovQueue & { readonly capacity: number }): LossStation {
  const { arrivalRate, serviceRate, servers, capacity } = queue;
  const busy = (n: number) => Math.min(n, servers);
  const p = birthDeath(
    capacity,
    () => arrivalRate,
    (n) => busy(n) * serviceRate,
  );
  const blocking = p[capacity];
  const admitted = arrivalRate * (1 - blocking);
  const meanInSystem = meanOf(p);
  const meanInQueue = p.reduce((sum, share, n) => sum + share * (n - busy(n)), 0);
  return {
    blocking,
    utilisation: admitted / serviceRate / servers,
    meanInSystem,
    meanInQueue,
    meanSojourn: meanInSystem / admitted,
    meanWait: meanInQueue / admitted,
    sojournSurvival: sojournAmong(p.slice(0, capacity), servers, serviceRate),
    probability: (n) => p[n] ?? 0,
  };
}

/**
 * P(sojourn > t) at a first-come-first-served exponential station when an arrival finds n inside with
 * probability proportional to `found[n]`: n − c + 1 departures at rate cμ, then its own service.
 */
export function sojournAmong(
  found: readonly number[],
  servers: number,
  serviceRate: number,
): (t: number) => number {
  const stages = Math.max(1, found.length - servers + 1);
  const start = new Array<number>(stages).fill(0);
  found.forEach((p, n) => {
    start[Math.max(0, n - servers + 1)] += p;
  });
  const moves = start.map((_, ahead) =>
    ahead === 0
      ? { from: 0, to: stages, rate: serviceRate }
      : { from: ahead, to: ahead - 1, rate: servers * serviceRate },
  );
  return absorptionSurvival(normalised(start), moves);
}
