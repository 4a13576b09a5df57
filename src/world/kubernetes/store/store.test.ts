import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomStream } from '../../../base/random.ts';
import type { KubeObject } from '../objects/meta.ts';
import { configMaps, deployments, pods } from '../objects/resource-types.ts';
import { Clock, formatInstant, parseInstant } from './clock.ts';
import { sameValue } from './equality.ts';
import { alreadyExists, conflict, forbidden, invalid, notFound, objectModified } from './failure.ts';
import { nameSuffix, uidFrom } from './names.ts';
import { Index, Store } from './store.ts';

function object(name: string, more: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'x', uid: name },
    ...more,
  } as never;
}

test('every change has the next revision, whatever it changes', () => {
  const store = new Store();
  const seen: string[] = [];
  store.observeAll(({ kind, object: { metadata }, revision }) =>
    seen.push(`${kind} ${metadata.name} ${revision}`),
  );
  const made = store.insert(configMaps, object('a'));
  assert.equal(made.metadata.resourceVersion, '1');
  store.insert(pods, object('p') as never);
  const replaced = store.replace(configMaps, { ...made, spec: 1 });
  assert.equal(replaced.metadata.resourceVersion, '3');
  const last = store.remove(configMaps, replaced);
  assert.equal(last.metadata.resourceVersion, '4');
  assert.deepEqual(seen, ['ADDED a 1', 'ADDED p 2', 'MODIFIED a 3', 'DELETED a 4']);
  assert.equal(store.get(configMaps, 'x', 'a'), undefined);
  assert.throws(() => store.replace(configMaps, made));
});

test('tables count and list by namespace', () => {
  const store = new Store();
  store.insert(configMaps, object('a'));
  store.insert(configMaps, { ...object('b'), metadata: { ...object('b').metadata, namespace: 'y' } });
  const table = store.table(configMaps);
  assert.equal(table.size, 2);
  assert.deepEqual(
    [...table.values('y')].map(({ metadata }) => metadata.name),
    ['b'],
  );
  assert.deepEqual(
    [...table.values()].map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
  assert.deepEqual([...table.values('z')], []);
});

test('an index follows objects from group to group', () => {
  const store = new Store();
  store.insert(configMaps, object('a', { spec: 'one' }));
  const index = new Index(store, configMaps, ({ spec }) => spec as string | undefined);
  const b = store.insert(configMaps, object('b', { spec: 'one' }));
  assert.equal(index.count('one'), 2);
  const moved = store.replace(configMaps, { ...b, spec: 'two' });
  assert.deepEqual(
    [...index.get('one')].map(({ metadata }) => metadata.name),
    ['a'],
  );
  assert.deepEqual([...index.keys()], ['one', 'two']);
  store.remove(configMaps, moved);
  assert.deepEqual([...index.get('two')], []);
  const { spec: _, ...none } = store.get(configMaps, 'x', 'a')!;
  store.replace(configMaps, none as KubeObject);
  assert.equal(index.count('one'), 0);
});

test('refusals say what the server says', () => {
  const messageOf = (outcome: { failure: { code: number; message: string } }) =>
    `${outcome.failure.code} ${outcome.failure.message}`;
  assert.equal(messageOf(notFound(deployments, 'web')), '404 deployments.apps "web" not found');
  assert.equal(messageOf(alreadyExists(pods, 'p')), '409 pods "p" already exists');
  assert.equal(
    messageOf(conflict(deployments, 'web', objectModified)),
    '409 Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  );
  assert.equal(messageOf(forbidden(pods, 'p', 'no room')), '403 pods "p" is forbidden: no room');
  const one = { reason: 'FieldValueRequired', field: 'spec.a', message: 'Required value' };
  assert.equal(
    messageOf(invalid(deployments, 'web', [one])),
    '422 Deployment.apps "web" is invalid: spec.a: Required value',
  );
  const two = { reason: 'FieldValueInvalid', field: 'spec.b', message: 'Invalid value: 1: no' };
  const both = invalid(pods, 'p', [one, two]);
  assert.equal(
    messageOf(both),
    '422 Pod "p" is invalid: [spec.a: Required value, spec.b: Invalid value: 1: no]',
  );
  assert.deepEqual(both.failure.details?.causes, [one, two]);
});

test('the clock shows whole seconds, and reads what it shows', () => {
  const engine = { now: 0 };
  const clock = new Clock(engine, '2028-02-29T23:59:59Z');
  assert.equal(clock.timestamp(), '2028-02-29T23:59:59Z');
  engine.now = 1_999_999;
  assert.equal(clock.timestamp(), '2028-03-01T00:00:00Z');
  assert.equal(clock.microTime(), '2028-03-01T00:00:00.999999Z');
  assert.equal(clock.microsOf('2028-03-01T00:00:00Z'), 1e6);
  assert.equal(clock.microsOf('2028-03-01T01:00:00.5+01:00'), 1.5e6);
  assert.equal(clock.microsOf(undefined), Number.NEGATIVE_INFINITY);
  assert.equal(clock.microsOf('soon'), Number.NEGATIVE_INFINITY);
  clock.showDayBefore(true);
  assert.equal(clock.timestamp(), '2028-02-29T00:00:00Z');
});

test('instants are written and read without loss, as JavaScript writes them', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
      const text = formatInstant(seconds);
      assert.equal(parseInstant(text), seconds);
      if (seconds >= 0) assert.equal(text, new Date(seconds * 1000).toISOString().replace('.000', ''));
    }),
  );
});

test('names and uids have their form and follow from the stream', () => {
  const stream = randomStream(1, 'names');
  const again = randomStream(1, 'names');
  for (let count = 0; count < 100; count++) {
    const suffix = nameSuffix(stream);
    assert.match(suffix, /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    assert.equal(nameSuffix(again), suffix);
    const uid = uidFrom(stream);
    assert.match(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(uidFrom(again), uid);
  }
});

test('two values are the same when their JSON is', () => {
  assert.equal(sameValue({ a: undefined }, {}), true);
  assert.equal(sameValue({}, { a: undefined }), true);
  assert.equal(sameValue({ a: null }, {}), false);
  assert.equal(sameValue([], {}), false);
  assert.equal(sameValue([1], [1, 2]), false);
  for (const inherited of ['constructor', 'toString', '__proto__']) {
    const named = JSON.parse(`{"${inherited}": {}}`) as object;
    assert.equal(sameValue({}, named), false);
    assert.equal(sameValue(named, {}), false);
  }
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      assert.equal(sameValue(a, structuredClone(a)), true);
      const sorted = (value: unknown): string =>
        JSON.stringify(value, (_, part) =>
          typeof part === 'object' && part !== null && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
            : part,
        );
      assert.equal(sameValue(a, b), sorted(a) === sorted(b));
    }),
  );
});
