/** Fidelity: no mechanism; what tests of workloads share: drafts, and pods whose status is set by hand where no kubelet does it. */

import { nodePool, type SmallCluster, type SmallClusterOptions, smallCluster } from '../cluster.cases.ts';
import type { Cluster } from '../cluster.ts';
import type { Draft } from '../objects/meta.ts';
import { isReady, type Pod } from '../objects/pod.ts';
import {
  type Deployment,
  deployments,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../objects/resource-types.ts';

/** A cluster whose control loops may write as often as they like. */
export function busyCluster(options: SmallClusterOptions = {}): SmallCluster {
  return smallCluster({
    pools: [nodePool(0)],
    ...options,
    settings: { controllers: { qps: 10_000, burst: 10_000 }, ...options.settings },
  });
}

export function deployment(
  name: string,
  replicas: number,
  spec: Partial<Deployment['spec']> = {},
  image = 'web:1',
): Draft<Deployment> {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
      ...spec,
    },
  };
}

export function podsOf(cluster: Cluster, app?: string): Pod[] {
  return [...cluster.store.table(pods).values()].filter(
    ({ metadata }) => app === undefined || metadata.labels?.['app'] === app,
  );
}

export function setsOf(cluster: Cluster): ReplicaSet[] {
  return [...cluster.store.table(replicaSets).values()];
}

/** Makes a pod run, and ready or not. */
export function makeReady(cluster: Cluster, pod: Pod, ready = true): void {
  cluster.api.modifyStatus(pods, pod.metadata.namespace ?? '', pod.metadata.name, (now) => ({
    ...now,
    status: {
      ...now.status,
      phase: 'Running' as const,
      conditions: [
        {
          type: 'Ready',
          status: ready ? ('True' as const) : ('False' as const),
          lastTransitionTime: cluster.clock.timestamp(),
        },
      ],
    },
  }));
}

/** Ends a pod as a container that exits would. */
export function finish(
  cluster: Cluster,
  pod: Pod,
  phase: 'Succeeded' | 'Failed',
  exitCode = phase === 'Failed' ? 1 : 0,
): void {
  cluster.api.modifyStatus(pods, pod.metadata.namespace ?? '', pod.metadata.name, (now) => ({
    ...now,
    status: {
      ...now.status,
      phase,
      conditions: [],
      containerStatuses: now.spec.containers.map(({ name }) => ({
        name,
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode, finishedAt: cluster.clock.timestamp() } },
      })),
    },
  }));
}

/** Lets everything that is due happen, making pods ready as they appear, for so many rounds of a second. */
export function runReadily({ cluster, run }: SmallCluster, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    for (const pod of podsOf(cluster))
      if (!isReady(pod) && pod.status.phase === 'Pending') makeReady(cluster, pod);
    run(1);
  }
}

export function getDeployment(cluster: Cluster, name: string): Deployment {
  return cluster.store.get(deployments, 'default', name)!;
}

/** `reason: message` of the events about objects of one kind, oldest first. */
export function eventsAbout(cluster: Cluster, kind: string): string[] {
  return [...cluster.events.list()]
    .filter(({ regarding }) => regarding.kind === kind)
    .map(({ reason, message }) => `${reason}: ${message}`);
}
