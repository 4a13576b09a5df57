import { stationary, type Transition } from './chain.ts';
import { mm1 } from './mmc.ts';
import { fallingRoot, type RealFunction } from './numeric.ts';

/** A station of an open network of exponential first-come-first-served single servers. */
export interface NetworkStation {
  readonly serviceRate: number;
  /** Mean visits of one request. */
  readonly visits: number;
}

export interface NetworkTheory {
  /** Of one request through all its visits. */
  readonly meanSojourn: number;
  readonly meanInNetwork: number;
  readonly stations: readonly {
    readonly utilisation: number;
    readonly meanInSystem: number;
    readonly meanSojourn: number;
    readonly sojournSurvival: RealFunction;
  }[];
}

/** Jackson's theorem: each station behaves as M/M/1 at its own total rate, feedback or not. */
export function jackson(arrivalRate: number, stations: readonly NetworkStation[]): NetworkTheory {
  const each = stations.map(({ serviceRate, visits }) => mm1(arrivalRate * visits, serviceRate));
  const meanInNetwork = each.reduce((sum, station) => sum + station.meanInSystem, 0);
  return { stations: each, meanInNetwork, meanSojourn: meanInNetwork / arrivalRate };
}

/** Mean time until both halves are done when every request forks to two M/M/1 queues (Flatto and Hahn 1984). */
export function forkJoinOfTwo(arrivalRate: number, serviceRate: number): number {
  return (12 - arrivalRate / serviceRate) / 8 / (serviceRate - arrivalRate);
}

/**
 * GI/M/1: arrivals find a geometric number with ratio σ = A*(μ(1 − σ)); the sojourn is exponential.
 * `interarrival` is the Laplace transform of the time between arrivals, for real arguments.
 */
export function gim1(serviceRate: number, interarrival: RealFunction) {
  const excess = (sigma: number) => interarrival(serviceRate * (1 - sigma)) - sigma;
  const ratio = fallingRoot(excess, 0, 1 - 1e-9);
  const drainRate = serviceRate * (1 - ratio);
  return {
    ratio,
    meanSojourn: 1 / drainRate,
    meanWait: ratio / drainRate,
    waitSurvival: (t: number) => ratio * Math.exp(-drainRate * t),
    sojournSurvival: (t: number) => Math.exp(-drainRate * t),
  };
}

/** Transform of the time between arrivals at a constant pace. */
export const regularArrivals =
  (rate: number): RealFunction =>
  (s) =>
    Math.exp(-s / rate);

/** Transform of the time between every `every`-th of Poisson arrivals: what round robin sends each replica. */
export const everyNthArrival =
  (rate: number, every: number): RealFunction =>
  (s) =>
    (rate / (rate + s)) ** every;

/**
 * Mean number in two exponential servers when each arrival joins the shorter queue with probability
 * `shorterShare`, at unequal queues: 1 is the shortest queue, 3/4 is the better of two picks that may coincide.
 * No closed formula; the chain of (shorter, longer − shorter) is cut and solved. `arrivalRate` is of both.
 */
export function shorterOfTwo(
  arrivalRate: number,
  serviceRate: number,
  shorterShare: number,
  size: { readonly shorterMax: number; readonly gapMax: number } = { shorterMax: 60, gapMax: 40 },
): number {
  const width = size.gapMax + 1;
  const moves: Transition[] = [];
  for (let shorter = 0; shorter <= size.shorterMax; shorter++) {
    for (let gap = 0; gap < width; gap++) {
      const move = (s: number, g: number, rate: number) => {
        if (s >= 0 && s <= size.shorterMax && g < width && rate > 0) {
          moves.push({ from: shorter * width + gap, to: s * width + g, rate });
        }
      };
      if (gap === 0) {
        move(shorter, 1, arrivalRate);
        move(shorter - 1, 1, 2 * serviceRate);
      } else {
        move(shorter + 1, gap - 1, arrivalRate * shorterShare);
        move(shorter, gap + 1, arrivalRate * (1 - shorterShare));
        move(shorter - 1, gap + 1, serviceRate);
        move(shorter, gap - 1, serviceRate);
      }
    }
  }
  const p = stationary((size.shorterMax + 1) * width, moves);
  return p.reduce((sum, share, i) => sum + share * (2 * Math.floor(i / width) + (i % width)), 0);
}
