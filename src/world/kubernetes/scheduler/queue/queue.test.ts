import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../../engine/engine.ts';
import { type PodOptions, pod, stateOf } from '../scheduling.cases.ts';
import { backoffMicros, SchedulingQueue } from './queue.ts';

const second = 1e6;

function setting() {
  const engine = new Engine();
  const woken: number[] = [];
  const queue = new SchedulingQueue({
    engine,
    wake: () => woken.push(engine.now / second),
    instant: () => false,
  });
  const { state } = stateOf([]);
  const add = (name: string, options: PodOptions = {}) => {
    const made = pod(name, options);
    return queue.add(made, state.groupOf(made));
  };
  return { engine, queue, add, woken };
}

test('back-off doubles from one second to ten', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 60].map((attempts) => backoffMicros(attempts) / second),
    [1, 2, 4, 8, 10, 10, 10],
  );
});

test('the higher priority first, then who has waited longer', () => {
  const { engine, queue, add } = setting();
  add('first');
  engine.runUntil(second);
  add('second');
  add('high', { spec: { priority: 10 } });
  add('low', { spec: { priority: -1 } });
  const order = [1, 2, 3, 4].map(() => queue.pop()?.pod.metadata.name);
  assert.deepEqual(order, ['high', 'first', 'second', 'low']);
  assert.equal(queue.pop(), undefined);
});

test('what is tried again waits for its back-off and the next second', () => {
  const { engine, queue, add, woken } = setting();
  add('p');
  const entry = queue.pop()!;
  engine.runUntil(0.4 * second);
  queue.reject(entry, new Set());
  queue.requeue(entry);
  assert.equal(entry.place, 'backoff');
  engine.runUntil(5 * second);
  assert.equal(entry.place, 'active');
  assert.deepEqual(woken, [0, 2], 'back-off ends at 1.4 s');
  queue.reject(queue.pop()!, new Set());
  engine.runUntil(10 * second);
  queue.requeue(entry);
  assert.equal(entry.place, 'active', 'the back-off of two seconds is over');
});

test('after five minutes every pod is tried again', () => {
  const { engine, queue, add, woken } = setting();
  engine.runUntil(10 * second);
  add('p');
  queue.reject(queue.pop()!, new Set());
  engine.runUntil(600 * second);
  assert.deepEqual(woken, [10, 330]);
  assert.deepEqual(queue.sizes, { active: 1, backoff: 0, unschedulable: 0 });
});

test('gates hold a pod back until they are gone', () => {
  const { queue, add } = setting();
  const entry = add('p', { spec: { schedulingGates: [{ name: 'quota' }] } });
  assert.equal(entry.place, 'gated');
  assert.equal(queue.pop(), undefined);
  queue.update(entry, pod('p'), entry.group, true);
  assert.equal(queue.pop(), entry);
});

test('a pod that is gone is nowhere', () => {
  const { queue, add } = setting();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const entries = names.map((name) => add(name));
  queue.remove(entries[0].pod.metadata.uid);
  queue.remove(entries[3].pod.metadata.uid);
  assert.deepEqual(
    [queue.pop(), queue.pop(), queue.pop(), queue.pop()],
    [entries[1], entries[2], entries[4], undefined],
  );
});
