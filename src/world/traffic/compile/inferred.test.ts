import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callNames, codes, compileText, deployed, endpoint, only, service } from './manifests.cases.ts';

const node = { image: 'node:22' };

function probabilities(compiled: ReturnType<typeof compileText>, name: string): Record<string, number> {
  const { traffic } = compiled;
  const names = callNames(traffic);
  return Object.fromEntries(
    endpoint(traffic, name).steps.flatMap((step) =>
      step.kind === 'call' ? [[names[step.call].split(' → ')[1], step.probability]] : [],
    ),
  );
}

test('a database without a cache before it gets every request, and the pool its client keeps', () => {
  const compiled = compileText(
    deployed('web', { ...node, env: { DATABASE_URL: 'postgres://db/x', PG_POOL_MAX: '4' } }) +
      deployed('db', { image: 'postgres:16', port: 5432 }),
  );
  assert.deepEqual(probabilities(compiled, 'web/GET /'), { 'db/query': 1 });
  assert.deepEqual(service(compiled.traffic, 'web').pools, [
    { name: 'db', size: 4, maxWaiting: null, maxWaitMicros: null },
  ]);
});

test('of many services a request asks two on average; a proxy sends it to one', () => {
  const env = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((name) => [`${name.toUpperCase()}_ADDR`, `${name}:8080`]),
  );
  const rest = ['a', 'b', 'c', 'd'].map((name) => deployed(name, node)).join('');
  assert.deepEqual(probabilities(compileText(deployed('web', { ...node, env }) + rest), 'web/GET /'), {
    'a/GET /': 0.5,
    'b/GET /': 0.5,
    'c/GET /': 0.5,
    'd/GET /': 0.5,
  });
  const proxied = compileText(deployed('edge', { image: 'nginx:1', env }) + rest);
  assert.deepEqual(
    proxied.traffic.endpoints.slice(0, 4).map((one) => one.name),
    ['to a', 'to b', 'to c', 'to d'],
  );
  assert.deepEqual(probabilities(proxied, 'edge/to c'), { 'c/GET /': 1 });
});

test('who names a proxy gets all that is behind it, by shares', () => {
  const compiled = compileText(
    deployed('web', { ...node, env: { GATEWAY_URL: 'http://edge:8080' } }) +
      deployed('edge', { image: 'nginx:1', env: { A_HOST: 'a', B_HOST: 'b' } }) +
      deployed('a', node) +
      deployed('b', node),
  );
  assert.deepEqual(probabilities(compiled, 'web/GET /'), { 'edge/to a': 0.5, 'edge/to b': 0.5 });
});

test('two services that name each other: the one nearer to the users calls', () => {
  const compiled = compileText(
    deployed('api', { ...node, env: { WEB_URL: 'http://web:8080' } }) +
      deployed('web', { ...node, type: 'LoadBalancer', env: { API_URL: 'http://api:8080' } }),
  );
  assert.deepEqual(callNames(compiled.traffic), ['web → api/GET /', 'source/users → web/GET /']);
  assert.match(
    only(compiled, 'call-back-left-out').message,
    /Deployment api names web \(WEB_URL=http:\/\/web:8080\)/,
  );
});

test('databases, caches and queues call nobody, and nobody calls the watchers', () => {
  const compiled = compileText(
    deployed('web', { ...node, env: { JAEGER_HOST: 'jaeger', TRACES_URL: 'http://jaeger:14268' } }) +
      deployed('jaeger', { image: 'jaegertracing/all-in-one:1', port: 14_268 }) +
      deployed('replica', { image: 'redis:7', port: 6379, env: { MASTER_HOST: 'web' } }),
  );
  assert.deepEqual(callNames(compiled.traffic), ['source/users → web/GET /']);
});

test('an address in the cluster that is nobody is a warning with a guess; one outside is none', () => {
  const compiled = compileText(
    deployed('web', {
      ...node,
      env: { DB_URL: 'postgres://postgre.default.svc:5432/x', S3_URL: 'https://s3.amazonaws.com' },
    }) + deployed('postgres', { image: 'postgres:16', port: 5432 }),
  );
  assert.deepEqual(codes(compiled, 'warning'), ['unknown-host']);
  assert.match(only(compiled, 'unknown-host').remedy ?? '', /Did you mean "postgres"\?/);
});

test('a call to a port that the Service has not is a warning', () => {
  const compiled = compileText(
    deployed('web', { ...node, env: { API_URL: 'http://api:3000' } }) + deployed('api', node),
  );
  assert.match(
    only(compiled, 'call-port-mismatch').message,
    /port 3000 of Service api \(API_URL=http:\/\/api:3000\), which has 8080/,
  );
});

test('pools that together exceed the server are told', () => {
  const compiled = compileText(
    deployed('web', { ...node, replicas: 12, env: { DATABASE_URL: 'postgres://db/x' } }) +
      deployed('db', { image: 'postgres:16', port: 5432 }),
  );
  assert.match(
    only(compiled, 'connections-exceed-server').message,
    /up to 120 connections, but it accepts 97/,
  );
});

test('a secret that is not there is told when it hides an address', () => {
  const text = deployed('web', node).replace(
    '"env":[]',
    '"env":[{"name":"DATABASE_URL","valueFrom":{"secretKeyRef":{"name":"db","key":"url"}}}]',
  );
  assert.match(only(compileText(text), 'hidden-address').message, /DATABASE_URL/);
});

test('in a mesh where everybody names everybody, a request still causes some dozens of calls at most', () => {
  const names = Array.from({ length: 24 }, (_, i) => `s${i}`);
  const compiled = compileText(
    names
      .map((name, i) => {
        const env = Object.fromEntries(
          names.slice(i + 1, i + 3).map((other) => [`${other.toUpperCase()}_HOST`, other]),
        );
        return deployed(name, { ...node, env });
      })
      .join(''),
  );
  assert.deepEqual(codes(compiled), []);
  const { endpoints, calls } = compiled.traffic;
  const size = (id: number): number =>
    endpoints[id].steps.reduce(
      (sum, step) =>
        sum + (step.kind === 'call' ? step.probability * (1 + size(calls[step.call].endpoint)) : 0),
      0,
    );
  const sizes = endpoints.map((one) => size(one.id));
  assert.ok(Math.max(...sizes) <= 40.000001 && Math.max(...sizes) > 39);
});
