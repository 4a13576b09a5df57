import assert from 'node:assert/strict';
import { poisson } from './numeric.ts';

/**
 * Markov chains solved by numbers alone. They are the independent oracle for the closed formulas, and the
 * theory itself where no formula exists.
 */

/** Stationary probabilities of a birth–death chain on 0…size by its balance equations. */
export function birthDeath(
  size: number,
  birthRate: (n: number) => number,
  deathRate: (n: number) => number,
): number[] {
  // In logarithms, since the weights of a large chain overflow.
  const logWeights = [0];
  for (let n = 1; n <= size; n++) {
    logWeights.push(logWeights[n - 1] + Math.log(birthRate(n - 1) / deathRate(n)));
  }
  const largest = Math.max(...logWeights);
  return normalised(logWeights.map((w) => Math.exp(w - largest)));
}

export function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

export const meanOf = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, p, n) => sum + n * p, 0);

/** One possible move of a chain with states 0…n−1. */
export interface Transition {
  readonly from: number;
  readonly to: number;
  readonly rate: number;
}

/** Stationary probabilities of an irreducible chain by Gauss–Seidel sweeps, to a relative change of 1e-13. */
export function stationary(states: number, transitions: readonly Transition[]): number[] {
  const into: Transition[][] = Array.from({ length: states }, () => []);
  const outRate = new Float64Array(states);
  for (const move of transitions) {
    into[move.to].push(move);
    outRate[move.from] += move.rate;
  }
  let probabilities = new Array<number>(states).fill(1 / states);
  for (let sweep = 0; sweep < 100_000; sweep++) {
    if (gaussSeidelSweep(probabilities, into, outRate) < 1e-13) return normalised(probabilities);
    if (sweep % 64 === 0) probabilities = normalised(probabilities);
  }
  assert.fail('the chain did not converge');
}

/** One sweep; returns the largest change against the largest probability. */
function gaussSeidelSweep(p: number[], into: readonly Transition[][], outRate: Float64Array): number {
  let change = 0;
  let largest = 0;
  for (let state = 0; state < p.length; state++) {
    let inflow = 0;
    for (const move of into[state]) inflow += p[move.from] * move.rate;
    const next = inflow / outRate[state];
    change = Math.max(change, Math.abs(next - p[state]));
    largest = Math.max(largest, next);
    p[state] = next;
  }
  return change / largest;
}

/**
 * P(absorption later than t) of an absorbing chain by uniformisation. Moves to a state outside 0…n−1 absorb;
 * `start` is the distribution at time 0.
 */
export function absorptionSurvival(
  start: readonly number[],
  transitions: readonly Transition[],
): (t: number) => number {
  const states = start.length;
  const outRate = new Float64Array(states);
  for (const move of transitions) outRate[move.from] += move.rate;
  const uniformRate = Math.max(...outRate);
  const alive: number[] = [];
  let current = Float64Array.from(start);
  const extend = () => {
    alive.push(current.reduce((sum, p) => sum + p, 0));
    const next = current.map((p, state) => p * (1 - outRate[state] / uniformRate));
    for (const { from, to, rate } of transitions) {
      if (to < states) next[to] += (current[from] * rate) / uniformRate;
    }
    current = next;
  };
  return (t) => {
    const jumps = uniformRate * t;
    const last = Math.ceil(jumps + 10 * Math.sqrt(jumps) + 30);
    while (alive.length <= last) extend();
    let total = 0;
    for (let k = 0; k <= last; k++) total += poisson(jumps, k) * alive[k];
    return total;
  };
}
