import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownKinds } from './known-kinds.ts';
import { LostNames } from './lost.ts';
import { parse } from './parse.ts';

const lostOf = (text: string) =>
  parse([{ name: 'a.yaml', text }], { kinds: knownKinds, compilers: [] }).scenario.resources;

test('a lost document may be what its kind and name say', () => {
  const lost = new LostNames([{ kind: 'Service', name: 'web' }]);
  assert(lost.mayBe(['Service'], 'web'));
  assert(lost.mayBe(['Ingress', 'Service']));
  assert(!lost.mayBe(['Service'], 'api'));
  assert(!lost.mayBe(['Ingress'], 'web'));
  assert(!lost.mayBe(['Ingress']));
});

test('without a name it may be any of its kind, without a kind anything of its name', () => {
  const lost = new LostNames([
    { kind: 'Service', name: null },
    { kind: null, name: 'edge' },
  ]);
  assert(lost.mayBe(['Service'], 'api'));
  assert(lost.mayBe(['Ingress'], 'edge'));
  assert(!lost.mayBe(['Ingress'], 'api'));
});

test('text that could not be read bears the whole words that are written in it', () => {
  const text = 'kind: Service\nmetadata:\n  name: web-front\n spec: {\n';
  const lost = new LostNames([{ kind: null, name: null, text }]);
  assert(lost.mayBe(['Service'], 'web-front'));
  assert(!lost.mayBe(['Service'], 'web'));
  for (const cut of ['kind: Service\nmetadata: {name: we', 'metadata: {name: web}\n', 'kind: Service\n'])
    assert(new LostNames([{ kind: null, name: null, text: cut }]).mayBe(['Service'], 'other'), cut);
});

test('parsing keeps sound documents and what is known of the others', () => {
  const service = (name: string, spec: string) =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`;
  const sound = '{ports: [{port: 80}]}';
  assert(lostOf(service('a', sound)).whole);
  const set = lostOf(service('a', sound) + service('b', '7') + service('UPPER', sound));
  assert.deepEqual([set.whole, set.all.map(({ name }) => name)], [false, ['a']]);
  // A name that must be changed may become any.
  assert(set.mayLack(['Service'], 'upper'));
  assert(!set.mayLack(['Ingress'], 'b'));
  const replaced = lostOf(service('a', sound) + service('a', '7'));
  assert.deepEqual(replaced.all, []);
  assert(replaced.mayLack(['Service'], 'a') && !replaced.mayLack(['Service'], 'b'));
});

test('a field given twice leaves in doubt what the document says', () => {
  const text = 'apiVersion: v1\nkind: Service\nmetadata: {name: a, name: b}\nspec: {ports: [{port: 80}]}\n';
  const set = lostOf(text);
  assert.deepEqual(set.all, []);
  assert(set.mayLack(['Service'], 'a') && set.mayLack(['Service'], 'b') && !set.mayLack(['Service'], 'c'));
});
