import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proportionalSizes } from './proportional-scaling.ts';

/** Sets as `replicas/max` newest first, `-` for no annotation. */
function sizes(desired: number, surge: number, notation: string, statusReplicas = 0): number[] {
  const parts = notation.split(' ');
  const sets = parts.map((part, at) => {
    const [replicas, max] = part.split('/');
    return {
      name: `set-${at}`,
      replicas: Number(replicas),
      maxReplicas: max === '-' ? null : Number(max),
      createdMicros: -at,
    };
  });
  const result = proportionalSizes({ desired, surge, statusReplicas, sets });
  return sets.map(({ name }) => result.get(name)!);
}

test('sets grow and shrink in proportion, and the largest takes the rest', () => {
  assert.deepEqual(sizes(12, 0, '5/10 5/10'), [6, 6]);
  assert.deepEqual(sizes(20, 0, '5/10 5/10'), [10, 10]);
  assert.deepEqual(sizes(11, 0, '5/10 5/10'), [6, 5], 'the newer one of two alike');
  assert.deepEqual(sizes(9, 0, '5/10 5/10'), [5, 4], 'the older one of two alike shrinks first');
  assert.deepEqual(sizes(20, 0, '8/10 2/10'), [16, 4]);
  assert.deepEqual(sizes(5, 0, '8/10 2/10'), [4, 1]);
  assert.deepEqual(sizes(10, 0, '7/10 2/10 1/10'), [7, 2, 1]);
  assert.deepEqual(sizes(16, 4, '4/10 6/10'), [8, 12]);
  assert.deepEqual(sizes(0, 0, '7/10 3/10'), [0, 0]);
  assert.deepEqual(sizes(1, 0, '5/10 5/10'), [1, 0]);
});

test('of sets of one second a later name counts as the newer', () => {
  const set = (name: string) => ({ name, replicas: 5, maxReplicas: 10, createdMicros: 0 });
  const of = (desired: number) =>
    proportionalSizes({ desired, surge: 0, statusReplicas: 0, sets: [set('a'), set('b')] });
  assert.deepEqual([of(11).get('a'), of(11).get('b')], [5, 6]);
  assert.deepEqual([of(9).get('a'), of(9).get('b')], [4, 5]);
});

test('an annotation that is missing is made up for by the size in the status', () => {
  assert.deepEqual(sizes(20, 0, '5/- 5/-', 10), [10, 10]);
  assert.deepEqual(sizes(20, 0, '5/- 5/-', 0), [15, 5]);
});
