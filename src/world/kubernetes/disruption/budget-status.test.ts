import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodDisruptionBudget } from '../objects/services.ts';
import { disruptionsAllowed, expectation, needsScale } from './budget-status.ts';

type Spec = PodDisruptionBudget['spec'];

test('what a budget expects and allows', () => {
  // Pods there are, what their controllers want, healthy ones; then expected, desired, allowed.
  const cases: [Spec, [number, number, number], [number, number, number]][] = [
    [{ minAvailable: 2 }, [3, 0, 3], [3, 2, 1]],
    [{ minAvailable: 2 }, [3, 0, 1], [3, 2, 0]],
    [{ minAvailable: 0 }, [3, 0, 2], [3, 0, 2]],
    [{ minAvailable: 5 }, [3, 0, 3], [3, 5, 0]],
    [{ minAvailable: 0 }, [0, 0, 0], [0, 0, 0]],
    [{ minAvailable: '30%' }, [10, 10, 10], [10, 3, 7]],
    [{ minAvailable: '30%' }, [5, 5, 5], [5, 2, 3]],
    [{ minAvailable: '100%' }, [4, 4, 4], [4, 4, 0]],
    [{ minAvailable: '0%' }, [4, 4, 4], [4, 0, 4]],
    [{ maxUnavailable: 1 }, [3, 3, 3], [3, 2, 1]],
    [{ maxUnavailable: 1 }, [2, 3, 2], [3, 2, 0]],
    [{ maxUnavailable: 5 }, [3, 3, 3], [3, 0, 3]],
    [{ maxUnavailable: '10%' }, [3, 3, 3], [3, 2, 1]],
    [{ maxUnavailable: '34%' }, [10, 10, 9], [10, 6, 3]],
    [{ maxUnavailable: 0 }, [3, 3, 3], [3, 3, 0]],
    [{ maxUnavailable: 1 }, [3, 0, 3], [0, 0, 0]],
    [{}, [3, 3, 3], [0, 0, 0]],
  ];
  for (const [spec, [pods, scale, healthy], [expected, desired, allowed]] of cases) {
    const found = expectation(spec, pods, scale);
    const name = `${JSON.stringify(spec)} of ${pods}`;
    assert.deepEqual(found, { expected, desired }, name);
    assert.equal(disruptionsAllowed(healthy, found), allowed, name);
  }
});

test('only shares and maxUnavailable need the scale', () => {
  assert.equal(needsScale({ minAvailable: 1 }), false);
  assert.equal(needsScale({ minAvailable: '10%' }), true);
  assert.equal(needsScale({ maxUnavailable: 1 }), true);
});
