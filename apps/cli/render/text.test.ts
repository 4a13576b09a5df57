import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pc from 'picocolors';
import { parse as parseYaml } from 'yaml';
import { toAscii } from '../terminal.ts';
import { toCsv } from './csv.ts';
import { compact, grouped, money, shortLatency, significant } from './figures.ts';
import { toJson } from './json.ts';
import { differenceText, estimateText } from './measure.ts';
import { bar, sparkline } from './sparkline.ts';
import { cut, harmless, pad, table, visibleWidth, wrap } from './table.ts';
import { toYaml } from './yaml.ts';

const colors = pc.createColors(true);

test('figures: compact, grouped, significant, money', () => {
  assert.deepEqual([0, 0.0456, 7, 845.4, 999.7, 12_345, 1.8e6, 2.5e9].map(compact), [
    '0',
    '0.0456',
    '7',
    '845',
    '1k',
    '12.3k',
    '1.8M',
    '2.5G',
  ]);
  assert.deepEqual([0, 999, 1000, 1234567].map(grouped), ['0', '999', '1,000', '1,234,567']);
  assert.equal(significant(-0.00012345, 2), '-0.00012');
  assert.equal(significant(120_000, 2), '120000');
  assert.equal(money(0, 'EUR'), '0.00 EUR');
  assert.equal(money(0.00314, 'USD'), '0.0031 USD');
  assert.deepEqual([0.0042, 6.64, 60.5, 419.4, 8040].map(shortLatency), [
    '4.2 µs',
    '6.6 ms',
    '61 ms',
    '419 ms',
    '8 s',
  ]);
});

test('figures: a difference has a sign and a reach; equal sides differ by 0', () => {
  const kind = { unit: 'milliseconds', direction: 'lower' } as const;
  assert.equal(differenceText(-200, { low: -204, high: -196 }, kind, 'USD'), '−200 ms ± 4 ms');
  assert.equal(differenceText(0, { low: 0, high: 0 }, kind, 'USD'), '0');
  assert.equal(differenceText(null, null, kind, 'USD'), '–');
  const share = { unit: 'share', direction: 'higher' } as const;
  assert.equal(estimateText(0.9997, { low: 0.9996, high: 0.9998 }, share, 'USD'), '99.97 % ± 0.01 pt');
});

test('table: columns align, colour has no width, the widest shrinkable column gives way', () => {
  const columns = [
    { title: 'NAME', shrinks: true },
    { title: 'N', align: 'right' as const },
  ];
  const rows = [
    [colors.red('short'), '1'],
    ['a-very-long-name-indeed', '1234'],
  ];
  assert.deepEqual(
    table(columns, rows, { width: 80, indent: 1 }).map((line) => line.replaceAll('\u001b', '')),
    [
      ' NAME                        N',
      ' [31mshort[39m                       1',
      ' a-very-long-name-indeed  1234',
    ],
  );
  for (const line of table(columns, rows, { width: 16 })) assert.ok(visibleWidth(line) <= 16, line);
});

test('table: no line of a table with a shrinkable column is wider than asked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 60 }), fc.string({ maxLength: 6 })), { minLength: 1 }),
      fc.integer({ min: 20, max: 90 }),
      (rows, width) => {
        const lines = table([{ title: 'A', shrinks: true }, { title: 'B' }], rows, { width });
        for (const line of lines) assert.ok(visibleWidth(line) <= width);
      },
    ),
  );
});

test('table: where room is short columns move together, then spare ones go, and names are cut last', () => {
  const columns = [
    { title: 'NAME', shrinks: true },
    { title: 'P50', align: 'right' as const, spare: 2 },
    { title: 'P95', align: 'right' as const },
    { title: 'MAX', align: 'right' as const, spare: 1 },
  ];
  const rows = [['storefront', '10 ms', '20 ms', '3']];
  const row = (width: number) => table(columns, rows, { width })[1];
  assert.equal(row(29), 'storefront  10 ms  20 ms    3');
  assert.equal(row(28), 'storefront 10 ms 20 ms   3');
  assert.equal(row(25), 'storefront  10 ms  20 ms');
  assert.equal(row(21), 'storefront  20 ms');
  assert.equal(row(16), 'storefront 20 ms');
  assert.equal(row(15), 'storefro… 20 ms');
});

test('table: cut, pad and wrap', () => {
  assert.equal(cut('launch-day', 6), 'launc…');
  assert.equal(pad('7', 3, 'right'), '  7');
  assert.deepEqual(wrap('took 12 ms of 30 ms', 10, '', ' '), ['took 12 ms', ' of 30 ms']);
  assert.deepEqual(wrap('', 10), []);
});

test('wrap: keeps every word, never exceeds the width unless one word does', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' })), (words) => {
      const text = words.join(' ');
      const lines = wrap(text, 30, '  ');
      assert.deepEqual(lines.join(' ').split(/\s+/).filter(Boolean), text.split(/\s+/).filter(Boolean));
      for (const line of lines)
        assert.ok(line.length <= 30 || line.trim().includes(' ') === false || /\d (%|s|h|d)/.test(line));
    }),
  );
});

test('harmless: nothing that a terminal would obey gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const character of harmless(text)) {
        const code = character.codePointAt(0)!;
        assert.ok(code === 9 || code === 10 || (code >= 32 && code !== 127 && !(code >= 128 && code < 160)));
      }
    }),
  );
});

test('sparkline: from zero to the top, blanks where nothing was measured', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([null, 4, null, 8], 4), ' ▅ █');
  assert.equal(sparkline([0, 0], 2), '▁▁');
  assert.equal(sparkline([], 10), '');
  assert.equal(
    [
      ...sparkline(
        Array.from({ length: 1440 }, (_, i) => i),
        60,
      ),
    ].length,
    60,
  );
  assert.equal(bar(0.5, 4), '██░░');
  assert.equal(bar(7, 4), '████');
});

test('toAscii: one character for each, so that columns stay aligned', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-composite' }), (text) => {
      const ascii = toAscii(text);
      assert.match(ascii, /^\p{ASCII}*$/u);
      assert.equal([...ascii].length, [...text].length);
    }),
  );
  assert.equal(toAscii('✓ 12 µs → 3×'), '+ 12 us > 3x');
});

test('csv: text with commas, quotes and lines survives', () => {
  assert.equal(
    toCsv(
      ['a', 'b'],
      [
        ['x,y', null],
        ['say "hi"', 1.5],
        ['two\nlines', 0],
      ],
    ),
    'a,b\n"x,y",\n"say ""hi""",1.5\n"two\nlines",0\n',
  );
});

// What JSON can carry: minus zero and undefined it cannot.
const plain = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

test('toJson: says exactly what JSON.stringify says', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(JSON.parse(toJson(value)), value);
    }),
  );
});

test('toYaml: a YAML reader gets back exactly what was written', () => {
  fc.assert(
    fc.property(plain, (value) => {
      assert.deepEqual(parseYaml(toYaml(value)), value);
    }),
    { numRuns: 300 },
  );
  for (const text of [
    'yes',
    'null',
    '1.0',
    '~',
    'a: b',
    '- x',
    '',
    ' x',
    '#c',
    '0x1f',
    '2024-01-01',
    '1e3',
    'x #y',
  ]) {
    assert.deepEqual(parseYaml(toYaml({ text, list: [text] })), { text, list: [text] });
  }
});
