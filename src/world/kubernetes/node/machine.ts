/**
 * Fidelity: a Node as a kubelet registers it (1.32): capacity, allocatable, addresses, labels and conditions. Simplified:
 * node addresses are counted up in 10.0.0.0/16 and beyond, pod ranges in 10.244.0.0/14 upward, a /24 each.
 */
import type { NodePool } from '../model.ts';
import type { Condition, Draft, ResourceList } from '../objects/meta.ts';
import {
  hostnameLabel,
  instanceTypeLabel,
  type Node,
  nodePoolLabel,
  regionLabel,
  type Taint,
  zoneLabel,
} from '../objects/node.ts';

const kibi = 1024;

function kibibytes(bytes: number): string {
  return `${Math.floor(bytes / kibi)}Ki`;
}

function cpuText(cores: number): string {
  const milli = Math.round(cores * 1000);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

function amounts(pool: NodePool, cores: number, memoryBytes: number): ResourceList {
  const extended = Object.entries(pool.extended).map(([name, amount]) => [name, String(amount)]);
  return {
    cpu: cpuText(cores),
    memory: kibibytes(memoryBytes),
    pods: String(pool.maxPods),
    'ephemeral-storage': '104845292Ki',
    ...Object.fromEntries(extended),
  };
}

/** `10.x.y.z`, by the number of the machine in the whole cluster. */
function addressOf(ordinal: number): string {
  const host = ordinal + 10;
  return `10.${Math.floor(host / 65_536) % 128}.${Math.floor(host / 256) % 256}.${host % 256}`;
}

/** The third octet's range of a machine's pods: `10.244.3`; unique for 65,536 machines. */
export function podRangeOf(ordinal: number): string {
  return `10.${128 + (Math.floor(ordinal / 256) % 128)}.${ordinal % 256}`;
}

export const readyConditions: readonly (readonly [string, string, string, string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

function conditions(timestamp: string): readonly Condition[] {
  return readyConditions.map(([type, status, reason, message]) => ({
    type,
    status: status as Condition['status'],
    lastHeartbeatTime: timestamp,
    lastTransitionTime: timestamp,
    reason,
    message,
  }));
}

/** The Node of a pool's machine; `ordinal` counts the cluster's machines, `index` those of the pool. */
export function machineNode(
  pool: NodePool,
  index: number,
  ordinal: number,
  timestamp: string,
  version: string,
): Draft<Node> {
  const name = `${pool.name}-${index}`;
  const zone = pool.zones[index % pool.zones.length];
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/os': 'linux',
    [hostnameLabel]: name,
    [instanceTypeLabel]: pool.instanceType,
    [regionLabel]: pool.region,
    [zoneLabel]: zone,
    [nodePoolLabel]: pool.name,
    ...pool.labels,
  };
  const range = `${podRangeOf(ordinal)}.0/24`;
  const taints = pool.taints as readonly Taint[];
  const { reserved } = pool;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'node.alpha.kubernetes.io/ttl': '0' } },
    spec: {
      podCIDR: range,
      podCIDRs: [range],
      providerID: `sim://${zone}/${name}`,
      ...(taints.length > 0 ? { taints } : {}),
    },
    status: {
      capacity: amounts(pool, pool.cores, pool.memoryBytes),
      allocatable: amounts(pool, pool.cores - reserved.cores, pool.memoryBytes - reserved.memoryBytes),
      conditions: conditions(timestamp),
      addresses: [
        { type: 'InternalIP', address: addressOf(ordinal) },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '6.1.0-sim',
        osImage: 'Simulated Linux',
        containerRuntimeVersion: 'containerd://1.7.24',
        kubeletVersion: version,
        kubeProxyVersion: version,
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
      images: [],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    },
  };
}
