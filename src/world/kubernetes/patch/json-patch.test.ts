import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyJsonPatch, isJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';

const document = { a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 };

const applied: readonly (readonly [string, readonly object[], unknown])[] = [
  ['add a member', [{ op: 'add', path: '/c', value: 1 }], { ...document, c: 1 }],
  ['add before an item', [{ op: 'add', path: '/a/b/0', value: 0 }], { ...document, a: { b: [0, 1, 2, 3] } }],
  ['add at the end', [{ op: 'add', path: '/a/b/-', value: 4 }], { ...document, a: { b: [1, 2, 3, 4] } }],
  [
    'add counted from the end',
    [{ op: 'add', path: '/a/b/-1', value: 4 }],
    { ...document, a: { b: [1, 2, 3, 4] } },
  ],
  ['remove an item', [{ op: 'remove', path: '/a/b/1' }], { ...document, a: { b: [1, 3] } }],
  ['remove the last item', [{ op: 'remove', path: '/a/b/-1' }], { ...document, a: { b: [1, 2] } }],
  [
    'escaped names',
    [
      { op: 'replace', path: '/x~1y', value: 5 },
      { op: 'remove', path: '/m~0n' },
    ],
    { a: { b: [1, 2, 3] }, 'x/y': 5 },
  ],
  ['move', [{ op: 'move', from: '/a/b/0', path: '/first' }], { ...document, a: { b: [2, 3] }, first: 1 }],
  ['copy', [{ op: 'copy', from: '/a/b', path: '/c' }], { ...document, c: [1, 2, 3] }],
  [
    'test and replace',
    [
      { op: 'test', path: '/a/b/2', value: 3 },
      { op: 'replace', path: '/a/b/2', value: 9 },
    ],
    { ...document, a: { b: [1, 2, 9] } },
  ],
  ['test of what is missing against null', [{ op: 'test', path: '/nothing', value: null }], document],
  ['the whole document', [{ op: 'replace', path: '', value: 7 }], 7],
];

for (const [name, operations, wanted] of applied)
  test(`JSON patch: ${name}`, () => {
    const before = structuredClone(document);
    assert.deepEqual(applyJsonPatch(document, operations as never), { ok: true, value: wanted });
    assert.deepEqual(document, before);
  });

const refused: readonly (readonly [object, RegExp])[] = [
  [{ op: 'remove', path: '/zz' }, /doc is missing key: \/zz: missing value/],
  [
    { op: 'replace', path: '/a/zz', value: 1 },
    /replace operation does not apply: doc is missing key: \/a\/zz/,
  ],
  [{ op: 'add', path: '/zz/y', value: 1 }, /add operation does not apply: doc is missing path: "\/zz\/y"/],
  [{ op: 'add', path: '/a/b/9', value: 1 }, /Unable to access invalid index: 9/],
  [{ op: 'test', path: '/a/b', value: [1, 2] }, /testing value \/a\/b failed: test failed/],
  [{ op: 'test', path: '/toString', value: 1 }, /failed/],
  [{ op: 'test', path: '/nothing/at/all', value: null }, /missing/],
  [{ op: 'paint', path: '/a' }, /Unexpected kind: paint/],
  [{ op: 'move', from: '/a', path: '/a/b/0' }, /into itself/],
  [{ op: 'add', path: '/c' }, /no value/],
  [{ op: 'add', value: 1 }, /missing value/],
];

for (const [operation, message] of refused)
  test(`JSON patch refuses ${JSON.stringify(operation)}`, () => {
    const result = applyJsonPatch(document, [operation as never]);
    assert.ok(!result.ok);
    assert.match(result.message, message);
  });

test('names that objects inherit are plain members', () => {
  const result = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]);
  assert.ok(result.ok);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.deepEqual(Object.keys(result.value as object), ['__proto__']);
  assert.equal(isJsonPatch({}), false);
  assert.equal(isJsonPatch([1]), false);
});

// The examples of RFC 7386, appendix A.
const merges: readonly (readonly [unknown, unknown, unknown])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

for (const [target, patch, wanted] of merges)
  test(`merge patch: ${JSON.stringify(patch)} into ${JSON.stringify(target)}`, () => {
    assert.deepEqual(applyMergePatch(target, patch), wanted);
  });

test('merging twice is merging once; adding and removing is doing nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
      const once = applyMergePatch(target, patch);
      assert.deepEqual(applyMergePatch(once, patch), once);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (target, value) => {
      const path = '/never~1there';
      const { 'never/there': _, ...without } = target;
      const result = applyJsonPatch(without, [
        { op: 'add', path, value },
        { op: 'test', path, value },
        { op: 'remove', path },
      ]);
      assert.deepEqual(result, { ok: true, value: without });
    }),
  );
});
