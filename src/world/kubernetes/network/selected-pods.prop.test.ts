import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { smallCluster } from '../cluster.cases.ts';
import type { LabelSelector } from '../objects/meta.ts';
import { pods } from '../objects/resource-types.ts';
import { selects } from '../objects/selector.ts';
import { SelectedPods } from './selected-pods.ts';

const labels = fc.record({ app: fc.constantFrom('a', 'b', 'c'), tier: fc.constantFrom('x', 'y') });
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.record({ matchLabels: fc.record({ app: fc.constantFrom('a', 'b', 'c') }) }),
  fc.record({ matchLabels: labels }),
  fc.constant({}),
  fc.record({
    matchExpressions: fc.tuple(
      fc.record({
        key: fc.constant('app'),
        operator: fc.constantFrom('In' as const, 'NotIn' as const),
        values: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      }),
    ),
  }),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name: fc.integer({ min: 0, max: 9 }), labels }),
  fc.record({ kind: fc.constant('label' as const), name: fc.integer({ min: 0, max: 9 }), labels }),
  fc.record({ kind: fc.constant('delete' as const), name: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('select' as const), key: fc.constantFrom('k1', 'k2', 'k3'), selector }),
  fc.record({ kind: fc.constant('drop' as const), key: fc.constantFrom('k1', 'k2', 'k3') }),
);

test('what is selected is what a listing would find, and the listener can keep count', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { cluster } = smallCluster({ pools: [] });
      const { api, store } = cluster;
      const selectors = new Map<string, LabelSelector>();
      const counts = new Map<string, number>();
      const selected = new SelectedPods(store, (key, previous, current) => {
        const by = (current === null ? 0 : 1) - (previous === null ? 0 : 1);
        counts.set(key, (counts.get(key) ?? 0) + by);
      });
      for (const one of steps) {
        if (one.kind === 'create')
          api.create(pods, {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: `p${one.name}`, namespace: 'default', labels: one.labels },
            spec: { containers: [{ name: 'main' }] },
            status: { phase: 'Pending' },
          });
        else if (one.kind === 'label')
          api.modify(pods, 'default', `p${one.name}`, (pod) => ({
            ...pod,
            metadata: { ...pod.metadata, labels: one.labels },
          }));
        else if (one.kind === 'delete') api.delete(pods, 'default', `p${one.name}`);
        else if (one.kind === 'select') {
          counts.set(one.key, 0);
          selected.set(one.key, 'default', one.selector);
          selectors.set(one.key, one.selector);
        } else {
          selected.delete(one.key);
          selectors.delete(one.key);
        }
        for (const [key, wanted] of selectors) {
          const found = [...store.table(pods).values('default')].filter(({ metadata }) =>
            selects(wanted, metadata.labels),
          );
          const now = [...selected.get(key).values()];
          assert.deepEqual(new Set(now), new Set(found));
          assert.equal(counts.get(key), found.length);
        }
      }
    }),
    { numRuns: 60 },
  );
});
