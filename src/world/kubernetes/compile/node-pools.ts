/**
 * Fidelity: node groups as a cloud's managed Kubernetes has them: machines of one shape, spread over zones in turn. Where
 * no Topology and no Node says which machines there are, as many of a common size are assumed as all pods need,
 * autoscalers at their maximum.
 */
import { formatBytes } from '../../../base/quantity.ts';
import { formatDuration } from '../../../base/time.ts';
import { Check } from '../../../model/check.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { ScenarioDocument } from '../../../model/kinds/scenario.ts';
import type { TopologyDocument, WrittenNodePool } from '../../../model/kinds/topology.ts';
import { dnsLabel } from '../../../model/kubernetes/names.ts';
import { readDuration, readQuantity } from '../../../model/notation.ts';
import type { Path } from '../../../model/place.ts';
import { isInDoubt, type Resource, type ResourceSet } from '../../../model/resource.ts';
import { didYouMean } from '../../../model/suggest.ts';
import type { NodePool } from '../model.ts';
import { knownInstanceTypes, shapeOf } from './instance-types.ts';
import { assumedMachines, usualMachine } from './machines.ts';
import type { Demand } from './sizing.ts';

const usualProvisioning = { p50Micros: 90e6, p99Micros: 240e6 } as const;

/** Stated pools, in order. */
export function statedPools(
  topology: Resource<TopologyDocument>,
  resources: ResourceSet,
  context: CompileContext,
): NodePool[] {
  const written = topology.value.spec.nodePools ?? [];
  const check = new Check(topology, context.diagnostics);
  check.unique(written, ['spec', 'nodePools'], (pool: WrittenNodePool) => pool.name, 'The node pool');
  const scenario = resources.byKind<ScenarioDocument>('Scenario')[0];
  const zonesAreStated =
    scenario?.value.spec.zones !== undefined && !isInDoubt(scenario, ['spec', 'zones']) && resources.whole;
  const reader = new PoolReader(topology, check, { context, zonesAreStated });
  return written.map((pool, index) => reader.read(pool, ['spec', 'nodePools', index]));
}

class PoolReader {
  readonly #topology: Resource<TopologyDocument>;
  readonly #check: Check;
  readonly #context: CompileContext;

  readonly #zonesAreStated: boolean;

  constructor(
    topology: Resource<TopologyDocument>,
    check: Check,
    { context, zonesAreStated }: { readonly context: CompileContext; readonly zonesAreStated: boolean },
  ) {
    this.#topology = topology;
    this.#check = check;
    this.#context = context;
    this.#zonesAreStated = zonesAreStated;
  }

  read(written: WrittenNodePool, path: Path): NodePool {
    const shape = this.#shape(written, path);
    const min = written.autoscaling?.min ?? 0;
    const max = written.autoscaling?.max ?? Number.POSITIVE_INFINITY;
    const bounds = [...path, 'autoscaling'];
    if (min > max && this.#isCertain([...bounds, 'min'], [...bounds, 'max']))
      this.#check.error(
        'out-of-range',
        [...bounds, 'min'],
        `The pool cannot have at least ${min} machines and at most ${max}.`,
        'Lower min or raise max.',
      );
    if (!dnsLabel.accepts(`${written.name}-0`) && this.#isCertain([...path, 'name']))
      this.#check.error(
        'bad-name',
        [...path, 'name'],
        `"${written.name.slice(0, 60)}" cannot begin the names of nodes.`,
        dnsLabel.remedy,
      );
    this.#checkZones(written, path);
    return {
      name: written.name,
      instanceType: written.instanceType ?? 'custom',
      ...shape,
      extended: Object.fromEntries(
        Object.entries(written.resources ?? {}).map(([name, amount]) => [name, readQuantity(amount) ?? 0]),
      ),
      maxPods: written.maxPods ?? 110,
      reserved: this.#reserved(written, path, shape),
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

  /** Nothing stands in for what was written at the places. */
  #isCertain(...paths: readonly Path[]): boolean {
    return !isInDoubt(this.#topology, ...paths);
  }

  /** What the Scenario says of zones, traffic goes by: machines elsewhere would be nowhere. */
  #checkZones({ zones = [] }: WrittenNodePool, path: Path): void {
    const { zones: known } = this.#context.scenario;
    if (!this.#zonesAreStated) return;
    zones.forEach((zone, index) => {
      const at = [...path, 'zones', index];
      if (known.includes(zone) || !this.#isCertain(at)) return;
      const remedy = didYouMean(zone, known) || `The Scenario has ${known.join(', ')}: add it there.`;
      this.#check.error('unknown-reference', at, `The Scenario has no zone ${zone}.`, remedy);
    });
  }

  #reserved(
    { reserved = {} }: WrittenNodePool,
    path: Path,
    shape: Pick<NodePool, 'cores' | 'memoryBytes'>,
  ): NodePool['reserved'] {
    const cores = readQuantity(reserved.cores ?? 0) ?? 0;
    const memoryBytes = readQuantity(reserved.memory ?? 0) ?? 0;
    const whole = [
      [...path, 'cores'],
      [...path, 'memory'],
      [...path, 'instanceType'],
      [...path, 'reserved'],
    ];
    if ((cores >= shape.cores || memoryBytes >= shape.memoryBytes) && this.#isCertain(...whole))
      this.#check.error(
        'out-of-range',
        [...path, 'reserved'],
        'The machines keep all for themselves: nothing is left for pods.',
      );
    return { cores, memoryBytes };
  }

  #shape(written: WrittenNodePool, path: Path): Pick<NodePool, 'cores' | 'memoryBytes'> {
    const known = written.instanceType === undefined ? null : shapeOf(written.instanceType);
    const cores = written.cores === undefined ? known?.cores : (readQuantity(written.cores) ?? undefined);
    const memoryBytes =
      written.memory === undefined ? known?.memoryBytes : (readQuantity(written.memory) ?? undefined);
    if (cores === undefined || memoryBytes === undefined) this.#unknownShape(written, path);
    else if ((cores <= 0 || memoryBytes <= 0) && this.#isCertain([...path, 'cores'], [...path, 'memory']))
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
    if (p50Micros > p99Micros && this.#isCertain([...path, 'provisioning']))
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
