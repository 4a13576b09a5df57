// The `openb` workload of Alibaba's GPU clusters (hkust-adsl/kubernetes-scheduler-simulator, Apache-2.0): 1,523 nodes with 6,212 GPUs and
// 8,152 pods, read at run time from ../shared/data/scheduling, which is no part of this project.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/base/random.ts';
import type { NodePool } from '../../src/world/kubernetes/model.ts';
import type { Draft } from '../../src/world/kubernetes/objects/meta.ts';
import type { Pod } from '../../src/world/kubernetes/objects/pod.ts';
import { nodes, pods } from '../../src/world/kubernetes/objects/resource-types.ts';
import { bareCluster, nodePool } from './cluster.ts';

const folder = fileURLToPath(new URL('../../../shared/data/scheduling/', import.meta.url));
const shareOfGpu = 'gpu.example.com/milli';
const mebi = 1024 * 1024;

export interface OpenbResult {
  readonly pods: number;
  readonly placed: number;
  /** From the first pod until all are bound or turned down, with kubelets and status writes. */
  readonly seconds: number;
}

export interface OpenbAllocation {
  /** Share of the cluster's GPU capacity that was handed out, in percent: mean over the seeds. */
  readonly percent: number;
  readonly seeds: number;
  /** The published means over ten seeds by policy, in percent. */
  readonly published: readonly { readonly policy: string; readonly percent: number }[];
}

interface Row {
  readonly [column: string]: string;
}

function table(file: string): readonly Row[] {
  const [header, ...lines] = readFileSync(`${folder}${file}`, 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}

/** Whether the data is there. */
export function hasOpenb(): boolean {
  return existsSync(`${folder}openb_pod_list_default.csv`);
}

function pools(): readonly NodePool[] {
  return table('openb_node_list_all_node.csv').map(({ sn, cpu_milli, memory_mib, gpu, model }) =>
    nodePool(sn, 1, {
      instanceType: model === '' ? 'cpu' : model,
      cores: Number(cpu_milli) / 1000,
      memoryBytes: Number(memory_mib) * mebi,
      extended: Number(gpu) > 0 ? { [shareOfGpu]: Number(gpu) * 1000 } : {},
      maxPods: 1000,
      zones: ['a'],
    }),
  );
}

interface Job {
  readonly cpuMillis: number;
  readonly memoryMib: number;
  /** GPUs, and thousandths of each. */
  readonly gpus: number;
  readonly gpuMillis: number;
}

function jobs(): readonly Job[] {
  return table('openb_pod_list_default.csv').map((row) => ({
    cpuMillis: Number(row['cpu_milli']),
    memoryMib: Number(row['memory_mib']),
    gpus: Number(row['num_gpu']),
    gpuMillis: Number(row['gpu_milli']),
  }));
}

function podOf({ cpuMillis, memoryMib, gpus, gpuMillis }: Job, index: number): Draft<Pod> {
  const amount = gpus * gpuMillis;
  const requests = {
    cpu: `${cpuMillis}m`,
    memory: `${memoryMib}Mi`,
    ...(amount > 0 ? { [shareOfGpu]: amount } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `openb-pod-${index}`, namespace: 'default' },
    spec: {
      containers: [{ name: 'main', image: 'job:1', resources: { requests, limits: requests } }],
      terminationGracePeriodSeconds: 30,
    },
    status: { phase: 'Pending' },
  };
}

/** Places jobs in this order through the whole control plane; the name of the node or undefined, for each. */
function place(list: readonly Job[], seed: number) {
  const { cluster, engine } = bareCluster(pools(), [], { seed });
  cluster.start();
  engine.runUntil(0);
  const begin = performance.now();
  list.forEach((job, index) => {
    const outcome = cluster.api.create(pods, podOf(job, index));
    if (!outcome.ok) throw new Error(outcome.failure.message);
  });
  engine.runUntil(0);
  const seconds = (performance.now() - begin) / 1000;
  const names = list.map(
    (_, index) => cluster.store.get(pods, 'default', `openb-pod-${index}`)?.spec.nodeName,
  );
  const devices = new Map<string, number[]>();
  for (const { metadata, status } of cluster.store.table(nodes).values()) {
    const gpus = Number(status.allocatable[shareOfGpu] ?? 0) / 1000;
    devices.set(metadata.name, new Array<number>(gpus).fill(1000));
  }
  return { seconds, names, devices };
}

/** The trace as it is: how long it takes. */
export function runOpenb(): OpenbResult {
  const list = jobs();
  const { seconds, names } = place(list, 1);
  return { pods: list.length, placed: names.filter((name) => name !== undefined).length, seconds };
}

/**
 * Takes what a pod asks for from the node's devices, the fullest that suffice, as a device plugin does; 0: no device can give it,
 * because the scheduler knows only the sum of what is free on the node.
 */
function takeDevices(free: number[], { gpus, gpuMillis }: Job): number {
  const suited = free
    .map((milli, at) => ({ milli, at }))
    .filter(({ milli }) => milli >= gpuMillis)
    .sort((a, b) => a.milli - b.milli);
  if (suited.length < gpus) return 0;
  for (const { at } of suited.slice(0, gpus)) free[at] -= gpuMillis;
  return gpus * gpuMillis;
}

/** The published protocol: pods drawn again up to 130 % of the GPUs, shuffled, none leaves. */
function arrivals(seed: number): readonly Job[] {
  const stream = randomStream(seed, 'openb');
  const all = jobs();
  const list = [...all];
  const capacity = table('openb_node_list_all_node.csv').reduce(
    (sum, { gpu }) => sum + Number(gpu) * 1000,
    0,
  );
  let asked = all.reduce((sum, { gpus, gpuMillis }) => sum + gpus * gpuMillis, 0);
  while (asked < capacity * 1.3) {
    const again = all[stream.integer(all.length)];
    asked += again.gpus * again.gpuMillis;
    list.push(again);
  }
  for (let at = list.length - 1; at > 0; at--) {
    const other = stream.integer(at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
  return list;
}

/** How much of the GPUs the default scheduler hands out, beside the published policies. */
export function openbAllocation(seeds: number): OpenbAllocation {
  let sum = 0;
  for (let seed = 42; seed < 42 + seeds; seed++) {
    const list = arrivals(seed);
    const { names, devices } = place(list, seed);
    const capacity = [...devices.values()].reduce((total, free) => total + free.length * 1000, 0);
    const given = list.reduce((total, job, index) => {
      const name = names[index];
      return name === undefined ? total : total + takeDevices(devices.get(name)!, job);
    }, 0);
    sum += (100 * given) / capacity;
  }
  return { percent: sum / seeds, seeds, published: published() };
}

function published(): OpenbAllocation['published'] {
  const rows = table('published_allo_by_policy_seed.csv').filter(
    ({ workload, tune }) => workload === 'openb_pod_list_default' && tune === '1.3',
  );
  const policies = [...new Set(rows.map((row) => row['sc_policy']))].sort();
  return policies.map((policy) => {
    const finals = rows.filter((row) => row['sc_policy'] === policy).map((row) => Number(row['130']));
    return { policy, percent: finals.reduce((sum, value) => sum + value, 0) / finals.length };
  });
}

if (import.meta.main) {
  if (!hasOpenb()) console.log(`skipped: there is no ${folder}`);
  else {
    console.log(runOpenb());
    console.log(openbAllocation(1));
  }
}
