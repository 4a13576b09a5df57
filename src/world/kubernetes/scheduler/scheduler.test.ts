import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { ManifestObject } from '../model.ts';
import type { Draft } from '../objects/meta.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { nodes, pods } from '../objects/resource-types.ts';
import { bindPod } from './bind.ts';

function pod(name: string, cpu: string, spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }], ...spec },
    status: { phase: 'Pending' },
  };
}

const polite = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'polite' },
  value: 100,
  preemptionPolicy: 'Never',
} as ManifestObject;
const priorities = [1, 2, 50, 100].map(
  (value): ManifestObject =>
    ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: `p${value}` },
      value,
    }) as ManifestObject,
);

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

function conditionOf(cluster: ReturnType<typeof smallCluster>['cluster'], name: string) {
  const { status } = cluster.store.get(pods, 'default', name)!;
  return status.conditions?.find(({ type }) => type === 'PodScheduled');
}

test('a pod of higher priority pushes out one of lower, and takes its place', () => {
  const { cluster, run } = smallCluster({ pools: [nodePool(1)], objects: [...priorities, polite] });
  cluster.api.create(pods, pod('low', '3', { priorityClassName: 'p1', terminationGracePeriodSeconds: 5 }));
  cluster.api.create(pods, pod('keeps', '500m', { priorityClassName: 'p50' }));
  run(30);
  const marked: (string | undefined)[] = [];
  cluster.store.observe(pods, ({ object, previous }) => {
    const targetOf = (each: Pod | null) =>
      each?.status.conditions?.find(({ type }) => type === 'DisruptionTarget');
    if (object.metadata.name === 'low' && targetOf(previous) === undefined && targetOf(object) !== undefined)
      marked.push(targetOf(object)?.reason);
  });
  cluster.api.create(pods, pod('high', '2', { priorityClassName: 'p100' }));
  run(1);
  const high = cluster.store.get(pods, 'default', 'high');
  assert.equal(high?.status.nominatedNodeName, 'general-0');
  assert.equal(conditionOf(cluster, 'high')?.message, '0/1 nodes are available: 1 Insufficient cpu.');
  assert.deepEqual(marked, ['PreemptionByScheduler']);
  // Meanwhile nobody of less priority takes the room that is being made.
  cluster.api.create(pods, pod('sneaks', '3', { priorityClassName: 'p2' }));
  run(60);
  assert.equal(cluster.store.get(pods, 'default', 'low'), undefined);
  assert.equal(cluster.store.get(pods, 'default', 'high')?.spec.nodeName, 'general-0');
  assert.equal(cluster.store.get(pods, 'default', 'sneaks')?.spec.nodeName, undefined);
  const told = [...cluster.events.list()].find(({ reason }) => reason === 'Preempted');
  assert.equal(told?.message, `Preempted by pod ${high?.metadata.uid} on node general-0`);
});

test('a pod that never preempts waits', () => {
  const { cluster, run } = smallCluster({ pools: [nodePool(1)], objects: [...priorities, polite] });
  cluster.api.create(pods, pod('low', '3', { priorityClassName: 'p1' }));
  run(5);
  cluster.api.create(pods, pod('high', '2', { priorityClassName: 'polite' }));
  run(5);
  assert.equal(
    conditionOf(cluster, 'high')?.message,
    '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  );
});

test('what cannot be helped by preemption says so', () => {
  const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }];
  const { cluster, run } = smallCluster({ pools: [nodePool(3), nodePool(2, { name: 'gpu', taints })] });
  for (let index = 0; index < 3; index++) cluster.api.create(pods, pod(`p${index}`, '3'));
  run(5);
  cluster.api.create(pods, pod('late', '2'));
  run(5);
  assert.equal(
    conditionOf(cluster, 'late')?.message,
    '0/5 nodes are available: 2 node(s) had untolerated taint {gpu: yes}, 3 Insufficient cpu. preemption: 0/5 nodes are available: 2 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.',
  );
});

test('gates hold a pod, and its condition says so', () => {
  const { cluster, run } = smallCluster();
  cluster.api.create(pods, pod('gated', '1', { schedulingGates: [{ name: 'example.com/quota' }] }));
  run(5);
  assert.equal(conditionOf(cluster, 'gated')?.reason, 'SchedulingGated');
  cluster.api.modify(pods, 'default', 'gated', (now) => {
    const { schedulingGates: _, ...spec } = now.spec;
    return { ...now, spec };
  });
  run(5);
  assert.equal(conditionOf(cluster, 'gated')?.status, 'True');
});

test('without nodes pods wait for the first', () => {
  const { cluster, run } = smallCluster({ pools: [nodePool(0)] });
  cluster.api.create(pods, pod('p', '1'));
  run(5);
  assert.equal(conditionOf(cluster, 'p')?.message, 'no nodes available to schedule pods');
  cluster.addMachine('general');
  run(15);
  assert.equal(cluster.store.get(pods, 'default', 'p')?.spec.nodeName, 'general-0');
});

test('pods of another scheduler are left alone', () => {
  const { cluster, run } = smallCluster();
  cluster.api.create(pods, pod('p', '1', { schedulerName: 'mine' }));
  run(5);
  assert.equal(cluster.store.get(pods, 'default', 'p')?.spec.nodeName, undefined);
});

test('bindings go out at the rate of the client', () => {
  const settings = { scheduler: { qps: 10, burst: 5 } };
  const { cluster, run } = smallCluster({ settings });
  for (let index = 0; index < 9; index++) cluster.api.create(pods, pod(`p${index}`, '100m'));
  const bound = () =>
    [...cluster.store.table(pods).values()].filter(({ spec }) => spec.nodeName !== undefined);
  run(0.05);
  assert.equal(bound().length, 5);
  run(0.2);
  assert.equal(bound().length, 7);
  run(0.3);
  assert.equal(bound().length, 9);
});

test('a pod that is bound elsewhere meanwhile is given up', () => {
  const { cluster, run } = smallCluster();
  const created = cluster.api.create(pods, pod('p', '1'));
  assert.ok(created.ok);
  const first = bindPod(cluster.api, cluster.clock, {
    namespace: 'default',
    name: 'p',
    nodeName: 'general-2',
  });
  assert.ok(first.ok);
  const second = bindPod(cluster.api, cluster.clock, {
    namespace: 'default',
    name: 'p',
    nodeName: 'general-1',
  });
  assert.ok(!second.ok);
  assert.equal(
    second.failure.message,
    'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "general-2"',
  );
  run(5);
  assert.equal(cluster.store.get(pods, 'default', 'p')?.spec.nodeName, 'general-2');
});
