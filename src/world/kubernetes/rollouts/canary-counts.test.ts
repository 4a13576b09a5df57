import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { basicCounts, closestCounts, routedCounts } from './canary-counts.ts';
import type { CanaryStrategy, Rollout, RolloutStatus } from './rollout.ts';

const closestCases: readonly (readonly [
  replicas: number,
  weight: number,
  surge: number,
  canary: number,
  stable: number,
])[] = [
  [0, 50, 1, 0, 0],
  [1, 0, 0, 0, 1],
  [1, 1, 0, 0, 1],
  [1, 50, 0, 1, 0],
  [1, 100, 0, 1, 0],
  [1, 1, 1, 1, 1],
  [1, 99, 1, 1, 1],
  [2, 1, 0, 1, 1],
  [2, 75, 1, 2, 1],
  [3, 50, 0, 2, 1],
  [3, 50, 1, 2, 2],
  [5, 1, 1, 1, 5],
  [5, 20, 1, 1, 4],
  [5, 25, 1, 1, 4],
  [5, 99, 0, 4, 1],
  [10, 18, 1, 2, 9],
  [10, 24, 1, 3, 8],
  [10, 24, 0, 2, 8],
  [10, 100, 1, 10, 0],
];

test('the numbers of pods closest to a weight', () => {
  for (const [replicas, weight, surge, canary, stable] of closestCases)
    assert.deepEqual(
      closestCounts(replicas, weight, surge),
      { canary, stable },
      `${replicas} ${weight} ${surge}`,
    );
});

function canary(
  weight: number,
  strategy: Partial<CanaryStrategy> = {},
  status: RolloutStatus = {},
  replicas = 10,
): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', uid: '1', resourceVersion: '1', creationTimestamp: '' },
    spec: {
      replicas,
      selector: {},
      template: { spec: { containers: [] } },
      strategy: { canary: { steps: [{ setWeight: weight }, { pause: {} }], ...strategy } },
    },
    status: { stableRS: 'a', currentPodHash: 'b', currentStepIndex: 0, ...status },
  };
}

const size = (replicas: number, available = replicas) => ({ replicas, available });

type BasicCase = readonly [
  title: string,
  rollout: Rollout,
  canary: readonly [number, number] | null,
  stable: readonly [number, number] | null,
  others: number,
  expected: readonly [canary: number, stable: number],
];

const oneEach = { maxSurge: 1, maxUnavailable: 1 };
const basicCases: readonly BasicCase[] = [
  ['one new pod fits the surge and one old one may go', canary(10, oneEach), [0, 0], [10, 10], 0, [1, 9]],
  ['only surge', canary(30, { maxSurge: 3, maxUnavailable: 0 }), [0, 0], [10, 10], 0, [3, 10]],
  ['only unavailability', canary(30, { maxSurge: 0, maxUnavailable: 5 }), [0, 0], [10, 10], 0, [0, 7]],
  [
    'new pods that are not ready keep the old',
    canary(30, { maxSurge: 3, maxUnavailable: 0 }),
    [3, 0],
    [10, 10],
    0,
    [3, 10],
  ],
  ['ready ones let them go', canary(30, { maxSurge: 3, maxUnavailable: 0 }), [3, 3], [10, 10], 0, [3, 7]],
  ['versions before go first', canary(30, oneEach), [0, 0], [10, 10], 1, [0, 10]],
  [
    'an abort grows the stable version first',
    canary(30, oneEach, { abort: true }),
    [3, 3],
    [7, 7],
    0,
    [2, 8],
  ],
  [
    'and takes the canary away, ready or not',
    canary(50, oneEach, { abort: true }),
    [5, 0],
    [5, 5],
    0,
    [4, 6],
  ],
  ['without a stable version all are new', canary(10, oneEach), [3, 3], null, 0, [10, 0]],
  [
    'full promotion',
    canary(10, { maxSurge: 10, maxUnavailable: 0 }, { promoteFull: true }),
    [1, 1],
    [9, 9],
    0,
    [10, 9],
  ],
  ['one of one', canary(5, { maxSurge: 1, maxUnavailable: 0 }, {}, 1), [0, 0], [1, 1], 0, [1, 1]],
];

test('the next sizes without routing', () => {
  for (const [title, rollout, fresh, stable, others, [wantedCanary, wantedStable]] of basicCases) {
    const sets = {
      canary: fresh === null ? null : size(...fresh),
      stable: stable === null ? null : size(...stable),
      others,
    };
    assert.deepEqual(basicCounts(rollout, sets), { canary: wantedCanary, stable: wantedStable }, title);
  }
});

test('sizes with routing', () => {
  const routed = { trafficRouting: { smi: {} } };
  const scaled = { ...routed, steps: [{ setCanaryScale: { replicas: 5 } }] };
  const weights = (canaryWeight: number) => ({ canary: canaryWeight, stable: 100 - canaryWeight });
  const cases = [
    [canary(15, routed), null, 2, 10],
    [canary(15, { ...routed, minPodsPerReplicaSet: 3 }), null, 3, 10],
    [canary(15, { ...routed, minPodsPerReplicaSet: 30 }), null, 10, 10],
    [canary(0, { ...routed, minPodsPerReplicaSet: 3 }), null, 0, 10],
    [canary(30, scaled, { abort: true }), null, 0, 10],
    [canary(30, { ...scaled, abortScaleDownDelaySeconds: 30 }, { abort: true }), null, 0, 10],
    [canary(30, { ...scaled, abortScaleDownDelaySeconds: 0 }, { abort: true }), null, 5, 10],
    [canary(30, { ...routed, dynamicStableScale: true }), weights(0), 3, 10],
    [canary(30, { ...routed, dynamicStableScale: true }), weights(30), 3, 7],
    [canary(30, { ...routed, dynamicStableScale: true }, { abort: true }), weights(30), 3, 10],
    [canary(30, { ...routed, dynamicStableScale: true }, { abort: true }), weights(0), 0, 10],
    [canary(30, { ...routed, steps: [{ setCanaryScale: { replicas: 5 } }] }), null, 5, 10],
    [canary(30, { ...routed, steps: [{ setCanaryScale: { weight: 40 } }] }), null, 4, 10],
    [canary(30, routed, { stableRS: 'b' }), null, 10, 10],
  ] as const;
  for (const [rollout, now, fresh, stable] of cases)
    assert.deepEqual(routedCounts(rollout, now), { canary: fresh, stable });
});

test('from any sizes the steps stay within both bounds and reach the weight', () => {
  const bounds = fc.record({
    replicas: fc.integer({ min: 1, max: 20 }),
    weight: fc.integer({ min: 0, max: 100 }),
    surge: fc.integer({ min: 0, max: 5 }),
    unavailable: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(bounds, ({ replicas, weight, surge, unavailable }) => {
      const rollout = canary(weight, { maxSurge: surge, maxUnavailable: unavailable }, {}, replicas);
      const missing = surge === 0 && unavailable === 0 ? 1 : unavailable;
      let fresh = 0;
      let stable = replicas;
      for (let step = 0; step < 100; step++) {
        const next = basicCounts(rollout, { canary: size(fresh), stable: size(stable), others: 0 });
        assert.ok(next.canary + next.stable <= replicas + surge);
        assert.ok(Math.min(next.canary, fresh) + Math.min(next.stable, stable) >= replicas - missing);
        fresh = next.canary;
        stable = next.stable;
      }
      assert.deepEqual({ canary: fresh, stable }, closestCounts(replicas, weight, surge));
    }),
  );
});
