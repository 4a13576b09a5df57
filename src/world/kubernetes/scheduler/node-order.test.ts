import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feasibleNodesWanted, NodeOrder } from './node-order.ts';

test('one node of each zone in turn', () => {
  const order = new NodeOrder();
  for (const [slot, zone] of [
    [0, 'a'],
    [1, 'a'],
    [2, 'b'],
    [3, 'a'],
    [4, 'c'],
    [5, 'b'],
  ] as const)
    order.add(slot, zone);
  assert.deepEqual([...order.list()], [0, 2, 4, 1, 5, 3]);
  order.remove(0);
  order.add(2, 'c');
  assert.deepEqual([...order.list()], [1, 5, 4, 3, 2]);
});

test('an order can be restored', () => {
  const order = new NodeOrder();
  for (const slot of [0, 1, 2]) order.add(slot, slot === 1 ? 'b' : 'a');
  const snapshot = order.snapshot();
  order.remove(1);
  order.add(1, 'b');
  order.add(7, 'a');
  order.remove(7);
  order.restore(snapshot);
  assert.deepEqual([...order.list()], [0, 1, 2]);
});

test('how many feasible nodes are enough', () => {
  const cases = [
    [0, 0],
    [50, 50],
    [99, 99],
    [100, 100],
    [200, 100],
    [1000, 420],
    [5000, 500],
    [6000, 300],
    [20_000, 1000],
  ];
  for (const [nodes, wanted] of cases) assert.equal(feasibleNodesWanted(nodes), wanted, `${nodes} nodes`);
});
