import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool, smallCluster } from '../cluster.cases.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { conditionOf, type Draft } from '../objects/meta.ts';
import { nodes, type Pod, type PodSpec, pods, type Taint } from '../objects/resource-types.ts';
import { PodGarbage } from './pod-garbage.ts';
import { toleratedSeconds } from './taint-eviction.ts';
import { EvictionLimiter, evictionRate, zoneState } from './zone-health.ts';

function draft(name: string, nodeName: string | null, spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'main', image: 'web:1' }],
      ...(nodeName === null ? { schedulerName: 'none' } : { nodeName }),
      ...spec,
    },
    status: { phase: 'Pending' },
  };
}

function setting(count = 6, zones = ['a', 'b', 'c']) {
  const small = smallCluster({ pools: [nodePool(count, { zones })] });
  const { cluster } = small;
  const create = (name: string, nodeName: string | null, spec: Partial<PodSpec> = {}) =>
    assert.ok(cluster.api.create(pods, draft(name, nodeName, spec)).ok);
  const pod = (name: string) => cluster.store.get(pods, 'default', name);
  const taints = (name: string) =>
    (cluster.store.get(nodes, '', name)?.spec.taints ?? []).map(
      ({ key, effect }) => `${key.slice(key.indexOf('/') + 1)}:${effect}`,
    );
  const ready = (name: string) =>
    conditionOf(cluster.store.get(nodes, '', name)?.status.conditions, 'Ready')?.status;
  return { ...small, create, pod, taints, ready };
}

test('the state of a zone and the rate of its evictions', () => {
  const cases: [number, number, string][] = [
    [3, 0, 'Normal'],
    [0, 1, 'FullDisruption'],
    [0, 0, 'Normal'],
    [1, 2, 'Normal'],
    [3, 3, 'Normal'],
    [2, 3, 'PartialDisruption'],
    [45, 55, 'PartialDisruption'],
    [46, 54, 'Normal'],
  ];
  for (const [good, bad, expected] of cases)
    assert.equal(zoneState(good, bad), expected, `${good} of ${bad}`);
  assert.equal(evictionRate('Normal', 3), 0.1);
  assert.equal(evictionRate('FullDisruption', 3), 0.1);
  assert.equal(evictionRate('PartialDisruption', 50), 0);
  assert.equal(evictionRate('PartialDisruption', 51), 0.01);
});

test('the limiter gives a token each ten seconds, and whoever waits goes on waiting', () => {
  const limiter = new EvictionLimiter(0.1);
  assert.ok(limiter.tryAccept(0));
  assert.ok(!limiter.tryAccept(9.9e6));
  assert.equal(limiter.nextMicros(5e6), 10e6);
  assert.ok(limiter.tryAccept(10e6));
  limiter.swap(0.01, 12e6);
  assert.equal(limiter.nextMicros(12e6), 112e6);
  limiter.swap(0, 20e6);
  assert.equal(limiter.nextMicros(500e6), Number.POSITIVE_INFINITY);
});

test('how long taints are tolerated', () => {
  const taint: Taint = { key: 'down', value: 'yes', effect: 'NoExecute' };
  const cases: [Parameters<typeof toleratedSeconds>[0], readonly Taint[], number][] = [
    [undefined, [taint], 0],
    [[], [], Number.POSITIVE_INFINITY],
    [[{ operator: 'Exists' }], [taint], Number.POSITIVE_INFINITY],
    [[{ key: 'down', operator: 'Exists', tolerationSeconds: 30 }], [taint], 30],
    [[{ key: 'down', value: 'yes', tolerationSeconds: 30 }], [taint], 30],
    [[{ key: 'down', value: 'no', tolerationSeconds: 30 }], [taint], 0],
    [[{ key: 'down', operator: 'Exists', tolerationSeconds: -5 }], [taint], 0],
    [[{ key: 'down', operator: 'Exists', effect: 'NoSchedule' }], [taint], 0],
    [
      [
        { key: 'down', operator: 'Exists', tolerationSeconds: 60 },
        { key: 'slow', operator: 'Exists', tolerationSeconds: 20 },
      ],
      [taint, { key: 'slow', effect: 'NoExecute' }],
      20,
    ],
  ];
  for (const [tolerations, taints, expected] of cases)
    assert.equal(toleratedSeconds(tolerations, taints), expected, JSON.stringify(tolerations));
});

test('a lost node becomes Unknown after 50 s, is tainted, and its pods go five minutes later', () => {
  const { cluster, run, create, pod, taints, ready } = setting();
  create('web', 'general-0');
  run(20);
  cluster.nodeParts.failNode('general-0');
  run(38);
  assert.equal(ready('general-0'), 'True', 'nobody has noticed yet');
  assert.equal(conditionOf(pod('web')!.status.conditions, 'Ready')?.status, 'True');
  run(24);
  assert.equal(ready('general-0'), 'Unknown');
  assert.equal(conditionOf(pod('web')!.status.conditions, 'Ready')?.status, 'False');
  assert.ok(taints('general-0').includes('unreachable:NoSchedule'));
  run(6);
  assert.deepEqual(taints('general-0').sort(), ['unreachable:NoExecute', 'unreachable:NoSchedule']);
  run(290);
  assert.equal(pod('web')?.metadata.deletionTimestamp, undefined);
  run(20);
  assert.ok(pod('web')?.metadata.deletionTimestamp !== undefined);
  run(600);
  assert.ok(pod('web') !== undefined, 'it stays Terminating while its kubelet is silent');
  cluster.nodeParts.recoverNode('general-0');
  run(10);
  assert.equal(pod('web'), undefined);
  assert.equal(ready('general-0'), 'True');
  assert.deepEqual(taints('general-0'), []);
});

test('leases and heartbeats are reckoned when somebody asks', () => {
  const { cluster, run, engine } = setting();
  const { nodeParts, store } = cluster;
  run(700);
  const renewed = nodeParts.renewedMicros('general-0');
  assert.ok(renewed <= engine.now && renewed > engine.now - 10e6);
  nodeParts.failNode('general-0');
  const heartbeats = () =>
    nodeParts
      .withHeartbeats(store.get(nodes, '', 'general-0')!)
      .status.conditions.map((one) => one.lastHeartbeatTime!);
  const [beat] = heartbeats();
  assert.ok(beat > '2026-01-01T00:06:39Z' && beat <= '2026-01-01T00:11:40Z', beat);
  run(400);
  assert.equal(nodeParts.renewedMicros('general-0'), renewed, 'a lost node renews no more');
  const ready = conditionOf(store.get(nodes, '', 'general-0')!.status.conditions, 'Ready');
  assert.equal(ready?.lastHeartbeatTime, cluster.clock.timestampAt(renewed));
});

test('where every node is lost, nothing is evicted', () => {
  const { cluster, run, create, pod, taints, ready } = setting(3, ['a']);
  create('web', 'general-0');
  run(20);
  for (const name of ['general-0', 'general-1', 'general-2']) cluster.nodeParts.failNode(name);
  run(900);
  assert.equal(ready('general-0'), 'Unknown');
  assert.deepEqual(taints('general-0'), ['unreachable:NoSchedule']);
  assert.equal(pod('web')?.metadata.deletionTimestamp, undefined);
});

test('nodes of a zone are tainted one each ten seconds', () => {
  const { cluster, run, taints } = setting(12, ['a', 'b']);
  run(20);
  const lost = ['general-0', 'general-2', 'general-4'];
  for (const name of lost) cluster.nodeParts.failNode(name);
  const tainted = () => lost.filter((name) => taints(name).includes('unreachable:NoExecute')).length;
  run(50);
  const counts: number[] = [];
  for (let at = 0; at < 40; at++) {
    run(1);
    counts.push(tainted());
  }
  const first = counts.indexOf(1);
  assert.ok(first >= 0);
  assert.equal(counts.indexOf(2) - first, 10);
  assert.equal(counts.indexOf(3) - first, 20);
});

test('a cordoned node is tainted, and no longer when it is uncordoned', () => {
  const { cluster, run, taints } = setting();
  const cordon = (unschedulable: boolean) =>
    cluster.api.modify(nodes, '', 'general-0', (now) => ({ ...now, spec: { ...now.spec, unschedulable } }));
  cordon(true);
  run(1);
  assert.deepEqual(taints('general-0'), ['unschedulable:NoSchedule']);
  cordon(false);
  run(1);
  assert.deepEqual(taints('general-0'), []);
});

test('a NoExecute taint drives out what does not tolerate it', () => {
  const { cluster, run, create, pod } = setting();
  create('web', 'general-0');
  create('tough', 'general-0', { tolerations: [{ operator: 'Exists' }] });
  create('soon', 'general-0', {
    tolerations: [{ key: 'repair', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
  });
  run(10);
  cluster.api.modify(nodes, '', 'general-0', (now) => ({
    ...now,
    spec: { ...now.spec, taints: [{ key: 'repair', effect: 'NoExecute' as const }] },
  }));
  run(10);
  assert.equal(pod('web'), undefined);
  assert.equal(pod('soon')?.metadata.deletionTimestamp, undefined);
  run(60);
  assert.equal(pod('soon'), undefined);
  assert.ok(pod('tough') !== undefined);
});

test('pods of a node that is taken away are collected', () => {
  const { cluster, run, create, pod, processes } = setting();
  create('web', 'general-0');
  run(10);
  cluster.nodeParts.removeNode('general-0');
  assert.equal(processes.running.size, 0);
  run(30);
  assert.ok(pod('web') !== undefined);
  run(60);
  assert.equal(pod('web'), undefined);
});

test('the oldest finished pods beyond the limit are collected', () => {
  const { cluster, run, create, pod, processes } = setting();
  const { engine } = cluster;
  const renamed = {
    get now() {
      return engine.now;
    },
    register: (name: string, handler: () => void) => engine.register(`test/${name}`, handler),
    schedule: (micros: number, handler: number) => engine.schedule(micros, handler),
  };
  const { store, api, manager, clock, podsByNode } = cluster;
  new PodGarbage({ store, api, manager, clock, podsByNode, engine: renamed } as unknown as ControlPlane, 2);
  for (const name of ['a', 'b', 'c']) {
    create(name, 'general-0', { restartPolicy: 'Never' });
    run(5);
  }
  run(5);
  for (const name of ['a', 'b', 'c']) processes.exit(`default/${name}/main`, 0);
  run(30);
  assert.equal(pod('a'), undefined);
  assert.ok(pod('b') !== undefined && pod('c') !== undefined);
});
