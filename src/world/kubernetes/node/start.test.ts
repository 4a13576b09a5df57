import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { ManifestObject } from '../model.ts';
import { isReady } from '../objects/pod.ts';
import { podDisruptionBudgets, pods } from '../objects/resource-types.ts';

const labels = { app: 'web' };
const probe = { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 30, periodSeconds: 10 };
const objects = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 6,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' }],
          containers: [
            { name: 'web', image: 'web:1', startupProbe: probe, readinessProbe: probe, livenessProbe: probe },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: labels, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { matchLabels: labels }, maxUnavailable: '20%' },
  },
] as unknown as ManifestObject[];

test('when a run begins everything has been running for a day', () => {
  const { cluster, engine, routing, processes } = smallCluster({ pools: [nodePool(3)], objects });
  assert.equal(engine.now, 0);
  const all = [...cluster.store.table(pods).values('shop')];
  assert.equal(all.length, 6);
  assert.ok(all.every(isReady));
  assert.equal(all[0].status.startTime, '2025-12-31T00:00:00Z');
  assert.equal(processes.running.size, 12);
  assert.equal(routing.processes.get('shop/web')?.size, 6);
  const budget = cluster.store.get(podDisruptionBudgets, 'shop', 'web')?.status;
  assert.deepEqual([budget?.disruptionsAllowed, budget?.desiredHealthy], [2, 4]);
});

test('what has been running goes on without restarts, and hardly costs anything', () => {
  const { cluster, run, engine } = smallCluster({ pools: [nodePool(3)], objects });
  const before = cluster.store.revision;
  run(60);
  const settled = engine.processed;
  run(3600);
  assert.ok(cluster.store.revision - before < 20, `${cluster.store.revision - before} writes`);
  assert.ok(engine.processed - settled < 8000, `${engine.processed - settled} events`);
  for (const { status } of cluster.store.table(pods).values('shop'))
    assert.equal(status.containerStatuses?.[0].restartCount, 0);
});
