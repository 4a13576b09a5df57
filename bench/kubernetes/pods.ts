// Pods created, scheduled and running: the whole way through controllers, scheduler, kubelets and status writes.
import type { ManifestObject } from '../../src/world/kubernetes/model.ts';
import { deployments, pods } from '../../src/world/kubernetes/objects/resource-types.ts';
import { bareCluster, nodePool } from './cluster.ts';

export interface PodThroughput {
  readonly nodes: number;
  readonly pods: number;
  readonly seconds: number;
  readonly podsPerSecond: number;
}

const replicas = 50;

function deployment(index: number, replicasWanted: number): ManifestObject {
  const labels = { app: `app-${index}` };
  const requests = { cpu: `${100 + 50 * (index % 7)}m`, memory: `${128 + 64 * (index % 5)}Mi` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `app-${index}`, namespace: `team-${index % 20}` },
    spec: {
      replicas: replicasWanted,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: `app-${index}:1`, resources: { requests } }] },
      },
    },
  } as ManifestObject;
}

/**
 * Wall time from the first Deployment until every pod runs. `live`: in a run, where everything takes its virtual time; else while the
 * cluster is brought into its first state.
 */
export function runPods({
  nodes,
  pods: wanted,
  live,
}: {
  nodes: number;
  pods: number;
  live: boolean;
}): PodThroughput {
  const { cluster, engine } = bareCluster([nodePool('general', nodes)]);
  cluster.start();
  engine.runUntil(0);
  if (live) cluster.begin();
  const count = Math.ceil(wanted / replicas);
  const begin = performance.now();
  for (let index = 0; index < count; index++) cluster.apply(deployment(index, 0));
  for (let index = 0; index < count; index++)
    cluster.api.modify(deployments, `team-${index % 20}`, `app-${index}`, (now) => ({
      ...now,
      spec: { ...now.spec, replicas },
    }));
  const limitMicros = live ? 600e6 : 0;
  while (engine.now < limitMicros && running(cluster) < count * replicas) engine.runUntil(engine.now + 5e6);
  engine.runUntil(engine.now);
  const seconds = (performance.now() - begin) / 1000;
  const reached = running(cluster);
  if (reached !== count * replicas) throw new Error(`only ${reached} of ${count * replicas} pods run`);
  return { nodes, pods: reached, seconds, podsPerSecond: reached / seconds };
}

function running(cluster: ReturnType<typeof bareCluster>['cluster']): number {
  let count = 0;
  for (const { status } of cluster.store.table(pods).values()) if (status.phase === 'Running') count++;
  return count;
}

if (import.meta.main) {
  const [nodes = 5000, wanted = 50_000] = process.argv.slice(2).map(Number);
  console.log(runPods({ nodes, pods: wanted, live: process.argv.includes('live') }));
}
