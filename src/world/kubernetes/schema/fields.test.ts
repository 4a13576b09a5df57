import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuantity } from '../../../base/quantity.ts';
import { deployments, type ResourceType } from '../objects/resource-types.ts';
import { decodeObject, decodePatched, type FieldValidation } from './fields.ts';
import { schemaOf, schemaOfKind } from './kinds.ts';
import { canonicalQuantity, quantityError } from './quantity-text.ts';
import { readJson } from './read-json.ts';

function web(spec: object): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
}

function decode(
  body: unknown,
  validation: FieldValidation = 'Strict',
  type: ResourceType = deployments as never,
) {
  return decodeObject({ body, type, schema: schemaOf(type)!, validation });
}

function pod(container: object): object {
  return web({ template: { spec: { containers: [{ name: 'a', ...container }] } } });
}

const about = 'Deployment in version "v1" cannot be handled as a Deployment: ';

const refusals: readonly (readonly [string, unknown, string])[] = [
  ['unknown field', web({ foo: 1 }), `${about}strict decoding error: unknown field "spec.foo"`],
  [
    'unknown fields',
    { ...web({ template: { spec: { containers: [{ name: 'a' }, { name: 'b', imag: 'x' }] } } }), zoo: 1 },
    `${about}strict decoding error: unknown field "spec.template.spec.containers[1].imag", unknown field "zoo"`,
  ],
  [
    'text for a number',
    web({ replicas: 'x' }),
    `${about}json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'fraction',
    web({ replicas: 1.5 }),
    `${about}json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'out of range',
    web({ replicas: 3e9 }),
    `${about}json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32`,
  ],
  [
    'number for text',
    pod({ env: [{ name: 'A', value: 1 }] }),
    `${about}json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string`,
  ],
  [
    'text for a struct',
    web({ template: 'x' }),
    `${about}json: cannot unmarshal string into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec`,
  ],
  [
    'object for a list',
    web({ template: { spec: { containers: {} } } }),
    `${about}json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container`,
  ],
  [
    'boolean label',
    { ...web({}), metadata: { labels: { a: true } } },
    `${about}json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string`,
  ],
  [
    'quantity',
    pod({ resources: { limits: { cpu: 'abc' } } }),
    `${about}quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  ],
  ['suffix', pod({ resources: { limits: { cpu: '1Q' } } }), `${about}unable to parse quantity's suffix`],
  [
    'version',
    { ...web({}), apiVersion: 'apps/v1beta1' },
    'the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)',
  ],
  [
    'kind',
    { ...web({}), kind: 'Job' },
    'Job in version "v1" cannot be handled as a Deployment: no kind "Job" is expected at this address',
  ],
];

for (const [name, body, message] of refusals)
  test(`decoding refuses: ${name}`, () => {
    const outcome = decode(body);
    assert.ok(!outcome.ok);
    assert.equal(outcome.failure.message, message);
    assert.equal(outcome.failure.code, 400);
  });

test('warnings and silence keep the object without what is unknown', () => {
  const warned = decode(web({ foo: 1, replicas: 2 }), 'Warn');
  assert.ok(warned.ok);
  assert.deepEqual(warned.value.warnings, ['unknown field "spec.foo"']);
  assert.deepEqual(warned.value.object['spec'], { replicas: 2 });
  const ignored = decode(web({ foo: 1 }), 'Ignore');
  assert.ok(ignored.ok && ignored.value.warnings.length === 0);
});

test('nulls and empty optional lists and maps go, quantities are canonical, and the rest is shared', () => {
  const spec = {
    template: {
      metadata: { labels: {}, creationTimestamp: null },
      spec: {
        containers: [{ name: 'a', args: [], resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  };
  const outcome = decode(web(spec));
  assert.ok(outcome.ok);
  assert.deepEqual(outcome.value.object['spec'], {
    template: {
      metadata: {},
      spec: {
        containers: [{ name: 'a', resources: { limits: { cpu: '500m', memory: '1Gi' } } }],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
  });
  const again = decode(outcome.value.object);
  assert.ok(again.ok);
  assert.equal(again.value.object, outcome.value.object);
});

test('what a patch has spoilt is refused as the converter words it', () => {
  const refused = (patch: object, message: string) => {
    const outcome = decodePatched({
      object: { ...web({}), ...patch } as never,
      patch,
      type: deployments,
      schema: schemaOfKind('apps/v1', 'Deployment')!,
      validation: 'Strict',
    });
    assert.ok(!outcome.ok);
    assert.equal(outcome.failure.code, 422);
    assert.equal(outcome.failure.details?.causes?.[0].message, message);
  };
  refused(
    { spec: { replicas: 'x' } },
    'Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
  );
  refused(
    { metadata: { labels: { a: 1 } } },
    'Invalid value: "map[metadata:map[labels:map[a:1]]]": cannot convert int64 to string',
  );
  refused(
    { spec: { x: 1 } },
    'Invalid value: "map[spec:map[x:1]]": strict decoding error: unknown field "spec.x"',
  );
});

test('members given twice are found by path', () => {
  const text = '{"a":1,"spec":{"b":[{"c":1,"c":2,"d":"\\"c\\":"}],"b":3},"a":{"a":1}}';
  assert.deepEqual(readJson(text)?.duplicates, ['spec.b[0].c', 'spec.b', 'a']);
  assert.equal(readJson('{"a":'), null);
  const outcome = decodeObject({
    body: web({}),
    type: deployments,
    schema: schemaOf(deployments)!,
    validation: 'Strict',
    duplicates: ['spec.replicas'],
  });
  assert.ok(!outcome.ok && outcome.failure.message.endsWith('duplicate field "spec.replicas"'));
});

test('JSON that nests too deep is refused', () => {
  let deep: unknown = {};
  for (let level = 0; level < 5000; level++) deep = { deep };
  const outcome = decode({ ...web({}), metadata: deep });
  assert.ok(!outcome.ok && outcome.failure.message === 'json: exceeded max depth');
});

const canonical: readonly (readonly [string | number, string | null])[] = [
  ['0.5', '500m'],
  [0.5, '500m'],
  ['1000m', '1'],
  ['1.5', '1500m'],
  ['100k', '100k'],
  ['1000k', '1M'],
  ['0', '0'],
  ['1024Mi', '1Gi'],
  ['1000Mi', '1000Mi'],
  ['1.5Gi', '1536Mi'],
  ['0Gi', '0'],
  ['512', '512'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['1500e-3', '1500e-3'],
  ['1E', '1E'],
  ['-0.5', '-500m'],
  ['+1', '1'],
  ['0.1Gi', '107374183'],
  ['0.5Ki', '512'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['1000000u', '1'],
  ['.5', '500m'],
  ['5.', '5'],
  ['', null],
  ['abc', null],
  ['1 ', null],
  ['12E', '12E'],
  ['1000E', '1e21'],
  ['10000E', '10e21'],
  ['1e21', '1e21'],
  ['9Ei', '9223372036854775807'],
  ['1234567890123456789E', '9223372036854775807'],
  ['1e-2147483647', '1e-9'],
  ['1e4294967297', null],
  ['.', '0'],
  ['1.9531250Ki', '2000'],
  ['-0.0009765625Ki', '-1'],
  ['100000', '100k'],
];

for (const [written, wanted] of canonical)
  test(`the quantity ${JSON.stringify(written)} is ${wanted}`, () => {
    assert.equal(canonicalQuantity(written), wanted);
    assert.equal(quantityError(String(written)) === null, wanted !== null);
  });

test('the canonical form says the same, and is its own', () => {
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'e2');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e7 }), suffix, (amount, unit) => {
      const text = canonicalQuantity(`${amount}${unit}`)!;
      assert.equal(parseQuantity(text), parseQuantity(`${amount}${unit}`));
      assert.equal(canonicalQuantity(text), text);
    }),
  );
});
