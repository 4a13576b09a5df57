import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CallPool } from './call-pool.ts';
import { ConnectionPool } from './connection-pool.ts';
import { none } from './work-pool.ts';

function poolOf(size: number, maxWaiting: number | null = null) {
  const calls = new CallPool();
  return { calls, pool: new ConnectionPool({ name: 'db', size, maxWaiting, maxWaitMicros: null }, calls) };
}

test('connections are handed out up to the size, then to who waits first', () => {
  const { calls, pool } = poolOf(2);
  assert.deepEqual([pool.acquire(), pool.acquire(), pool.acquire()], [true, true, false]);
  const [first, second] = [calls.take(), calls.take()];
  pool.enqueue(first);
  pool.enqueue(second);
  assert.equal(pool.release(), first);
  assert.equal(pool.release(), second);
  assert.equal(pool.inUse, 2);
  assert.equal(pool.release(), none);
  assert.equal(pool.inUse, 1);
});

test('a queue is full at its bound, and never without one', () => {
  const { calls, pool } = poolOf(0, 1);
  assert.equal(pool.full, false);
  pool.enqueue(calls.take());
  assert.equal(pool.full, true);
  assert.equal(poolOf(0, 0).pool.full, true);
  assert.equal(poolOf(0).pool.full, false);
});

test('who leaves the queue, wherever he stands, is passed over (property)', () => {
  const action = fc.oneof(
    fc.constant({ kind: 'enqueue' as const, at: 0 }),
    fc.constant({ kind: 'release' as const, at: 0 }),
    fc.record({ kind: fc.constant('leave' as const), at: fc.nat(100) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
      const { calls, pool } = poolOf(1);
      pool.acquire();
      const waiting: number[] = [];
      for (const { kind, at } of actions) {
        if (kind === 'enqueue') {
          waiting.push(calls.take());
          pool.enqueue(waiting[waiting.length - 1]);
        } else if (waiting.length === 0) continue;
        else if (kind === 'release') assert.equal(pool.release(), waiting.shift());
        else pool.leave(waiting.splice(at % waiting.length, 1)[0]);
        assert.equal(pool.waiting, waiting.length);
      }
      for (const call of waiting) assert.equal(pool.release(), call);
      assert.equal(pool.release(), none);
    }),
  );
});
