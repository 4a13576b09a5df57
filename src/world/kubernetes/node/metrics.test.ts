import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../cluster.cases.ts';
import type { Draft } from '../objects/meta.ts';
import { type Pod, pods } from '../objects/resource-types.ts';

function draft(name: string): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: 'general-0',
      containers: [{ name: 'main', image: 'web:1', resources: { limits: { memory: '100Mi' } } }],
    },
    status: { phase: 'Pending' },
  };
}

const mebi = 1024 * 1024;

test('usage is shown once two scrapes have seen the pod, as what was used between them', () => {
  const { cluster, run, engine, processes } = smallCluster();
  processes.cpuMicros = () => engine.now * 0.25;
  processes.memoryBytes = () => 30 * mebi;
  cluster.api.create(pods, draft('web'));
  const { metrics } = cluster.nodeParts;
  run(16);
  assert.equal(metrics.pod('default', 'web'), null, 'one scrape, at 15 s');
  run(15);
  assert.deepEqual(metrics.pod('default', 'web'), {
    atMicros: 30e6,
    windowMicros: 15e6,
    containers: [{ name: 'main', cpuCores: 0.25, memoryBytes: 30 * mebi }],
  });
  assert.ok(Math.abs(metrics.node('general-0')!.cpuCores - 0.3) < 1e-9);
  cluster.nodeParts.failNode('general-0');
  assert.equal(metrics.pod('default', 'web'), null);
  assert.equal(metrics.node('general-0'), null);
});

test('what a steady process uses is known without scrapes, and from the same time on', () => {
  const steady = { cpuCores: 0.2, memoryBytes: 30 * mebi };
  const sampled = smallCluster();
  const reckoned = smallCluster();
  Object.assign(reckoned.processes, { steadyUsage: () => steady });
  sampled.processes.cpuMicros = () => sampled.engine.now * steady.cpuCores;
  sampled.processes.memoryBytes = () => steady.memoryBytes;
  for (const { cluster } of [sampled, reckoned]) cluster.api.create(pods, draft('web'));
  for (let at = 0; at < 50; at++) {
    sampled.run(1);
    reckoned.run(1);
    const [a, b] = [sampled, reckoned].map(({ cluster }) => cluster.nodeParts.metrics.pod('default', 'web'));
    assert.deepEqual(a, b, `after ${at + 1} s`);
  }
  assert.ok(reckoned.engine.processed < sampled.engine.processed);
});

test('a container that outgrows its limit is killed and starts anew', () => {
  const { cluster, run, engine, processes, notes } = smallCluster();
  processes.memoryBytes = () => (engine.now > 60e6 && engine.now < 62e6 ? 101 : 60) * mebi;
  cluster.api.create(pods, draft('web'));
  run(65);
  const [status] = cluster.store.get(pods, 'default', 'web')!.status.containerStatuses!;
  assert.equal(status.restartCount, 1);
  assert.equal(status.lastState?.terminated?.reason, 'OOMKilled');
  assert.equal(status.lastState?.terminated?.exitCode, 137);
  assert.deepEqual(notes, ['restart default/web: container main ended: OOMKilled, exit code 137']);
});
