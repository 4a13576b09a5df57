import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, deployed, only, own } from '../../traffic/compile/manifests.cases.ts';
import { clusterOf, manifest, told } from './compile.cases.ts';

const gib = 1024 * 1024 * 1024;
const topology = (spec: object, name = 'cluster') => own('Topology', name, spec);
const pools = (...nodePools: object[]) => topology({ nodePools }) + deployed('web');

test('a stated pool has everything explicit', () => {
  const [pool] = clusterOf(
    pools({
      name: 'general',
      instanceType: 'm6i.xlarge',
      count: 3,
      zones: ['a', 'b'],
      reserved: { cores: '100m', memory: '1Gi' },
      resources: { 'nvidia.com/gpu': 2 },
      labels: { disk: 'ssd' },
      taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }],
      autoscaling: { min: 1, max: 9 },
      provisioning: { p50: '60s', p99: '3m' },
      stock: 4,
      pricePerHour: 0.2,
    }),
  ).nodePools;
  assert.deepEqual(pool, {
    name: 'general',
    instanceType: 'm6i.xlarge',
    cores: 4,
    memoryBytes: 16 * gib,
    extended: { 'nvidia.com/gpu': 2 },
    maxPods: 110,
    reserved: { cores: 0.1, memoryBytes: gib },
    zones: ['a', 'b'],
    region: 'sim-1',
    labels: { disk: 'ssd' },
    taints: [{ key: 'dedicated', value: 'web', effect: 'NoSchedule' }],
    count: 3,
    autoscaling: { min: 1, max: 9 },
    provisioning: { p50Micros: 60e6, p99Micros: 180e6 },
    stock: 4,
    pricePerHour: 0.2,
  });
});

test('zones of pools are those of the run, where the Scenario names none', () => {
  const pool = { name: 'a', cores: 2, memory: '4Gi', count: 2, zones: ['x', 'y'] };
  assert.deepEqual(compileText(pools(pool)).traffic.zones, ['x', 'y']);
});

test('sizes beside a machine type win over those that are known of it', () => {
  const [pool] = clusterOf(
    pools({ name: 'a', instanceType: 'm6i.xlarge', cores: '3500m', count: 1 }),
  ).nodePools;
  assert.deepEqual([pool.cores, pool.memoryBytes], [3.5, 16 * gib]);
  const [odd] = clusterOf(
    pools({ name: 'a', instanceType: 'x9', cores: 1, memory: '2Gi', count: 1 }),
  ).nodePools;
  assert.deepEqual([odd.cores, odd.memoryBytes, odd.instanceType], [1, 2 * gib, 'x9']);
});

test('what is wrong with a pool is told at its place', () => {
  const sound = { name: 'a', cores: 2, memory: '4Gi', count: 1 };
  const cases: [object, ...string[]][] = [
    [{ name: 'a', instanceType: 'm6i.xlrage', count: 1 }, 'unknown-machine spec.nodePools[0].instanceType'],
    [{ name: 'a', count: 1 }, 'unknown-machine spec.nodePools[0]'],
    [{ ...sound, cores: 0 }, 'out-of-range spec.nodePools[0]', 'out-of-range spec.nodePools[0].reserved'],
    [{ ...sound, autoscaling: { min: 5, max: 2 } }, 'out-of-range spec.nodePools[0].autoscaling.min'],
    [{ ...sound, provisioning: { p50: '9m', p99: '1m' } }, 'out-of-range spec.nodePools[0].provisioning.p99'],
    [{ ...sound, reserved: { memory: '4Gi' } }, 'out-of-range spec.nodePools[0].reserved'],
    [{ ...sound, name: 'Big_One' }, 'bad-name spec.nodePools[0].name'],
  ];
  for (const [pool, ...expected] of cases)
    assert.deepEqual(
      told(pools(pool)),
      expected.map((each) => `error ${each}`),
      JSON.stringify(pool),
    );
  assert.deepEqual(told(pools(sound, sound)), ['error duplicate spec.nodePools[1]']);
  const guess = only(
    compileText(pools({ name: 'a', instanceType: 'm6i.xlrage', count: 1 })),
    'unknown-machine',
  );
  assert.match(guess.remedy ?? '', /Did you mean "m6i\.xlarge"\? State cores and memory\./);
});

test('a zone that the Scenario does not have is told', () => {
  const scenario = own('Scenario', 's', { zones: ['east', 'west'] });
  const pool = { name: 'a', cores: 2, memory: '4Gi', count: 2, zones: ['east', 'wset'] };
  assert.deepEqual(told(scenario + pools(pool)), ['error unknown-reference spec.nodePools[0].zones[1]']);
});

test('there is one Topology', () => {
  const text = topology({}, 'one') + topology({}, 'two') + deployed('web');
  assert.deepEqual(told(text), ['error topology-twice ']);
});

test('without a Topology machines are assumed, for autoscalers at their maximum, and told of in one line', () => {
  const autoscaler = manifest('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 16 },
  });
  const { model } = compileText(deployed('web', { cpu: '1' }) + autoscaler);
  const cluster = model!.rooms['kubernetes'] as {
    nodePools: { count: number; cores: number; name: string }[];
  };
  assert.deepEqual(
    cluster.nodePools.map(({ name, count, cores }) => [name, count, cores]),
    [['node', 5, 4]],
  );
  const lines = model!.inferences.filter(({ resource }) => resource === 'Topology');
  assert.equal(lines.filter(({ path }) => path === 'nodePools').length, 1);
  assert(lines.length <= 4, 'few lines for the whole cluster');
  assert.match(lines[0].source, /autoscalers at their maximum/);
});

test('machines grow with the largest pod', () => {
  const [pool] = clusterOf(deployed('web', { cpu: '30' })).nodePools;
  assert(pool.cores >= 30, String(pool.cores));
});

const node = (name: string, more: object = {}) =>
  manifest('v1', 'Node', name, {
    metadata: { labels: { 'topology.kubernetes.io/zone': 'eu-1', disk: 'ssd' }, uid: 'x' },
    spec: {
      taints: [
        { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
      ],
    },
    status: {
      capacity: { cpu: '8', memory: '32Gi', pods: '58' },
      allocatable: { cpu: '7910m', memory: '31Gi', pods: '58' },
      conditions: [{ type: 'Ready', status: 'False' }],
    },
    ...more,
  });

test('Nodes of a dump are the machines, healthy, with their own names and sizes', () => {
  const { nodePools, objects } = clusterOf(node('ip-10-0-1-7') + node('ip-10-0-1-8') + deployed('web'));
  assert.deepEqual(nodePools, []);
  const machines = objects.filter(({ kind }) => kind === 'Node');
  assert.deepEqual(
    machines.map(({ metadata }) => metadata.name),
    ['ip-10-0-1-7', 'ip-10-0-1-8'],
  );
  const [first, second] = machines as unknown as {
    metadata: { labels: Record<string, string>; uid?: string };
    spec: { taints: unknown[]; podCIDR: string };
    status: {
      capacity: Record<string, string>;
      allocatable: Record<string, string>;
      conditions: { type: string; status: string }[];
    };
  }[];
  assert.equal(first.metadata.uid, undefined);
  assert.equal(first.metadata.labels['topology.kubernetes.io/zone'], 'eu-1');
  assert.equal(first.metadata.labels['kubernetes.io/hostname'], 'ip-10-0-1-7');
  assert.equal(first.metadata.labels['sim.devops/node-pool'], undefined);
  assert.deepEqual(first.spec.taints, [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }]);
  assert.notEqual(first.spec.podCIDR, second.spec.podCIDR);
  assert.deepEqual(
    [first.status.capacity['cpu'], first.status.allocatable['cpu'], first.status.allocatable['pods']],
    ['8', '7910m', '58'],
  );
  assert.equal(first.status.conditions.find(({ type }) => type === 'Ready')?.status, 'True');
});

test('a Node without a size is told of', () => {
  const text = node('bare', { status: { allocatable: { cpu: '2' } } }) + deployed('web');
  assert.deepEqual(told(text), ['error unknown-machine status.allocatable']);
});
