import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../../../base/random.ts';
import { nodePool, smallCluster, usualSettings } from '../../cluster.cases.ts';
import type { ControlPlaneSettings, ManifestObject, NodePool } from '../../model.ts';
import { configMaps, deployments, nodes, type Pod, pods } from '../../objects/resource-types.ts';
import { chooseOption, readPriorities, type ScaleUpOption, wasteOf } from './expander.ts';
import { NodeGroup } from './node-group.ts';
import { takeFromBudgets, verdictOf } from './removable.ts';
import { candidateTaint, deletionTaint } from './scale-down.ts';

const minute = 60;

function web(replicas: number, cpu = '3', spec: Readonly<Record<string, unknown>> = {}): ManifestObject {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu } } }],
          ...spec,
        },
      },
    },
  } as ManifestObject;
}

const growing = (change: Partial<NodePool> = {}) =>
  nodePool(2, {
    autoscaling: { min: 1, max: 5 },
    provisioning: { p50Micros: 60e6, p99Micros: 60e6 },
    ...change,
  });

function setting(
  pools: readonly NodePool[],
  objects: readonly ManifestObject[],
  change: Partial<ControlPlaneSettings['clusterAutoscaler']> = {},
) {
  const small = smallCluster({
    pools,
    objects,
    settings: { clusterAutoscaler: { ...usualSettings.clusterAutoscaler, ...change } },
  });
  const { cluster } = small;
  const count = (pool = 'general') =>
    [...cluster.store.table(nodes).values()].filter(({ metadata }) => metadata.name.startsWith(`${pool}-`))
      .length;
  const scale = (replicas: number) =>
    cluster.api.modify(deployments, 'default', 'web', (now) => ({ ...now, spec: { ...now.spec, replicas } }));
  const running = () =>
    [...cluster.store.table(pods).values('default')].filter(({ status }) => status.phase === 'Running')
      .length;
  const said = (reason: string) =>
    [...cluster.events.list()].filter((event) => event.reason === reason).map(({ message }) => message);
  return { ...small, count, scale, running, said };
}

test('pods without a place bring as many nodes as they need, after the time that machines take', () => {
  const { run, scale, count, running, said, cluster } = setting([growing()], [web(2)]);
  scale(4);
  run(30);
  assert.equal(count(), 2);
  assert.deepEqual(said('TriggeredScaleUp').slice(0, 1), [
    'pod triggered scale-up: [{general 2->4 (max: 5)}]',
  ]);
  run(60);
  assert.equal(count(), 4);
  assert.equal(running(), 4);
  const map = cluster.store.get(configMaps, 'kube-system', 'cluster-autoscaler-status') as unknown as {
    readonly data: { readonly status: string };
  };
  assert.match(map.data.status, /cloudProviderTarget: 4/);
  assert.match(map.data.status, /autoscalerStatus: Running/);
});

test('beyond the largest size it says why not', () => {
  const { run, scale, count, said } = setting([growing({ autoscaling: { min: 1, max: 3 } })], [web(2)]);
  scale(5);
  run(200);
  assert.equal(count(), 3);
  assert.ok(said('NotTriggerScaleUp').includes("pod didn't trigger scale-up: 1 max node group size reached"));
});

test('pods that fit no new node bring none', () => {
  const { run, scale, count, said } = setting([growing()], [web(1, '5')]);
  scale(1);
  run(60);
  assert.equal(count(), 2);
  assert.deepEqual(said('NotTriggerScaleUp'), ["pod didn't trigger scale-up: 1 Insufficient cpu"]);
});

test('where the provider has no machine left, the group backs off and another one is tried', () => {
  const scarce = growing({ stock: 0 });
  const other = growing({ name: 'other', count: 0, autoscaling: { min: 0, max: 3 }, pricePerHour: 9 });
  const { run, scale, count, running, said } = setting([{ ...scarce, pricePerHour: 1 }, other], [web(2)], {
    expander: 'price',
  });
  scale(3);
  run(10 * minute);
  assert.equal(running(), 2);
  run(7 * minute + 60);
  assert.equal(count('general'), 2);
  assert.equal(count('other'), 1);
  assert.equal(running(), 3);
  assert.deepEqual(said('ScaleUpTimedOut'), ['Nodes added to group general failed to register within 15m0s']);
});

test('an unneeded node is marked, drained and given back after ten minutes, never below the smallest size', () => {
  const { run, scale, count, running, cluster, notes } = setting([growing({ count: 3 })], [web(3)]);
  scale(2);
  run(60);
  const marked = [...cluster.store.table(nodes).values()].filter(({ spec }) =>
    spec.taints?.some(({ key }) => key === candidateTaint),
  );
  assert.equal(marked.length, 1);
  run(8 * minute);
  assert.equal(count(), 3);
  run(3 * minute);
  assert.equal(count(), 2);
  assert.equal(running(), 2);
  scale(0);
  run(30 * minute);
  assert.equal(count(), 1);
  assert.ok(notes.some((note) => note.includes('empty and removed')));
});

test('pods move together when they fit, and what may not be evicted stays', () => {
  const small = setting([growing({ count: 3 })], [web(3, '1500m')]);
  small.run(15 * minute);
  assert.equal(small.count(), 2, 'two of three pods fit one node');
  assert.equal(small.running(), 3);
  const safe = web(3, '1500m');
  const kept = setting(
    [growing({ count: 3 })],
    [
      {
        ...safe,
        spec: {
          ...(safe.spec as object),
          template: {
            ...(safe.spec as { template: object }).template,
            metadata: {
              labels: { app: 'web' },
              annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' },
            },
          },
        },
      } as ManifestObject,
    ],
  );
  kept.run(20 * minute);
  assert.equal(kept.count(), 3);
});

test('a node being removed takes no new pods', () => {
  const { run, scale, cluster } = setting([growing({ count: 2 })], [web(1)]);
  scale(1);
  run(10 * minute + 20);
  const tainted = [...cluster.store.table(nodes).values()].filter(({ spec }) =>
    spec.taints?.some(({ key, effect }) => key === deletionTaint && effect === 'NoSchedule'),
  );
  assert.ok(tainted.length <= 1);
  run(60);
  assert.equal([...cluster.store.table(nodes).values()].length, 1);
});

test('expanders', () => {
  const pod = {
    spec: { containers: [{ name: 'a', resources: { requests: { cpu: '2', memory: '8Gi' } } }] },
  } as unknown as Pod;
  const option = (
    name: string,
    cores: number,
    count: number,
    helped: number,
    pricePerHour: number,
  ): ScaleUpOption => ({
    pool: nodePool(0, { name, cores, memoryBytes: cores * 4 * 1024 ** 3, pricePerHour }),
    nodes: count,
    pods: Array(helped).fill(pod),
  });
  const small = option('small', 2, 1, 1, 1);
  const large = option('large', 16, 1, 3, 12);
  const choose = (expander: Parameters<typeof chooseOption>[1], text = '') =>
    chooseOption([small, large], expander, randomStream(1, 'x'), readPriorities(text)).pool.name;
  assert.equal(choose('most-pods'), 'large');
  assert.equal(choose('least-waste'), 'small');
  assert.equal(choose('price'), 'small');
  assert.equal(choose('priority', '10:\n  - .*small.*\n50:\n  - "large"\n'), 'large');
  assert.equal(wasteOf(small), 0);
  const drawn = new Set(
    Array.from(
      { length: 50 },
      (_, seed) => chooseOption([small, large], 'random', randomStream(seed, 'x'), []).pool.name,
    ),
  );
  assert.equal(drawn.size, 2);
});

test('backoff doubles to half an hour and is forgotten', () => {
  const group = new NodeGroup(growing());
  const waits: number[] = [];
  let now = 0;
  for (let failure = 0; failure < 5; failure++) {
    group.backOff(now);
    waits.push((group.backoffUntilMicros - now) / 60e6);
    now = group.backoffUntilMicros;
  }
  assert.deepEqual(waits, [5, 10, 20, 30, 30]);
  now += 181 * 60e6;
  group.backOff(now);
  assert.equal((group.backoffUntilMicros - now) / 60e6, 5);
});

test('what keeps a node', () => {
  const owned = (
    kind: string,
    change: object = {},
    annotations: Readonly<Record<string, string>> = {},
    namespace = 'shop',
  ) =>
    ({
      metadata: {
        namespace,
        labels: { app: 'x' },
        annotations,
        ownerReferences: [{ kind, controller: true }],
      },
      spec: { containers: [], ...change },
      status: { phase: 'Running' },
    }) as unknown as Pod;
  const safe = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
  const local = { volumes: [{ name: 'data', emptyDir: {} }] };
  const budget = {
    metadata: { namespace: 'kube-system', uid: 'b' },
    spec: { selector: { matchLabels: { app: 'x' } } },
    status: { disruptionsAllowed: 1 },
  } as never;
  const cases = [
    [owned('ReplicaSet'), 'moves'],
    [owned('DaemonSet'), 'stays'],
    [owned('ReplicaSet', local), 'blocks'],
    [owned('ReplicaSet', { volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }] }), 'moves'],
    [owned('ReplicaSet', local, { [safe]: 'true' }), 'moves'],
    [owned('ReplicaSet', {}, { [safe]: 'false' }), 'blocks'],
    [owned('ReplicaSet', {}, {}, 'kube-system'), 'blocks'],
  ] as const;
  for (const [pod, expected] of cases) assert.equal(verdictOf(pod, []), expected);
  const system = owned('ReplicaSet', {}, {}, 'kube-system');
  assert.equal(verdictOf(system, [budget]), 'moves');
  const left = new Map<string, number>();
  assert.equal(takeFromBudgets([system], [budget], left), true);
  assert.equal(takeFromBudgets([system], [budget], left), false);
});
