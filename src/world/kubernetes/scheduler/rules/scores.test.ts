import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  balancedAllocationScore,
  imageLocalityScore,
  leastAllocatedScore,
  leftOut,
  normaliseByGreatest,
  normaliseByRange,
  normaliseSpread,
  spreadWeight,
} from './scores.ts';

test('LeastAllocated is the mean of both resources, each cut to whole numbers', () => {
  const cases: readonly [number, number, number, number, number][] = [
    [0, 4000, 0, 10_000, 100],
    [3000, 4000, 5000, 10_000, 37],
    [3000, 6000, 5000, 10_000, 50],
    [1, 3, 1, 3, 66],
    [5000, 4000, 5000, 10_000, 25],
    [4000, 4000, 10_000, 10_000, 0],
    [0, 0, 5000, 10_000, 50],
    [1000, 4000, 0, 0, 75],
    [0, 0, 0, 0, 0],
  ];
  for (const [cpu, cpuOf, memory, memoryOf, score] of cases)
    assert.equal(
      leastAllocatedScore(cpu, cpuOf, memory, memoryOf),
      score,
      JSON.stringify([cpu, cpuOf, memory, memoryOf]),
    );
});

test('BalancedAllocation is 100 less half the difference of the shares', () => {
  const cases: readonly [number, number, number, number, number][] = [
    [0, 4000, 0, 10_000, 100],
    [3000, 4000, 5000, 10_000, 87],
    [3000, 6000, 5000, 10_000, 100],
    [3000, 10_000, 5000, 20_000, 97],
    [6000, 4000, 0, 10_000, 50],
    [6000, 10_000, 5000, 20_000, 82],
    [6000, 10_000, 10_000, 20_000, 95],
    [1000, 0, 500, 1000, 100],
  ];
  for (const [cpu, cpuOf, memory, memoryOf, score] of cases)
    assert.equal(
      balancedAllocationScore(cpu, cpuOf, memory, memoryOf),
      score,
      JSON.stringify([cpu, cpuOf, memory, memoryOf]),
    );
});

test('ImageLocality runs from 23 MiB to 1000 MiB for each container', () => {
  const mebi = 1024 * 1024;
  assert.equal(imageLocalityScore(0, 1), 0);
  assert.equal(imageLocalityScore(23 * mebi, 1), 0);
  assert.equal(imageLocalityScore(250 * mebi, 1), 23);
  assert.equal(imageLocalityScore(250 * mebi, 2), 11);
  assert.equal(imageLocalityScore(1000 * mebi, 1), 100);
  assert.equal(imageLocalityScore(9000 * mebi, 2), 100);
});

function normalised(of: (scores: Float64Array) => void, ...scores: number[]): number[] {
  const column = Float64Array.from(scores);
  of(column);
  return [...column];
}

test('normalising', () => {
  const greatest = (reverse: boolean) => (scores: Float64Array) =>
    normaliseByGreatest(scores, scores.length, reverse);
  assert.deepEqual(normalised(greatest(false), 1, 2, 3), [33, 66, 100]);
  assert.deepEqual(normalised(greatest(true), 1, 2, 3), [67, 34, 0]);
  assert.deepEqual(normalised(greatest(false), 0, 0), [0, 0]);
  assert.deepEqual(normalised(greatest(true), 0, 0), [100, 100]);
  const range = (scores: Float64Array) => normaliseByRange(scores, scores.length);
  assert.deepEqual(normalised(range, -5, 0, 10), [0, 33, 100]);
  assert.deepEqual(normalised(range, 7, 7), [0, 0]);
  const spread = (scores: Float64Array) => normaliseSpread(scores, scores.length);
  assert.deepEqual(normalised(spread, 0, 0, 0), [100, 100, 100]);
  assert.deepEqual(normalised(spread, 2, 4, leftOut, 8), [100, 75, 0, 25]);
  assert.deepEqual(normalised(spread, 3, 3), [100, 100]);
});

test('spreading weighs by the logarithm of the domains', () => {
  assert.equal(spreadWeight(3), Math.log(5));
});
