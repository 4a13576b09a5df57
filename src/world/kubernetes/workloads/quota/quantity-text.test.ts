import assert from 'node:assert/strict';
import { test } from 'node:test';
import { amountText, milliText, quantityText } from './quantity-text.ts';

test('amounts are written as Kubernetes writes them', () => {
  assert.deepEqual([0, 250, 1000, 1500, 2_000_000].map(milliText), ['0', '250m', '1', '1500m', '2k']);
  assert.deepEqual(
    [0, 1000, 1024, 1536, 1_073_741_824, 805_306_368].map((units) => quantityText(units, true)),
    ['0', '1k', '1Ki', '1536', '1Gi', '768Mi'],
  );
  assert.deepEqual(
    [10, 1024, 5_000_000].map((units) => quantityText(units, false)),
    ['10', '1024', '5M'],
  );
  assert.equal(amountText(false, 2_147_483_648, '4Gi'), '2Gi');
  assert.equal(amountText(true, 1500, '4Gi'), '1500m');
});
