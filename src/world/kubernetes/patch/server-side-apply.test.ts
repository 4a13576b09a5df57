import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../objects/meta.ts';
import { configMaps, deployments, type ResourceType, services } from '../objects/resource-types.ts';
import { schemaOf } from '../schema/kinds.ts';
import { FieldSet } from './field-set.ts';
import { trackUpdate, withoutManagedFields } from './managed-fields.ts';
import { applyConfiguration, lastAppliedAnnotation } from './server-side-apply.ts';
import { merged } from './typed-value.ts';

const first = '2026-01-01T00:00:00Z';
const second = '2026-01-01T00:00:01Z';

function apply(
  type: ResourceType,
  live: KubeObject | null,
  config: object,
  options: { manager?: string; force?: boolean; timestamp?: string; subresource?: string } = {},
) {
  return applyConfiguration({
    type,
    schema: schemaOf(type)!,
    live,
    config: config as never,
    manager: options.manager ?? 'alice',
    force: options.force ?? false,
    subresource: options.subresource ?? '',
    timestamp: options.timestamp ?? first,
  });
}

function applied(...args: Parameters<typeof apply>): KubeObject {
  const outcome = apply(...args);
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.failure.message);
  return outcome.value;
}

function configMap(data: object) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' }, data };
}

function web(spec: object) {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec };
}

function managersOf(object: KubeObject) {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
      `${manager} ${operation}`,
      fieldsV1,
    ]),
  );
}

function container(name: string, more: object = {}) {
  return { name, image: `${name}:1`, ...more };
}

test('an applier owns what it states, by names, keys and values', () => {
  const object = applied(deployments, null, {
    ...web({
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [container('web', { ports: [{ containerPort: 80 }], args: ['a', 'b'] })] },
      },
    }),
    metadata: { name: 'web', namespace: 'default', finalizers: ['x/y'], labels: {} },
  });
  assert.deepEqual(managersOf(object), {
    'alice Apply': {
      'f:metadata': { 'f:finalizers': { 'v:"x/y"': {} }, 'f:labels': {} },
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"web"}': {
                '.': {},
                'f:args': {},
                'f:image': {},
                'f:name': {},
                'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
              },
            },
          },
        },
      },
    },
  });
  assert.equal(object.metadata.managedFields![0].time, first);
  assert.equal(object.metadata.managedFields![0].apiVersion, 'apps/v1');
});

test('applying the same again changes nothing, not even the time', () => {
  const config = configMap({ a: '1', b: '2' });
  const once = applied(configMaps, null, config);
  assert.deepEqual(applied(configMaps, once, config, { timestamp: second }), once);
});

test('what is applied no longer and nobody else owns is removed', () => {
  const once = applied(configMaps, null, configMap({ a: '1', b: '2' }));
  const less = applied(configMaps, once, configMap({ a: '1' }), { timestamp: second });
  assert.deepEqual((less as never as { data: object }).data, { a: '1' });
  const shared = applied(configMaps, once, configMap({ b: '2' }), { manager: 'bob' });
  assert.deepEqual(Object.keys(managersOf(shared)), ['alice Apply', 'bob Apply']);
  const kept = applied(configMaps, shared, configMap({ a: '1' }));
  assert.deepEqual((kept as never as { data: object }).data, { a: '1', b: '2' });
  assert.deepEqual(managersOf(kept)['alice Apply'], { 'f:data': { 'f:a': {} } });
});

test('items of keyed lists are owned and removed one by one', () => {
  const spec = (...names: string[]) =>
    web({ template: { spec: { containers: names.map((name) => container(name)) } } });
  const namesOf = (object: KubeObject) =>
    (object.spec as { template: { spec: { containers: { name: string }[] } } }).template.spec.containers.map(
      ({ name }) => name,
    );
  const once = applied(deployments, null, spec('a', 'b'));
  const both = applied(deployments, once, spec('side'), { manager: 'mesh' });
  assert.deepEqual(namesOf(both), ['a', 'b', 'side']);
  assert.deepEqual(namesOf(applied(deployments, both, spec('b'))), ['b', 'side']);
  assert.deepEqual(namesOf(applied(deployments, both, spec('b', 'a'))), ['b', 'side', 'a']);
});

test('a conflict names manager, version and path; force takes the field over', () => {
  const once = applied(deployments, null, web({ replicas: 1 }));
  const scaled = trackUpdate(
    once,
    { ...once, spec: { ...(once.spec as object), replicas: 3 } },
    { manager: 'kubectl-client-side-apply', subresource: '', timestamp: second },
    schemaOf(deployments)!,
  );
  assert.deepEqual(managersOf(scaled), {
    'kubectl-client-side-apply Update': { 'f:spec': { 'f:replicas': {} } },
  });
  const refused = apply(deployments, scaled, web({ replicas: 2 }), { manager: 'bob' });
  assert.ok(!refused.ok);
  const using = 'conflict with "kubectl-client-side-apply" using apps/v1';
  assert.equal(refused.failure.message, `Apply failed with 1 conflict: ${using}: .spec.replicas`);
  assert.equal(refused.failure.code, 409);
  assert.deepEqual(refused.failure.details?.causes, [
    { reason: 'FieldManagerConflict', message: using, field: '.spec.replicas' },
  ]);
  const forced = applied(deployments, scaled, web({ replicas: 2 }), { manager: 'bob', force: true });
  assert.deepEqual(Object.keys(managersOf(forced)), ['bob Apply']);
  const agreed = applied(deployments, scaled, web({ replicas: 3 }), { manager: 'bob' });
  assert.deepEqual(Object.keys(managersOf(agreed)), ['bob Apply', 'kubectl-client-side-apply Update']);
});

test('several conflicts are listed by manager', () => {
  const once = applied(configMaps, null, configMap({ a: '1', b: '2' }), { manager: 'zed' });
  const both = applied(configMaps, once, configMap({ c: '3' }), { manager: 'amy' });
  const refused = apply(configMaps, both, configMap({ a: 'x', b: 'x', c: 'x' }), { manager: 'bob' });
  assert.ok(!refused.ok);
  assert.equal(
    refused.failure.message,
    'Apply failed with 3 conflicts: conflicts with "amy":\n- .data.c\nconflicts with "zed":\n- .data.a\n- .data.b',
  );
});

test('an object that control loops made belongs to before-first-apply', () => {
  const live = {
    ...configMap({ a: '1' }),
    metadata: { name: 'm', namespace: 'default', uid: 'u' },
  } as never as KubeObject;
  const refused = apply(configMaps, live, configMap({ a: '2' }));
  assert.ok(!refused.ok);
  assert.match(refused.failure.message, /conflict with "before-first-apply" using v1: \.data\.a$/);
  const shared = applied(configMaps, live, configMap({ a: '1' }));
  assert.deepEqual(managersOf(shared), {
    'alice Apply': { 'f:data': { 'f:a': {} } },
    'before-first-apply Update': { 'f:data': { '.': {}, 'f:a': {} } },
  });
});

test('an update owns what it adds and changes; a new object is compared with an empty one', () => {
  const schema = schemaOf(deployments)!;
  const made = trackUpdate(
    null,
    web({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [container('web', { resources: {} })] },
      },
    }) as never as KubeObject,
    { manager: 'kubectl-create', subresource: '', timestamp: first },
    schema,
  );
  assert.deepEqual(managersOf(made)['kubectl-create Update'], {
    'f:spec': {
      'f:replicas': {},
      'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
        'f:spec': {
          'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
        },
      },
    },
  });
  const status = trackUpdate(
    made,
    { ...made, status: { replicas: 1 } },
    { manager: 'controller', subresource: 'status', timestamp: second },
    schema,
  );
  const entry = status.metadata.managedFields![1];
  assert.deepEqual([entry.manager, entry.subresource, entry.time], ['controller', 'status', second]);
  assert.deepEqual(entry.fieldsV1, { 'f:status': { '.': {}, 'f:replicas': {} } });
});

test('an object without managedFields stays without, and [{}] empties them', () => {
  const schema = schemaOf(configMaps)!;
  const writer = { manager: 'bob', subresource: '', timestamp: first };
  const bare = configMap({ a: '1' }) as never as KubeObject;
  assert.equal(trackUpdate(bare, { ...bare }, writer, schema).metadata.managedFields, undefined);
  const owned = applied(configMaps, null, configMap({ a: '1' }));
  const reset = { ...owned, metadata: { ...owned.metadata, managedFields: [{}] } } as never as KubeObject;
  assert.equal(trackUpdate(owned, reset, writer, schema).metadata.managedFields, undefined);
});

test('at most ten managers of updates, the oldest become ancient-changes', () => {
  const schema = schemaOf(configMaps)!;
  let object = trackUpdate(
    null,
    configMap({}) as never as KubeObject,
    { manager: 'm0', subresource: '', timestamp: '2026-01-01T00:00:00Z' },
    schema,
  );
  for (let count = 1; count <= 14; count++) {
    const data = { ...(object as never as { data: object }).data, [`k${count}`]: '1' };
    object = trackUpdate(
      object,
      { ...object, data } as never,
      { manager: `m${count}`, subresource: '', timestamp: `2026-01-01T00:00:${10 + count}Z` },
      schema,
    );
  }
  const names = object.metadata.managedFields!.map(({ manager }) => manager);
  assert.equal(names.length, 10);
  assert.ok(names.includes('ancient-changes') && names.includes('m14') && !names.includes('m3'));
});

test('what does not fit the type is refused in the words of the server', () => {
  const refused = apply(services, null, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { foo: 1, ports: [{ port: 80 }, { port: 80 }], publishNotReadyAddresses: 'x' },
  });
  assert.ok(!refused.ok);
  assert.equal(
    refused.failure.message,
    'failed to create typed patch object (default/s; v1, Kind=Service): errors:\n' +
      '  .spec.foo: field not declared in schema\n' +
      '  .spec.ports: duplicate entries for key [port=80,protocol="TCP"]\n' +
      '  .spec.publishNotReadyAddresses: expected boolean, got string',
  );
  const managed = apply(configMaps, null, { ...configMap({}), metadata: { name: 'm', managedFields: [] } });
  assert.ok(!managed.ok && managed.failure.message === 'metadata.managedFields must be nil');
});

test('kubectl takes over what its client-side apply had set, and keeps the annotation in step', () => {
  const last = configMap({ a: '1' });
  const annotations = { [lastAppliedAnnotation]: JSON.stringify(last) };
  const live = trackUpdate(
    null,
    { ...last, metadata: { ...last.metadata, annotations } } as never as KubeObject,
    { manager: 'kubectl-client-side-apply', subresource: '', timestamp: first },
    schemaOf(configMaps)!,
  );
  assert.ok(!apply(configMaps, live, configMap({ a: '2' }), { manager: 'other' }).ok);
  const next = applied(configMaps, live, configMap({ a: '2' }), { manager: 'kubectl' });
  assert.equal((next as never as { data: { a: string } }).data.a, '2');
  const kept = JSON.parse(next.metadata.annotations![lastAppliedAnnotation]);
  assert.deepEqual(kept.data, { a: '2' });
});

test('FieldsV1 is read and written without loss', () => {
  const json = {
    'f:a': { '.': {}, 'f:b': {}, 'k:{"x":1}': { '.': {}, 'f:x': {} }, 'v:"s"': {} },
    'f:c': { 'f:d': {} },
  };
  assert.deepEqual(FieldSet.fromJson(json).toJson(), json);
  assert.deepEqual(
    [...FieldSet.fromJson(json).paths()],
    ['.a', '.a.b', '.a[x=1]', '.a[="s"]', '.a[x=1].x', '.c.d'],
  );
  assert.deepEqual(FieldSet.fromJson({ 'k:bad': {}, zz: {}, 'f:x': 3 }).toJson(), {});
});

const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2'), {
  maxKeys: 4,
  noNullPrototype: true,
});

test('whatever was applied before: applying gives what is applied, and twice is once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('amy', 'bob'), data), { maxLength: 6 }),
      data,
      (history, last) => {
        let object: KubeObject | null = null;
        for (const [manager, config] of history)
          object = applied(configMaps, object, configMap(config), { manager, force: true });
        const once = applied(configMaps, object, configMap(last), { force: true });
        const present = (once as never as { data?: Record<string, string> }).data ?? {};
        for (const [key, value] of Object.entries(last)) assert.equal(present[key], value);
        assert.deepEqual(applied(configMaps, once, configMap(last), { timestamp: second }), once);
        const nobody = applied(configMaps, applied(configMaps, null, configMap(last)), configMap({}));
        assert.deepEqual((nobody as never as { data?: object }).data ?? {}, {});
      },
    ),
  );
});

test('merging keeps every item once, and the order of what is applied', () => {
  const list = { kind: 'list', items: { kind: 'scalar', type: 'string' }, merge: 'set', keys: [] } as const;
  const names = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f'));
  fc.assert(
    fc.property(names, names, (under, over) => {
      const result = merged(under, over, list) as string[];
      assert.deepEqual([...result].sort(), [...new Set([...under, ...over])].sort());
      assert.deepEqual(
        result.filter((item) => over.includes(item)),
        over,
      );
    }),
  );
});

test('managedFields are no part of what is compared', () => {
  const object = applied(configMaps, null, configMap({ a: '1' }));
  assert.equal(withoutManagedFields(object).metadata.managedFields, undefined);
});
