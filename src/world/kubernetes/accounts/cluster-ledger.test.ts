import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryQuantile } from '../../../base/sketch.ts';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { ManifestObject } from '../model.ts';
import { deployments } from '../objects/resource-types.ts';
import { Level } from './level.ts';

function web(replicas: number, cpu = '1'): ManifestObject {
  const labels = { app: 'web' };
  const containers = [{ name: 'web', image: 'web:1', resources: { requests: { cpu } } }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

test('a level knows its extremes and its integral', () => {
  const level = new Level();
  level.set(2, 10);
  level.reset(10);
  level.add(3, 20);
  level.add(-4, 30);
  assert.deepEqual([level.fewest, level.most, level.integral(50)], [1, 5, 20 + 50 + 20]);
});

test('what ran before the run began is there, and was not created in it', () => {
  const { cluster, run } = smallCluster({ objects: [web(3)] });
  run(60);
  const { pods, workloads, nodes } = cluster.ledger.accounts();
  assert.deepEqual([pods.atEnd, pods.created, pods.deleted], [3, 0, 0]);
  assert.equal(nodes[0].nodeMicros, 3 * 60e6);
  assert.deepEqual(
    [workloads[0].desiredAtEnd, workloads[0].readyFewest, workloads[0].missingMicros],
    [3, 3, 0],
  );
});

test('pods that start count from creation to ready, and are missed until then', () => {
  const { cluster, run } = smallCluster({ objects: [web(1)] });
  cluster.api.modify(deployments, 'default', 'web', (now) => ({
    ...now,
    spec: { ...now.spec, replicas: 3 },
  }));
  run(60);
  const { pods, workloads } = cluster.ledger.accounts();
  assert.equal(pods.startup.count, 2);
  const seconds = summaryQuantile(pods.startup, 1) / 1e6;
  assert.ok(seconds > 0.5 && seconds < 20, `${seconds} s to start`);
  const [{ readyMost, created, missingMicros }] = workloads;
  assert.deepEqual([readyMost, created], [3, 2]);
  assert.ok(missingMicros >= pods.startup.sum * 0.99, 'missed at least while they started');
});

test('pods that find no node are counted while they wait', () => {
  const { cluster, run } = smallCluster({ pools: [nodePool(1, { cores: 2 })], objects: [web(5)] });
  run(100);
  const { pods } = cluster.ledger.accounts();
  assert.deepEqual([pods.unschedulableAtEnd, pods.unschedulableMost], [3, 3]);
  assert.equal(pods.unschedulableMicros, 3 * 100e6);
});
