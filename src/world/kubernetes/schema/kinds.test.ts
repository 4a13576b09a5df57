import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInTypes } from '../objects/resource-types.ts';
import { schemaOf, schemaOfKind, types } from './kinds.ts';

test('every resource has a type, and every field of every type can be read', () => {
  for (const type of builtInTypes) assert.ok(schemaOf(type) !== undefined, type.kind);
  for (const name of types.names()) assert.ok(types.get(name)!.fields.size >= 0);
});

test('lists, maps and quantities are what Kubernetes says', () => {
  const containers = types.get('PodSpec')!.fields.get('containers')!;
  assert.ok(containers.node.kind === 'list' && containers.required);
  assert.deepEqual([containers.node.merge, containers.node.keys], ['map', ['name']]);
  assert.equal(containers.patch?.mergeKey, 'name');
  const ports = types.get('Container')!.fields.get('ports')!;
  assert.ok(ports.node.kind === 'list');
  assert.deepEqual(ports.node.keys, ['containerPort', 'protocol']);
  assert.deepEqual(ports.patch, { merge: true, mergeKey: 'containerPort', retainKeys: false });
  assert.deepEqual(types.get('PodSpec')!.fields.get('volumes')!.patch, {
    merge: true,
    mergeKey: 'name',
    retainKeys: true,
  });
  const limits = types.get('ResourceRequirements')!.fields.get('limits')!.node;
  assert.ok(limits.kind === 'map' && limits.values.kind === 'scalar' && limits.values.type === 'quantity');
  assert.equal(types.get('LabelSelector')!.atomic, true);
  const finalizers = types.get('ObjectMeta')!.fields.get('finalizers')!;
  assert.ok(finalizers.node.kind === 'list' && finalizers.node.merge === 'set');
  assert.deepEqual(finalizers.patch, { merge: true, mergeKey: null, retainKeys: false });
  assert.equal(schemaOfKind('apps/v1', 'Nothing'), undefined);
});
