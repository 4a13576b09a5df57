import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type Clue, mentionsIn, resolveHost, type ServiceName } from './reference.ts';

function hosts(text: string, name = 'X_URL', kind: Clue['kind'] = 'variable'): string[] {
  return mentionsIn({ name, text, shown: '', kind }).map(({ host, port }) =>
    port === null ? host : `${host}:${port}`,
  );
}

test('addresses as libraries take them', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['redis://:secret@redis:6379/0', ['redis:6379']],
    ['postgres://u:p@db.data.svc.cluster.local/shop?sslmode=disable', ['db.data.svc.cluster.local']],
    ['mongodb://u:p@m-0.m:27017,m-1.m:27017/db?replicaSet=rs', ['m-0.m:27017', 'm-1.m:27017']],
    ['kafka-0.kafka:9092,kafka-1.kafka:9092', ['kafka-0.kafka:9092', 'kafka-1.kafka:9092']],
    ['jdbc:postgresql://db:5432/shop', ['db:5432']],
    ['jdbc:mysql:loadbalance://one,two/shop', ['one', 'two']],
    ['user:pass@tcp(mysql:3306)/shop', ['mysql:3306']],
    ['Server=tcp:mssql,1433;Database=shop', ['mssql']],
    ['Host=postgres;Username=web;Database=web', ['postgres']],
    ['host=pg port=5432 user=web dbname=web', ['pg']],
    ['grpc://productcatalog:3550', ['productcatalog:3550']],
    ['amqp://guest:guest@rabbitmq', ['rabbitmq']],
  ];
  for (const [text, expected] of cases) assert.deepEqual(hosts(text), expected, text);
});

test('a bare name counts only where a variable asks for an address', () => {
  assert.deepEqual(hosts('api', 'API_HOST'), ['api']);
  assert.deepEqual(hosts('api', 'CATALOG_SERVICE'), ['api']);
  assert.deepEqual(hosts('one, two', 'BOOTSTRAP_SERVERS'), ['one', 'two']);
  assert.deepEqual(hosts('web', 'APP_NAME'), []);
  assert.deepEqual(hosts('postgres', 'POSTGRES_USER'), []);
  assert.deepEqual(hosts('12:30', 'OPENING_TIME'), ['12:30']);
});

test('variables about oneself, about browsers and about watchers are no calls', () => {
  for (const name of [
    'PUBLIC_URL',
    'KAFKA_CFG_ADVERTISED_LISTENERS',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OAUTH_CALLBACK_URL',
    'CORS_ALLOWED_ORIGIN',
    'NO_PROXY',
    'DD_AGENT_HOST',
  ]) {
    assert.deepEqual(hosts('http://web:80', name), [], name);
  }
});

test('configuration files and arguments', () => {
  const nginx =
    'upstream u { server api:8080 weight=2; server api2; }\nlocation / { proxy_pass http://web; }\nserver_name shop.example.com;';
  assert.deepEqual(hosts(nginx, 'default.conf', 'file'), ['u', 'api:8080', 'api2', 'web']);
  const spring =
    'spring:\n  datasource:\n    url: jdbc:mysql://mysql/pet\n  redis:\n    host: cache\nserver:\n  port: 8080\n';
  assert.deepEqual(hosts(spring, 'application.yaml', 'file'), ['mysql', 'cache']);
  assert.deepEqual(hosts('until nc -z postgres 5432; do sleep 2; done', 'init', 'arguments'), [
    'postgres:5432',
  ]);
  assert.deepEqual(hosts('psql -h db -U web', 'init', 'arguments'), ['db']);
  assert.deepEqual(hosts('--redis=redis:6379 --timeout 1000', 'web', 'arguments'), ['redis:6379']);
});

test('names resolve as in the cluster', () => {
  const services = ['shop/api', 'data/db', 'shop/kafka'];
  const exists = ({ namespace, name }: ServiceName): boolean => services.includes(`${namespace}/${name}`);
  const resolve = (host: string): string | null => {
    const { service, missing } = resolveHost(host, 'shop', exists);
    return service
      ? `${service.namespace}/${service.name}`
      : missing
        ? `missing ${missing.namespace}/${missing.name}`
        : null;
  };
  assert.equal(resolve('api'), 'shop/api');
  assert.equal(resolve('db'), null);
  assert.equal(resolve('db.data'), 'data/db');
  assert.equal(resolve('db.data.svc.cluster.local'), 'data/db');
  assert.equal(resolve('kafka-0.kafka'), 'shop/kafka');
  assert.equal(resolve('kafka-0.kafka.shop.svc'), 'shop/kafka');
  assert.equal(resolve('api.example.com'), null);
  assert.equal(resolve('cache.data.svc'), 'missing data/cache');
});

test('property: no text makes the search throw, and a hundred thousand letters do not make it slow', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200, unit: fc.constantFrom(...'ab0.:/@-_,;="\' \nhost') }), (text) => {
      for (const kind of ['variable', 'arguments', 'file'] as const) hosts(text, 'X_HOST', kind);
    }),
    { numRuns: 300 },
  );
  const started = process.hrtime.bigint();
  for (const unit of ['a', 'a.', 'a:', 'a-', 'host ', 'a://', '1:', ' ', 'a,a:1,']) {
    hosts(unit.repeat(100_000 / unit.length), 'X_HOST', 'arguments');
  }
  assert.ok(process.hrtime.bigint() - started < 10_000_000_000n);
});
