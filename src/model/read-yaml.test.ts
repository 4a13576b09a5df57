import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Diagnostics } from '../base/diagnostics.ts';
import { limits } from './limits.ts';
import { positionOf, SourceText } from './place.ts';
import { readDocuments } from './read-yaml.ts';

function read(text: string) {
  const diagnostics = new Diagnostics();
  const documents = readDocuments(new SourceText('test.yaml', text), diagnostics);
  return {
    documents,
    values: documents.map((document) => document.value),
    codes: diagnostics.list.map((each) => each.code),
    list: diagnostics.list,
  };
}

test('empty documents, comments and byte order marks are no documents', () => {
  assert.deepEqual(read('').values, []);
  assert.deepEqual(read('---\n---\n# Source: chart/templates/x.yaml\n---\na: 1\n---\n').values, [{ a: 1 }]);
  assert.deepEqual(read('\uFEFFa: 1\n').values, [{ a: 1 }]);
  assert.deepEqual(read('a: 1\r\nb:\r\n  - c\r\n').values, [{ a: 1, b: ['c'] }]);
});

test('JSON is YAML, indented with tabs as well', () => {
  assert.deepEqual(read('{\n\t"a": {"b": [1, true, null, "x"]}\n}\n').values, [
    { a: { b: [1, true, null, 'x'] } },
  ]);
});

test('every value knows its place: a scalar its own, an object the place of its field', () => {
  const [document] = read('a: 1\nb:\n  c:\n    - x\n    - y: 2\n').documents;
  const at = (...path: (string | number)[]) => {
    const { line, column } = positionOf(document.place, path);
    return [line, column];
  };
  assert.deepEqual(at('a'), [1, 4]);
  assert.deepEqual(at('b'), [2, 1]);
  assert.deepEqual(at('b', 'c', 0), [4, 7]);
  assert.deepEqual(at('b', 'c', 1, 'y'), [5, 10]);
  // What is not there is looked for at what encloses it.
  assert.deepEqual(at('b', 'missing', 'deeper'), [2, 1]);
});

test('anchors, aliases and merge keys give copies', () => {
  const { values, codes } = read(`
base: &base {image: a, port: 80}
web:
  <<: *base
  port: 81
list: [*base, *base]
`);
  assert.deepEqual(codes, []);
  assert.deepEqual(values, [
    {
      base: { image: 'a', port: 80 },
      web: { port: 81, image: 'a' },
      list: [
        { image: 'a', port: 80 },
        { image: 'a', port: 80 },
      ],
    },
  ]);
  assert.deepEqual(read('a: &x {b: 1}\nc: &y {d: 2}\ne: {<<: [*x, *y], b: 3}\n').values, [
    { a: { b: 1 }, c: { d: 2 }, e: { b: 3, d: 2 } },
  ]);
  assert.deepEqual(read('"<<": {a: 1}\n').values, [{ '<<': { a: 1 } }]);
  assert.deepEqual(read('a: {<<: 3}\n').codes, ['bad-merge']);
});

test('a bomb of aliases is refused, quickly', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}]`);
  const { values, codes } = read(lines.join('\n'));
  assert.deepEqual(values, []);
  assert.deepEqual(codes, ['too-many-aliases']);
});

test('an alias to itself, or to nothing, is refused', () => {
  assert.deepEqual(read('a: &a [*a]\n').codes, ['unknown-alias']);
  assert.deepEqual(read('a: &a {b: {c: *a}}\n').codes, ['unknown-alias']);
  assert.deepEqual(read('a: *nothing\n').codes, ['unknown-alias']);
});

test('nesting beyond reason is refused, however it is written', () => {
  for (const text of [
    '['.repeat(200),
    `${'['.repeat(200)}${']'.repeat(200)}`,
    `${'['.repeat(100_000)}`,
    `${'- '.repeat(3000)}a`,
    Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    '? '.repeat(5000),
  ]) {
    const { values, codes } = read(text);
    assert.deepEqual(values, []);
    assert(
      codes.length >= 1 && codes.every((code) => code === 'too-deep' || code === 'yaml-syntax'),
      codes.join(),
    );
  }
});

test('a field given twice is an error at the second, whatever its value', () => {
  const { list } = read('a: 1\nb: 2\na: 3\n');
  assert.deepEqual(
    list.map(({ code, position }) => [code, position?.line, position?.column]),
    [['duplicate-key', 3, 1]],
  );
});

test('names that are no texts, numbers that are none, and __proto__ are errors', () => {
  assert.deepEqual(read('{a: 1}: b\n').codes, ['bad-key']);
  assert.deepEqual(read('{{ .Values.name }}: b\n').codes.includes('bad-key'), true);
  assert.deepEqual(read('a: .inf\nb: .nan\n').codes, ['not-finite', 'not-finite']);
  const { codes } = read('__proto__: {polluted: true}\n');
  assert.deepEqual(codes, ['bad-key']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.deepEqual(read('1: a\ntrue: b\n').values, [{ 1: 'a', true: 'b' }]);
});

test('syntax errors tell place and remedy; other documents are still read', () => {
  const { values, list } = read('a:\n\tb: 1\n---\nc: 2\n---\nd: [1\n');
  assert.deepEqual(values, [{ c: 2 }]);
  assert.deepEqual(
    list.map(({ code, position }) => [code, position?.line]),
    [
      ['yaml-syntax', 2],
      ['yaml-syntax', 7],
    ],
  );
  assert.match(list[0].remedy ?? '', /spaces/);
  assert(read(`[${','.repeat(50_000)}`).list.length <= limits.syntaxErrors + 1);
});

test('more documents than the limit are refused', () => {
  const { documents, codes } = read('---\na: 1\n'.repeat(limits.documents + 5));
  assert.equal(documents.length, limits.documents);
  assert.deepEqual(codes, ['too-many-documents']);
});
