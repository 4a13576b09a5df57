import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { civilFromDays, daysFromCivil } from './calendar.ts';

test('known days', () => {
  assert.equal(daysFromCivil(1970, 1, 1), 0);
  assert.equal(daysFromCivil(2000, 2, 29), 11_016);
  assert.equal(daysFromCivil(1600, 3, 1), -135_080);
  assert.deepEqual(civilFromDays(-1), { year: 1969, month: 12, day: 31 });
});

test('property: as the platform has it, there and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (days) => {
      const date = new Date(days * 86_400_000);
      const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      assert.deepEqual(civilFromDays(days), expected);
      assert.equal(daysFromCivil(expected.year, expected.month, expected.day), days);
    }),
  );
});
