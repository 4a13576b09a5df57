import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metRule, type SuccessPolicy } from './job-success-policy.ts';

const rule = (succeededIndexes?: string, succeededCount?: number): SuccessPolicy['rules'][number] => ({
  ...(succeededIndexes === undefined ? {} : { succeededIndexes }),
  ...(succeededCount === undefined ? {} : { succeededCount }),
});

const cases: readonly (readonly [SuccessPolicy['rules'], readonly number[], number | null])[] = [
  [[], [0, 1, 2], null],
  [[rule('0')], [], null],
  [[rule('0')], [0], 0],
  [[rule('0')], [1, 2], null],
  [[rule('0-2')], [0, 2], null],
  [[rule('0-2')], [0, 1, 2], 0],
  [[rule('0-2', 2)], [0, 2], 0],
  [[rule('0-2', 2)], [0, 7, 8], null],
  [[rule(undefined, 3)], [0, 7, 8], 0],
  [[rule(undefined, 3)], [0, 7], null],
  [[rule('0-2'), rule('5,7-8', 2)], [7, 8], 1],
  [[rule('0'), rule('0-1', 1)], [0], 0],
  [[rule('')], [0], null],
  [[rule('20-30', 1)], [0, 9], null],
  [[rule('8-30')], [8, 9], 0],
];

test('which rule of a success policy is met, of ten completions', () => {
  for (const [rules, succeeded, met] of cases)
    assert.equal(
      metRule({ rules }, 10, new Set(succeeded)),
      met === null ? null : `Matched rules at index ${met}`,
      JSON.stringify([rules, succeeded]),
    );
  assert.equal(metRule(undefined, 10, new Set([0])), null);
});
