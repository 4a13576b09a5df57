import { balancingSystem } from './balancing.ts';
import { clientSystem, rateLimitSystem } from './clients.ts';
import {
  bulkheadSystem,
  infiniteSystem,
  lossSystem,
  mmcSystem,
  mmcWaitSystem,
  poolSystem,
} from './many-servers.ts';
import { closedSystem, networkSystem } from './networks.ts';
import { quotaSystem } from './quota.ts';
import { sharingSystem } from './sharing.ts';
import {
  lcfsSystem,
  md1System,
  mg1System,
  mm1System,
  mm1WaitSystem,
  regularSystem,
} from './single-server.ts';
import type { System } from './system.ts';

/** Every validated system, in the order of the report. */
export const systems: readonly System[] = [
  mm1System,
  mm1WaitSystem,
  md1System,
  mg1System,
  lcfsSystem,
  regularSystem,
  mmcSystem,
  mmcWaitSystem,
  lossSystem,
  bulkheadSystem,
  infiniteSystem,
  sharingSystem,
  balancingSystem,
  poolSystem,
  closedSystem,
  networkSystem,
  clientSystem,
  rateLimitSystem,
  quotaSystem,
];
