import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../../base/random.ts';
import type { LabelSelector } from '../objects/meta.ts';
import { hostnameLabel, zoneLabel } from '../objects/node.ts';
import type { PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '../objects/pod.ts';
import type { Service } from '../objects/services.ts';
import { diagnosisText } from './diagnosis.ts';
import { node, pod, stateOf } from './scheduling.cases.ts';
import { noSurroundings } from './what-if.ts';

test('what the node itself says comes first, in the order of the plugins', () => {
  const nodes = [
    node('cordoned', { spec: { unschedulable: true, taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
    node('tainted', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] } }),
    node('unlike'),
    node('small', { labels: { disk: 'ssd' }, cpu: '1' }),
    node('fits', { labels: { disk: 'ssd' } }),
  ];
  const { rejections } = stateOf(nodes);
  const incoming = pod('p', { requests: { cpu: '2' }, spec: { nodeSelector: { disk: 'ssd' } } });
  assert.deepEqual(rejections(incoming), {
    cordoned: ['node(s) were unschedulable'],
    tainted: ['node(s) had untolerated taint {gpu: yes}'],
    unlike: ["node(s) didn't match Pod's node affinity/selector"],
    small: ['Insufficient cpu'],
  });
});

test('resources: every reason is told, and what is not asked for is not looked at', () => {
  const nodes = [
    node('tiny', {
      cpu: '1',
      memory: '1Gi',
      pods: '1',
      more: { 'nvidia.com/gpu': '1', 'ephemeral-storage': '1Gi' },
    }),
  ];
  const resident = pod('resident', { requests: { cpu: '1', memory: '1Gi' } });
  const { rejections } = stateOf(nodes, { tiny: [resident] });
  const everything = { cpu: '1m', memory: '1', 'ephemeral-storage': '2Gi', 'nvidia.com/gpu': '2' };
  assert.deepEqual(rejections(pod('p', { requests: everything })), {
    tiny: [
      'Too many pods',
      'Insufficient cpu',
      'Insufficient memory',
      'Insufficient ephemeral-storage',
      'Insufficient nvidia.com/gpu',
    ],
  });
  assert.deepEqual(rejections(pod('q')), { tiny: ['Too many pods'] });
  const roomy = stateOf([node('n', { cpu: '1' })], { n: [pod('full', { requests: { cpu: '1' } })] });
  assert.deepEqual(roomy.rejections(pod('nothing')), {});
  assert.deepEqual(roomy.rejections(pod('zero', { requests: { cpu: '0' } })), {});
});

test('init containers, sidecars and overhead count as a pod needs them at its neediest', () => {
  const container = (name: string, cpu: string) => ({ name, resources: { requests: { cpu } } });
  const spec: PodSpec = {
    containers: [container('a', '1'), container('b', '1')],
    initContainers: [{ ...container('side', '500m'), restartPolicy: 'Always' }, container('init', '3')],
    overhead: { cpu: '250m' },
  };
  const { rejections } = stateOf([node('n3750', { cpu: '3750m' }), node('n3749', { cpu: '3749m' })]);
  assert.deepEqual(rejections(pod('p', { spec })), { n3749: ['Insufficient cpu'] });
});

test('host ports collide', () => {
  const hostPort = (port: number, hostIP?: string) => ({
    spec: {
      containers: [
        {
          name: 'm',
          ports: [{ containerPort: 1, hostPort: port, ...(hostIP === undefined ? {} : { hostIP }) }],
        },
      ],
    },
  });
  const { rejections, state } = stateOf([node('a'), node('b')], { a: [pod('x', hostPort(80, '127.0.0.1'))] });
  const reason = ["node(s) didn't have free ports for the requested pod ports"];
  assert.deepEqual(rejections(pod('p', hostPort(80))), { a: reason });
  assert.deepEqual(rejections(pod('q', hostPort(80, '127.0.0.2'))), {});
  state.take(state.placed('pod-default-x')!);
  assert.deepEqual(rejections(pod('r', hostPort(80))), {});
});

const web: LabelSelector = { matchLabels: { app: 'web' } };
const labels = { app: 'web' };

function spread(
  constraint: Partial<TopologySpreadConstraint>,
  more: Partial<PodSpec> = {},
): Partial<PodSpec> {
  const topologySpreadConstraints: TopologySpreadConstraint[] = [
    {
      maxSkew: 1,
      topologyKey: zoneLabel,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: web,
      ...constraint,
    },
  ];
  return { ...more, topologySpreadConstraints };
}

const skewed = ["node(s) didn't match pod topology spread constraints"];
const unlabelled = ["node(s) didn't match pod topology spread constraints (missing required label)"];

test('spread constraints: skew, missing labels, namespaces and pods being deleted', () => {
  const nodes = [node('a1', { zone: 'a' }), node('b1', { zone: 'b' }), node('none')];
  const gone = pod('gone', { labels, metadata: { deletionTimestamp: '2026-01-01T00:00:30Z' } });
  const elsewhere = pod('x', { labels, namespace: 'other' });
  const placed = { a1: [pod('w1', { labels })], b1: [gone, elsewhere] };
  const { rejections } = stateOf(nodes, placed);
  assert.deepEqual(rejections(pod('p', { labels, spec: spread({}) })), { a1: skewed, none: unlabelled });
  assert.deepEqual(rejections(pod('q', { labels, spec: spread({ maxSkew: 2 }) })), { none: unlabelled });
  // A pod that does not count itself adds nothing to the skew.
  assert.deepEqual(rejections(pod('r', { spec: spread({}) })), { none: unlabelled });
});

test('minDomains: while there are fewer domains, the least counts as none', () => {
  const nodes = [node('a1', { zone: 'a' }), node('b1', { zone: 'b' })];
  const placed = { a1: [pod('w1', { labels })], b1: [pod('w2', { labels })] };
  const { rejections } = stateOf(nodes, placed);
  assert.deepEqual(rejections(pod('p', { labels, spec: spread({ minDomains: 2 }) })), {});
  assert.deepEqual(rejections(pod('q', { labels, spec: spread({ minDomains: 3 }) })), {
    a1: skewed,
    b1: skewed,
  });
});

test('inclusion policies say which nodes make up domains', () => {
  const taints = [{ key: 'down', effect: 'NoSchedule' as const }];
  const nodes = [
    node('a1', { zone: 'a', labels: { pool: 'x' } }),
    node('b1', { zone: 'b', labels: { pool: 'y' } }),
    node('c1', { zone: 'c', labels: { pool: 'x' }, spec: { taints } }),
  ];
  const { rejections } = stateOf(nodes, { a1: [pod('w', { labels })] });
  const wish = { nodeSelector: { pool: 'x' } };
  const rest = {
    b1: ["node(s) didn't match Pod's node affinity/selector"],
    c1: ['node(s) had untolerated taint {down: }'],
  };
  assert.deepEqual(rejections(pod('p', { labels, spec: spread({}, wish) })), { ...rest, a1: skewed });
  const honoured = spread({ nodeTaintsPolicy: 'Honor' }, wish);
  assert.deepEqual(rejections(pod('q', { labels, spec: honoured })), rest);
  const ignored = spread({ nodeTaintsPolicy: 'Honor', nodeAffinityPolicy: 'Ignore' }, wish);
  assert.deepEqual(rejections(pod('r', { labels, spec: ignored })), { ...rest, a1: skewed });
});

test('matchLabelKeys: only pods of the same revision count', () => {
  const revision = (name: string, hash: string) =>
    pod(name, { labels: { ...labels, hash }, spec: spread({ matchLabelKeys: ['hash', 'none'] }) });
  const nodes = [node('a1', { zone: 'a' }), node('b1', { zone: 'b' })];
  const { rejections } = stateOf(nodes, { a1: [revision('old', '1')] });
  assert.deepEqual(rejections(revision('new', '2')), {});
  assert.deepEqual(rejections(revision('old2', '1')), { a1: skewed });
});

function affinity(
  kind: 'podAffinity' | 'podAntiAffinity',
  term: Partial<PodAffinityTerm> = {},
): Partial<PodSpec> {
  const required = [{ topologyKey: zoneLabel, labelSelector: web, ...term }];
  return { affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

const apart = ["node(s) didn't match pod affinity rules"];
const anti = ["node(s) didn't match pod anti-affinity rules"];
const existing = ["node(s) didn't satisfy existing pods anti-affinity rules"];

test('pod affinity: near others, or near itself as the first', () => {
  const nodes = [
    node('a1', { zone: 'a' }),
    node('a2', { zone: 'a' }),
    node('b1', { zone: 'b' }),
    node('none'),
  ];
  const alone = stateOf(nodes);
  assert.deepEqual(alone.rejections(pod('first', { labels, spec: affinity('podAffinity') })), {
    none: apart,
  });
  const all = { a1: apart, a2: apart, b1: apart, none: apart };
  assert.deepEqual(alone.rejections(pod('other', { spec: affinity('podAffinity') })), all);
  const beside = stateOf(nodes, { a1: [pod('w', { labels })] });
  assert.deepEqual(beside.rejections(pod('p', { labels, spec: affinity('podAffinity') })), {
    b1: apart,
    none: apart,
  });
});

test('anti-affinity works both ways', () => {
  const nodes = [
    node('a1', { zone: 'a' }),
    node('a2', { zone: 'a' }),
    node('b1', { zone: 'b' }),
    node('none'),
  ];
  const { rejections, state } = stateOf(nodes, { a1: [pod('w', { labels })] });
  assert.deepEqual(rejections(pod('p', { spec: affinity('podAntiAffinity') })), { a1: anti, a2: anti });
  const holder = pod('holder', { spec: affinity('podAntiAffinity') });
  state.place(holder, 'b1');
  assert.deepEqual(rejections(pod('q', { labels })), { b1: existing });
  state.take(state.placed(holder.metadata.uid)!);
  assert.deepEqual(rejections(pod('r', { labels })), {});
});

test('namespaces of terms: its own, a list, a selector, and all', () => {
  const nodes = [node('a1', { zone: 'a' })];
  const ofTeam = (namespace: string) => (namespace === 'blue' ? { team: 'x' } : {});
  const { rejections } = stateOf(
    nodes,
    { a1: [pod('w', { labels, namespace: 'blue' })] },
    { ...noSurroundings, namespaceLabels: ofTeam },
  );
  const cases: readonly [Partial<PodAffinityTerm>, boolean][] = [
    [{}, true],
    [{ namespaces: ['red'] }, true],
    [{ namespaces: ['blue'] }, false],
    [{ namespaceSelector: { matchLabels: { team: 'x' } } }, false],
    [{ namespaceSelector: { matchLabels: { team: 'y' } } }, true],
    [{ namespaceSelector: {} }, false],
    [{ namespaces: ['red'], namespaceSelector: { matchLabels: { team: 'x' } } }, false],
  ];
  cases.forEach(([term, free], index) => {
    const incoming = pod(`p${index}`, { spec: affinity('podAntiAffinity', term) });
    assert.deepEqual(rejections(incoming), free ? {} : { a1: anti }, JSON.stringify(term));
  });
});

test('matchLabelKeys and mismatchLabelKeys of terms', () => {
  const nodes = [node('a1', { zone: 'a' })];
  const tenant = (name: string, value: string, term: Partial<PodAffinityTerm>) =>
    pod(name, { labels: { ...labels, tenant: value }, spec: affinity('podAntiAffinity', term) });
  const { rejections } = stateOf(nodes, { a1: [pod('w', { labels: { ...labels, tenant: '1' } })] });
  assert.deepEqual(rejections(tenant('same', '1', { matchLabelKeys: ['tenant'] })), { a1: anti });
  assert.deepEqual(rejections(tenant('other', '2', { matchLabelKeys: ['tenant'] })), {});
  assert.deepEqual(rejections(tenant('mine', '1', { mismatchLabelKeys: ['tenant'] })), {});
  assert.deepEqual(rejections(tenant('theirs', '2', { mismatchLabelKeys: ['tenant'] })), { a1: anti });
});

test('scores: the least used node, the balanced one, the one that is liked', () => {
  const nodes = [node('used'), node('free')];
  const busy = pod('busy', { requests: { cpu: '2', memory: '8Gi' } });
  const { scores } = stateOf(nodes, { used: [busy] });
  // 4 cores and 16 GiB: 1 core and 4 GiB leave 75 % of the free one and 25 % of the other, both in balance.
  assert.deepEqual(scores(pod('p', { requests: { cpu: '1', memory: '4Gi' } })), { used: 125, free: 175 });
  // Without requests 100m and 200 MiB count for the first score, nothing for the second.
  assert.deepEqual(scores(pod('q')), { used: 47 + 100, free: 97 + 100 });
});

test('scores: taints of effect PreferNoSchedule weigh 3, preferred nodes 2', () => {
  const taints = [{ key: 'old', effect: 'PreferNoSchedule' as const }];
  const nodes = [node('old', { spec: { taints } }), node('new'), node('liked', { labels: { disk: 'ssd' } })];
  const { scores } = stateOf(nodes);
  const preferred = [
    { weight: 5, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' as const }] } },
  ];
  const plain = scores(pod('p'));
  assert.deepEqual([plain['old'], plain['new'] - plain['old']], [197, 300]);
  const wish = { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
  const liking = scores(pod('q', { spec: wish }));
  assert.deepEqual([liking['liked'] - liking['new'], liking['new'] - liking['old']], [200, 300]);
});

test('scores: images that are there', () => {
  const images = [{ names: ['app:latest', 'app@sha256:1'], sizeBytes: 500 * 1024 * 1024 }];
  const { scores } = stateOf([node('has', { images }), node('lacks')]);
  const result = scores(pod('p', { image: 'app' }));
  // Half of the nodes have it, so 250 MiB count.
  assert.equal(result['has'] - result['lacks'], 23);
});

test('scores: pods of a Service are spread over hosts and zones by default', () => {
  const service = { spec: { selector: labels } } as unknown as Service;
  const nodes = [node('a1', { zone: 'a' }), node('a2', { zone: 'a' }), node('b1', { zone: 'b' })];
  const surroundings = { ...noSurroundings, services: () => [service] };
  const { scores } = stateOf(nodes, { a1: [pod('w', { labels })] }, surroundings);
  const result = scores(pod('p', { labels }));
  const hosts = Math.log(3 + 2);
  const zones = Math.log(2 + 2);
  const raw = [Math.round(hosts + 2 + zones + 4), Math.round(2 + zones + 4), 6];
  const expected = raw.map((score) => 2 * Math.floor((100 * (raw[0] + 6 - score)) / raw[0]));
  assert.equal(result['b1'] - result['a2'], expected[2] - expected[1]);
  assert.equal(result['a2'] - result['b1'] + expected[2], expected[1]);
  assert.deepEqual(stateOf(nodes).scores(pod('p', { labels }))['a2'], 197);
});

test('scores: preferred terms and the terms of others', () => {
  const nodes = [node('a1', { zone: 'a' }), node('b1', { zone: 'b' }), node('c1', { zone: 'c' })];
  const term = { topologyKey: zoneLabel, labelSelector: web };
  const preferring = (kind: 'podAffinity' | 'podAntiAffinity', weight: number): Partial<PodSpec> => ({
    affinity: {
      [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term }] },
    },
  });
  const { scores } = stateOf(nodes, {
    a1: [pod('w', { labels }), pod('near', { spec: affinity('podAffinity') })],
    b1: [pod('far', { spec: preferring('podAntiAffinity', 4) })],
  });
  const plain = scores(pod('plain'));
  const added = (result: Record<string, number>) =>
    nodes.map(({ metadata: { name } }) => result[name] - plain[name]);
  // Of a web pod: +1 for the pod in zone a that requires it, -4 for the one in b that would rather not, 0 in c.
  assert.deepEqual(added(scores(pod('p', { labels }))), [200, 0, 160]);
  assert.deepEqual(added(scores(pod('q', { spec: preferring('podAffinity', 7) }))), [200, 0, 0]);
  assert.deepEqual(added(scores(pod('r', { spec: preferring('podAntiAffinity', 7) }))), [0, 200, 200]);
});

test('the search goes on where it ended, and takes enough nodes of a large cluster', () => {
  const nodes = Array.from({ length: 250 }, (_, index) => node(`n${index}`));
  const { state, placement } = stateOf(nodes);
  const stream = randomStream(1, 'test');
  placement.best(state.groupOf(pod('p')), stream);
  assert.equal(placement.start, 120);
  placement.best(state.groupOf(pod('q')), stream);
  placement.best(state.groupOf(pod('r')), stream);
  assert.equal(placement.start, 110);
});

test('equals are drawn evenly', () => {
  const { state, placement } = stateOf(['a', 'b', 'c', 'd'].map((name) => node(name)));
  const stream = randomStream(7, 'test');
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw++) counts[placement.best(state.groupOf(pod('p')), stream)]++;
  for (const count of counts) assert.ok(count > 900 && count < 1100, counts.join(' '));
});

test('a pod that names its node is tried there alone', () => {
  const { state, placement } = stateOf([node('a'), node('b', { cpu: '1' }), node('c')]);
  const to = (...names: string[]): Partial<PodSpec> => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: names }] }],
        },
      },
    },
  });
  const stream = randomStream(1, 'test');
  const best = (...names: string[]) =>
    placement.best(state.groupOf(pod('p', { requests: { cpu: '2' }, spec: to(...names) })), stream);
  assert.equal(best('c'), state.table.slots.get('c'));
  assert.equal(best('b'), -1);
  assert.equal(best('gone'), -1);
  const { nodes, counts } = placement.diagnose(
    state.groupOf(
      pod('q', {
        requests: { cpu: '2' },
        spec: { ...to('b'), containers: [{ name: 'm', resources: { requests: { cpu: '2' } } }] },
      }),
    ),
  );
  assert.equal(
    diagnosisText(nodes, counts),
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
  );
});

test('hostname is a topology like others', () => {
  const nodes = [node('a1', { zone: 'a' }), node('a2', { zone: 'a' })];
  const { rejections } = stateOf(nodes, { a1: [pod('w', { labels })] });
  assert.deepEqual(rejections(pod('p', { labels, spec: spread({ topologyKey: hostnameLabel }) })), {
    a1: skewed,
  });
});

test('a pod goes where its volume can be reached', () => {
  const nodes = [node('a1', { zone: 'a' }), node('b1', { zone: 'b' })];
  const inZoneB = [{ matchExpressions: [{ key: zoneLabel, operator: 'In' as const, values: ['b'] }] }];
  const volumeTerms = (_: string, claim: string) => (claim === 'data' ? inZoneB : null);
  const { rejections } = stateOf(nodes, {}, { ...noSurroundings, volumeTerms });
  const using = (claimName: string): Partial<PodSpec> => ({
    volumes: [
      { name: 'v', persistentVolumeClaim: { claimName } },
      { name: 'tmp', emptyDir: {} },
    ],
  });
  assert.deepEqual(rejections(pod('p', { spec: using('data') })), {
    a1: ['node(s) had volume node affinity conflict'],
  });
  assert.deepEqual(rejections(pod('q', { spec: using('unbound') })), {});
});

test('terms that contradict each other are told apart from nodes that do not match', () => {
  const { state, placement } = stateOf([node('a'), node('b')]);
  const named = (name: string) => ({ key: 'metadata.name', operator: 'In' as const, values: [name] });
  const nodeSelectorTerms = [{ matchFields: [named('a'), named('b')] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  const group = state.groupOf(pod('p', { spec: { affinity: { nodeAffinity } } }));
  assert.equal(placement.best(group, randomStream(1, 'test')), -1);
  const { nodes, counts, conflict } = placement.diagnose(group);
  assert.equal(
    diagnosisText(nodes, counts, conflict),
    '0/2 nodes are available: pod affinity terms conflict.',
  );
});
