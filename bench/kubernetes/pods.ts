// Pods created, scheduled and running: the whole way through controllers, scheduler, kubelets and status writes.
import { deployments, pods } from '../../src/world/kubernetes/objects/resource-types.ts';
import { bareCluster, deploymentOf, nodePool } from './cluster.ts';

export interface PodThroughput {
  readonly nodes: number;
  readonly pods: number;
  readonly seconds: number;
  readonly podsPerSecond: number;
}

const replicas = 50;

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
  const running = countRunning(cluster);
  const begin = performance.now();
  for (let index = 0; index < count; index++) cluster.apply(deploymentOf(index, 0));
  for (let index = 0; index < count; index++)
    cluster.api.modify(deployments, `team-${index % 20}`, `app-${index}`, (now) => ({
      ...now,
      spec: { ...now.spec, replicas },
    }));
  const limitMicros = live ? 600e6 : 0;
  while (engine.now < limitMicros && running() < count * replicas) engine.runUntil(engine.now + 5e6);
  engine.runUntil(engine.now);
  const seconds = (performance.now() - begin) / 1000;
  const reached = running();
  if (reached !== count * replicas) throw new Error(`only ${reached} of ${count * replicas} pods run`);
  return { nodes, pods: reached, seconds, podsPerSecond: reached / seconds };
}

/** Counts pods as they come to run, which costs less than to look at all of them again and again. */
function countRunning({ store }: ReturnType<typeof bareCluster>['cluster']): () => number {
  let count = 0;
  store.observe(pods, ({ object, previous }) => {
    if (object.status.phase === 'Running' && previous?.status.phase !== 'Running') count++;
  });
  return () => count;
}

if (import.meta.main) {
  const [nodes = 5000, wanted = 50_000] = process.argv.slice(2).map(Number);
  console.log(runPods({ nodes, pods: wanted, live: process.argv.includes('live') }));
}
