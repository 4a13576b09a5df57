/**
 * Fidelity: node groups as a cloud's managed Kubernetes has them: machines of one shape, spread over zones in turn. Where
 * no Topology and no Node says which machines there are, as many of a common size are assumed as all pods need,
 * autoscalers at their maximum.
 */
import { formatBytes } from '../../../base/quantity.ts';
import { formatDuration } from '../../../base/time.ts';
import { Check } from '../../../model/check.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { TopologyDocument, WrittenNodePool } from '../../../model/kinds/topology.ts';
import { readDuration, readQuantity } from '../../../model/notation.ts';
import type { Path } from '../../../model/place.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import { didYouMean } from '../../../model/suggest.ts';
import type { NodePool } from '../model.ts';
import { knownInstanceTypes, shapeOf } from './instance-types.ts';
import { assumedMachines, usualMachine } from './machines.ts';
import type { Demand } from './sizing.ts';

const usualProvisioning = { p50Micros: 90e6, p99Micros: 240e6 } as const;

/** Stated pools, in order. */
export function statedPools(topology: Resource<TopologyDocument>, context: CompileContext): NodePool[] {
  const written = topology.value.spec.nodePools ?? [];
  const check = new Check(topology, context.diagnostics);
  check.unique(written, ['spec', 'nodePools'], (pool: WrittenNodePool) => pool.name, 'The node pool');
  const reader = new PoolReader(topology, check, context);
  return written.map((pool, index) => reader.read(pool, ['spec', 'nodePools', index]));
}

class PoolReader {
  readonly #topology: Resource<TopologyDocument>;
  readonly #check: Check;
  readonly #context: CompileContext;

  constructor(topology: Resource<TopologyDocument>, check: Check, context: CompileContext) {
    this.#topology = topology;
    this.#check = check;
    this.#context = context;
  }

  read(written: WrittenNodePool, path: Path): NodePool {
    const shape = this.#shape(written, path);
    const min = written.autoscaling?.min ?? 0;
    const max = written.autoscaling?.max ?? Number.POSITIVE_INFINITY;
    if (min > max)
      this.#check.error('out-of-range', [...path, 'autoscaling', 'min'], `min ${min} exceeds max ${max}.`);
    return {
      name: written.name,
      instanceType: written.instanceType ?? 'custom',
      ...shape,
      extended: Object.fromEntries(
        Object.entries(written.resources ?? {}).map(([name, amount]) => [name, readQuantity(amount) ?? 0]),
      ),
      maxPods: written.maxPods ?? 110,
      reserved: {
        cores: readQuantity(written.reserved?.cores ?? 0) ?? 0,
        memoryBytes: readQuantity(written.reserved?.memory ?? 0) ?? 0,
      },
      zones: written.zones ?? this.#context.scenario.zones,
      region: this.#topology.value.spec.region ?? 'sim-1',
      labels: written.labels ?? {},
      taints: written.taints ?? [],
      count: written.count,
      autoscaling: written.autoscaling === undefined ? null : { min, max },
      provisioning: this.#provisioning(written, path),
      stock: written.stock ?? null,
      pricePerHour: written.pricePerHour ?? null,
    };
  }

  #shape(written: WrittenNodePool, path: Path): Pick<NodePool, 'cores' | 'memoryBytes'> {
    const known = written.instanceType === undefined ? null : shapeOf(written.instanceType);
    const cores = written.cores === undefined ? known?.cores : (readQuantity(written.cores) ?? undefined);
    const memoryBytes =
      written.memory === undefined ? known?.memoryBytes : (readQuantity(written.memory) ?? undefined);
    if (cores === undefined || memoryBytes === undefined) this.#unknownShape(written, path);
    else if (cores <= 0 || memoryBytes <= 0)
      this.#check.error('out-of-range', path, `Machines of ${written.name} have no cores or no memory.`);
    return {
      cores: cores ?? usualMachine.cores,
      memoryBytes: memoryBytes ?? usualMachine.memoryBytes,
    };
  }

  #unknownShape({ instanceType, name }: WrittenNodePool, path: Path): void {
    const guess = instanceType === undefined ? '' : didYouMean(instanceType, knownInstanceTypes);
    const message =
      instanceType === undefined
        ? `Nothing says how large the machines of ${name} are.`
        : `The machine type ${instanceType} is not known here.`;
    const remedy = `${guess === '' ? '' : `${guess} `}State cores and memory.`;
    this.#check.error(
      'unknown-machine',
      instanceType === undefined ? path : [...path, 'instanceType'],
      message,
      remedy,
    );
  }

  #provisioning(written: WrittenNodePool, path: Path): NodePool['provisioning'] {
    if (written.provisioning === undefined) {
      if (written.autoscaling !== undefined)
        this.#context.infer({
          resource: this.#topology.id,
          path: `nodePools["${written.name}"].provisioning`,
          value: `p50 ${formatDuration(usualProvisioning.p50Micros)}, p99 ${formatDuration(usualProvisioning.p99Micros)}`,
          source: 'assumed for virtual machines of a large cloud; measure yours',
        });
      return usualProvisioning;
    }
    const p50Micros = readDuration(written.provisioning.p50) ?? 0;
    const p99Micros = readDuration(written.provisioning.p99) ?? 0;
    if (p50Micros > p99Micros)
      this.#check.error(
        'out-of-range',
        [...path, 'provisioning', 'p99'],
        `99 % of the machines are ready sooner (${written.provisioning.p99}) than half of them (${written.provisioning.p50}).`,
      );
    return { p50Micros, p99Micros };
  }
}

/** The machines that are assumed where nothing states any. */
export function assumedPool(
  demands: readonly Demand[],
  resources: ResourceSet,
  context: CompileContext,
): NodePool {
  const { zones } = context.scenario;
  const { cores, memoryBytes, pods, count } = assumedMachines(demands, zones.length);
  const largest =
    resources.byKind('HorizontalPodAutoscaler').length > 0 ? ', autoscalers at their maximum' : '';
  context.infer({
    resource: 'Topology',
    path: 'nodePools',
    value: `${count} machines of ${cores} cores and ${formatBytes(memoryBytes)}`,
    source: `no Topology is given: as many as all pods need, with a quarter to spare${largest}`,
  });
  return {
    name: 'node',
    instanceType: 'assumed',
    cores,
    memoryBytes,
    extended: {},
    maxPods: pods,
    reserved: { cores: 0, memoryBytes: 0 },
    zones,
    region: 'sim-1',
    labels: {},
    taints: [],
    count,
    autoscaling: null,
    provisioning: usualProvisioning,
    stock: null,
    pricePerHour: null,
  };
}
