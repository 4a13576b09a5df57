import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compileText, deployed, modelled, own } from './manifests.cases.ts';

const ingress = `---\n${JSON.stringify({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'edge' },
  spec: {
    rules: [
      {
        host: 'shop.example',
        http: {
          paths: [
            {
              path: '/api',
              pathType: 'Prefix',
              backend: { service: { name: 'api', port: { number: 8080 } } },
            },
          ],
        },
      },
    ],
  },
})}\n`;

/** A system that uses every field there is. */
const system =
  deployed('web', {
    image: 'node:22',
    type: 'LoadBalancer',
    env: { API_URL: 'http://api:8080', REDIS_URL: 'redis://cache:6379' },
  }) +
  deployed('api', { limit: '2' }) +
  deployed('cache', { image: 'redis:7', port: 6379 }) +
  deployed('db', { image: 'postgres:16', port: 5432, kind: 'StatefulSet' }) +
  ingress +
  modelled('api', {
    runtime: { model: 'threadPool', threads: 8, cores: 2 },
    queue: { capacity: 10, discipline: 'lifo' },
    shedding: { maxInFlight: 100, maxQueueDelay: '1s' },
    rateLimit: { rate: '100/s', burst: 5 },
    cancellation: 'deadline',
    startup: '5s',
    pools: [{ name: 'db', size: 4, maxWaiting: 9, maxWait: '2s' }],
    defaults: { calls: { timeout: '1s', pool: 'db' } },
    endpoints: [
      {
        name: 'GET /products',
        errorRate: '1%',
        steps: [
          { cpu: { lognormal: { p50: '1ms', p99: '9ms' } } },
          { call: 'cache', repeat: 2, optional: true, singleFlight: true },
          { parallel: [{ call: 'db/query', hedge: { after: '9ms' } }], probability: 0.3 },
          {
            steps: [
              {
                wait: {
                  mixture: [
                    { weight: 1, of: '1ms' },
                    { weight: 2, of: { exponential: '3ms' } },
                  ],
                },
              },
            ],
          },
          {
            call: 'db',
            balancer: 'consistentHash',
            retries: { max: 2, backoff: { initial: '1ms', max: '1s' }, budget: { ratio: 0.1 } },
            breaker: { window: '9s' },
            bulkhead: 3,
            deadline: 'propagate',
          },
        ],
      },
    ],
  }) +
  own('Traffic', 'open', {
    target: { service: 'web' },
    keys: { count: 9, skew: 1 },
    open: { diurnal: { mean: '5/s', peak: '9/s' } },
  }) +
  own('Traffic', 'closed', {
    target: { service: 'api' },
    closed: { stages: [{ duration: '1m', target: 5 }], thinkTime: '1s' },
  }) +
  own('Traffic', 'sessions', {
    target: { ingress: 'edge' },
    requests: [{ path: '/api/products', name: 'list' }],
    client: { timeout: '9s', latency: '20ms', retries: { max: 1 } },
    sessions: { rate: '1/s', journey: [{ request: 'list', thinkTime: '1s', probability: '50%' }] },
  }) +
  own('Traffic', 'trace', {
    target: { service: 'web' },
    trace: {
      file: 'trace.csv',
      format: 'counts',
      interval: '1m',
      from: '1m',
      to: '3m',
      offset: '1m',
      scale: 2,
      columns: { time: 't', count: 'n' },
    },
  });

const documents: readonly unknown[] = system
  .split('---\n')
  .filter((text) => text !== '')
  .map((text) => JSON.parse(text));
const trace = 't,n\n0,1\n60,2\n120,3\n180,4\n';

/** Every value inside, by its path. */
function paths(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))];
}

const everywhere = paths(documents).filter((path) => path.length > 1);
const strange = [
  ...[0, -1, 1, 0.5, 1e9, 1e308, null, true, [], {}, ''],
  ...[
    'x',
    '0s',
    '-1s',
    '1e9d',
    '100%',
    '0',
    'web',
    'api/GET /products',
    'a/b/c/d',
    '../..',
    '__proto__',
    'x'.repeat(3000),
    '{{ .Values.x }}',
    '1/s',
    '1G/s',
  ],
];

interface Change {
  readonly at: readonly (string | number)[];
  readonly value: unknown;
  readonly remove: boolean;
}

function changed(changes: readonly Change[]): string {
  const copy = structuredClone(documents) as Record<string | number, unknown>[];
  for (const { at, value, remove } of changes) {
    let holder: unknown = copy;
    for (const key of at.slice(0, -1)) holder = (holder as Record<string | number, unknown> | null)?.[key];
    if (typeof holder !== 'object' || holder === null) continue;
    const last = at[at.length - 1];
    if (remove) delete (holder as Record<string | number, unknown>)[last];
    else (holder as Record<string | number, unknown>)[last] = value;
  }
  return copy.map((document) => `---\n${JSON.stringify(document)}\n`).join('');
}

test('the system that is about to be broken is whole', () => {
  const { traffic, diagnostics } = compileText(system, { 'trace.csv': trace });
  assert.deepEqual(
    diagnostics.filter((one) => one.severity === 'error'),
    [],
  );
  assert.equal(traffic.sources.length, 4);
});

test('property: however manifests are broken, there is a model or an error that says where', () => {
  const change = fc.record({
    at: fc.constantFrom(...everywhere),
    value: fc.constantFrom(...strange),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      // A model that is returned has passed the compiler's own check of consistency.
      const { model, diagnostics } = compileText(changed(changes), { 'trace.csv': trace });
      const errors = diagnostics.filter((one) => one.severity === 'error');
      assert.equal(model === null, errors.length > 0);
      for (const one of errors)
        assert.ok(one.message.length > 5 && !/undefined|NaN|\[object/.test(one.message), one.message);
    }),
    { numRuns: 250 },
  );
});
