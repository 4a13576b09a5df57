import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readRecords, type Separator, separatorOf } from './csv.ts';

function records(text: string, separator: Separator = ','): { fields: readonly string[]; line: number }[] {
  const found: { fields: readonly string[]; line: number }[] = [];
  readRecords(text, separator, (fields, line) => void found.push({ fields, line }));
  return found;
}

test('records come with the line they start on; blank lines and comments are passed over', () => {
  assert.deepEqual(records('\ufeffa,b\r\n# "note\r\n\r\n1, 2 \n'), [
    { fields: ['a', 'b'], line: 1 },
    { fields: ['1', '2'], line: 4 },
  ]);
});

test('quotes hold separators, quotes and line breaks', () => {
  assert.deepEqual(records('a,"b,""c""\nd"\n1,2'), [
    { fields: ['a', 'b,"c"\nd'], line: 1 },
    { fields: ['1', '2'], line: 3 },
  ]);
});

test('a quote that is never closed is told by its line', () => {
  assert.equal(
    readRecords('a,b\n1,"2\n3,4\n', ',', () => {}),
    2,
  );
});

test('the separator is what the first record has most of', () => {
  assert.equal(separatorOf('# a,b,c\ntime;count\n1,5;2'), ';');
  assert.equal(separatorOf('time\tcount\n'), '\t');
  assert.equal(separatorOf('count\n1'), ',');
});

test('property: any table reads back as it was written', () => {
  // Line ends inside a field are kept as they are; blanks around a field are not part of it.
  const field = fc.string({ maxLength: 8 }).map((text) => text.trim());
  const row = fc.array(field, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const text = rows
        .map((fields) => fields.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      assert.deepEqual(
        records(text).map((record) => record.fields),
        rows,
      );
    }),
  );
});
