import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { Draft } from '../objects/meta.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { nodes, pods } from '../objects/resource-types.ts';

function pod(name: string, cpu: string, spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }], ...spec },
    status: { phase: 'Pending' },
  };
}

test('pods are spread over nodes by what they ask for, bound, and told of', () => {
  const { cluster, run } = smallCluster();
  for (let index = 0; index < 6; index++) cluster.api.create(pods, pod(`p${index}`, '1'));
  run(5);
  for (const node of cluster.store.table(nodes).values())
    assert.equal(cluster.podsByNode.count(node.metadata.name), 2, node.metadata.name);
  const bound = cluster.store.get(pods, 'default', 'p0');
  assert.deepEqual(
    bound?.status.conditions?.find(({ type }) => type === 'PodScheduled'),
    {
      type: 'PodScheduled',
      status: 'True',
      lastProbeTime: null,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  );
  const scheduled = [...cluster.events.list()].filter(({ reason }) => reason === 'Scheduled');
  assert.equal(scheduled.length, 6);
  assert.match(scheduled[0].message, /^Successfully assigned default\/p0 to general-\d$/);
});

test('what does not fit says why, and is scheduled when there is room', () => {
  const { cluster, run } = smallCluster({ pools: [nodePool(2)] });
  for (const name of ['a', 'b', 'c']) cluster.api.create(pods, pod(name, '3'));
  run(5);
  const waiting = cluster.store.get(pods, 'default', 'c')!;
  const condition = waiting.status.conditions?.find(({ type }) => type === 'PodScheduled');
  assert.equal(condition?.reason, 'Unschedulable');
  assert.match(condition?.message ?? '', /^0\/2 nodes are available: 2 Insufficient cpu\./);
  cluster.api.delete(pods, 'default', 'a', { gracePeriodSeconds: 0 });
  run(15);
  assert.notEqual(cluster.store.get(pods, 'default', 'c')?.spec.nodeName, undefined);
});
