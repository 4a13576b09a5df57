import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from './cluster.cases.ts';
import type { ManifestObject } from './model.ts';
import { apiVersionOf } from './objects/resource-types.ts';
import { customTypes } from './schema/custom-resources.ts';

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
} as ManifestObject;

function widget(name: string, size: unknown, namespace = 'shop'): ManifestObject {
  const spec = { size };
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name, namespace },
    spec,
  } as unknown as ManifestObject;
}

const pod = (labels: Record<string, string>): ManifestObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'odd', namespace: 'default', labels },
    spec: { containers: [{ name: 'odd', image: 'odd:1' }] },
  }) as unknown as ManifestObject;

test('custom resources of the beginning are there, in namespaces that nobody has made', () => {
  const { cluster } = smallCluster({ objects: [definition, widget('a', 1)] });
  assert.deepEqual(cluster.refusals, []);
  const stored = [...cluster.store.tables()].find(({ type }) => type.kind === 'Widget');
  assert.equal(stored?.get('shop', 'a')?.metadata.generation, 1);
  const [made] = [...cluster.store.tables()]
    .find(({ type }) => type.plural === 'customresourcedefinitions')!
    .values();
  assert.deepEqual(customTypes(made).map(apiVersionOf), ['example.com/v1']);
});

test('what is refused at the beginning is told, and the rest is there', () => {
  const { cluster, notes } = smallCluster({
    objects: [definition, widget('a', 'large'), pod({ 'a b': 'c' }), widget('b', 2)],
  });
  assert.deepEqual(
    cluster.refusals.map(({ object }) => object),
    ['Widget shop/a', 'Pod default/odd'],
  );
  assert.match(cluster.refusals[0].message, /spec\.size: Invalid value/);
  assert.match(notes.join('\n'), /refused by the API server: Widget\.example\.com "a" is invalid/);
  assert.match(notes.join('\n'), /name part must consist of alphanumeric characters/);
  assert.ok([...cluster.store.tables()].find(({ type }) => type.kind === 'Widget')?.get('shop', 'b'));
});

test('a kind that nothing defines is refused as kubectl does', () => {
  const { cluster } = smallCluster({ objects: [widget('a', 1)] });
  assert.deepEqual(cluster.refusals, [
    { object: 'Widget shop/a', message: 'no matches for kind "Widget" in version "example.com/v1"' },
  ]);
});
