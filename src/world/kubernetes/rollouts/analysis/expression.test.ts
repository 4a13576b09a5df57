import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, type Value } from './expression.ts';

const cases: readonly (readonly [condition: string, result: Value, expected: boolean | string])[] = [
  ['result[0] < 0.05', [0.01], true],
  ['result[0] < 0.05', [0.06], false],
  ['result < 0.05', 0.01, true],
  ['result[0] >= 0.95 && result[0] <= 1', [0.97], true],
  ['result[0] > 1 || result[1] > 1', [0, 2], true],
  ['len(result) == 0 || result[0] < 5', [], true],
  ['!isNaN(result[0]) && result[0] < 1', [Number.NaN], false],
  ['isInf(result[0])', [Number.POSITIVE_INFINITY], true],
  ['isNaN(result[0]) || result[0] * 100 < 5 + 1', [0.05], true],
  ['default(result, 0) == 0', [], true],
  ['default(result, [0])[0] < 1', [], true],
  ['all(result, # > 0.9)', [0.95, 0.99], true],
  ['all(result, {# > 0.9})', [0.95, 0.5], false],
  ['any(result, # < 0)', [1, -1], true],
  ['count(result, # > 1) == 2', [1, 2, 3], true],
  ['result[-1] == 3', [1, 3], true],
  ['result[0] in [1, 2]', [2], true],
  ['result[0] not in [1, 2]', [2], false],
  ['(result[0] - 1) / 2 == 1.5', [4], true],
  ['result[0] % 2 == 1 ? true : false', [3], true],
  ['not (result[0] > 1) and true', [1], true],
  ['"a" + "b" == "ab"', 0, true],
  ['1 + 2 * 3 == 7 && -1 < 0', 0, true],
  ['result[0] < 1', [], 'index out of range: 0 (array length is 0)'],
  ['result', 1, 'expected bool, but got float64'],
  ['result < 1', [1], 'invalid operation: array is not a number'],
  ['other > 1', 1, 'unknown name other'],
  ['nothing(result)', 1, 'unknown name nothing'],
  ['result <', 1, 'unexpected token EOF'],
  ['result < 1)', 1, 'unexpected token )'],
  ['result ; 1', 1, 'unrecognized character: ; 1'],
];

test('conditions of analyses', () => {
  for (const [condition, result, expected] of cases)
    assert.equal(holds(condition, result), expected, condition);
});
