import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isInstant,
  notations,
  readDuration,
  readFineDuration,
  readQuantity,
  readRate,
  readShare,
} from './notation.ts';

test('rates are read per second', () => {
  assert.equal(readRate('100/s'), 100);
  assert.equal(readRate('6k/min'), 100);
  assert.equal(readRate('60/min'), 1);
  assert.equal(readRate('1.5/ms'), 1500);
  assert.equal(readRate('7200 / hour'), 2);
  assert.equal(readRate('2M/d'), 2e6 / 86_400);
  assert.equal(readRate('250'), 250);
  assert.equal(readRate(250), 250);
  for (const text of ['', 'fast', '-1/s', '100/fortnight', '1e999/s', '/s', '100//s', 'Infinity'])
    assert.equal(readRate(text), null, text);
  assert.equal(readRate(-1), null);
  assert.equal(readRate(Number.NaN), null);
});

test('shares are read as the nearest number to what is written', () => {
  assert.equal(readShare('99.9%'), 0.999);
  assert.equal(readShare('0.01%'), 0.0001);
  assert.equal(readShare('100%'), 1);
  assert.equal(readShare(0.5), 0.5);
  assert.equal(readShare('0.5'), 0.5);
  for (const text of ['101%', '-1%', '2', '%', 'half']) assert.equal(readShare(text), null, text);
});

test('durations keep their fraction only where it matters', () => {
  assert.equal(readDuration('1h30m'), 5400e6);
  assert.equal(readDuration('80ns'), 0);
  assert.equal(readFineDuration('80ns'), 0.08);
  assert.equal(readFineDuration('0.1ms'), 100);
  assert.equal(readFineDuration('1m1s'), 61e6);
  assert.equal(readDuration('9'.repeat(100) + 's'), null);
});

test('quantities are not negative', () => {
  assert.equal(readQuantity('250m'), 0.25);
  assert.equal(readQuantity('512Mi'), 512 * 1024 * 1024);
  assert.equal(readQuantity('-1'), null);
  assert.equal(readQuantity('9'.repeat(100_000)), null);
});

test('instants exist and have an offset', () => {
  assert(isInstant('1995-07-13T00:00:00-04:00'));
  assert(isInstant('2024-02-29T23:59:59.5Z'));
  for (const text of [
    '1995-07-13',
    '1995-07-13T00:00:00',
    '2023-02-29T00:00:00Z',
    '1995-13-01T00:00:00Z',
    '1995-00-01T00:00:00Z',
    '1995-01-01T24:00:00Z',
    '1995-01-01T00:00:00+25:00',
  ])
    assert(!isInstant(text), text);
});

test('property: no text breaks a notation', () => {
  fc.assert(
    fc.property(fc.constantFrom(...notations.values()), fc.string(), (notation, text) => {
      assert.equal(typeof notation.accepts(text), 'boolean');
    }),
  );
});
