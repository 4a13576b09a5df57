// What a large cluster costs while nothing happens in it: memory of its pods, and the time of a quiet hour.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ManifestObject } from '../../src/world/kubernetes/model.ts';
import { pods } from '../../src/world/kubernetes/objects/resource-types.ts';
import { bareCluster, deploymentOf, nodePool } from './cluster.ts';

const replicas = 50;
const hourMicros = 3600e6;
const kibibytesPerGibibyte = 1_048_576;

export interface HeldPods {
  readonly nodes: number;
  readonly pods: number;
  /** The most that was resident of a process that brought the cluster to life. */
  readonly peakGibibytes: number;
  /** What the cluster adds to the heap, by pod. */
  readonly heapBytesPerPod: number;
}

/** A cluster that runs so many pods when the run begins. */
function runningCluster(nodes: number, wanted: number, { lively }: { readonly lively: boolean }) {
  const count = Math.ceil(wanted / replicas);
  const indexes = Array.from({ length: count }, (_, index) => index);
  const autoscaling = lively ? { min: nodes, max: nodes * 2 } : null;
  const { cluster, engine } = bareCluster(
    [nodePool('general', nodes, { autoscaling })],
    indexes.flatMap((index) => (lively ? application(index) : [deploymentOf(index, replicas)])),
    { autoscaler: lively },
  );
  cluster.start();
  engine.runUntil(0);
  cluster.begin();
  let running = 0;
  for (const { status } of cluster.store.table(pods).values()) if (status.phase === 'Running') running++;
  if (running !== count * replicas) throw new Error(`only ${running} of ${count * replicas} pods run`);
  return { cluster, engine, running };
}

/** A Deployment with probes and a Service; one in ten is scaled by an autoscaler. */
function application(index: number): ManifestObject[] {
  const deployment = deploymentOf(index, replicas, {
    readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
    livenessProbe: { httpGet: { path: '/live', port: 8080 } },
  });
  const { name, namespace } = deployment.metadata as { readonly name: string; readonly namespace: string };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  };
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: replicas,
      maxReplicas: replicas * 2,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
  };
  return [deployment, service, ...(index % 10 === 0 ? [autoscaler] : [])] as ManifestObject[];
}

/** How much memory so many running pods take, in a process of their own. */
export function holdPods({ nodes, pods: wanted }: { nodes: number; pods: number }): HeldPods {
  const file = fileURLToPath(import.meta.url);
  const args = ['--expose-gc', file, 'pods', `${nodes}`, `${wanted}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as HeldPods;
}

function heldHere({ nodes, pods: wanted }: { nodes: number; pods: number }): HeldPods {
  const heapBefore = collected().heapUsed;
  const { running, cluster } = runningCluster(nodes, wanted, { lively: false });
  const { heapUsed } = collected();
  // The cluster is asked once more, so that it is held until now.
  if (cluster.store.table(pods).size < running) throw new Error('pods were lost');
  return {
    nodes,
    pods: running,
    peakGibibytes: process.resourceUsage().maxRSS / kibibytesPerGibibyte,
    heapBytesPerPod: (heapUsed - heapBefore) / running,
  };
}

function collected(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  return process.memoryUsage();
}

export interface QuietHour {
  readonly nodes: number;
  readonly pods: number;
  readonly seconds: number;
  readonly events: number;
}

/**
 * Wall time of an hour in which nobody asks anything of the cluster, with its probes, Services and autoscalers, after five minutes
 * in which it may settle.
 */
export function quietHour({ nodes, pods: wanted }: { nodes: number; pods: number }): QuietHour {
  const { engine, running } = runningCluster(nodes, wanted, { lively: true });
  const from = 300e6;
  engine.runUntil(from);
  const eventsBefore = engine.processed;
  const begin = performance.now();
  engine.runUntil(from + hourMicros);
  const seconds = (performance.now() - begin) / 1000;
  return { nodes, pods: running, seconds, events: engine.processed - eventsBefore };
}

if (import.meta.main) {
  const [what = 'hour', nodes = 5000, wanted = what === 'hour' ? 20_000 : 150_000] = process.argv.slice(2);
  const size = { nodes: Number(nodes), pods: Number(wanted) };
  console.log(JSON.stringify(what === 'hour' ? quietHour(size) : heldHere(size)));
}
