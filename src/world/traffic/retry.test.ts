import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../base/random.ts';
import { causes } from './model.ts';
import { RetryPolicy } from './retry.ts';

const backoff = { initialMicros: 100, multiplier: 3, maxMicros: 1000 };

function policy(jitter: 'none' | 'full' | 'equal') {
  return new RetryPolicy({ max: 5, backoff, jitter, budget: null, on: ['timeout', 'shed'] });
}

function delays(jitter: 'none' | 'full' | 'equal', retry: number): number[] {
  const stream = randomStream(1, 'jitter');
  return Array.from({ length: 2000 }, () => policy(jitter).delayMicros(retry, stream)).sort((a, b) => a - b);
}

test('without jitter delays grow by the multiplier up to the bound', () => {
  const stream = randomStream(1, 'jitter');
  const each = [0, 1, 2, 3, 1000].map((retry) => policy('none').delayMicros(retry, stream));
  assert.deepEqual(each, [100, 300, 900, 1000, 1000]);
});

test('full jitter is uniform from zero to the whole delay', () => {
  const drawn = delays('full', 2);
  assert.ok(drawn[0] >= 0 && drawn[0] < 10 && drawn[1999] <= 900 && drawn[1999] > 890);
  assert.ok(Math.abs(drawn[1000] - 450) < 40, `median ${drawn[1000]}`);
});

test('equal jitter keeps half of the delay', () => {
  const drawn = delays('equal', 2);
  assert.ok(drawn[0] >= 450 && drawn[0] < 455 && drawn[1999] <= 900 && drawn[1999] > 895);
  assert.ok(Math.abs(drawn[1000] - 675) < 20, `median ${drawn[1000]}`);
});

test('only the named causes are covered', () => {
  const covered = causes.filter((_, cause) => policy('none').covers(cause));
  assert.deepEqual(covered, ['timeout', 'shed']);
});
