import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../objects/meta.ts';
import {
  configMaps,
  deployments,
  namespaces,
  type Pod,
  pods,
  replicaSets,
  serviceAccounts,
} from '../../objects/resource-types.ts';
import { busyCluster, deployment, podsOf, setsOf } from '../workloads.cases.ts';

function started() {
  const small = busyCluster();
  small.cluster.api.create(deployments, deployment('web', 3));
  small.run(2);
  return small;
}

test('deleting a Deployment in the background takes its sets and pods along', () => {
  const { cluster, run } = started();
  cluster.api.delete(deployments, 'default', 'web', { propagationPolicy: 'Background' });
  assert.equal(setsOf(cluster).length, 1);
  run(2);
  assert.equal(setsOf(cluster).length, 0);
  assert.equal(podsOf(cluster).length, 0);
});

test('in the foreground the owner goes last', () => {
  const { cluster, run } = started();
  for (const pod of podsOf(cluster))
    cluster.api.modify(pods, 'default', pod.metadata.name, (now) => ({
      ...now,
      spec: { ...now.spec, nodeName: 'somewhere' },
    }));
  cluster.api.delete(deployments, 'default', 'web', { propagationPolicy: 'Foreground' });
  run(5);
  assert.equal(setsOf(cluster).length, 1, 'held by its pods, which end gracefully');
  assert.ok(cluster.store.get(deployments, 'default', 'web') !== undefined);
  assert.ok(podsOf(cluster).every(({ metadata }) => metadata.deletionTimestamp !== undefined));
  for (const { metadata } of podsOf(cluster))
    cluster.api.delete(pods, 'default', metadata.name, { gracePeriodSeconds: 0 });
  run(5);
  assert.equal(setsOf(cluster).length, 0);
  assert.equal(cluster.store.get(deployments, 'default', 'web'), undefined);
});

test('orphans stay, and are adopted by who selects them', () => {
  const { cluster, run } = started();
  const [set] = setsOf(cluster);
  cluster.api.delete(deployments, 'default', 'web', { propagationPolicy: 'Orphan' });
  run(2);
  assert.equal(cluster.store.get(deployments, 'default', 'web'), undefined);
  assert.deepEqual(setsOf(cluster)[0].metadata.ownerReferences, []);
  assert.equal(podsOf(cluster).length, 3);
  cluster.api.create(deployments, deployment('web', 3));
  run(2);
  assert.equal(setsOf(cluster).length, 1);
  assert.equal(setsOf(cluster)[0].metadata.uid, set.metadata.uid);
  assert.equal(setsOf(cluster)[0].metadata.ownerReferences?.length, 1);
});

test('a pod whose owner was never there is collected; one with another owner keeps it', () => {
  const { cluster, run } = started();
  const [set] = setsOf(cluster);
  const lost = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'gone', uid: 'no-such' };
  const kept = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set.metadata.name, uid: set.metadata.uid };
  const draft = (name: string, ownerReferences: (typeof lost)[]): Draft<Pod> => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ownerReferences },
    spec: { containers: [{ name: 'main' }] },
    status: { phase: 'Pending' },
  });
  cluster.api.create(pods, draft('lost', [lost]));
  cluster.api.create(pods, draft('kept', [lost, kept]));
  run(1);
  assert.equal(cluster.store.get(pods, 'default', 'lost'), undefined);
  assert.deepEqual(cluster.store.get(pods, 'default', 'kept')?.metadata.ownerReferences, [kept]);
});

test('a pod that loses its labels is released and replaced, one that gains them adopted', () => {
  const { cluster, run } = started();
  const [first] = podsOf(cluster);
  const label = (name: string, labels: Record<string, string>) =>
    cluster.api.modify(pods, 'default', name, (now) => ({ ...now, metadata: { ...now.metadata, labels } }));
  label(first.metadata.name, { app: 'debug' });
  run(1);
  assert.equal(podsOf(cluster, 'web').length, 3);
  assert.deepEqual(cluster.store.get(pods, 'default', first.metadata.name)?.metadata.ownerReferences, []);
  label(first.metadata.name, { ...first.metadata.labels });
  run(1);
  assert.equal(podsOf(cluster, 'web').length, 3, 'one too many was adopted, and one deleted');
  assert.ok(podsOf(cluster).every(({ metadata }) => metadata.ownerReferences?.length === 1));
});

test('a namespace goes when its content is gone', () => {
  const { cluster, run } = busyCluster();
  cluster.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] },
  });
  const web = deployment('web', 2);
  cluster.api.create(deployments, { ...web, metadata: { name: 'web', namespace: 'shop' } });
  run(1);
  assert.ok(cluster.store.get(serviceAccounts, 'shop', 'default') !== undefined);
  cluster.api.delete(namespaces, '', 'shop');
  run(3);
  const space = cluster.store.get(namespaces, '', 'shop');
  assert.equal(space?.status?.phase, 'Terminating');
  const remaining = space?.status?.conditions?.find(({ type }) => type === 'NamespaceContentRemaining');
  assert.equal(remaining?.message, 'Some resources are remaining: configmaps. has 1 resource instances');
  assert.equal([...cluster.store.table(replicaSets).values('shop')].length, 0);
  cluster.api.modify(configMaps, 'shop', 'held', (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: [] },
  }));
  run(10);
  assert.equal(cluster.store.get(namespaces, '', 'shop'), undefined);
});
