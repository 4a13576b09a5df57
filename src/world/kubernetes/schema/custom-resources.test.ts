import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../cluster.cases.ts';
import type { KubeObject } from '../objects/meta.ts';
import { customResourceDefinitions, jobs, namespaces, pods, typeOfKind } from '../objects/resource-types.ts';
import { applyConfiguration } from '../patch/server-side-apply.ts';
import { customSchema, customTypes } from './custom-resources.ts';
import { decodeObject } from './fields.ts';
import { openApiDocuments } from './openapi.ts';
import { validate } from './validation/validation.ts';

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['image'],
      properties: {
        image: { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
        replicas: { type: 'integer', minimum: 0, maximum: 5, default: 1 },
        mode: { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
        tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 2 },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, size: { type: 'integer', default: 3 } },
          },
        },
        port: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        limits: { type: 'object', additionalProperties: { type: 'number' } },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' } } },
  },
};

function definition(change: object = {}, version: object = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.shop.example' },
    spec: {
      group: 'shop.example',
      scope: 'Namespaced',
      names: {
        plural: 'widgets',
        singular: 'widget',
        kind: 'Widget',
        listKind: 'WidgetList',
        shortNames: ['wd'],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: {
            status: {},
            scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
          },
          selectableFields: [{ jsonPath: '.spec.mode' }],
          ...version,
        },
      ],
      ...change,
    },
  } as never;
}

function widget(spec: object, more: object = {}): KubeObject {
  return {
    apiVersion: 'shop.example/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'default' },
    spec,
    ...more,
  } as never;
}

function created() {
  const { cluster } = smallCluster();
  const outcome = cluster.api.create(customResourceDefinitions, definition(), { outside: true });
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.failure.message);
  return { cluster, definition: outcome.value, type: customTypes(outcome.value)[0] };
}

test('a definition is established at once and its resource served', () => {
  const { definition: made, type } = created();
  const { conditions, acceptedNames, storedVersions } = made.status as {
    conditions: { type: string; status: string; reason: string }[];
    acceptedNames: { kind: string };
    storedVersions: string[];
  };
  assert.deepEqual(
    conditions.map(({ type: of, status, reason }) => `${of} ${status} ${reason}`),
    ['NamesAccepted True NoConflicts', 'Established True InitialNamesAccepted'],
  );
  assert.equal(acceptedNames.kind, 'Widget');
  assert.deepEqual(storedVersions, ['v1']);
  assert.deepEqual(
    [type.plural, type.shortNames, type.namespaced, type.hasStatus],
    ['widgets', ['wd'], true, true],
  );
  assert.equal(type.scale?.specReplicasPath, '.spec.replicas');
  assert.deepEqual(customSchema(made, 'v1')?.selectableFields, ['spec.mode']);
});

test('names that another has are not accepted', () => {
  const { cluster } = created();
  const other = definition({
    names: { plural: 'gadgets', kind: 'Widget', listKind: 'GadgetList', singular: 'gadget' },
  });
  const outcome = cluster.api.create(
    customResourceDefinitions,
    { ...other, metadata: { name: 'gadgets.shop.example' } },
    { outside: true },
  );
  assert.ok(outcome.ok);
  const { conditions } = outcome.value.status as {
    conditions: { status: string; reason: string; message: string }[];
  };
  assert.deepEqual(
    conditions.map(({ status, reason }) => `${status} ${reason}`),
    ['False KindConflict', 'False NotAccepted'],
  );
  assert.equal(conditions[0].message, '"Widget" is already in use');
});

const refused: readonly (readonly [object, readonly string[]])[] = [
  [
    { replicas: 9 },
    [
      'spec.image: Required value',
      'spec.replicas: Invalid value: 9: spec.replicas in body should be less than or equal to 5',
    ],
  ],
  [{ image: 'a' }, ['spec.image: Invalid value: "a": spec.image in body should be at least 2 chars long']],
  [{ image: 'AB' }, ['spec.image: Invalid value: "AB": spec.image in body should match \'^[a-z]+$\'']],
  [
    { image: 'ab', replicas: 'x' },
    ['spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"'],
  ],
  [{ image: 'ab', mode: 'odd' }, ['spec.mode: Unsupported value: "odd": supported values: "fast", "slow"']],
  [
    { image: 'ab', tags: ['a', 'b', 'a'] },
    ['spec.tags: Too many: 3: must have at most 2 items', 'spec.tags[2]: Duplicate value: "a"'],
  ],
  [
    { image: 'ab', parts: [{ name: 'a' }, { name: 'a' }, {}] },
    ['spec.parts[2].name: Required value', 'spec.parts[1]: Duplicate value: {"name":"a"}'],
  ],
  [
    { image: 'ab', port: true },
    ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"'],
  ],
  [
    { image: 'ab', limits: { a: 'x' } },
    ['spec.limits.a: Invalid value: "string": spec.limits.a in body must be of type number: "string"'],
  ],
];

for (const [spec, wanted] of refused)
  test(`an instance with ${JSON.stringify(spec)} is refused`, () => {
    const { cluster, type } = created();
    const outcome = cluster.api.create(type, widget(spec), { outside: true });
    assert.ok(!outcome.ok && outcome.failure.code === 422);
    assert.deepEqual(
      outcome.failure.details?.causes?.map(({ field, message }) => `${field}: ${message}`),
      wanted,
    );
    assert.match(outcome.failure.message, /^Widget\.shop\.example "w" is invalid: /);
  });

test('an instance gets its defaults, and what the schema does not know is pruned', () => {
  const { cluster, type, definition: made } = created();
  const decoded = decodeObject({
    body: widget({
      image: 'ab',
      odd: 1,
      free: { any: { thing: 1 } },
      parts: [{ name: 'p', odd: 2 }],
      tags: [],
    }),
    type,
    schema: customSchema(made, 'v1')!.node,
    validation: 'Warn',
    custom: true,
  });
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.value.warnings, ['unknown field "spec.odd"', 'unknown field "spec.parts[0].odd"']);
  const outcome = cluster.api.create(type, decoded.value.object as never, { outside: true });
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.value.spec, {
    image: 'ab',
    free: { any: { thing: 1 } },
    parts: [{ name: 'p', size: 3 }],
    tags: [],
    replicas: 1,
    mode: 'slow',
  });
});

test('server-side apply goes by the keys of the definition', () => {
  const { type, definition: made } = created();
  const apply = (live: KubeObject | null, manager: string, names: readonly string[]) => {
    const outcome = applyConfiguration({
      type,
      schema: customSchema(made, 'v1')!.node,
      live,
      config: widget({ parts: names.map((name) => ({ name })) }) as never,
      manager,
      force: false,
      subresource: '',
      timestamp: '2026-01-01T00:00:00Z',
    });
    assert.ok(outcome.ok);
    return outcome.value;
  };
  const both = apply(apply(null, 'amy', ['a']), 'bob', ['b']);
  assert.deepEqual((both.spec as { parts: object[] }).parts, [{ name: 'a' }, { name: 'b' }]);
});

const bad: readonly (readonly [object, object, RegExp])[] = [
  [{ group: 'shop' }, {}, /spec\.group: Invalid value: "shop": should be a domain with at least one dot/],
  [{ scope: 'Moon' }, {}, /spec\.scope: Unsupported value: "Moon"/],
  [
    { names: { plural: 'Widgets', kind: 'Widget', listKind: 'Widget' } },
    {},
    /kind and listKind may not be the same/,
  ],
  [{}, { storage: false }, /must have exactly one version marked as storage version/],
  [
    {},
    { schema: undefined },
    /spec\.versions\[0\]\.schema\.openAPIV3Schema: Required value: schemas are required/,
  ],
  [
    {},
    { schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } } },
    /properties\[spec\]\.type: Required value: must not be empty for specified object fields/,
  ],
  [{}, { schema: { openAPIV3Schema: { type: 'array' } } }, /must be object at the root/],
  [
    {},
    { subresources: { scale: { specReplicasPath: '.x' } } },
    /scale\.specReplicasPath: Invalid value: "\.x": should be a json path under \.spec/,
  ],
  [
    {},
    { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec' }] },
    /must be one of boolean,date,integer,number,string/,
  ],
];

for (const [change, version, wanted] of bad)
  test(`a definition with ${JSON.stringify({ ...change, ...version })} is refused`, () => {
    const problems = validate(customResourceDefinitions, definition(change, version), null);
    assert.match(problems.map(({ field, message }) => `${field}: ${message}`).join('\n'), wanted);
  });

test('OpenAPI has every group, and its documents hold all that they refer to', () => {
  const { cluster, definition: made } = created();
  const documents = openApiDocuments(cluster.store);
  const { paths } = documents.index() as { paths: Record<string, { serverRelativeURL: string }> };
  for (const path of [
    'api/v1',
    'apis/apps/v1',
    'apis/autoscaling/v2',
    'apis/argoproj.io/v1alpha1',
    'apis/shop.example/v1',
  ]) {
    assert.match(paths[path].serverRelativeURL, new RegExp(`^/openapi/v3/${path}\\?hash=[0-9A-F]{32}$`));
    const document = documents.document(path) as {
      components: { schemas: Record<string, object> };
      paths: object;
    };
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(document.components.schemas[name] !== undefined, name);
  }
  assert.equal(documents.document('apis/nothing/v1'), null);
  const before = paths['apis/shop.example/v1'].serverRelativeURL;
  cluster.api.modify(customResourceDefinitions, '', made.metadata.name, (now) => ({
    ...now,
    spec: { ...(now.spec as object), preserveUnknownFields: false },
  }));
  const after = (documents.index() as typeof paths & { paths: typeof paths }).paths['apis/shop.example/v1'];
  assert.notEqual(after.serverRelativeURL, before);
});

test('OpenAPI says which fields merge, and that fields are validated', () => {
  const { cluster } = created();
  const document = openApiDocuments(cluster.store).document('apis/apps/v1') as {
    components: {
      schemas: Record<string, { properties: Record<string, Record<string, unknown>>; description?: string }>;
    };
    paths: Record<
      string,
      Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind': { kind: string } }>
    >;
  };
  const { containers } = document.components.schemas['io.k8s.api.PodSpec'].properties;
  assert.equal(containers['x-kubernetes-patch-merge-key'], 'name');
  assert.deepEqual(containers['x-kubernetes-list-map-keys'], ['name']);
  const patch = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']['patch'];
  assert.equal(patch['x-kubernetes-group-version-kind'].kind, 'Deployment');
  assert.ok(patch.parameters?.some(({ name }) => name === 'fieldValidation'));
  assert.match(document.components.schemas['io.k8s.api.Deployment'].description ?? '', /pods/);
});

test('the server sets what is its own in new objects', () => {
  const { cluster } = created();
  const outside = { outside: true };
  const space = cluster.api.create(
    namespaces,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as never,
    outside,
  );
  assert.ok(space.ok);
  assert.deepEqual(space.value.spec?.finalizers, ['kubernetes']);
  assert.equal(space.value.status?.phase, 'Active');
  const pod = cluster.api.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: { containers: [{ name: 'a', image: 'a', resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
      status: { phase: 'Running' },
    },
    outside,
  );
  assert.ok(pod.ok);
  assert.equal(pod.value.status.phase, 'Pending');
  assert.equal(pod.value.status.qosClass, 'Guaranteed');
  const job = cluster.api.create(
    jobs,
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'default' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } },
    },
    outside,
  );
  assert.ok(job.ok, job.ok ? '' : job.failure.message);
  const { uid } = job.value.metadata;
  assert.deepEqual(job.value.spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
  assert.equal(job.value.spec.template.metadata?.labels?.['batch.kubernetes.io/job-name'], 'j');
  assert.equal(job.value.metadata.labels?.['controller-uid'], uid);
});

test('an object without a spec is told all that it lacks', () => {
  const { cluster } = created();
  const type = typeOfKind('apps/v1', 'Deployment')!;
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
  };
  const outcome = cluster.api.create(type, draft as never, { outside: true });
  assert.ok(!outcome.ok);
  assert.match(
    outcome.failure.message,
    /^Deployment\.apps "web" is invalid: \[spec\.selector: Required value, spec\.template/,
  );
});
