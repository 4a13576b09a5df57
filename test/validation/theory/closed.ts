import { birthDeath, meanOf } from './chain.ts';
import { sojournAmong } from './mmc.ts';
import type { RealFunction } from './numeric.ts';

/** Machine repair, M/M/c//N: users who think, ask, wait for the answer, and think again. */
export interface ClosedSystem {
  readonly users: number;
  readonly meanThink: number;
  readonly serviceRate: number;
  readonly servers: number;
}

export interface ClosedStation {
  readonly throughput: number;
  readonly utilisation: number;
  readonly meanSojourn: number;
  readonly meanInSystem: number;
  readonly sojournSurvival: RealFunction;
}

export function machineRepair(system: ClosedSystem): ClosedStation {
  const { users, meanThink, serviceRate, servers } = system;
  const present = inSystem(system, users);
  const busy = present.reduce((sum, p, n) => sum + p * Math.min(n, servers), 0);
  const throughput = busy * serviceRate;
  const meanInSystem = meanOf(present);
  return {
    throughput,
    utilisation: busy / servers,
    meanInSystem,
    meanSojourn: users / throughput - meanThink,
    // Arrival theorem: an arriving user finds the equilibrium of the system without that user.
    sojournSurvival: sojournAmong(inSystem(system, users - 1), servers, serviceRate),
  };
}

function inSystem({ meanThink, serviceRate, servers }: ClosedSystem, users: number): number[] {
  const thinking = (n: number) => (users - n) / meanThink;
  return birthDeath(users, thinking, (n) => Math.min(n, servers) * serviceRate);
}
