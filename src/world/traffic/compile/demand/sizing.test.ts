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
} from '../manifests.cases.ts';

function rate(compiled: Compiled): number {
  const { load } = compiled.traffic.sources[0];
  assert.ok(load.kind === 'open');
  return load.rate.values[0];
}

const node = { image: 'node:22' };

test('the busiest service comes to 60 % of its CPU: rate × visits × work = 0.6 × replicas × cores', () => {
  // 4 ms on one thread each: 2 × 0.6 ÷ 4 ms.
  assert.equal(rate(compileText(deployed('web', { ...node, replicas: 2 }))), 300);
  // A limit of half a core holds it back.
  assert.equal(rate(compileText(deployed('web', { ...node, replicas: 2, cpu: '100m', limit: '500m' }))), 150);
  // Two calls to the API in each request halve what it can take.
  const visits = (times: number): Compiled =>
    compileText(
      deployed('web', { replicas: 100, type: 'LoadBalancer' }) +
        deployed('api', { replicas: 3 }) +
        modelled('web', {
          endpoints: [{ name: 'GET /', steps: [{ cpu: '1ms' }, { call: 'api', repeat: times }] }],
        }) +
        modelled('api', { endpoints: [{ name: 'GET /', steps: [{ cpu: '6ms' }] }] }),
    );
  assert.equal(rate(visits(1)), 300);
  assert.equal(rate(visits(2)), 150);
});

test('threads and pools can be busier than the CPU', () => {
  const waiting = (runtime: object, more: object = {}): Compiled =>
    compileText(
      deployed('web', { type: 'LoadBalancer' }) +
        deployed('db') +
        modelled('web', {
          runtime,
          endpoints: [{ name: 'GET /', steps: [{ cpu: '1ms' }, { call: 'db', ...more }] }],
          pools: [{ name: 'db', size: 2 }],
        }) +
        modelled('db', { endpoints: [{ name: 'query', steps: [{ wait: '19ms' }, { cpu: '1us' }] }] }),
    );
  // 20.5 ms with the network, 5 threads: 5 × 0.6 ÷ 20.5 ms.
  const threads = waiting({ model: 'threadPool', threads: 5, cores: 4 });
  assert.equal(rate(threads), 150);
  assert.match(
    threads.inferences.find((one) => one.path === 'open.rate')?.source ?? '',
    /the threads of web/,
  );
  const pool = waiting({ model: 'eventLoop' }, { pool: 'db' });
  assert.equal(rate(pool), 62);
  assert.match(
    pool.inferences.find((one) => one.path === 'open.rate')?.source ?? '',
    /the connection pool db of web/,
  );
});

test('where nothing is ever busy, ten a second are as good as any', () => {
  const idle = compileText(deployed('web') + modelled('web', { endpoints: [{ name: 'GET /', steps: [] }] }));
  assert.equal(inferred(idle, 'Traffic users', 'open.rate'), '10/s');
});

test('users come through what is open, share it alike, and never to the database while there is anything else', () => {
  const compiled = compileText(
    deployed('web', { ...node, type: 'LoadBalancer', env: { API_URL: 'http://api:8080' } }) +
      deployed('admin', { ...node, type: 'NodePort' }) +
      deployed('api', { ...node, env: { DATABASE_URL: 'postgres://db:5432/x' } }) +
      deployed('db', { image: 'postgres:16', port: 5432, type: 'NodePort', kind: 'StatefulSet' }) +
      deployed('grafana', { image: 'grafana/grafana:11', type: 'LoadBalancer' }),
  );
  assert.deepEqual(callNames(compiled.traffic), [
    'web → api/GET /',
    'api → db/query',
    'source/users-web → web/GET /',
    'source/users-admin → admin/GET /',
  ]);
  const rates = compiled.traffic.sources.map((source) =>
    source.load.kind === 'open' ? source.load.rate.values[0] : 0,
  );
  assert.equal(rates[0], rates[1]);
  assert.match(only(compiled, 'services-unreached').message, /grafana/);
});

test('where nothing is open, users come to what nobody calls', () => {
  const compiled = compileText(
    deployed('web', { ...node, env: { API_HOST: 'api' } }) +
      deployed('api', node) +
      deployed('db', { image: 'postgres:16', port: 5432 }),
  );
  assert.deepEqual(callNames(compiled.traffic), ['web → api/GET /', 'source/users → web/GET /']);
  const alone = compileText(deployed('db', { image: 'postgres:16', port: 5432 }));
  assert.deepEqual(callNames(alone.traffic), ['source/users → db/query']);
});

test('a service without replicas is a warning, and is not what the demand is measured by', () => {
  const compiled = compileText(
    deployed('web', { ...node, replicas: 0, env: { API_HOST: 'api' } }) + deployed('api', node),
  );
  assert.deepEqual(codes(compiled, 'warning'), ['no-replicas']);
  assert.equal(rate(compiled), 150);
});
