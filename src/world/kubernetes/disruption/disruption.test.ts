import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../cluster.cases.ts';
import type { Draft } from '../objects/meta.ts';
import {
  nodes,
  type Pod,
  type PodDisruptionBudget,
  type PodSpec,
  podDisruptionBudgets,
  pods,
  type ReplicaSet,
  replicaSets,
} from '../objects/resource-types.ts';
import { usualDrainOptions } from './drain.ts';

const labels = { app: 'web' };

function budget(spec: PodDisruptionBudget['spec'], name = 'web'): Draft<PodDisruptionBudget> {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, ...spec },
  };
}

/** A ReplicaSet that wants so many pods on the first node, and a budget; ready after ten seconds. */
function setting(replicas: number, spec: PodDisruptionBudget['spec'], podSpec: Partial<PodSpec> = {}) {
  const small = smallCluster();
  const { cluster } = small;
  const replicaSet: Draft<ReplicaSet> = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeName: 'general-0',
          containers: [{ name: 'main', image: 'web:1' }],
          ...podSpec,
        },
      },
    },
  };
  assert.ok(cluster.api.create(replicaSets, replicaSet).ok);
  assert.ok(cluster.api.create(podDisruptionBudgets, budget(spec)).ok);
  small.run(10);
  const names = () => [...cluster.store.table(pods).values('default')].map(({ metadata }) => metadata.name);
  const status = () => cluster.store.get(podDisruptionBudgets, 'default', 'web')!.status!;
  const evict = (name: string) => cluster.disruption.evict('default', name);
  return { ...small, names, status, evict };
}

test('a budget is kept up with its pods', () => {
  const { status } = setting(3, { minAvailable: 2 });
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods, conditions } = status();
  assert.deepEqual([disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods], [1, 3, 2, 3]);
  assert.equal(conditions?.[0].reason, 'SufficientPods');
});

test('a budget lets one pod go and refuses the next, in the words of the server', () => {
  const { status, evict, names, run } = setting(3, { maxUnavailable: 1 });
  const [first, second] = names();
  const granted = evict(first);
  assert.ok(granted.ok && granted.value.metadata.deletionTimestamp !== undefined);
  assert.equal(status().disruptionsAllowed, 0);
  assert.deepEqual(Object.keys(status().disruptedPods ?? {}), [first]);
  const refused = evict(second);
  assert.ok(!refused.ok);
  assert.equal(refused.failure.code, 429);
  assert.equal(refused.failure.message, "Cannot evict pod as it would violate the pod's disruption budget.");
  assert.deepEqual(refused.failure.details?.causes, [
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget web needs 2 healthy pods and has 3 currently',
    },
  ]);
  run(10);
  assert.equal(status().disruptedPods, undefined);
  assert.equal(status().disruptionsAllowed, 1, 'its successor is ready');
  assert.ok(evict(second).ok);
});

test('two budgets for a pod are one too many', () => {
  const { cluster, evict, names, run } = setting(3, { maxUnavailable: 1 });
  cluster.api.create(podDisruptionBudgets, budget({ maxUnavailable: 1 }, 'other'));
  run(1);
  const refused = evict(names()[0]);
  assert.ok(!refused.ok);
  assert.equal(refused.failure.code, 500);
});

test('an unready pod may go when enough others are healthy, or always when the budget says so', () => {
  for (const [policy, replicas, expected] of [
    ['IfHealthyBudget', 1, false],
    ['AlwaysAllow', 1, true],
  ] as const) {
    const readinessProbe = { httpGet: { port: 80 }, initialDelaySeconds: 1000 };
    const { evict, names } = setting(
      replicas,
      { minAvailable: 1, unhealthyPodEvictionPolicy: policy },
      { containers: [{ name: 'main', image: 'web:1', readinessProbe }] },
    );
    assert.equal(evict(names()[0]).ok, expected, policy);
  }
});

test('a budget whose scale nobody knows allows nothing and says why', () => {
  const { cluster, run, status } = setting(0, { maxUnavailable: 1 });
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'j', controller: true };
  const pod: Draft<Pod> = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'j-1', namespace: 'default', labels, ownerReferences: [owner], finalizers: ['x/y'] },
    spec: { nodeName: 'general-0', containers: [{ name: 'main' }] },
    status: { phase: 'Pending' },
  };
  cluster.api.create(pods, pod);
  run(1);
  assert.equal(status().disruptionsAllowed, 0);
  assert.equal(status().conditions?.[0].reason, 'SyncFailed');
  assert.equal(status().conditions?.[0].message, 'jobs.batch does not implement the scale subresource');
});

test('a drain empties a node as fast as the budget lets it', () => {
  const { cluster, run, names } = setting(2, { minAvailable: 1 }, {});
  const drain = cluster.disruption.drains.begin('general-0');
  run(1);
  assert.ok(cluster.store.get(nodes, '', 'general-0')?.spec.unschedulable);
  assert.deepEqual(drain.lines.slice(0, 3), [
    'node/general-0 cordoned',
    `evicting pod default/${drain.pods[0].name}`,
    `evicting pod default/${drain.pods[1].name}`,
  ]);
  assert.match(drain.lines[3], /will retry after 5s\): Cannot evict pod as it would violate/);
  run(30);
  assert.equal(drain.state, 'done');
  assert.equal(drain.lines.at(-1), 'node/general-0 drained');
  assert.ok(drain.pods[1].refusals > 0);
  assert.equal(names().length, 2);
});

test('a drain that a budget blocks for ever runs into its timeout', () => {
  const { cluster, run } = setting(1, { minAvailable: 1 });
  const drain = cluster.disruption.drains.begin('general-0', { ...usualDrainOptions, timeoutMicros: 30e6 });
  run(40);
  assert.equal(drain.state, 'failed');
  assert.match(
    drain.error,
    /^error when evicting pods\/"web-\w{5}" -n "default": global timeout reached: 30s$/,
  );
  assert.equal(drain.pods[0].refusals, 6);
});

test('a drain stops before it begins where pods are in the way', () => {
  const { cluster, run } = setting(1, { minAvailable: 0 }, { volumes: [{ name: 'cache', emptyDir: {} }] });
  const bare: Draft<Pod> = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare', namespace: 'default' },
    spec: { nodeName: 'general-0', containers: [{ name: 'main' }] },
    status: { phase: 'Pending' },
  };
  cluster.api.create(pods, bare);
  run(5);
  const drain = cluster.disruption.drains.begin('general-0');
  run(1);
  assert.equal(drain.state, 'failed');
  assert.match(
    drain.error,
    /^cannot delete Pods with local storage \(use --delete-emptydir-data to override\): default\/web-\w{5}\ncannot delete Pods that declare no controller \(use --force to override\): default\/bare$/,
  );
  const forced = cluster.disruption.drains.begin('general-0', {
    ...usualDrainOptions,
    force: true,
    deleteEmptyDirData: true,
  });
  run(20);
  assert.equal(forced.state, 'done');
  assert.match(
    forced.lines[1],
    /^Warning: deleting Pods with local storage: .*; deleting Pods that declare no controller: default\/bare$/,
  );
});
