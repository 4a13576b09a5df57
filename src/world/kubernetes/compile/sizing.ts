/** Fidelity: no mechanism; how many machines to assume where nothing says how many there are. */

/** Pods of one kind that have to find room. */
export interface Demand {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly count: number;
  /** At most one on a machine. */
  readonly apart: boolean;
  /** One on every machine. */
  readonly everywhere: boolean;
}

export interface MachineShape {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** Room that is left free, so that rolling updates and uneven packing find a place. */
const spare = 1.25;

/** Machines that hold all pods with some room to spare, at least one for each zone. */
export function machinesFor(demands: readonly Demand[], shape: MachineShape, zones: number): number {
  const everywhere = demands.filter((demand) => demand.everywhere);
  const others = demands.filter((demand) => !demand.everywhere);
  const room = {
    cores: shape.cores - total(everywhere, (demand) => demand.cores, 1),
    memoryBytes: shape.memoryBytes - total(everywhere, (demand) => demand.memoryBytes, 1),
    pods: shape.pods - everywhere.length,
  };
  const byCores = total(others, (demand) => demand.cores) / Math.max(room.cores, shape.cores / 4);
  const byMemory =
    total(others, (demand) => demand.memoryBytes) / Math.max(room.memoryBytes, shape.memoryBytes / 4);
  const byPods = total(others, () => 1) / Math.max(room.pods, 1);
  // Pods that take more than half of a machine leave the rest of it empty in the worst case.
  const large = others.filter(
    ({ cores, memoryBytes }) => 2 * cores > room.cores || 2 * memoryBytes > room.memoryBytes,
  );
  const byLarge = total(large, () => 1);
  const apart = Math.max(0, ...others.filter((demand) => demand.apart).map((demand) => demand.count));
  return Math.max(
    zones,
    Math.ceil(spare * Math.max(byCores, byMemory, byPods, byLarge)),
    Math.ceil(spare * apart),
  );
}

function total(demands: readonly Demand[], of: (demand: Demand) => number, each?: number): number {
  return demands.reduce((sum, demand) => sum + of(demand) * (each ?? demand.count), 0);
}
