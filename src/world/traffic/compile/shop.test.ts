import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callNames, codes, compileFixture, endpoint, inferred, only, service } from './manifests.cases.ts';

test('a shop without a word of ours compiles to what its people would say it is', () => {
  const shop = compileFixture('shop');
  assert.deepEqual(codes(shop), []);
  assert.deepEqual(codes(shop, 'warning'), []);
  const { traffic } = shop;
  assert.deepEqual(
    traffic.services.map((one) => `${one.name} ${one.replicas} ${one.concurrency.kind}`),
    [
      'shop/edge 2 processorSharing',
      'shop/storefront 3 eventLoop',
      'shop/api 4 threadPool',
      'shop/catalog 2 threadPool',
      'shop/postgres 1 threadPool',
      'shop/redis 1 eventLoop',
      'shop/kafka 3 threadPool',
      'shop/mailer 1 threadPool',
    ],
  );
  assert.deepEqual(callNames(traffic), [
    'shop/edge → shop/api/GET /',
    'shop/edge → shop/storefront/GET /',
    'shop/storefront → shop/redis/get',
    'shop/storefront → shop/catalog/GET /',
    'shop/storefront → shop/api/GET /',
    'shop/api → shop/redis/get',
    'shop/api → shop/postgres/query',
    'shop/api → shop/catalog/GET /',
    'shop/api → shop/kafka/produce',
    'shop/catalog → shop/postgres/query',
    'shop/mailer → shop/kafka/produce',
    'source/users → shop/edge/to api',
    'source/users → shop/edge/to storefront',
  ]);
});

test('its settings are read where people put them', () => {
  const { traffic } = compileFixture('shop');
  const api = service(traffic, 'shop/api');
  assert.deepEqual(api.concurrency, { kind: 'threadPool', threads: 8 });
  assert.deepEqual(api.cpu, { cores: 4, limitCores: 2, periodMicros: 100_000, requestCores: 0.5 });
  assert.deepEqual(api.pools, [{ name: 'postgres', size: 60, maxWaiting: null, maxWaitMicros: 30e6 }]);
  assert.deepEqual(service(traffic, 'shop/catalog').concurrency, { kind: 'threadPool', threads: 50 });
  const postgres = service(traffic, 'shop/postgres');
  assert.deepEqual(postgres.concurrency, { kind: 'threadPool', threads: 197 });
  assert.deepEqual(postgres.queue, { capacity: 0, discipline: 'fifo' });
  // The exporter beside it asks for more, but does not serve.
  assert.equal(postgres.cpu.requestCores, 2.02);
  assert.equal(postgres.cpu.limitCores, 4);
  assert.equal(postgres.memoryRequestBytes, 4 * 1024 * 1024 * 1024 + 32 * 1024 * 1024);
});

test('the cache stands before the database, which only misses reach', () => {
  const { traffic } = compileFixture('shop');
  const { steps } = endpoint(traffic, 'shop/api/GET /');
  const calls = steps.flatMap((step) =>
    step.kind === 'call' ? [[callNames(traffic)[step.call], step.probability]] : [],
  );
  assert.deepEqual(calls, [
    ['shop/api → shop/redis/get', 1],
    ['shop/api → shop/postgres/query', 0.2],
    ['shop/api → shop/catalog/GET /', 1],
    ['shop/api → shop/kafka/produce', 0.2],
  ]);
});

test('everything inferred is listed with its reason, and nothing that is stated', () => {
  const shop = compileFixture('shop');
  assert.equal(inferred(shop, 'Deployment shop/storefront', 'spec.replicas'), '3');
  assert.equal(inferred(shop, 'Deployment shop/api', 'spec.replicas'), undefined);
  assert.equal(inferred(shop, 'Deployment shop/api', 'runtime'), 'thread pool of 8');
  assert.equal(inferred(shop, 'Traffic users', 'open.rate'), '320/s');
  const database = shop.inferences.find(
    (one) => one.path === 'endpoints["GET /"].steps[2].call' && one.resource === 'Deployment shop/api',
  );
  assert.equal(database?.source, 'DATABASE_URL from a Secret');
  for (const one of shop.inferences) {
    assert.ok(
      one.value !== '' && one.source !== '' && one.path !== '' && one.resource !== '',
      JSON.stringify(one),
    );
    assert.doesNotMatch(`${one.value} ${one.source}`, /undefined|NaN|not-the-real-one/);
  }
});

test('autoscalers act: nothing is told of them, and their minimum is where a workload begins', () => {
  const shop = compileFixture('shop');
  const told = shop.diagnostics.filter(({ message }) => message.includes('HorizontalPodAutoscaler'));
  assert.deepEqual(told, []);
  assert.equal(service(shop.traffic, 'shop/storefront').replicas, 3);
});

test('what is not reached, or taken for no call, is told where it matters', () => {
  const shop = compileFixture('shop');
  assert.match(only(shop, 'services-unreached').message, /shop\/mailer/);
  assert.match(only(shop, 'call-back-left-out').message, /STOREFRONT_URL/);
  assert.equal(only(shop, 'ingress-direct').position?.file, '20-edge.yaml');
});

test('a dump of a cluster compiles as it is', () => {
  const dump = compileFixture('dump');
  assert.deepEqual(codes(dump), []);
  assert.deepEqual(codes(dump, 'warning'), ['service-external']);
  assert.deepEqual(callNames(dump.traffic), [
    'guestbook/frontend → guestbook/redis-leader/get',
    'guestbook/frontend → guestbook/redis-follower/get',
    'source/users → guestbook/frontend/GET /',
  ]);
  assert.deepEqual(service(dump.traffic, 'guestbook/frontend').concurrency, {
    kind: 'threadPool',
    threads: 20,
  });
  // 3 replicas × 0.5 cores × 60 % ÷ 20 ms.
  assert.equal(inferred(dump, 'Traffic users', 'open.rate'), '45/s');
});
