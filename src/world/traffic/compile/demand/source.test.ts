import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Compiled,
  callNames,
  codes,
  compileText,
  deployed,
  inferred,
  modelled,
  only,
  own,
} from '../manifests.cases.ts';
import { curveIntegral } from './curve.ts';

const shop =
  deployed('web') +
  deployed('api') +
  modelled('web', {
    endpoints: [
      { name: 'GET /', steps: [{ cpu: '1ms' }] },
      { name: 'GET /cart', steps: [{ cpu: '1ms' }] },
    ],
  }) +
  modelled('api', {
    endpoints: ['GET /products', 'GET /products/{id}', 'POST /orders'].map((name) => ({
      name,
      steps: [{ cpu: '1ms' }],
    })),
  });

function ingress(paths: readonly (readonly [string, string])[], host?: string): string {
  const rule = {
    ...(host === undefined ? {} : { host }),
    http: {
      paths: paths.map(([path, name]) => ({
        path,
        pathType: 'Prefix',
        backend: { service: { name, port: { number: 8080 } } },
      })),
    },
  };
  return `---\n${JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'edge' }, spec: { rules: [rule] } })}\n`;
}

const bothPaths = ingress(
  [
    ['/', 'web'],
    ['/api', 'api'],
  ],
  'shop.example',
);

function traffic(spec: object, more = ''): Compiled {
  return compileText(shop + more + own('Traffic', 'users', spec));
}

test('every load becomes what the contract asks for', () => {
  const target = { service: 'web', endpoint: 'GET /' };
  const load = (spec: object) => traffic({ target, ...spec }).traffic.sources[0].load;
  assert.deepEqual(load({ open: { rate: '6k/min', arrivals: 'regular' } }), {
    kind: 'open',
    arrivals: 'regular',
    rate: { atMicros: [0], values: [100] },
  });
  assert.deepEqual(load({ open: { startRate: 10, stages: [{ duration: '1m', target: '60/min' }] } }), {
    kind: 'open',
    arrivals: 'poisson',
    rate: { atMicros: [0, 60e6], values: [10, 1] },
  });
  assert.deepEqual(load({ closed: { users: 7, thinkTime: { exponential: '2s' } } }), {
    kind: 'closed',
    users: { atMicros: [0], values: [7] },
    think: { kind: 'exponential', mean: 2e6 },
  });
  assert.deepEqual(
    load({
      closed: {
        stages: [
          { duration: '0s', target: 5 },
          { duration: '10s', target: 9 },
        ],
        thinkTime: '1s',
      },
    }),
    {
      kind: 'closed',
      users: { atMicros: [0, 0, 10e6], values: [0, 5, 9] },
      think: { kind: 'deterministic', value: 1e6 },
    },
  );
});

test('shapes keep their integral over the run', () => {
  const target = { service: 'web', endpoint: 'GET /' };
  const total = (open: object): number => {
    const compiled = compileText(
      shop + own('Scenario', 's', { duration: '48h' }) + own('Traffic', 'users', { target, open }),
    );
    const { load } = compiled.traffic.sources[0];
    assert.ok(load.kind === 'open');
    return curveIntegral(load.rate, 0, 48 * 3600e6);
  };
  const near = (actual: number, expected: number): void =>
    assert.ok(Math.abs(actual - expected) < 1e-6 * expected, `${actual} is not ${expected}`);
  near(total({ diurnal: { mean: '10/s', peak: '18/s' } }), 10 * 172_800);
  near(total({ diurnal: { mean: '10/s', amplitude: '10/s', period: '6h', peakAt: '1h' } }), 10 * 172_800);
  near(total({ burst: { base: '1/s', peak: '11/s', every: '1h', for: '6m' } }), 172_800 + 47 * 360 * 10);
  near(
    total({ spike: { base: '2/s', peak: '12/s', at: '1h', rise: '1m', hold: '5m', fall: '2m' } }),
    2 * 172_800 + 10 * (30 + 300 + 60),
  );
});

test('sessions make their journey over requests and endpoints', () => {
  const compiled = traffic(
    {
      target: { ingress: 'edge' },
      requests: [{ name: 'home', path: '/' }],
      sessions: {
        rate: '1/s',
        journey: [
          { request: 'home' },
          { request: '/api/products/7', thinkTime: '3s', probability: '40%' },
          { request: 'home' },
        ],
      },
    },
    bothPaths,
  );
  const [source] = compiled.traffic.sources;
  assert.deepEqual(callNames(compiled.traffic), [
    'source/users → web/GET /',
    'source/users → api/GET /products/{id}',
  ]);
  assert.deepEqual(
    source.requests.map((one) => one.weight),
    [1, 0],
  );
  assert.ok(source.load.kind === 'sessions');
  assert.deepEqual(source.load.journey, [
    { request: 0, think: { kind: 'deterministic', value: 0 }, probability: 1 },
    { request: 1, think: { kind: 'deterministic', value: 3e6 }, probability: 0.4 },
    { request: 0, think: { kind: 'deterministic', value: 0 }, probability: 1 },
  ]);
});

test('an Ingress routes by path, with or without its prefix, and by the method of the endpoint', () => {
  const compiled = traffic(
    {
      target: { ingress: 'edge' },
      requests: [
        { path: '/cart', weight: 3 },
        { path: '/api/products' },
        { path: '/api/products/42?page=2' },
        { path: '/api/orders', endpoint: 'POST /orders' },
      ],
      open: { rate: 1 },
    },
    bothPaths,
  );
  assert.deepEqual(callNames(compiled.traffic), [
    'source/users → web/GET /cart',
    'source/users → api/GET /products',
    'source/users → api/GET /products/{id}',
    'source/users → api/POST /orders',
  ]);
  assert.deepEqual(
    compiled.traffic.sources[0].requests.map((one) => one.weight),
    [3, 1, 1, 1],
  );
});

test('without requests, every endpoint behind the target is asked alike, and that is listed', () => {
  const all = traffic({ target: { service: 'web' }, open: { rate: 1 } });
  assert.deepEqual(callNames(all.traffic), ['source/users → web/GET /', 'source/users → web/GET /cart']);
  assert.equal(inferred(all, 'Traffic users', 'requests'), 'web/GET /, web/GET /cart');
  const behind = traffic(
    { target: { ingress: 'edge' }, open: { rate: 1 } },
    ingress([
      ['/cart', 'web'],
      ['/x', 'nowhere'],
    ]),
  );
  assert.deepEqual(callNames(behind.traffic), ['source/users → web/GET /cart']);
  assert.match(only(behind, 'ingress-without-backend').message, /Service "nowhere"/);
});

test('targets and requests that lead nowhere are errors', () => {
  const error = (spec: object, more = bothPaths): string =>
    codes(traffic({ open: { rate: 1 }, ...spec }, more)).join();
  assert.equal(error({ target: { ingress: 'egde' } }), 'unknown-ingress');
  assert.equal(error({ target: { service: 'web', endpoint: 'GET /crat' } }), 'unknown-endpoint');
  assert.equal(error({ target: { ingress: 'edge' }, requests: [{ path: '/nothing' }] }), 'unknown-endpoint');
  assert.equal(
    error({ target: { ingress: 'edge' }, requests: [{ path: '/', host: 'other.example' }] }),
    'no-route',
  );
  assert.equal(
    error({ target: { ingress: 'edge' }, requests: [{ path: '/x' }] }, ingress([['/x', 'gone']])),
    'ingress-without-backend',
  );
  assert.equal(
    error({ target: { service: 'web' }, requests: [{ endpoint: 'GET /', weight: 0 }] }),
    'weights',
  );
  const journey = {
    target: { service: 'web' },
    open: undefined,
    sessions: { rate: 1, journey: [{ request: 'GET /crat' }] },
  };
  assert.equal(error(journey), 'unknown-request');
});

test('rules of an Ingress that lead nowhere, or to a port that is not there, are told also without a Traffic', () => {
  const compiled = compileText(
    shop +
      ingress([
        ['/', 'web'],
        ['/x', 'wbe'],
      ]).replace('8080', '80'),
  );
  assert.match(only(compiled, 'ingress-port-mismatch').message, /port 80 of Service web, which has 8080/);
  assert.equal(
    only(compiled, 'ingress-port-mismatch').path,
    'spec.rules[0].http.paths[0].backend.service.port',
  );
  assert.match(only(compiled, 'ingress-without-backend').remedy ?? '', /Did you mean "web"/);
});

test('two hosts with one path need the host of the request', () => {
  const hosts = ingress([['/', 'web']], 'a.example').replace(
    '"rules":[',
    `"rules":[${JSON.stringify({ host: 'b.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 8080 } } } }] } })},`,
  );
  assert.deepEqual(
    codes(traffic({ target: { ingress: 'edge' }, requests: [{ path: '/' }], open: { rate: 1 } }, hosts)),
    ['ambiguous-host'],
  );
  const right = traffic(
    { target: { ingress: 'edge' }, requests: [{ path: '/', host: 'a.example' }], open: { rate: 1 } },
    hosts,
  );
  assert.deepEqual(callNames(right.traffic), ['source/users → web/GET /']);
});

test('shapes that cannot be are errors', () => {
  const target = { service: 'web', endpoint: 'GET /' };
  const error = (open: object): string => codes(traffic({ target, open })).join();
  assert.equal(error({ diurnal: { mean: 10, amplitude: 11 } }), 'diurnal-negative');
  assert.equal(error({ diurnal: { mean: 10, peak: 9 } }), 'diurnal-peak');
  assert.equal(error({ diurnal: { mean: 10, peak: 12, period: '1ms' } }), 'too-many-swings');
  assert.equal(error({ burst: { base: 1, peak: 2, every: '1m', for: '2m' } }), 'burst-overlap');
  assert.equal(error({ burst: { base: 1, peak: 2, every: '0s', for: '0s' } }), 'zero-duration');
  assert.equal(error({ burst: { base: 1, peak: 2, every: '1ms', for: '1us' } }), 'too-many-swings');
});

test('users who do not think and are near take a moment to come back', () => {
  const target = { service: 'web', endpoint: 'GET /' };
  const latency = (spec: object) => traffic({ target, ...spec }).traffic.sources[0].latency;
  assert.deepEqual(latency({ closed: { users: 3 } }), { kind: 'deterministic', value: 1 });
  assert.deepEqual(latency({ closed: { users: 3 }, client: { latency: '20ms' } }), {
    kind: 'deterministic',
    value: 20_000,
  });
  assert.deepEqual(latency({ closed: { users: 3, thinkTime: '1s' } }), { kind: 'deterministic', value: 0 });
});

test('two Traffics of one name in two namespaces are told apart', () => {
  const both = compileText(
    shop +
      deployed('web', { namespace: 'other' }) +
      own('Traffic', 'users', { target: { service: 'web', endpoint: 'GET /' }, open: { rate: 1 } }) +
      own('Traffic', 'users', { target: { service: 'web' }, open: { rate: 1 } }, 'other'),
  );
  assert.deepEqual(
    both.traffic.sources.map((source) => source.name),
    ['users', 'other/users'],
  );
});

test('a trace is found, read, and tells its clock; what is wrong in it is told in the file', () => {
  const spec = {
    target: { service: 'web', endpoint: 'GET /' },
    trace: { file: 'day.csv', format: 'counts', scale: 2.5, from: '2m', columns: { count: 'n' } },
  };
  const text = shop + own('Traffic', 'users', spec);
  const day =
    'at,n,other\n1995-07-13 00:00:00,1,9\n1995-07-13 00:01:00,2,9\n1995-07-13 00:02:00,3,9\n1995-07-13 00:03:00,4,9\n';
  const compiled = compileText(text, { 'day.csv': day });
  assert.deepEqual(compiled.traffic.sources[0].load, {
    kind: 'counts',
    intervalMicros: 60e6,
    counts: [3, 4],
    scale: 2.5,
  });
  assert.equal(compiled.model?.durationMicros, 120e6);
  assert.equal(compiled.model?.startsAt, '1995-07-13T00:02:00Z');
  assert.equal(inferred(compiled, 'Scenario', 'spec.startsAt'), '1995-07-13T00:02:00Z');
  assert.deepEqual(codes(compileText(text)), ['trace-missing']);
  const broken = only(compileText(text, { 'day.csv': day.replace(',3,', ',three,') }), 'trace-number');
  assert.deepEqual(broken.position, { file: 'day.csv', line: 4, column: 2 });
});

test('keys are bounded by what a table holds', () => {
  const compiled = traffic({
    target: { service: 'web', endpoint: 'GET /' },
    keys: { count: 900_000_000 },
    open: { rate: 1 },
  });
  assert.deepEqual(compiled.traffic.sources[0].keys, { count: 1_000_000, skew: 0 });
  assert.deepEqual(codes(compiled, 'warning'), ['keys-bounded']);
});
