import type { Distribution } from '../../../src/base/distribution-spec.ts';
import { absorptionSurvival, normalised, type Transition } from './chain.ts';
import { add, type Complex, complex, divide, scale, subtract } from './complex.ts';
import { survivalOf, type Transform } from './laplace.ts';
import { poisson, type RealFunction } from './numeric.ts';
import { moments, transform } from './service.ts';

/** M/G/1 first come first served, by Pollaczek and Khinchine. */
export interface GeneralStation {
  readonly utilisation: number;
  readonly meanWait: number;
  readonly meanSojourn: number;
  readonly meanInQueue: number;
  readonly meanInSystem: number;
  readonly waitSurvival: RealFunction;
}

export function mg1(arrivalRate: number, service: Distribution): GeneralStation {
  const { mean, second } = moments(service);
  const utilisation = arrivalRate * mean;
  const meanWait = (arrivalRate * second) / (2 * (1 - utilisation));
  const beyond = survivalOf(waitTransform(arrivalRate, utilisation, transform(service)));
  return {
    utilisation,
    meanWait,
    meanSojourn: meanWait + mean,
    meanInQueue: arrivalRate * meanWait,
    meanInSystem: arrivalRate * (meanWait + mean),
    // The wait has an atom at zero, which the inversion cannot show.
    waitSurvival: (t) => (t <= 0 ? utilisation : beyond(t)),
  };
}

/** (1 − ρ) s / (s − λ + λ S*(s)). */
function waitTransform(arrivalRate: number, utilisation: number, service: Transform): Transform {
  return (s) => {
    const shifted = add(s, scale(subtract(service(s), complex(1)), arrivalRate));
    return divide(scale(s, 1 - utilisation), shifted);
  };
}

/** M/D/1: as M/G/1, with the wait by a sum of positive terms. */
export function md1(
  arrivalRate: number,
  service: number,
): GeneralStation & { sojournSurvival: RealFunction } {
  const general = mg1(arrivalRate, { kind: 'deterministic', value: service });
  const waitSurvival = md1WaitSurvival(arrivalRate, service);
  return {
    ...general,
    waitSurvival,
    sojournSurvival: (t) => (t < service ? 1 : waitSurvival(t - service)),
  };
}

/**
 * P(wait > t) in M/D/1. Erlang's alternating series loses all digits for long waits; Franx (Operations Research
 * Letters 29, 2001) conditions on the requests that were queued a whole number of services ago instead, which
 * leaves only positive terms: with (k−1)D ≤ t < kD, P(wait ≤ t) = Σ_j P(at most k−1−j queued) Poisson_j(λ(kD−t)).
 */
export function md1WaitSurvival(arrivalRate: number, service: number): RealFunction {
  const load = arrivalRate * service;
  const queuedAtMost = cumulative(md1Queued(load, 1e-14));
  const last = queuedAtMost.length - 1;
  return (t) => {
    if (t < 0) return 1;
    const k = Math.floor(t / service) + 1;
    const mean = arrivalRate * (k * service - t);
    let within = 0;
    for (let j = 0; j < k; j++) within += queuedAtMost[Math.min(last, k - 1 - j)] * poisson(mean, j);
    return Math.max(0, 1 - within);
  };
}

/** Stationary probabilities of n waiting in M/D/1, until less than `rest` is left out. */
function md1Queued(load: number, rest: number): number[] {
  const weights = mg1Embedded(load, 8);
  let covered = weights.reduce((sum, w) => sum + w, 0);
  // P(0 in system) = 1 − ρ scales the unnormalised solution, which starts at 1.
  while (1 - covered * (1 - load) > rest && weights.length < 4000) {
    const longer = mg1Embedded(load, weights.length * 2);
    covered = longer.reduce((sum, w) => sum + w, 0);
    weights.splice(0, weights.length, ...longer);
  }
  const inSystem = weights.map((w) => w * (1 - load));
  return [inSystem[0] + inSystem[1], ...inSystem.slice(2)];
}

/**
 * Unnormalised state probabilities left behind by departures from M/D/1, π(0) = 1, by Ramaswami's recursion,
 * whose terms are all positive. Up to capacity they are those of the finite M/D/1/K as well, at any load.
 */
export function mg1Embedded(load: number, count: number): number[] {
  const tail = poissonTails(load, count + 1);
  const state = [1];
  for (let n = 1; n < count; n++) {
    let sum = state[0] * tail[n];
    for (let k = 1; k < n; k++) sum += state[k] * tail[n + 1 - k];
    state.push(sum / (1 - tail[1]));
  }
  return state;
}

/** tail[n] = P(more than n − 1 … Poisson(mean) ≥ n), by summing from the small end. */
function poissonTails(mean: number, count: number): number[] {
  const tails = new Array<number>(count + 2).fill(0);
  const far = count + Math.ceil(mean + 10 * Math.sqrt(mean) + 40);
  let sum = 0;
  for (let n = far; n >= 0; n--) {
    sum += poisson(mean, n);
    if (n < tails.length) tails[n] = sum;
  }
  return tails;
}

function cumulative(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}

/** Share of arrivals lost by M/D/1/K, where `capacity` counts the one in service. */
export function md1Blocking(load: number, capacity: number): number {
  const leftBehind = normalised(mg1Embedded(load, capacity));
  return 1 - 1 / (leftBehind[0] + load);
}

/** M/G/1 with egalitarian processor sharing: insensitive to the distribution of service beyond its mean. */
export interface SharingStation {
  readonly utilisation: number;
  readonly meanSojourn: number;
  readonly meanInSystem: number;
  /** Mean sojourn of a request that needs this much work. */
  readonly meanSojournOf: (work: number) => number;
  readonly probability: (n: number) => number;
}

export function processorSharing(arrivalRate: number, meanService: number): SharingStation {
  const utilisation = arrivalRate * meanService;
  return {
    utilisation,
    meanSojourn: meanService / (1 - utilisation),
    meanInSystem: utilisation / (1 - utilisation),
    meanSojournOf: (work) => work / (1 - utilisation),
    probability: (n) => (1 - utilisation) * utilisation ** n,
  };
}

/**
 * P(sojourn > t) in M/M/1 processor sharing: the tagged request among n others leaves at rate μ/(n+1). The
 * chain is cut at `othersMax` others, where no more arrive.
 */
export function sharingSojournSurvival(
  arrivalRate: number,
  serviceRate: number,
  othersMax = 120,
): RealFunction {
  const gone = othersMax + 1;
  const moves: Transition[] = [];
  for (let n = 0; n <= othersMax; n++) {
    if (n < othersMax) moves.push({ from: n, to: n + 1, rate: arrivalRate });
    if (n > 0) moves.push({ from: n, to: n - 1, rate: (serviceRate * n) / (n + 1) });
    moves.push({ from: n, to: gone, rate: serviceRate / (n + 1) });
  }
  const { probability } = processorSharing(arrivalRate, 1 / serviceRate);
  const found = Array.from({ length: gone }, (_, n) => probability(n));
  return absorptionSurvival(normalised(found), moves);
}

/** P(wait > t) in M/M/1 last come first served without preemption: with probability ρ a whole busy period. */
export function lcfsWaitSurvival(arrivalRate: number, serviceRate: number): RealFunction {
  const busyPeriod = survivalOf((s) => busyPeriodTransform(s, arrivalRate, serviceRate));
  return (t) => (arrivalRate / serviceRate) * busyPeriod(t);
}

/** (s + λ + μ − √((s + λ + μ)² − 4λμ)) / 2λ, with the root of positive real part. */
function busyPeriodTransform(s: Complex, arrivalRate: number, serviceRate: number): Complex {
  const b = add(s, complex(arrivalRate + serviceRate));
  const inside = subtract(multiplySelf(b), complex(4 * arrivalRate * serviceRate));
  return scale(subtract(b, squareRoot(inside)), 1 / (2 * arrivalRate));
}

const multiplySelf = (a: Complex): Complex => complex(a.re * a.re - a.im * a.im, 2 * a.re * a.im);

/** The root with positive real part. */
function squareRoot(a: Complex): Complex {
  const size = Math.hypot(a.re, a.im);
  const re = Math.sqrt((size + a.re) / 2);
  return complex(re, a.im / (2 * re));
}
