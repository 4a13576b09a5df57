import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  normalize,
  normalizeWithBehavior,
  policyLimit,
  rememberScale,
  ScalingMemory,
  type StatedRules,
  scaleUpLimit,
  statedBehavior,
} from './behavior.ts';

const second = 1e6;
const window = 300 * second;

test('without behavior a size at most doubles, and four are always allowed', () => {
  assert.deepEqual([0, 1, 2, 3, 10].map(scaleUpLimit), [4, 4, 4, 6, 20]);
});

test('bounds and their conditions, without behavior', () => {
  const cases = [
    [5, 7, 1, 10, 7, 'False', 'DesiredWithinRange'],
    [5, 12, 1, 10, 10, 'True', 'TooManyReplicas'],
    [2, 9, 1, 10, 4, 'True', 'ScaleUpLimit'],
    [5, 10, 1, 10, 10, 'False', 'DesiredWithinRange'],
    [5, 1, 3, 10, 3, 'True', 'TooFewReplicas'],
  ] as const;
  for (const [current, desired, min, max, expected, status, reason] of cases) {
    const limits = { current, min, max, nowMicros: 0 };
    const got = normalize(new ScalingMemory(), desired, limits, window);
    assert.deepEqual([got.replicas, got.limited.status, got.limited.reason], [expected, status, reason]);
  }
});

test('the highest recommendation of the window holds a size up', () => {
  const memory = new ScalingMemory();
  const look = (at: number, desired: number) =>
    normalize(memory, desired, { current: 8, min: 1, max: 10, nowMicros: at * second }, window);
  look(0, 8);
  const held = look(100, 3);
  assert.deepEqual([held.replicas, held.able.reason], [8, 'ScaleDownStabilized']);
  assert.equal(look(300, 3).replicas, 8, 'exactly a window ago still counts');
  const free = look(301, 3);
  assert.deepEqual([free.replicas, free.able.reason], [3, 'ReadyForNewScale']);
  assert.equal(memory.recommendations.length, 3, 'what is too old gives its place');
});

test('defaults of behavior', () => {
  assert.equal(statedBehavior(undefined, window), null);
  const behavior = statedBehavior({}, window)!;
  assert.equal(behavior.scaleUp.stabilizationWindowSeconds, 0);
  assert.equal(behavior.scaleDown.stabilizationWindowSeconds, 300);
  assert.equal(behavior.scaleUp.policies.length, 2);
  const partly = statedBehavior({ scaleDown: { selectPolicy: 'Disabled' } }, window)!;
  assert.equal(partly.scaleDown.policies.length, 1);
});

const rules = (change: Partial<StatedRules>): StatedRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [],
  ...change,
});
const pods = (value: number, periodSeconds = 60) => ({ type: 'Pods', value, periodSeconds }) as const;
const percent = (value: number, periodSeconds = 60) => ({ type: 'Percent', value, periodSeconds }) as const;

test('policies allow sizes from what the period began with', () => {
  const quiet = { ups: [], downs: [] };
  const busy = {
    ups: [
      { replicas: 4, atMicros: 50 * second },
      { replicas: 9, atMicros: -50 * second },
    ],
    downs: [{ replicas: 2, atMicros: 60 * second }],
  };
  const cases = [
    ['up', 10, quiet, { policies: [pods(4), percent(50)] }, 15],
    ['up', 10, quiet, { selectPolicy: 'Min', policies: [pods(4), percent(50)] }, 14],
    ['up', 10, quiet, { selectPolicy: 'Disabled', policies: [pods(4)] }, 10],
    ['up', 3, quiet, { policies: [percent(10)] }, 4],
    ['up', 12, busy, { policies: [pods(4)] }, 14],
    ['up', 12, busy, { policies: [pods(4, 200)] }, 5],
    ['down', 10, quiet, { policies: [pods(4), percent(50)] }, 5],
    ['down', 10, quiet, { selectPolicy: 'Min', policies: [pods(4), percent(50)] }, 6],
    ['down', 10, quiet, { selectPolicy: 'Disabled', policies: [pods(4)] }, 10],
    ['down', 5, quiet, { policies: [percent(50)] }, 2],
    ['down', 12, busy, { policies: [pods(3)] }, 7],
  ] as const;
  for (const [direction, current, memory, change, expected] of cases)
    assert.equal(policyLimit(direction, current, memory, rules(change), 100 * second), expected);
});

test('a window for growing applies the lowest of its recommendations', () => {
  const memory = new ScalingMemory();
  const behavior = statedBehavior({ scaleUp: { stabilizationWindowSeconds: 60 } }, window)!;
  const look = (at: number, desired: number) =>
    normalizeWithBehavior(memory, desired, { current: 2, min: 1, max: 10, nowMicros: at * second }, behavior);
  look(0, 3);
  const held = look(30, 6);
  assert.deepEqual([held.replicas, held.able.reason], [3, 'ScaleUpStabilized']);
  assert.equal(look(61, 6).replicas, 6);
});

test('growth and shrinking meet policies and bounds with their own words', () => {
  const behavior = statedBehavior(
    { scaleUp: { policies: [pods(2)] }, scaleDown: { policies: [pods(1)], stabilizationWindowSeconds: 0 } },
    window,
  )!;
  const look = (current: number, desired: number, max = 20, min = 1) => {
    const limits = { current, min, max, nowMicros: 0 };
    const { replicas, limited } = normalizeWithBehavior(new ScalingMemory(), desired, limits, behavior);
    return [replicas, limited.reason];
  };
  assert.deepEqual(look(5, 9), [7, 'ScaleUpLimit']);
  assert.deepEqual(look(5, 9, 6), [6, 'TooManyReplicas']);
  assert.deepEqual(look(5, 2), [4, 'ScaleDownLimit']);
  assert.deepEqual(look(5, 2, 20, 5), [5, 'TooFewReplicas']);
  assert.deepEqual(look(5, 5), [5, 'DesiredWithinRange']);
});

test('a change is kept until no policy looks back on it', () => {
  const memory = new ScalingMemory();
  const behavior = statedBehavior({ scaleUp: { policies: [pods(2, 60)] } }, window);
  rememberScale(memory, behavior, { before: 2, after: 5, nowMicros: 0 });
  rememberScale(memory, behavior, { before: 5, after: 6, nowMicros: 30 * second });
  assert.deepEqual(
    memory.ups.map(({ replicas }) => replicas),
    [3, 1],
  );
  rememberScale(memory, behavior, { before: 6, after: 8, nowMicros: 61 * second });
  assert.deepEqual(
    memory.ups.map(({ replicas }) => replicas),
    [2, 1],
  );
  rememberScale(memory, behavior, { before: 8, after: 3, nowMicros: 61 * second });
  assert.deepEqual(
    memory.downs.map(({ replicas }) => replicas),
    [5],
  );
  rememberScale(memory, null, { before: 3, after: 9, nowMicros: 62 * second });
  assert.equal(memory.ups.length, 2);
});

test('whatever is wished for, the size stays between its bounds and moves by no more than policies allow', () => {
  const behavior = statedBehavior({ scaleUp: { policies: [pods(3, 15)] } }, 0)!;
  fc.assert(
    fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 40 }), (wishes) => {
      const memory = new ScalingMemory();
      let current = 5;
      for (const [step, wish] of wishes.entries()) {
        const nowMicros = step * 15 * second;
        const limits = { current, min: 2, max: 30, nowMicros };
        const { replicas } = normalizeWithBehavior(memory, wish, limits, behavior);
        assert.ok(replicas >= 2 && replicas <= 30 && replicas <= current + 3);
        if (replicas !== current)
          rememberScale(memory, behavior, { before: current, after: replicas, nowMicros });
        current = replicas;
      }
    }),
  );
});
