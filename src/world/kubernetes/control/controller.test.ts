import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../../base/random.ts';
import { Engine } from '../../../engine/engine.ts';
import { done, refuse } from '../store/failure.ts';
import { ApiClient, ApiLoad } from './client.ts';
import { Controller, type Reconciliation } from './controller.ts';

function setting(qps: number, burst: number) {
  const engine = new Engine();
  const load = new ApiLoad(engine, 1e6, { floorMicros: 1000, meanMicros: 0 }, randomStream(1, 'api'));
  const client = new ApiClient(engine, load, 'test', { qps, burst });
  const controller = (reconcile: (key: string) => Reconciliation | null) =>
    new Controller({ engine, client, name: 'test', workers: 1, reconcile });
  return { engine, client, controller };
}

test('a burst passes at once, the rest at the rate', () => {
  const { engine, client } = setting(10, 5);
  const times: number[] = [];
  for (let sent = 0; sent < 8; sent++) client.send(() => times.push(Math.floor(engine.now / 1e5)));
  engine.runUntil(1e6);
  assert.deepEqual(times, [0, 0, 0, 0, 0, 1, 2, 3]);
});

test('a client that waits for its rate keeps no other from being answered', () => {
  const engine = new Engine();
  const load = new ApiLoad(engine, 1e6, { floorMicros: 1000, meanMicros: 0 }, randomStream(1, 'api'));
  const slow = new ApiClient(engine, load, 'slow', { qps: 1, burst: 1 });
  const quick = new ApiClient(engine, load, 'quick', { qps: 100, burst: 100 });
  let answeredMicros = 0;
  for (let sent = 0; sent < 20; sent++) slow.send(() => {});
  quick.send(() => {
    answeredMicros = engine.now;
  });
  engine.runUntil(30e6);
  assert.ok(answeredMicros < 2000, `${answeredMicros}`);
});

test('a key is not looked at again before its writes have been answered', () => {
  const { engine, controller } = setting(10, 1);
  const seen: number[] = [];
  const loop = controller(() => {
    seen.push(Math.round(engine.now / 1e5));
    return seen.length > 1 ? null : { writes: [() => done(1), () => done(2), () => done(3)] };
  });
  loop.enqueue('web');
  engine.runUntil(1000);
  loop.enqueue('web');
  loop.enqueue('web');
  engine.runUntil(1e6);
  assert.deepEqual(seen, [0, 2]);
  assert.ok(loop.idle);
});

test('refused writes are tried again, ever later', () => {
  const { engine, controller } = setting(1e6, 1e6);
  const seen: number[] = [];
  const loop = controller(() => {
    seen.push(engine.now);
    return seen.length > 4 ? null : { writes: [() => refuse('Forbidden', 'exceeded quota')] };
  });
  loop.enqueue('web');
  engine.runUntil(1e6);
  const gaps = seen.slice(1).map((at, index) => Math.round((at - seen[index]) / 1000));
  assert.deepEqual(gaps, [6, 11, 21, 41], 'the answer takes a millisecond, then 5, 10, 20 and 40');
});
