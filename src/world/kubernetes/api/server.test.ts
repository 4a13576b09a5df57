import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApiRequest } from './request.ts';
import {
  asTable,
  deployment,
  deployments,
  type Loose,
  map,
  maps,
  requestOf,
  testServer,
} from './server.cases.ts';

test('what is created is read, listed, changed and deleted', () => {
  const { respond, ask } = testServer();
  const created = respond('POST', maps, map('a', { x: '1' }));
  assert.equal(created.status, 201);
  assert.equal(ask('GET', `${maps}/a`).data.x, '1');
  assert.equal(respond('POST', maps, map('a')).status, 409);
  const merged = ask(
    'PATCH',
    `${maps}/a`,
    { data: { y: '2' } },
    { contentType: 'application/merge-patch+json' },
  );
  assert.deepEqual(merged.data, { x: '1', y: '2' });
  const replaced = ask('PUT', `${maps}/a`, { ...merged, data: { z: '3' } });
  assert.deepEqual(replaced.data, { z: '3' });
  assert.equal(respond('PUT', `${maps}/a`, { ...merged, data: {} }).status, 409, 'an old version conflicts');
  assert.equal(ask('DELETE', `${maps}/a`).status, 'Success');
  assert.equal(respond('GET', `${maps}/a`).status, 404);
  assert.equal(ask('GET', `${maps}/a`).message, 'configmaps "a" not found');
});

test('a dry run answers as if, changes nothing and draws nothing from the run', () => {
  const { ask, small } = testServer();
  const other = testServer();
  const { revision } = small.cluster.store;
  assert.equal(ask('POST', `${maps}?dryRun=All`, map('a')).metadata.name, 'a');
  assert.equal(small.cluster.store.revision, revision);
  const uid = ask('POST', maps, map('b')).metadata.uid;
  assert.equal(
    other.ask('POST', maps, map('b')).metadata.uid,
    uid,
    'uids are those of a run without the dry run',
  );
  assert.match(ask('POST', `${maps}?dryRun=Some`, map('c')).message, /dryRun: Unsupported value: "Some"/);
});

test('lists come in the order of keys, in parts of one revision', () => {
  const { ask } = testServer();
  for (const name of ['d', 'a', 'c', 'b']) ask('POST', maps, map(name));
  const first = ask('GET', `${maps}?limit=2`);
  assert.deepEqual(
    first.items.map(({ metadata }: Loose) => metadata.name),
    ['a', 'b'],
  );
  assert.equal(first.metadata.remainingItemCount >= 2, true);
  ask('DELETE', `${maps}/c`);
  ask('POST', maps, map('e'));
  const rest = ask('GET', `${maps}?limit=500&continue=${first.metadata.continue}`);
  assert.deepEqual(
    rest.items.map(({ metadata }: Loose) => metadata.name).filter((name: string) => name.length === 1),
    ['c', 'd'],
  );
  assert.equal(rest.metadata.resourceVersion, first.metadata.resourceVersion);
  assert.equal(ask('GET', `${maps}?continue=nonsense`).code, 400);
});

test('revisions: exact ones of the past, too large ones, and rules of resourceVersionMatch', () => {
  const { ask } = testServer();
  ask('POST', maps, map('a'));
  const { resourceVersion } = ask('GET', maps).metadata;
  ask('POST', maps, map('b'));
  const past = ask('GET', `${maps}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
  assert.equal(
    past.items.some(({ metadata }: Loose) => metadata.name === 'b'),
    false,
  );
  const future = ask('GET', `${maps}?resourceVersion=999999999`);
  assert.equal(future.code, 504);
  assert.equal(future.details.causes[0].reason, 'ResourceVersionTooLarge');
  assert.equal(ask('GET', `${maps}?resourceVersionMatch=Exact`).code, 400);
  assert.equal(ask('GET', `${maps}?resourceVersion=x`).code, 400);
});

test('a watch tells what comes, by selector, from a revision or with what is there', () => {
  const { ask, watch } = testServer();
  ask('POST', maps, map('a', {}, { app: 'x' }));
  const all = watch(`${maps}?watch=true&labelSelector=app=x`);
  assert.deepEqual(
    all.sent.map(({ type }) => type),
    ['ADDED'],
  );
  const { resourceVersion } = ask('GET', maps).metadata;
  ask(
    'PATCH',
    `${maps}/a`,
    { metadata: { labels: { app: 'y' } } },
    { contentType: 'application/merge-patch+json' },
  );
  assert.deepEqual(
    all.sent.map(({ type }) => type),
    ['ADDED', 'DELETED'],
    'what a selector leaves is gone',
  );
  const since = watch(`${maps}?watch=true&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`);
  assert.deepEqual(
    since.sent.map(({ type }) => type),
    ['MODIFIED'],
  );
  since.end();
  assert.equal(since.sent.at(-1).type, 'BOOKMARK');
  ask('DELETE', `${maps}/a`);
  assert.equal(since.sent.length, 2, 'an ended watch hears nothing');
});

test('initial events end with a marked bookmark', () => {
  const { ask, watch } = testServer();
  ask('POST', maps, map('a'));
  const { sent } = watch(
    `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  );
  assert.equal(sent[0].type, 'ADDED');
  assert.equal(sent.at(-1).type, 'BOOKMARK');
  assert.equal(sent.at(-1).object.metadata.annotations['k8s.io/initial-events-end'], 'true');
  assert.equal(watch(`${maps}?watch=true&sendInitialEvents=true`).sent[0].code, 400);
});

test('a watch of a forgotten revision ends with 410 in the stream', () => {
  const { watch, small } = testServer();
  assert.ok(small.cluster.store.revision > 1, 'the server began later than the cluster');
  const { sent, ended } = watch(`${maps}?watch=true&resourceVersion=1`);
  assert.equal(sent[0].type, 'ERROR');
  assert.equal(sent[0].object.code, 410);
  assert.equal(ended(), true);
});

test('tables: columns once in a watch, rows with metadata', () => {
  const { ask, watch, small } = testServer();
  const { sent } = watch(`${deployments}?watch=true`, asTable);
  ask('POST', deployments, deployment('web', 2));
  small.run(20);
  assert.equal(sent[0].object.columnDefinitions[0].name, 'Name');
  assert.equal(sent[1].object.columnDefinitions, null);
  const table = ask('GET', deployments, null, { accept: asTable });
  assert.deepEqual(table.rows[0].cells.slice(0, 4), ['web', '2/2', 2, 2]);
  assert.equal(table.rows[0].object.kind, 'PartialObjectMetadata');
  assert.equal(
    ask('GET', `${deployments}?includeObject=None`, null, { accept: asTable }).rows[0].object,
    undefined,
  );
  assert.equal(ask('GET', deployments, null, { accept: 'application/cbor' }).code, 406);
});

test('scale, by any patch', () => {
  const { ask, respond } = testServer();
  ask('POST', deployments, deployment('web', 2));
  assert.equal(ask('GET', `${deployments}/web/scale`).spec.replicas, 2);
  const merge = { contentType: 'application/merge-patch+json' };
  assert.equal(ask('PATCH', `${deployments}/web/scale`, { spec: { replicas: 5 } }, merge).spec.replicas, 5);
  assert.equal(ask('GET', `${deployments}/web`).spec.replicas, 5);
  assert.equal(respond('PATCH', `${deployments}/web/scale`, { spec: { replicas: -1 } }, merge).status, 422);
});

test('autoscaling/v1 and v2 are two faces of one object', () => {
  const { ask } = testServer();
  const path = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
  const spec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 4,
    targetCPUUtilizationPercentage: 60,
  };
  ask('POST', path, {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec,
  });
  const v2 = ask('GET', `${path.replace('v1', 'v2')}/web`);
  assert.equal(v2.spec.metrics[0].resource.target.averageUtilization, 60);
  assert.equal(ask('GET', `${path}/web`).spec.targetCPUUtilizationPercentage, 60);
});

test('discovery in three forms names pods/eviction with group and version', () => {
  const { respond, ask } = testServer();
  const v2 = respond('GET', '/api', null, {
    accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  });
  assert.equal(v2.contentType, 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const { resources } = (v2.body as Loose).items[0].versions[0];
  const ofPods = resources.find(({ resource }: Loose) => resource === 'pods');
  assert.ok(ofPods.subresources.some(({ subresource }: Loose) => subresource === 'eviction'));
  const plain = ask('GET', '/api/v1').resources.find(({ name }: Loose) => name === 'pods/eviction');
  assert.deepEqual([plain.group, plain.version, plain.kind], ['policy', 'v1', 'Eviction']);
  const autoscaling = ask('GET', '/apis').groups.find(({ name }: Loose) => name === 'autoscaling');
  assert.equal(autoscaling.preferredVersion.version, 'v2');
});

test('what leads nowhere, and what can not be', () => {
  const { ask, respond } = testServer();
  assert.equal(
    ask('GET', '/apis/apps/v1/nothings').message,
    'the server could not find the requested resource',
  );
  assert.equal(respond('POST', `${maps}/a`).status, 405);
  assert.equal(respond('GET', '/api/v1/namespaces/default/pods/a/exec').status, 501);
  assert.equal(respond('POST', maps, 'text').status, 400);
  assert.equal(respond('POST', maps, { ...map('a'), kind: 'Secret' }).status, 400);
  assert.equal(respond('PATCH', `${maps}/a`, {}, { contentType: 'text/plain' }).status, 415);
});

test('definitions add resources, and take them with them', () => {
  const { ask, respond } = testServer();
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  assert.equal(respond('POST', path, definition).status, 201);
  const widgets = '/apis/example.com/v1/namespaces/default/widgets';
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } };
  assert.equal(respond('POST', widgets, widget).status, 201);
  assert.deepEqual(ask('GET', widgets, null, { accept: asTable }).rows[0].cells, ['w', 3]);
  ask('DELETE', `${path}/widgets.example.com`);
  assert.equal(respond('GET', widgets).status, 404);
});

const word = fc.constantFrom(
  ...[
    'api',
    'apis',
    'v1',
    'apps',
    'namespaces',
    'default',
    'pods',
    'deployments',
    'web',
    'scale',
    'status',
    'log',
  ],
  ...[
    'eviction',
    'nodes',
    'events',
    'configmaps',
    'autoscaling',
    'v2',
    'metrics.k8s.io',
    'v1beta1',
    '__proto__',
    '..',
  ],
);
const path = fc.array(word, { maxLength: 7 }).map((words) => `/${words.join('/')}`);
const known = fc.constantFrom(
  deployments,
  `${deployments}/web`,
  maps,
  `${maps}/a`,
  `${deployments}/web/scale`,
  '/api/v1/nodes',
);
const request: fc.Arbitrary<ApiRequest> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.oneof(path, known),
  query: fc.dictionary(
    fc.constantFrom(
      'limit',
      'continue',
      'watch',
      'labelSelector',
      'fieldSelector',
      'resourceVersion',
      'dryRun',
      'force',
      'fieldManager',
    ),
    fc.oneof(fc.string(), fc.constantFrom('true', 'All', '1', 'a=b')),
  ),
  accept: fc.constantFrom('application/json', asTable, '', '*/*', ';;,'),
  contentType: fc.constantFrom(
    ...['application/json', 'application/merge-patch+json', 'application/json-patch+json'],
    ...['application/strategic-merge-patch+json', 'application/apply-patch+yaml', ''],
  ),
  userAgent: fc.string(),
  body: fc.oneof(
    fc.constant(null),
    fc.jsonValue(),
    fc.constant(deployment('web', 1)),
    fc.constant(map('a')),
    fc.constant([{ op: 'remove', path: '/spec' }]),
  ),
});

test('nothing that a client sends throws, meets a defect or corrupts the run', () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 20 }), (requests) => {
      const { server, small } = testServer();
      for (const one of requests) {
        const opened = server.open(one, { send: () => {}, end: () => {} });
        if (typeof opened === 'function') opened();
        else assert.notEqual(opened.status, 500, JSON.stringify([one, opened.body]));
      }
      small.run(5);
      assert.equal(server.handle(requestOf('GET', '/readyz')).status, 200);
    }),
    { numRuns: 150 },
  );
});
