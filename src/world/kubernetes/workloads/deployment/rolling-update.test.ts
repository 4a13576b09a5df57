import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IntOrString } from '../../objects/meta.ts';
import type { Deployment } from '../../objects/workloads.ts';
import { deployment } from '../workloads.cases.ts';
import { boundsOf, newSetReplicas, oldSetsReplicas, resolveBounds } from './rolling-update.ts';

test('bounds: surge rounds up, unavailable down, and never are both 0', () => {
  const cases: readonly (readonly [
    IntOrString | undefined,
    IntOrString | undefined,
    number,
    number,
    number,
  ])[] = [
    [undefined, undefined, 10, 3, 2],
    [undefined, undefined, 1, 1, 0],
    [undefined, undefined, 3, 1, 0],
    ['25%', '25%', 4, 1, 1],
    ['1%', '1%', 10, 1, 0],
    ['0%', '1%', 10, 0, 1],
    [0, 0, 10, 0, 1],
    ['0%', '0%', 10, 0, 1],
    [0, 5, 10, 0, 5],
    [0, '25%', 1, 0, 1],
    ['100%', '100%', 7, 7, 7],
    ['110%', 0, 10, 11, 0],
    [2, '34%', 0, 2, 0],
  ];
  for (const [surge, unavailable, desired, expectedSurge, expectedUnavailable] of cases)
    assert.deepEqual(
      resolveBounds(surge, unavailable, desired),
      { surge: expectedSurge, unavailable: expectedUnavailable },
      `${surge} ${unavailable} of ${desired}`,
    );
});

function rolling(replicas: number, maxSurge: IntOrString, maxUnavailable: IntOrString): Deployment {
  return deployment('web', replicas, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  }) as Deployment;
}

test('no more pods are unavailable than there are', () => {
  assert.equal(boundsOf(rolling(3, 0, 9)).unavailable, 3);
  assert.equal(boundsOf(rolling(0, 0, 9)).unavailable, 0);
  assert.deepEqual(boundsOf(deployment('web', 3, { strategy: { type: 'Recreate' } }) as Deployment), {
    surge: 0,
    unavailable: 0,
  });
});

test('the new set grows as far as the surge lets it', () => {
  const cases: readonly (readonly [
    replicas: number,
    surge: IntOrString,
    total: number,
    current: number,
    next: number,
  ])[] = [
    [10, 0, 10, 0, 0],
    [10, 2, 10, 0, 2],
    [10, 2, 12, 2, 2],
    [10, 2, 7, 2, 7],
    [10, 2, 3, 3, 10],
    [10, '50%', 10, 0, 5],
    [10, 2, 15, 5, 5],
    [1, '25%', 1, 0, 1],
  ];
  for (const [replicas, surge, total, current, expected] of cases)
    assert.equal(
      newSetReplicas(rolling(replicas, surge, 1), total, current),
      expected,
      `${replicas} ${surge} ${total} ${current}`,
    );
});

test('old sets lose what is unavailable first, then the oldest as far as enough stay', () => {
  /** `replicas/available` of sets, oldest first. */
  const sets = (text: string) =>
    text.split(' ').map((set) => {
      const [replicas, available] = set.split('/').map(Number);
      return { replicas, available };
    });
  const cases: readonly (readonly [
    desired: number,
    unavailable: number,
    old: string,
    fresh: string,
    expected: number[],
  ])[] = [
    [10, 2, '10/10', '0/0', [8]],
    [10, 0, '10/10', '2/0', [10]],
    [10, 0, '10/10', '2/2', [8]],
    [10, 2, '10/8', '2/0', [8]],
    [10, 2, '5/0 5/5', '3/3', [0, 5]],
    [10, 2, '5/5 5/5', '3/3', [0, 5]],
    [10, 5, '10/3', '0/0', [5]],
    [10, 2, '8/8', '2/0', [8]],
    [10, 2, '8/7', '2/0', [8]],
    [10, 2, '8/8', '4/4', [4]],
    [10, 2, '0/0', '10/10', [0]],
  ];
  for (const [desired, unavailable, old, fresh, expected] of cases)
    assert.deepEqual(
      oldSetsReplicas({ desired, unavailable, old: sets(old), fresh: sets(fresh)[0] }),
      expected,
      `${desired}-${unavailable} ${old} | ${fresh}`,
    );
});

test('one step never takes more available pods than the bound lets', () => {
  const set = fc.record({ replicas: fc.nat(50), missing: fc.nat(50) }).map(({ replicas, missing }) => ({
    replicas,
    available: Math.max(0, replicas - missing),
  }));
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.nat(60),
      fc.array(set, { minLength: 1, maxLength: 4 }),
      set,
      (desired, unavailable, old, fresh) => {
        const allowed = Math.min(unavailable, desired);
        const next = oldSetsReplicas({ desired, unavailable: allowed, old, fresh });
        // Pods that are unavailable go first, so that at worst these many available ones are left.
        let left = fresh.available;
        for (const [at, size] of next.entries()) {
          assert.ok(size >= 0 && size <= old[at].replicas);
          left += Math.min(size, old[at].available);
        }
        const before = old.reduce((sum, { available }) => sum + available, fresh.available);
        assert.ok(left >= Math.min(before, desired - allowed));
      },
    ),
  );
});
