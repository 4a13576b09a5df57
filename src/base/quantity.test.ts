import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatBytes, formatCores, parseQuantity } from './quantity.ts';

/** 2^63 - 1, to the nearest number. */
const largest = 2 ** 63;

test('quantities are read as Kubernetes reads them', () => {
  const cases: readonly (readonly [string | number, number])[] = [
    ['250m', 0.25],
    ['1.5', 1.5],
    ['512Mi', 536_870_912],
    ['1.5Gi', 1_610_612_736],
    ['2G', 2e9],
    ['1k', 1000],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1E', 1e18],
    ['1e-3', 0.001],
    ['5.', 5],
    ['.5', 0.5],
    ['+5', 5],
    ['-1', -1],
    ['-500m', -0.5],
    ['-0', 0],
    ['00012', 12],
    ['100n', 1e-7],
    ['3u', 3e-6],
    ['0.1Ki', 102.4],
    [0.1, 0.1],
    [2, 2],
    [1e21, 1e21],
    ['12E', 12e18],
    ['0012E', 12e18],
    ['1234567890123456789.0E', largest],
  ];
  for (const [input, value] of cases) assert.equal(parseQuantity(input), value, String(input));
});

test('what is finer than a billionth is rounded away from zero, what is too large is cut', () => {
  assert.equal(parseQuantity('0.1n'), 1e-9);
  assert.equal(parseQuantity('1e-40'), 1e-9);
  assert.equal(parseQuantity('-1e-400'), -1e-9);
  assert.equal(parseQuantity('1.0000000001'), 1.000000001);
  assert.equal(parseQuantity('0e999'), 0);
  assert.equal(parseQuantity('1e999'), 1e30);
  assert.equal(parseQuantity('1e-2147483647'), 1e-9);
  assert.equal(parseQuantity('9223372036854775807Ki'), largest);
  assert.equal(parseQuantity('9Ei'), largest);
  assert.equal(parseQuantity('-9Ei'), -largest);
});

test('what Kubernetes refuses is refused', () => {
  const wrong = [
    '',
    'Ki',
    '1e',
    '1K',
    '1ki',
    '1KI',
    '1Kib',
    '1 Mi',
    ' 1',
    '1 ',
    '--1',
    '1.2.3',
    '.',
    '-',
    '1mm',
    '1e3k',
    '0x10',
    '1e2147483648',
    '1e-2147483648',
    '1e4294967297',
  ];
  for (const text of wrong) assert.equal(parseQuantity(text), null, text);
  for (const number of [Number.NaN, Infinity]) assert.equal(parseQuantity(number), null);
});

test('a whole number with a suffix is the number times the suffix', () => {
  const suffixes: readonly (readonly [string, number])[] = [
    ['', 1],
    ['k', 1e3],
    ['M', 1e6],
    ['Ki', 1024],
    ['Mi', 1_048_576],
    ['Gi', 1_073_741_824],
  ];
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...suffixes), (count, [suffix, factor]) => {
      assert.equal(parseQuantity(count + suffix), count * factor);
    }),
  );
});

test('bytes and cores are written for people', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(97), '97 B');
  assert.equal(formatBytes(1023), '1023 B');
  assert.equal(formatBytes(536_870_912), '512 MiB');
  assert.equal(formatBytes(1.5 * 1_073_741_824), '1.5 GiB');
  assert.equal(formatBytes(1_048_575), '1 MiB');
  assert.equal(formatCores(0.25), '250m');
  assert.equal(formatCores(2), '2');
  assert.equal(formatCores(1.5), '1.5');
  assert.equal(formatCores(0), '0');
  assert.equal(formatCores(0.9999), '1');
  assert.equal(formatCores(128), '128');
});
