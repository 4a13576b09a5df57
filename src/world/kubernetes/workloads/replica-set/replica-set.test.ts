import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, type SmallCluster, smallCluster } from '../../cluster.cases.ts';
import type { ManifestObject } from '../../model.ts';
import { isActive } from '../../objects/pod.ts';
import { deployments, pods, replicaSets, replicationControllers } from '../../objects/resource-types.ts';
import { batchSizes } from '../pods/slow-start.ts';
import { busyCluster, deployment, getDeployment, makeReady, podsOf, setsOf } from '../workloads.cases.ts';

test('slow start doubles its batches', () => {
  assert.deepEqual([0, 1, 2, 3, 10].map(batchSizes), [[], [1], [1, 1], [1, 2], [1, 2, 4, 3]]);
});

test('a ReplicationController keeps its pods by plain labels', () => {
  const { cluster, run } = busyCluster();
  cluster.api.create(replicationControllers, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'old', namespace: 'default' },
    spec: {
      replicas: 3,
      selector: { app: 'old' },
      template: {
        metadata: { labels: { app: 'old' } },
        spec: { containers: [{ name: 'main', image: 'old:1' }] },
      },
    },
  });
  run(2);
  assert.equal(podsOf(cluster, 'old').length, 3);
  cluster.api.delete(pods, 'default', podsOf(cluster, 'old')[0].metadata.name);
  run(2);
  assert.equal(podsOf(cluster, 'old').length, 3);
  const status = cluster.store.get(replicationControllers, 'default', 'old')?.status as { replicas?: number };
  assert.equal(status.replicas, 3);
});

test('a pod is available only after minReadySeconds', () => {
  const { cluster, run } = busyCluster();
  cluster.api.create(deployments, deployment('web', 2, { minReadySeconds: 10 }));
  run(1);
  for (const pod of podsOf(cluster)) makeReady(cluster, pod);
  run(9);
  assert.equal(setsOf(cluster)[0].status?.readyReplicas, 2);
  assert.equal(setsOf(cluster)[0].status?.availableReplicas, undefined);
  run(3);
  assert.equal(setsOf(cluster)[0].status?.availableReplicas, 2);
  assert.equal(getDeployment(cluster, 'web').status?.availableReplicas, 2);
});

test('more than one burst is made and deleted in full', () => {
  const { cluster, run } = busyCluster();
  cluster.api.create(deployments, deployment('web', 1201));
  run(10);
  assert.equal(podsOf(cluster).length, 1201);
  cluster.api.modify(deployments, 'default', 'web', (now) => ({
    ...now,
    spec: { ...now.spec, replicas: 3 },
  }));
  run(10);
  assert.equal(podsOf(cluster).length, 3);
});

test('a name that another template holds makes the hash anew', () => {
  const { cluster, run } = busyCluster();
  cluster.api.create(deployments, deployment('web', 1));
  run(1);
  const [first] = setsOf(cluster);
  cluster.api.delete(deployments, 'default', 'web', { propagationPolicy: 'Background' });
  run(2);
  const { metadata, spec } = first;
  const stranger = {
    ...first,
    metadata: { name: metadata.name, namespace: 'default' },
    spec: { ...spec, replicas: 0 },
  };
  assert.ok(
    cluster.api.create(replicaSets, {
      ...stranger,
      spec: { ...stranger.spec, selector: { matchLabels: { app: 'x' } } },
    }).ok,
  );
  cluster.api.modify(replicaSets, 'default', metadata.name, (now) => ({
    ...now,
    metadata: { ...now.metadata, labels: { app: 'x' } },
  }));
  cluster.api.create(deployments, deployment('web', 1));
  run(2);
  assert.equal(getDeployment(cluster, 'web').status?.collisionCount, 1);
  assert.equal(podsOf(cluster, 'web').filter(isActive).length, 1);
});

function withNodes(objects: readonly unknown[]): SmallCluster {
  return smallCluster({ pools: [nodePool(4)], objects: objects as readonly ManifestObject[] });
}

test('with scheduler and kubelets: what is applied runs at the beginning, and a release rolls out', () => {
  const small = withNodes([deployment('web', 8)]);
  const { cluster, run } = small;
  assert.equal(getDeployment(cluster, 'web').status?.availableReplicas, 8);
  assert.equal(small.notes.length, 0);
  const { template } = deployment('web', 8, {}, 'web:2').spec;
  cluster.api.modify(deployments, 'default', 'web', (now) => ({ ...now, spec: { ...now.spec, template } }));
  let fewest = 8;
  for (let second = 0; second < 240; second++) {
    run(1);
    fewest = Math.min(fewest, getDeployment(cluster, 'web').status?.availableReplicas ?? 0);
  }
  assert.ok(fewest >= 6, `${fewest}`);
  assert.ok(podsOf(cluster).every(({ spec }) => spec.containers[0].image === 'web:2'));
  assert.equal(podsOf(cluster).length, 8);
  assert.deepEqual(
    small.notes.filter((note) => note.startsWith('rollout')),
    [
      'rollout Deployment default/web: revision 2 begins: web:2',
      'rollout Deployment default/web: rollout complete',
    ],
  );
});
