import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type GraphEdge, layOut } from './topology-layout.ts';

test('callers stand left of whom they call', () => {
  const edges = [
    { from: 'users', to: 'web' },
    { from: 'web', to: 'api' },
    { from: 'api', to: 'db' },
    { from: 'web', to: 'db' },
  ];
  const { places, layers } = layOut(['users', 'db', 'api', 'web'], edges);
  assert.deepEqual(
    ['users', 'web', 'api', 'db'].map((name) => places.get(name)!.layer),
    [0, 1, 2, 3],
  );
  assert.equal(layers, 4);
});

test('a circle of calls is laid out too', () => {
  const { places } = layOut(
    ['a', 'b', 'c'],
    [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
      { from: 'b', to: 'b' },
    ],
  );
  assert.deepEqual(
    [...places.values()].map((place) => place.layer),
    [0, 1, 2],
  );
});

test('neighbours are put in rows that spare crossings', () => {
  const { places } = layOut(
    ['u', 'v', 'x', 'y'],
    [
      { from: 'u', to: 'y' },
      { from: 'v', to: 'x' },
    ],
  );
  const row = (name: string) => places.get(name)!.row;
  assert.equal(row('u') < row('v'), row('y') < row('x'));
});

const graphs = fc.integer({ min: 1, max: 12 }).chain((count) => {
  const node = fc.integer({ min: 0, max: count - 1 }).map((n) => `n${n}`);
  const edge: fc.Arbitrary<GraphEdge> = fc.record({ from: node, to: node });
  return fc.record({
    nodes: fc.constant(Array.from({ length: count }, (_, n) => `n${n}`)),
    edges: fc.array(edge, { maxLength: 40 }),
  });
});

test('property: every node has one place of its own, inside the picture', () => {
  fc.assert(
    fc.property(graphs, ({ nodes, edges }) => {
      const { places, layers, rows } = layOut(nodes, edges);
      assert.equal(places.size, nodes.length);
      const taken = new Set([...places.values()].map(({ layer, row }) => `${layer} ${row}`));
      assert.equal(taken.size, nodes.length);
      for (const { layer, row } of places.values()) {
        assert.ok(layer >= 0 && layer < layers && row >= 0 && row <= rows - 1);
      }
    }),
  );
});
