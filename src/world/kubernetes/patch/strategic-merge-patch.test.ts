import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaOfKind, types } from '../schema/kinds.ts';
import { anyNode } from '../schema/node.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const podSpec = types.get('PodSpec')!;
const metadata = types.get('ObjectMeta')!;
const deployment = types.get('DeploymentSpec')!;
const service = types.get('ServiceSpec')!;
const containers = (...names: string[]) => names.map((name) => ({ name, image: `${name}:1` }));

const cases = [
  {
    name: 'containers merge by name and new ones come after',
    type: podSpec,
    object: { containers: containers('a', 'b') },
    patch: {
      containers: [
        { name: 'b', image: 'b:2' },
        { name: 'c', image: 'c:1' },
      ],
    },
    wanted: {
      containers: [
        { name: 'a', image: 'a:1' },
        { name: 'b', image: 'b:2' },
        { name: 'c', image: 'c:1' },
      ],
    },
  },
  {
    name: '$patch: delete takes an item out',
    type: podSpec,
    object: { containers: containers('a', 'b') },
    patch: { containers: [{ name: 'a', $patch: 'delete' }] },
    wanted: { containers: containers('b') },
  },
  {
    name: '$patch: replace in a list replaces it',
    type: podSpec,
    object: { containers: containers('a', 'b') },
    patch: { containers: [{ $patch: 'replace' }, { name: 'c' }] },
    wanted: { containers: [{ name: 'c' }] },
  },
  {
    name: '$patch: replace in an object replaces it',
    type: podSpec,
    object: { containers: [], securityContext: { runAsUser: 1, fsGroup: 2 } },
    patch: { securityContext: { $patch: 'replace', runAsUser: 3 } },
    wanted: { containers: [], securityContext: { runAsUser: 3 } },
  },
  {
    name: '$patch: delete empties an object',
    type: podSpec,
    object: { securityContext: { runAsUser: 1 } },
    patch: { securityContext: { $patch: 'delete' } },
    wanted: { securityContext: {} },
  },
  {
    name: 'null removes, and is not kept where nothing was',
    type: podSpec,
    object: { nodeName: 'n', hostNetwork: true },
    patch: { nodeName: null, priority: null, affinity: { nodeAffinity: null, podAffinity: {} } },
    wanted: { hostNetwork: true, affinity: { podAffinity: {} } },
  },
  {
    name: 'lists without a key are replaced',
    type: podSpec,
    object: { tolerations: [{ key: 'a' }, { key: 'b' }] },
    patch: { tolerations: [{ key: 'c' }] },
    wanted: { tolerations: [{ key: 'c' }] },
  },
  {
    name: 'what only the server has stays before an item that takes the place of a deleted one',
    type: podSpec,
    object: { containers: containers('a', 'b', 'd') },
    patch: {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }],
      containers: [
        { name: 'c', image: 'c:1' },
        { name: 'a', $patch: 'delete' },
      ],
    },
    wanted: { containers: containers('b', 'd', 'c') },
  },
  {
    name: 'what only the server has stays before all new items when it is all that is left',
    type: podSpec,
    object: { containers: containers('a', 'd') },
    patch: {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }],
      containers: [...containers('b', 'c'), { name: 'a', $patch: 'delete' }],
    },
    wanted: { containers: containers('d', 'b', 'c') },
  },
  {
    name: 'finalizers are a set',
    type: metadata,
    object: { finalizers: ['a', 'b'] },
    patch: { finalizers: ['b', 'c'] },
    wanted: { finalizers: ['a', 'b', 'c'] },
  },
  {
    name: '$deleteFromPrimitiveList takes values out',
    type: metadata,
    object: { finalizers: ['a', 'b', 'c'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['b'], '$setElementOrder/finalizers': ['c', 'a'] },
    wanted: { finalizers: ['c', 'a'] },
  },
  {
    name: '$setElementOrder orders, and items of the server keep their places',
    type: podSpec,
    object: { containers: containers('a', 'x', 'b') },
    patch: {
      '$setElementOrder/containers': [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
      containers: [{ name: 'c', image: 'c:1' }],
    },
    wanted: { containers: containers('x', 'b', 'c', 'a') },
  },
  {
    name: '$setElementOrder alone reorders',
    type: podSpec,
    object: { containers: containers('a', 'b') },
    patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    wanted: { containers: containers('b', 'a') },
  },
  {
    name: '$setElementOrder with a list that is new',
    type: podSpec,
    object: {},
    patch: { '$setElementOrder/containers': [{ name: 'a' }], containers: containers('a') },
    wanted: { containers: containers('a') },
  },
  {
    name: '$retainKeys drops the other members',
    type: deployment,
    object: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    wanted: { strategy: { type: 'Recreate' } },
  },
  {
    name: '$retainKeys within a list item',
    type: podSpec,
    object: { volumes: [{ name: 'v', emptyDir: {} }] },
    patch: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] },
    wanted: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
  },
  {
    name: 'service ports merge by port',
    type: service,
    object: { ports: [{ port: 80, name: 'http' }] },
    patch: {
      ports: [
        { port: 443, name: 'https' },
        { port: 80, nodePort: 30080 },
      ],
    },
    wanted: {
      ports: [
        { port: 443, name: 'https' },
        { port: 80, name: 'http', nodePort: 30080 },
      ],
    },
  },
  {
    name: 'what has no type merges objects and replaces lists',
    type: anyNode,
    object: { a: { b: 1, list: [1, 2] } },
    patch: { a: { c: 2, list: [3] } },
    wanted: { a: { b: 1, c: 2, list: [3] } },
  },
] as const;

for (const { name, type, object, patch, wanted } of cases)
  test(`strategic merge: ${name}`, () => {
    const before = structuredClone(object);
    const result = applyStrategicMergePatch(object, patch, type);
    assert.deepEqual(result, { ok: true, value: wanted });
    assert.deepEqual(object, before, 'the object is not changed');
  });

const refusals: readonly (readonly [object, object, string, RegExp])[] = [
  [
    { containers: containers('a') },
    { containers: [{ image: 'x' }] },
    'Invalid',
    /map: map\[image:x\] does not contain declared merge key: name/,
  ],
  [{}, { securityContext: { $patch: 'melt' } }, 'none', /./],
  [
    { securityContext: {} },
    { securityContext: { $patch: 'melt' } },
    'InternalError',
    /unknown patch type \[melt\]/,
  ],
  [
    { containers: containers('a') },
    { containers: [{ $patch: 'merge', name: 'a' }] },
    'InternalError',
    /merging lists cannot yet/,
  ],
  [{}, { $retainKeys: 'a' }, 'BadRequest', /invalid patch format of retainKeys/],
  [{}, { $retainKeys: ['a'], b: 1 }, 'BadRequest', /invalid patch format of retainKeys/],
  [
    { containers: containers('a') },
    { '$setElementOrder/containers': [{ name: 'a' }], containers: containers('b') },
    'InternalError',
    /The order in patch list/,
  ],
];

for (const [object, patch, reason, message] of refusals)
  test(`strategic merge of ${JSON.stringify(patch)} into ${JSON.stringify(object)}: ${reason}`, () => {
    const result = applyStrategicMergePatch(object as never, patch as never, podSpec);
    if (reason === 'none') assert.ok(result.ok);
    else {
      assert.ok(!result.ok);
      assert.equal(result.reason, reason);
      assert.match(result.message, message);
    }
  });

test('what a patch does not touch is shared', () => {
  const object = { metadata: { labels: { a: 'b' } }, spec: { template: { spec: { containers: [] } } } };
  const result = applyStrategicMergePatch(
    object,
    { metadata: { labels: { c: 'd' } } },
    schemaOfKind('apps/v1', 'Deployment')!,
  );
  assert.ok(result.ok);
  assert.equal(result.value['spec'], object.spec);
});
