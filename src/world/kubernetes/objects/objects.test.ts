import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaledValue } from './int-or-percent.ts';
import { keyOf, type LabelSelector, splitKey, withCondition } from './meta.ts';
import type { PodSpec } from './pod.ts';
import { builtInTypes, deployments, pods, resourceName, typeOfKind } from './resource-types.ts';
import { amountOf, milliOf, podLimits, podRequests } from './resources.ts';
import { containsAll, selectorText, selects } from './selector.ts';

const labels = { app: 'web', tier: 'front' };

const selections: readonly (readonly [LabelSelector | null | undefined, boolean])[] = [
  [null, false],
  [undefined, false],
  [{}, true],
  [{ matchLabels: {} }, true],
  [{ matchLabels: { app: 'web' } }, true],
  [{ matchLabels: { app: 'db' } }, false],
  [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] }, true],
  [{ matchExpressions: [{ key: 'none', operator: 'In', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'none', operator: 'NotIn', values: ['web'] }] }, true],
  [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  [{ matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  [{ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
  [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
];

for (const [selector, wanted] of selections)
  test(`the selector ${JSON.stringify(selector)} ${wanted ? 'selects' : 'passes over'} the labels`, () => {
    assert.equal(selects(selector, labels), wanted);
  });

test('a selector of pairs, and as kubectl prints selectors', () => {
  assert.equal(containsAll(labels, { app: 'web' }), true);
  assert.equal(containsAll(undefined, { app: 'web' }), false);
  assert.equal(selectorText(undefined), '<none>');
  const matchExpressions = [
    { key: 'x', operator: 'NotIn', values: ['b', 'a'] },
    { key: 'y', operator: 'DoesNotExist' },
  ] as const;
  assert.equal(
    selectorText({ matchLabels: { b: '2', a: '1' }, matchExpressions }),
    'a=1,b=2,x notin (a,b),!y',
  );
});

const scaled: readonly (readonly [number | string, number, boolean, number | null])[] = [
  [3, 10, true, 3],
  ['25%', 10, true, 3],
  ['25%', 10, false, 2],
  ['0%', 10, true, 0],
  ['100%', 7, false, 7],
  ['150%', 4, false, 6],
  ['x', 10, true, null],
  ['25', 10, true, null],
  ['-25%', 10, true, -2],
  ['-25%', 10, false, -3],
  ['-5%', 10, true, 0],
  ['+25%', 10, true, 3],
  ['2.5%', 10, true, null],
  ['%', 10, true, null],
];

for (const [value, total, roundUp, wanted] of scaled)
  test(`${value} of ${total}, rounded ${roundUp ? 'up' : 'down'}, is ${wanted}`, () => {
    assert.equal(scaledValue(value, total, roundUp), wanted);
  });

test('amounts round up to millicores and whole units', () => {
  assert.equal(milliOf('0.1'), 100);
  assert.equal(milliOf('1u'), 1);
  assert.equal(milliOf(2), 2000);
  assert.equal(amountOf('memory', '1.5Gi'), 1_610_612_736);
  assert.equal(amountOf('memory', '100m'), 1);
});

function spec(containers: readonly object[], more: object = {}): PodSpec {
  return { containers, ...more } as PodSpec;
}

function asks(cpu: string, more: object = {}): object {
  return { name: 'a', resources: { requests: { cpu }, limits: { cpu } }, ...more };
}

const requests: readonly (readonly [string, PodSpec, number])[] = [
  ['containers add up', spec([asks('100m'), asks('200m')]), 300],
  [
    'the neediest moment of the start counts',
    spec([asks('100m')], { initContainers: [asks('1'), asks('2')] }),
    2000,
  ],
  ['init containers run alone', spec([asks('3')], { initContainers: [asks('1'), asks('2')] }), 3000],
  [
    'sidecars stay',
    spec([asks('1')], { initContainers: [asks('500m', { restartPolicy: 'Always' }), asks('2')] }),
    2500,
  ],
  [
    'sidecars add to what runs',
    spec([asks('1')], { initContainers: [asks('1'), asks('500m', { restartPolicy: 'Always' })] }),
    1500,
  ],
  ['overhead comes on top', spec([asks('1')], { overhead: { cpu: '250m' } }), 1250],
];

for (const [name, pod, wanted] of requests)
  test(`requests of a pod: ${name}`, () => {
    assert.equal(podRequests(pod)['cpu'], wanted);
    assert.equal(podLimits(pod)['cpu'], wanted);
  });

test('kinds are found in any version of their group, and resources by their own name', () => {
  assert.equal(typeOfKind('apps/v1', 'Deployment'), deployments);
  assert.equal(typeOfKind('apps/v1beta2', 'Deployment'), deployments);
  assert.equal(typeOfKind('v1', 'Deployment'), undefined);
  assert.equal(resourceName(pods), 'pods');
  assert.equal(resourceName(deployments), 'deployments.apps');
  assert.equal(new Set(builtInTypes.map(resourceName)).size, builtInTypes.length);
});

test('keys, and conditions that keep the time of their last transition', () => {
  const object = { metadata: { namespace: 'shop', name: 'web' } } as never;
  assert.equal(keyOf(object), 'shop/web');
  assert.deepEqual(splitKey('shop/web'), ['shop', 'web']);
  assert.deepEqual(splitKey('node-1'), ['', 'node-1']);
  const ready = { type: 'Ready', status: 'True', reason: 'Fine' } as const;
  const first = withCondition(undefined, ready, 't1');
  assert.equal(withCondition(first, ready, 't2'), first);
  const other = withCondition(first, { ...ready, reason: 'Better' }, 't2');
  assert.deepEqual(other, [{ ...ready, reason: 'Better', lastTransitionTime: 't1' }]);
  assert.equal(withCondition(other, { ...ready, status: 'False' }, 't3')[0].lastTransitionTime, 't3');
});
