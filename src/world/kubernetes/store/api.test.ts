import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../cluster.cases.ts';
import type { Draft } from '../objects/meta.ts';
import { configMaps, type Deployment, deployments, type Pod, pods } from '../objects/resource-types.ts';

function web(replicas: number): Draft<Deployment> {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      paused: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
}

test('a new object gets a uid, a revision, a generation and the time', () => {
  const { cluster } = smallCluster();
  const created = cluster.api.create(deployments, web(2));
  assert.ok(created.ok);
  const { uid, resourceVersion, generation, creationTimestamp } = created.value.metadata;
  assert.match(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number(resourceVersion), cluster.store.revision);
  assert.equal(generation, 1);
  assert.equal(creationTimestamp, '2026-01-01T00:00:00Z');
});

test('creating twice, and in a namespace that is not there, is refused as the server does', () => {
  const { cluster } = smallCluster();
  cluster.api.create(deployments, web(1));
  const again = cluster.api.create(deployments, web(1));
  assert.ok(!again.ok);
  assert.equal(again.failure.message, 'deployments.apps "web" already exists');
  const elsewhere = cluster.api.create(deployments, {
    ...web(1),
    metadata: { name: 'web', namespace: 'shop' },
  });
  assert.ok(!elsewhere.ok);
  assert.equal(elsewhere.failure.message, 'namespaces "shop" not found');
});

test('only a change of what is asked for counts the generation up; none at all writes nothing', () => {
  const { cluster } = smallCluster();
  cluster.api.create(deployments, web(1));
  const scale = (replicas: number) =>
    cluster.api.modify(deployments, 'default', 'web', (now) => ({ ...now, spec: { ...now.spec, replicas } }));
  const scaled = scale(3);
  assert.ok(scaled.ok && scaled.value.metadata.generation === 2);
  const revision = cluster.store.revision;
  scale(3);
  assert.equal(cluster.store.revision, revision);
  const status = cluster.api.modifyStatus(deployments, 'default', 'web', (now) => ({
    ...now,
    spec: { ...now.spec, replicas: 9 },
    status: { replicas: 3 },
  }));
  assert.ok(status.ok);
  assert.equal(status.value.metadata.generation, 2);
  assert.equal(status.value.spec.replicas, 3, 'the status address does not change the spec');
});

test('an update of an old version conflicts', () => {
  const { cluster } = smallCluster();
  const created = cluster.api.create(deployments, web(1));
  assert.ok(created.ok);
  cluster.api.modify(deployments, 'default', 'web', (now) => ({
    ...now,
    spec: { ...now.spec, replicas: 2 },
  }));
  const late = cluster.api.update(deployments, {
    ...created.value,
    spec: { ...created.value.spec, replicas: 5 },
  });
  assert.ok(!late.ok);
  assert.equal(late.failure.code, 409);
  assert.equal(
    late.failure.message,
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test('finalizers hold an object until they are gone', () => {
  const { cluster } = smallCluster();
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] },
  };
  cluster.api.create(configMaps, map);
  const deleted = cluster.api.delete(configMaps, 'default', 'held');
  assert.ok(deleted.ok && deleted.value.metadata.deletionTimestamp !== undefined);
  assert.ok(cluster.store.get(configMaps, 'default', 'held') !== undefined);
  cluster.api.modify(configMaps, 'default', 'held', (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: [] },
  }));
  assert.equal(cluster.store.get(configMaps, 'default', 'held'), undefined);
});

test('a bound pod is marked for its grace period, an unbound one goes at once', () => {
  const { cluster } = smallCluster({ pools: [] });
  const draft = (name: string, nodeName?: string): Draft<Pod> => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main' }], ...(nodeName === undefined ? {} : { nodeName }) },
    status: { phase: 'Pending' },
  });
  cluster.api.create(pods, draft('loose'));
  cluster.api.create(pods, draft('bound', 'elsewhere'));
  cluster.api.delete(pods, 'default', 'loose');
  const marked = cluster.api.delete(pods, 'default', 'bound', { gracePeriodSeconds: 20 });
  assert.equal(cluster.store.get(pods, 'default', 'loose'), undefined);
  assert.ok(marked.ok);
  assert.equal(marked.value.metadata.deletionTimestamp, '2026-01-01T00:00:20Z');
  cluster.api.delete(pods, 'default', 'bound', { gracePeriodSeconds: 0 });
  assert.equal(cluster.store.get(pods, 'default', 'bound'), undefined);
});
