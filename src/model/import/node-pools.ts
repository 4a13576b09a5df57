import { parseQuantity } from '../../base/quantity.ts';
import { isObject } from '../draft.ts';

/** Machines of a dump as the node pools of a Topology: alike in shape, labels and taints, evenly over their zones. */

type Json = Record<string, unknown>;

/** A node pool as a Topology writes it. */
export interface ImportedPool extends Json {
  readonly name: string;
  readonly zones: string[];
  readonly count: number;
}

const zoneLabel = 'topology.kubernetes.io/zone';
const olderZoneLabel = 'failure-domain.beta.kubernetes.io/zone';
const typeLabel = 'node.kubernetes.io/instance-type';
/** What says which pool a machine belongs to, by provider. */
const poolLabels = [
  'eks.amazonaws.com/nodegroup',
  'cloud.google.com/gke-nodepool',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'karpenter.sh/nodepool',
  'sim.devops/node-pool',
];
/** Labels that every kubelet sets, or that tell one machine from another: the simulated machines get their own. */
const ownLabel =
  /^(kubernetes\.io\/(hostname|arch|os)|beta\.kubernetes\.io\/|topology\.|failure-domain\.beta|node\.kubernetes\.io\/instance-type|node-role\.kubernetes\.io\/(control-plane|master)$|csi\.|alpha\.eksctl\.io\/instance-id|k8s\.io\/cloud-provider-aws|sim\.devops\/)/;
const passingTaint = /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//;

const part = (value: unknown, name: string): Json => {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
};

const labelsOf = (node: Json) => part(node['metadata'], 'labels');
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
const amount = (list: Json, name: string) => parseQuantity(list[name] as string | number) ?? 0;

/** The pools of these Node objects, in the order in which their first nodes come. */
export function poolsOf(nodes: readonly Json[]): ImportedPool[] {
  const groups = new Map<string, { readonly node: Json; readonly zones: string[] }>();
  for (const node of nodes) {
    const shape = JSON.stringify(shapeOf(node));
    const group = groups.get(shape) ?? { node, zones: [] };
    group.zones.push(zoneOf(node));
    groups.set(shape, group);
  }
  const taken = new Set<string>();
  return [...groups.values()].flatMap(({ node, zones }) => poolsOver(node, zones, taken));
}

function zoneOf(node: Json): string {
  const labels = labelsOf(node);
  return textOf(labels[zoneLabel]) || textOf(labels[olderZoneLabel]) || 'a';
}

/** Everything by which machines differ but their zones and names. */
function shapeOf(node: Json): Json {
  const labels = labelsOf(node);
  const capacity = part(node['status'], 'capacity');
  const allocatable = part(node['status'], 'allocatable');
  const cores = amount(capacity, 'cpu');
  const memory = amount(capacity, 'memory');
  const extended = Object.entries(capacity).filter(
    ([name]) => name.includes('/') && !name.startsWith('hugepages-') && !name.startsWith('attachable-'),
  );
  const reserved = {
    cores: rounded(cores - amount(allocatable, 'cpu')),
    // Machines of one type differ by a few pages.
    memory: mebibytes(memory - amount(allocatable, 'memory')),
  };
  const type = textOf(labels[typeLabel]);
  const spec = isObject(node['spec']) ? node['spec'] : {};
  const taints = (Array.isArray(spec['taints']) ? spec['taints'] : [])
    .filter(isObject)
    .filter((taint) => !passingTaint.test(textOf(taint['key'])))
    .map(({ key, value, effect }) => ({ key, ...(value === undefined ? {} : { value }), effect }));
  const kept = Object.entries(labels).filter(([name]) => !ownLabel.test(name));
  return {
    ...(type === '' ? {} : { instanceType: type }),
    cores,
    memory: mebibytes(memory),
    ...(extended.length === 0 ? {} : { resources: Object.fromEntries(extended) }),
    ...(reserved.cores > 0 || reserved.memory !== '0Mi' ? { reserved } : {}),
    maxPods: Math.min(500, Math.max(1, amount(capacity, 'pods') || 110)),
    ...(kept.length === 0 ? {} : { labels: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) }),
    ...(taints.length === 0 ? {} : { taints }),
  };
}

const rounded = (value: number) => Math.max(0, Math.round(value * 1000) / 1000);
const mebibytes = (bytes: number) => `${Math.max(0, Math.round(bytes / 1024 / 1024 / 16) * 16)}Mi`;

/** One pool where the zones are filled evenly, as pools fill them; else one for each zone. */
function poolsOver(node: Json, zones: readonly string[], taken: Set<string>): ImportedPool[] {
  const counts = new Map<string, number>();
  for (const zone of zones) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  // Pools fill their zones in turn: those with one machine more stand first.
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const even = sorted[0]![1] - sorted.at(-1)![1] <= 1;
  const shape = shapeOf(node);
  const base = poolNameOf(node);
  if (even) {
    const names = sorted.map(([zone]) => zone);
    return [{ name: unique(base, taken), ...shape, zones: names, count: zones.length }];
  }
  return sorted.map(([zone, count]) => ({
    name: unique(`${base}-${zone}`, taken),
    ...shape,
    zones: [zone],
    count,
  }));
}

function poolNameOf(node: Json): string {
  const labels = labelsOf(node);
  const named = poolLabels.map((label) => textOf(labels[label])).find((name) => name !== '');
  if (named !== undefined) return named;
  if ('node-role.kubernetes.io/control-plane' in labels) return 'control-plane';
  return (
    textOf(labels[typeLabel])
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-') || 'node'
  );
}

function unique(name: string, taken: Set<string>): string {
  let found = name;
  for (let i = 2; taken.has(found); i++) found = `${name}-${i}`;
  taken.add(found);
  return found;
}
