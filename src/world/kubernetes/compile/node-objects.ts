/**
 * Fidelity: Nodes of a dump, or written by hand as for KWOK: machines of the size in their status, registered anew and
 * healthy, under their own names with their labels and taints. No group of machines stands behind them, so none is added.
 */
import { microsPerDay } from '../../../base/time.ts';
import { Check } from '../../../model/check.ts';
import type { CompileContext } from '../../../model/kind.ts';
import { readQuantity } from '../../../model/notation.ts';
import type { Resource, ResourceSet } from '../../../model/resource.ts';
import type { ManifestObject, NodePool } from '../model.ts';
import { machineNode } from '../node/machine.ts';
import { Clock } from '../store/clock.ts';
import { plainMetadata } from './objects.ts';

type Amounts = Readonly<Record<string, string | number>>;

interface NodeDocument {
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly capacity?: Amounts; readonly allocatable?: Amounts };
}

/** One for each Node among the documents, in order. */
export function nodeObjects(resources: ResourceSet, context: CompileContext): ManifestObject[] {
  const { startsAt } = context.scenario;
  const timestamp = new Clock({ now: 0 }, startsAt).timestampAt(-microsPerDay);
  return resources
    .byKind<NodeDocument>('Node')
    .map((resource, index) => nodeObject(resource, { timestamp, index, context }));
}

/** Addresses of machines of node pools are counted from the other end. */
const firstOrdinal = 32_768;

interface Registration {
  readonly timestamp: string;
  readonly index: number;
  readonly context: CompileContext;
}

function nodeObject(
  resource: Resource<NodeDocument>,
  { timestamp, index, context }: Registration,
): ManifestObject {
  const { status = {}, spec = {}, metadata } = resource.value;
  const capacity = { ...status.allocatable, ...status.capacity };
  const allocatable = { ...status.capacity, ...status.allocatable };
  const pool = poolOf(resource, capacity, context);
  const machine = machineNode(pool, 0, firstOrdinal + index, timestamp, 'v1.32.0');
  const { taints, unschedulable, providerID = machine.spec.providerID } = spec;
  const { labels = {}, ...rest } = plainMetadata(metadata) as NodeDocument['metadata'];
  return {
    ...machine,
    metadata: {
      ...rest,
      annotations: machine.metadata.annotations,
      labels: { ...ownLabels(machine.metadata.labels ?? {}, metadata.name), ...labels },
    },
    spec: {
      ...machine.spec,
      providerID,
      ...(taints === undefined ? {} : { taints: withoutConditionTaints(taints) }),
      ...(unschedulable === true ? { unschedulable } : {}),
    },
    status: {
      ...machine.status,
      capacity: { ...machine.status.capacity, ...capacity },
      allocatable: { ...machine.status.allocatable, ...allocatable },
      addresses: [machine.status.addresses![0], { type: 'Hostname', address: metadata.name }],
    },
  } as unknown as ManifestObject;
}

/** A machine by itself as a pool of one. */
function poolOf(resource: Resource<NodeDocument>, capacity: Amounts, context: CompileContext): NodePool {
  const check = new Check(resource, context.diagnostics);
  const amount = (name: string) => {
    const written = capacity[name];
    const read = written === undefined ? null : readQuantity(written);
    if (read === null || read <= 0)
      check.error(
        'unknown-machine',
        ['status', 'allocatable'],
        `Nothing says how much ${name} ${resource.id} has.`,
        `Add status.allocatable.${name}, as kubectl get node -o yaml shows it.`,
      );
    return read ?? 0;
  };
  return {
    name: resource.name,
    instanceType: 'custom',
    cores: amount('cpu'),
    memoryBytes: amount('memory'),
    extended: {},
    maxPods: 110,
    reserved: { cores: 0, memoryBytes: 0 },
    zones: [context.scenario.zones[0]],
    region: 'sim-1',
    labels: {},
    taints: [],
    count: 1,
    autoscaling: null,
    provisioning: { p50Micros: 0, p99Micros: 0 },
    stock: null,
    pricePerHour: null,
  };
}

/** Labels of any machine, under this one's name; it belongs to no pool. */
function ownLabels(labels: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const shared = Object.entries(labels).filter(([label]) => !label.startsWith('sim.devops/'));
  return { ...Object.fromEntries(shared), 'kubernetes.io/hostname': name };
}

/** What was wrong with the machine when it was dumped is not wrong with it here. */
function withoutConditionTaints(taints: unknown): unknown {
  const list = Array.isArray(taints) ? taints : [];
  return list.filter(({ key }: { key: string }) => !key.startsWith('node.kubernetes.io/'));
}
