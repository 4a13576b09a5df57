import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Breaker } from './breaker.ts';
import { RetryBudget, TokenBucket } from './token-bucket.ts';

const second = 1_000_000;
const policy = {
  errorRatio: 0.5,
  minRequests: 4,
  windowMicros: 10 * second,
  openMicros: 5 * second,
  halfOpenRequests: 2,
};

test('a breaker opens on the share of failures once there are enough requests', () => {
  const breaker = new Breaker(policy);
  assert.equal(breaker.record(0, false), false);
  assert.equal(breaker.record(1, false), false);
  assert.equal(breaker.record(2, true), false);
  assert.equal(breaker.record(3, false), true);
  assert.equal(breaker.allows(4), false);
});

test('failures that have left the window do not count', () => {
  const breaker = new Breaker(policy);
  for (let at = 0; at < 3; at++) breaker.record(at, false);
  for (let at = 0; at < 3; at++) breaker.record(11 * second + at, true);
  assert.equal(breaker.record(11 * second + 9, false), false);
  assert.equal(breaker.state, 'closed');
});

test('after its pause a breaker lets trials through, and closes when all succeed', () => {
  const breaker = new Breaker(policy);
  for (let at = 0; at < 4; at++) breaker.record(at, false);
  assert.equal(breaker.allows(4 * second), false);
  assert.equal(breaker.allows(6 * second), true);
  assert.equal(breaker.allows(6 * second), true);
  assert.equal(breaker.allows(6 * second), false, 'only two trials');
  assert.equal(breaker.record(6 * second + 1, true), false);
  assert.equal(breaker.record(6 * second + 2, true), true);
  assert.equal(breaker.state, 'closed');
});

test('one failed trial opens a breaker again', () => {
  const breaker = new Breaker(policy);
  for (let at = 0; at < 4; at++) breaker.record(at, false);
  assert.equal(breaker.allows(6 * second), true);
  assert.equal(breaker.record(6 * second, false), true);
  assert.equal(breaker.allows(7 * second), false);
  assert.equal(breaker.allows(12 * second), true);
});

test('a token bucket passes its burst, then its rate', () => {
  const bucket = new TokenBucket(10, 3, 0);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => bucket.take(0)),
    [true, true, true, false],
  );
  assert.equal(bucket.take(99_000), false);
  assert.equal(bucket.take(101_000), true);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => bucket.take(100 * second)),
    [true, true, true, false],
  );
});

test('a retry budget bounds retries to a share of requests', () => {
  const budget = new RetryBudget({ ratio: 0.1, burst: 2 });
  let retries = 0;
  for (let request = 0; request < 1000; request++) {
    budget.deposit();
    while (budget.withdraw()) retries++;
  }
  // Two in hand at first, which a deposit cannot raise, then one for every ten requests.
  assert.ok(retries >= 100 && retries <= 102, `${retries}`);
});
