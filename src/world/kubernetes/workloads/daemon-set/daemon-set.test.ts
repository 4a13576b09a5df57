import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool } from '../../cluster.cases.ts';
import type { Draft } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { type DaemonSet, daemonSets, nodes } from '../../objects/resource-types.ts';
import { busyCluster, podsOf } from '../workloads.cases.ts';
import { nodeOf } from './daemon-set-pod.ts';

function set(spec: Partial<DaemonSet['spec']> = {}, image = 'agent:1'): Draft<DaemonSet> {
  const labels = { app: 'agent' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image }] } },
      ...spec,
    },
  };
}

function started(count: number, spec: Partial<DaemonSet['spec']> = {}) {
  const small = busyCluster({ pools: [nodePool(count)] });
  small.cluster.api.create(daemonSets, set(spec));
  small.run(5);
  const { cluster } = small;
  return {
    ...small,
    change: (next: Partial<DaemonSet['spec']>) =>
      cluster.api.modify(daemonSets, 'default', 'agent', (now) => ({
        ...now,
        spec: { ...now.spec, ...next },
      })),
    status: () => cluster.store.get(daemonSets, 'default', 'agent')!.status!,
    changeNode: (index: number, spec: Partial<Node['spec']>) => {
      const node = [...cluster.store.table(nodes).values()][index];
      cluster.api.modify(nodes, '', node.metadata.name, (now) => ({
        ...now,
        spec: { ...now.spec, ...spec },
      }));
    },
  };
}

test('every node gets one pod, which tolerates what daemons have to', () => {
  const { cluster, status } = started(4);
  const own = podsOf(cluster);
  assert.deepEqual(
    own.map(nodeOf).sort(),
    [...cluster.store.table(nodes).values()].map(({ metadata }) => metadata.name).sort(),
  );
  assert.ok(own.every(({ spec }) => spec.nodeName === nodeOf(own.find((pod) => pod.spec === spec)!)));
  assert.deepEqual(
    own[0].spec.tolerations?.map(
      ({ key, effect }) => `${key?.slice('node.kubernetes.io/'.length)}:${effect}`,
    ),
    [
      'not-ready:NoExecute',
      'unreachable:NoExecute',
      'disk-pressure:NoSchedule',
      'memory-pressure:NoSchedule',
      'pid-pressure:NoSchedule',
      'unschedulable:NoSchedule',
    ],
  );
  assert.equal(status().desiredNumberScheduled, 4);
  assert.equal(status().numberAvailable, 4);
});

test('a new node gets a pod, a cordoned one keeps it, one with a NoExecute taint loses it', () => {
  const small = started(2);
  small.cluster.addMachine('general');
  small.run(5);
  assert.equal(podsOf(small.cluster).length, 3);
  small.changeNode(0, {
    unschedulable: true,
    taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
  });
  small.changeNode(1, { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] });
  small.changeNode(2, { taints: [{ key: 'broken', effect: 'NoExecute' }] });
  small.run(60);
  assert.equal(podsOf(small.cluster).length, 2);
  assert.equal(small.status().desiredNumberScheduled, 1);
  assert.equal(small.status().numberMisscheduled, 1);
});

test('a rolling update replaces one pod at a time', () => {
  const small = started(4);
  small.change({ template: set({}, 'agent:2').spec.template });
  let fewest = 4;
  for (let second = 0; second < 400; second++) {
    small.run(0.5);
    fewest = Math.min(fewest, small.status().numberAvailable ?? 0);
  }
  assert.equal(fewest, 3);
  assert.equal(small.status().updatedNumberScheduled, 4);
  assert.ok(podsOf(small.cluster).every(({ spec }) => spec.containers[0].image === 'agent:2'));
});

test('with surge none is missing meanwhile', () => {
  const small = started(4, { updateStrategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } } });
  small.change({ template: set({}, 'agent:2').spec.template });
  let most = 0;
  for (let second = 0; second < 400; second++) {
    small.run(0.5);
    const present = podsOf(small.cluster).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    most = Math.max(most, present.length);
    assert.ok((small.status().numberAvailable ?? 0) >= 3);
  }
  assert.ok(most > 4 && most <= 6, `${most}`);
  assert.ok(podsOf(small.cluster).every(({ spec }) => spec.containers[0].image === 'agent:2'));
});
