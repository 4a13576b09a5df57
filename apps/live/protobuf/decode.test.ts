import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeProtobuf, isProtobuf } from './decode.ts';
import { ProtobufError } from './wire.ts';

type Part = readonly number[];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return bytes;
}

const int = (field: number, value: number | bigint): Part => [...varint(field << 3), ...varint(value)];
const chunk = (field: number, bytes: readonly number[]): Part => [
  ...varint((field << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): Part => chunk(field, [...Buffer.from(value)]);
const message = (field: number, ...parts: readonly Part[]): Part => chunk(field, parts.flat());

function body(apiVersion: string, kind: string, ...parts: readonly Part[]): Uint8Array {
  const envelope = [
    message(1, text(1, apiVersion), text(2, kind)),
    message(2, ...parts),
    text(3, ''),
    text(4, ''),
  ];
  return Uint8Array.from([...Buffer.from('k8s\0'), ...envelope.flat()]);
}

test('a Deployment as kubectl writes it: empty values are left out, zero replicas are not', () => {
  const labels = message(11, text(1, 'app'), text(2, 'web'));
  const metadata = message(1, text(1, 'web'), text(2, ''), text(3, ''), int(7, 0), message(8), labels);
  const container = message(2, text(1, 'web'), text(2, 'web:1'), text(5, ''), message(8));
  const template = message(3, message(1, text(1, ''), labels), message(2, container, text(3, '')));
  const selector = message(2, message(1, text(1, 'app'), text(2, 'web')));
  const spec = message(2, int(1, 0), selector, template, message(4, text(1, '')), int(5, 0));
  assert.deepEqual(decodeProtobuf(body('apps/v1', 'Deployment', metadata, spec, message(3))), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'web:1', resources: {} }] },
      },
      strategy: {},
    },
    status: {},
  });
});

test('quantities, numbers or texts, bytes, times and structs within their parents', () => {
  const quota = decodeProtobuf(
    body('v1', 'ResourceQuota', message(2, message(1, text(1, 'cpu'), message(2, text(1, '10'))))),
  ) as { spec: unknown };
  assert.deepEqual(quota.spec, { hard: { cpu: '10' } });
  const budget = decodeProtobuf(
    body(
      'policy/v1',
      'PodDisruptionBudget',
      message(2, message(1, int(1, 1), int(2, 0), text(3, '50%')), message(3, int(1, 0), int(2, 0))),
    ),
  ) as { spec: unknown };
  assert.deepEqual(budget.spec, { minAvailable: '50%', maxUnavailable: 0 });
  const secret = decodeProtobuf(
    body('v1', 'Secret', message(2, text(1, 'key'), text(2, 'value')), text(3, 'Opaque')),
  ) as { data: unknown };
  assert.deepEqual(secret.data, { key: Buffer.from('value').toString('base64') });
  const pod = decodeProtobuf(
    body(
      'v1',
      'Pod',
      message(2, message(1, text(1, 'settings'), message(2, message(19, message(1, text(1, 'config')))))),
    ),
  ) as { spec: unknown };
  assert.deepEqual(pod.spec, { volumes: [{ name: 'settings', configMap: { name: 'config' } }] });
});

test('deletion options: of any group, a grace of nothing, preconditions', () => {
  const uid = message(2, text(1, 'u-1'));
  assert.deepEqual(decodeProtobuf(body('policy/v1', 'DeleteOptions', int(1, 0), uid, text(4, 'Orphan'))), {
    apiVersion: 'policy/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'u-1' },
    propagationPolicy: 'Orphan',
  });
});

test('negative numbers, and fields of tomorrow', () => {
  const priority = decodeProtobuf(
    body('scheduling.k8s.io/v1', 'PriorityClass', int(2, -5), int(99, 7), text(98, 'x')),
  );
  assert.deepEqual(priority, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: -5 });
});

test('what is no protobuf, and kinds that nobody knows', () => {
  assert.equal(isProtobuf(Buffer.from('{}')), false);
  assert.throws(() => decodeProtobuf(Buffer.from('{}')), ProtobufError);
  assert.throws(() => decodeProtobuf(body('v1', 'Nothing')), /no kind "Nothing"/);
});

test('any bytes are read or refused, never more', () => {
  const whole = [...body('v1', 'Pod', message(2, message(2, text(1, 'a'))))];
  const kinds = fc.constantFrom('Pod', 'Secret', 'DeleteOptions', 'Service');
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.from([...Buffer.from('k8s\0'), ...tail])),
    fc.tuple(kinds, fc.array(fc.nat(255), { maxLength: 100 })).map(([kind, tail]) => body('v1', kind, tail)),
    fc.nat(whole.length).map((length) => Uint8Array.from(whole.slice(0, length))),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        decodeProtobuf(given);
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
