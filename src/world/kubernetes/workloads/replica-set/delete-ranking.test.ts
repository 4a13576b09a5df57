import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../../engine/engine.ts';
import type { Pod } from '../../objects/pod.ts';
import { Clock } from '../../store/clock.ts';
import { ageBucket, deletionCostOf, podsToDelete } from './delete-ranking.ts';

const engine = new Engine();
engine.runUntil(3600e6);
const clock = new Clock(engine, null);
const ago = (seconds: number) => clock.timestampAt(clock.nowMicros - seconds * 1e6);

interface Sketch {
  readonly node?: string;
  readonly phase?: Pod['status']['phase'];
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
}

function pod(
  name: string,
  { node = 'a', phase = 'Running', readyFor, cost, restarts = 0, age = 600 }: Sketch,
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: ago(age),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions:
        readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }],
      containerStatuses: [{ name: 'main', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

/** Each pair: what goes first, and what stays. */
const pairs: readonly (readonly [string, Sketch, Sketch])[] = [
  ['without a node', { node: '', readyFor: 500 }, { phase: 'Pending' }],
  ['pending before running', { phase: 'Pending' }, { phase: 'Running' }],
  ['unknown before running', { phase: 'Unknown' }, { phase: 'Running' }],
  ['not ready before ready', { cost: '100' }, { readyFor: 500, cost: '-100' }],
  ['cheap before dear', { readyFor: 500, cost: '-1' }, { readyFor: 5 }],
  ['ready a short while before long', { readyFor: 5, node: 'b' }, { readyFor: 500, node: 'a' }],
  ['many restarts first', { readyFor: 60, restarts: 3, node: 'b' }, { readyFor: 60, restarts: 1 }],
  ['young before old', { age: 10, node: 'b' }, { age: 1000 }],
];

test('what goes first', () => {
  for (const [why, first, second] of pairs) {
    const own = [pod('stays', second), pod('goes', first)];
    assert.deepEqual(
      podsToDelete(own, own, 1, clock).map(({ metadata }) => metadata.name),
      ['goes'],
      why,
    );
  }
});

test('the node with most of them loses one first, whatever their age', () => {
  const own = [pod('a1', { readyFor: 900 }), pod('b1', { readyFor: 5, node: 'b' })];
  const sibling = pod('other', { readyFor: 5 });
  assert.deepEqual(
    podsToDelete(own, [...own, sibling], 1, clock).map(({ metadata }) => metadata.name),
    ['a1'],
  );
});

test('ages within one power of two are as good as equal: the uid decides', () => {
  const own = [pod('z', { readyFor: 300 }), pod('a', { readyFor: 400, node: 'b' })];
  assert.equal(ageBucket(300e6), ageBucket(400e6));
  assert.deepEqual(
    podsToDelete(own, own, 1, clock).map(({ metadata }) => metadata.name),
    ['a'],
  );
});

test('buckets are powers of two of nanoseconds', () => {
  const cases: readonly (readonly [number, number])[] = [
    [0, -1],
    [-5, -1],
    [0.001, 0],
    [0.002, 1],
    [0.003, 1],
    [1, 9],
    [1e6, 29],
    [3600e6, 41],
    [4_294_967.296, 32],
  ];
  for (const [micros, bucket] of cases) assert.equal(ageBucket(micros), bucket, String(micros));
});

test('a deletion cost is a 32-bit integer in its plain form', () => {
  const costs = ['5', '-5', '0', '+5', '05', '1.5', '2147483648', 'x', ''].map((cost) =>
    deletionCostOf(pod('a', { cost })),
  );
  assert.deepEqual(costs, [5, -5, 0, 0, 0, 0, 0, 0, 0]);
});
