import type { RealFunction } from './numeric.ts';

/**
 * One queue in equilibrium. Times are in the unit that the rates are given in. `wait` is from arrival to the
 * start of service, `sojourn` from arrival to the end of it.
 */
export interface Station {
  /** Mean busy servers over servers. */
  readonly utilisation: number;
  readonly meanInSystem: number;
  readonly meanInQueue: number;
  readonly meanWait: number;
  readonly meanSojourn: number;
  /** P(wait > t). */
  readonly waitSurvival: RealFunction;
  /** P(sojourn > t). */
  readonly sojournSurvival: RealFunction;
  /** P(n in system) as outside observers, and so Poisson arrivals, find it. */
  readonly probability: RealFunction;
}

/** The time that M/M/1 needs to forget how it began, after Cohen: 1/(μ(1−√ρ)²). */
export function relaxationTime(serviceRate: number, utilisation: number): number {
  const gap = 1 - Math.sqrt(utilisation);
  return 1 / (serviceRate * gap * gap);
}
