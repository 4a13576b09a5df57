import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { circles, components, wayBetween } from './circle.ts';

/** Warshall's closure: who reaches whom with at least one step. */
function closure(edges: readonly (readonly number[])[]): boolean[][] {
  const reach = edges.map((list, from) => edges.map((_, to) => edges[from] === list && list.includes(to)));
  for (let k = 0; k < edges.length; k += 1) {
    for (let i = 0; i < edges.length; i += 1) {
      for (let j = 0; j < edges.length; j += 1) if (reach[i][k] && reach[k][j]) reach[i][j] = true;
    }
  }
  return reach;
}

const graph = fc
  .integer({ min: 1, max: 9 })
  .chain((size) =>
    fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
  );

test('property: components are the classes of mutual reach', () => {
  fc.assert(
    fc.property(graph, (edges) => {
      const reach = closure(edges);
      const component = components(edges);
      for (let a = 0; a < edges.length; a += 1) {
        for (let b = 0; b < edges.length; b += 1) {
          assert.equal(component[a] === component[b], a === b || (reach[a][b] && reach[b][a]));
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('property: there is a circle for each group that has one, and every circle is one', () => {
  fc.assert(
    fc.property(graph, (edges) => {
      const reach = closure(edges);
      const component = components(edges);
      const found = circles(edges);
      const groups = new Set([...component].filter((_, id) => reach[id][id]));
      assert.deepEqual(new Set(found.map((circle) => component[circle[0]])), groups);
      for (const circle of found) {
        circle.forEach((node, i) => {
          assert.ok(edges[node].includes(circle[(i + 1) % circle.length]));
        });
      }
    }),
    { numRuns: 400 },
  );
});

test('a chain of a hundred thousand calls needs no stack', () => {
  const count = 100_000;
  const chain = Array.from({ length: count }, (_, id) => (id + 1 < count ? [id + 1] : []));
  assert.deepEqual(circles(chain), []);
  chain[count - 1].push(0);
  assert.equal(circles(chain)[0].length, count);
});

test('the way between two is the shortest', () => {
  const edges = [[1, 2], [3], [3], [0]];
  assert.deepEqual(wayBetween(edges, 0, 3, components(edges)), [0, 1]);
  assert.equal(wayBetween([[1], []], 1, 0, components([[1], []])), null);
});
