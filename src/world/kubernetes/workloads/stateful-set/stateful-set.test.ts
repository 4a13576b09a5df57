import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../objects/meta.ts';
import {
  controllerRevisions,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type StatefulSet,
  statefulSets,
} from '../../objects/resource-types.ts';
import { busyCluster, finish, makeReady, podsOf, runReadily } from '../workloads.cases.ts';

function set(replicas: number, spec: Partial<StatefulSet['spec']> = {}, image = 'db:1'): Draft<StatefulSet> {
  const labels = { app: 'db' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
      ...spec,
    },
  };
}

function started(replicas: number, spec: Partial<StatefulSet['spec']> = {}) {
  const small = busyCluster();
  const { cluster } = small;
  cluster.api.create(statefulSets, set(replicas, spec));
  return {
    ...small,
    change: (next: Partial<StatefulSet['spec']>) =>
      cluster.api.modify(statefulSets, 'default', 'db', (now) => ({
        ...now,
        spec: { ...now.spec, ...next },
      })),
    status: () => cluster.store.get(statefulSets, 'default', 'db')?.status,
    names: () =>
      podsOf(cluster)
        .map(({ metadata }) => metadata.name)
        .sort()
        .join(' '),
    images: () =>
      podsOf(cluster)
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map(({ spec }) => spec.containers[0].image)
        .join(' '),
    ready: (name: string) => makeReady(cluster, cluster.store.get(pods, 'default', name)!),
  };
}

const release = (image: string) => ({ template: set(0, {}, image).spec.template });

test('pods come in order, each after the one before is ready, with names of their own', () => {
  const { run, names, ready, cluster, status } = started(3);
  run(1);
  assert.equal(names(), 'db-0');
  ready('db-0');
  run(1);
  assert.equal(names(), 'db-0 db-1');
  ready('db-1');
  run(1);
  ready('db-2');
  run(1);
  const pod = cluster.store.get(pods, 'default', 'db-2');
  assert.equal(pod?.spec.hostname, 'db-2');
  assert.equal(pod?.spec.subdomain, 'db');
  assert.equal(pod?.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-2');
  assert.equal(pod?.metadata.labels?.['apps.kubernetes.io/pod-index'], '2');
  assert.equal(pod?.metadata.labels?.['controller-revision-hash'], status()?.currentRevision);
  assert.deepEqual(
    [status()?.replicas, status()?.readyReplicas, status()?.currentReplicas, status()?.updatedReplicas],
    [3, 3, 3, 3],
  );
});

test('in parallel all come at once', () => {
  const { run, names } = started(4, { podManagementPolicy: 'Parallel', ordinals: { start: 5 } });
  run(1);
  assert.equal(names(), 'db-5 db-6 db-7 db-8');
});

test('scaling down takes the highest ordinal first, one at a time', () => {
  const small = started(3);
  runReadily(small, 6);
  small.change({ replicas: 1 });
  for (const pod of podsOf(small.cluster))
    small.cluster.api.modify(pods, 'default', pod.metadata.name, (now) => ({
      ...now,
      spec: { ...now.spec, nodeName: 'n' },
    }));
  small.run(1);
  const terminating = podsOf(small.cluster).filter(
    ({ metadata }) => metadata.deletionTimestamp !== undefined,
  );
  assert.deepEqual(
    terminating.map(({ metadata }) => metadata.name),
    ['db-2'],
  );
  small.cluster.api.delete(pods, 'default', 'db-2', { gracePeriodSeconds: 0 });
  small.run(1);
  small.cluster.api.delete(pods, 'default', 'db-1', { gracePeriodSeconds: 0 });
  small.run(1);
  assert.equal(small.names(), 'db-0');
});

test('a rolling update goes from the top down to the partition', () => {
  const small = started(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
  runReadily(small, 6);
  const first = small.status()?.currentRevision;
  small.change(release('db:2'));
  runReadily(small, 10);
  assert.equal(small.images(), 'db:1 db:2 db:2');
  assert.equal(small.status()?.currentRevision, first);
  assert.equal(small.status()?.updatedReplicas, 2);
  assert.equal(small.status()?.currentReplicas, 1);
  small.change({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } });
  runReadily(small, 6);
  assert.equal(small.images(), 'db:2 db:2 db:2');
  assert.equal(small.status()?.currentRevision, small.status()?.updateRevision);
  assert.notEqual(small.status()?.currentRevision, first);
  assert.equal([...small.cluster.store.table(controllerRevisions).values()].length, 2);
});

test('a pod that fails is made anew; OnDelete leaves old pods alone', () => {
  const small = started(2, { updateStrategy: { type: 'OnDelete' } });
  runReadily(small, 4);
  small.change(release('db:2'));
  runReadily(small, 4);
  assert.equal(small.images(), 'db:1 db:1');
  finish(small.cluster, small.cluster.store.get(pods, 'default', 'db-1')!, 'Failed');
  runReadily(small, 4);
  assert.equal(small.images(), 'db:1 db:2');
});

test('claims are made for each pod, bound, and stay when it goes', () => {
  const small = started(2, {
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '10Gi' } } } },
    ],
  });
  runReadily(small, 4);
  const { store } = small.cluster;
  const claim = store.get(persistentVolumeClaims, 'default', 'data-db-1');
  assert.equal((claim?.status as { phase?: string } | undefined)?.phase, 'Bound');
  assert.equal([...store.table(persistentVolumes).values()].length, 2);
  const volumes = store.get(pods, 'default', 'db-1')?.spec.volumes;
  assert.deepEqual(volumes, [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }]);
  small.change({ replicas: 1 });
  runReadily(small, 3);
  assert.ok(store.get(persistentVolumeClaims, 'default', 'data-db-1') !== undefined);
});
