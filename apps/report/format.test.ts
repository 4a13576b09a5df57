import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatCount,
  formatDuration,
  formatFactor,
  formatLarge,
  formatMillis,
  formatMoney,
  formatNumber,
  formatQuantity,
  formatShare,
  plural,
} from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('numbers keep three digits and group their thousands', () => {
  const texts = [0, 0.1234, 1.5, 12.345, 1234567, -0.5].map((value) => formatNumber(value));
  assert.deepEqual(texts, ['0', '0.123', '1.5', '12.3', '1,234,567', '−0.5']);
  assert.deepEqual(
    [Number.NaN, Infinity, -Infinity].map((value) => formatNumber(value)),
    ['–', '∞', '−∞'],
  );
});

test('a share near one keeps the digits that tell it from one', () => {
  assert.deepEqual([0.5, 0.99995, 1, 0, 0.0123].map(formatShare).map(plain), [
    '50 %',
    '99.995 %',
    '100 %',
    '0 %',
    '1.23 %',
  ]);
});

test('times choose their unit', () => {
  assert.deepEqual([0.42, 12.34, 1520].map(formatMillis).map(plain), ['420 µs', '12.3 ms', '1.52 s']);
  assert.deepEqual([0, 0.25, 45, 5400, 86_400, 90_000].map(formatDuration).map(plain), [
    '0 ms',
    '250 ms',
    '45 s',
    '1 h 30 min',
    '24 h',
    '1 d 1 h',
  ]);
  assert.equal(plain(formatMillis(-3)), '−3 ms');
});

test('quantities carry the unit of their series', () => {
  const units = ['perSecond', 'milliseconds', 'ratio', 'count', 'cores', 'factor'] as const;
  assert.deepEqual(
    units.map((unit) => plain(formatQuantity(1.5, unit))),
    ['1.5/s', '1.5 ms', '150 %', '1.5', '1.5 cores', '1.5×'],
  );
  assert.equal(formatQuantity(null, 'ratio'), '–');
});

test('counts, money and factors', () => {
  assert.deepEqual(
    [formatCount(1234), plain(formatLarge(26_284_432)), formatFactor(26.7)],
    ['1,234', '26.3 million', '27×'],
  );
  assert.deepEqual(
    [1234.5, 0.0123].map((amount) => plain(formatMoney(amount, 'EUR'))),
    ['1,234.50 EUR', '0.0123 EUR'],
  );
  assert.deepEqual(
    [plural(1, 'objective'), plural(2, 'stretch', 'stretches')],
    ['1 objective', '2 stretches'],
  );
});
