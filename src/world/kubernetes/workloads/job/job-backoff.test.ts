import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delayMicros, noFailures, recordAfter, remainingMicros } from './job-backoff.ts';

const second = 1e6;

test('delays double from ten seconds to ten minutes', () => {
  const seconds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => delayMicros(failures) / second);
  assert.deepEqual(seconds, [0, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
});

test('a success forgets the failures before it, in the order in which pods ended', () => {
  const pod = (failed: boolean, at: number) => ({ failed, finishedMicros: at * second });
  const first = recordAfter(noFailures, [pod(true, 3), pod(true, 1)]);
  assert.deepEqual(first, { failures: 2, lastFailureMicros: 3 * second });
  assert.equal(recordAfter(first, [pod(true, 9), pod(false, 8)]).failures, 1);
  assert.equal(recordAfter(first, [pod(true, 7), pod(false, 8)]).failures, 0);
  assert.equal(remainingMicros(first, 13 * second), 10 * second);
  assert.equal(remainingMicros(first, 30 * second), 0);
  assert.equal(remainingMicros(noFailures, 0), 0);
});
