import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../cluster/manifest.ts';
import { infrastructurePresets } from './infrastructure.ts';
import { platformPresets, unknownPreset } from './platforms.ts';
import type { ProcessSettings } from './preset.ts';
import { imageName, isSidecar, recognise } from './recognise.ts';

function preset(image: string, more: Partial<Container> = {}, environment: readonly string[] = []): string {
  return recognise({ name: 'c', image, ...more }, environment).preset.name;
}

test('images by the name of what is in them', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['node:22-alpine', 'node'],
    ['postgres:16', 'postgres'],
    ['docker.io/bitnami/postgresql:15.4.0-debian-11-r10', 'postgres'],
    ['registry.example:5000/team/redis@sha256:0123', 'redis'],
    ['valkey/valkey:8', 'redis'],
    ['bitnami/redis-cluster:7', 'redis'],
    ['memcached:1.6', 'memcached'],
    ['confluentinc/cp-kafka:7.6', 'kafka'],
    ['acme/php-redis:5', 'php-fpm'],
    ['apache/kafka:3.8', 'kafka'],
    ['redpandadata/redpanda:v24', 'kafka'],
    ['rabbitmq:3-management', 'broker'],
    ['docker.elastic.co/elasticsearch/elasticsearch:8.15.0', 'elasticsearch'],
    ['opensearchproject/opensearch:2', 'elasticsearch'],
    ['mariadb:11', 'mysql'],
    ['mongo:7', 'mongo'],
    ['nginxinc/nginx-unprivileged', 'nginx'],
    ['envoyproxy/envoy:v1.31', 'envoy'],
    ['haproxy:3', 'haproxy'],
    ['traefik:v3', 'traefik'],
    ['edoburu/pgbouncer', 'pgbouncer'],
    ['tiangolo/uvicorn-gunicorn-fastapi', 'uvicorn'],
    ['wordpress:6-apache', 'apache-php'],
    ['php:8-fpm', 'php-fpm'],
    ['mcr.microsoft.com/dotnet/samples:aspnetapp', 'default'],
    ['mcr.microsoft.com/dotnet/aspnet:8.0', 'dotnet'],
    ['eclipse-temurin:21', 'java'],
    ['oliver006/redis_exporter', 'telemetry'],
    ['quay.io/prometheus/node-exporter', 'telemetry'],
    ['acme/redis-worker', 'default'],
    ['mongo-express', 'node'],
    ['acme/kafka-consumer', 'default'],
    ['acme/shop-api:1', 'default'],
  ];
  for (const [image, expected] of cases) assert.equal(preset(image), expected, image);
});

test('what the image does not tell, the command, the environment or the port may', () => {
  assert.equal(preset('acme/api', { command: ['/usr/bin/node', 'server.js'] }), 'node');
  assert.equal(preset('acme/api', { command: ['sh', '-c', 'cd /app && exec java -jar app.jar'] }), 'java');
  assert.equal(
    preset('acme/api', { args: ['gunicorn', 'app:app', '-k', 'uvicorn.workers.UvicornWorker'] }),
    'uvicorn',
  );
  assert.equal(preset('acme/api', { command: ['tini', '--', 'gunicorn', 'app:app'] }), 'python');
  assert.equal(preset('acme/api', {}, ['RAILS_ENV']), 'puma');
  assert.equal(preset('acme/api', {}, ['POSTGRES_DB', 'REDIS_URL']), 'default');
  assert.equal(preset('acme/store', { ports: [{ containerPort: 5432 }] }), 'postgres');
  assert.equal(preset(''), 'default');
});

test('the name of an image is its last part', () => {
  assert.equal(imageName('registry.example:5000/a/Shop-API:1.2@sha256:ff'), 'shop-api');
});

test('containers that serve the pod are sidecars', () => {
  const is = (image: string, name = 'c'): boolean => isSidecar({ name, image });
  assert.ok(is('istio/proxyv2:1.22'));
  assert.ok(is('quay.io/prometheuscommunity/postgres-exporter'));
  assert.ok(is('gcr.io/cloud-sql-connectors/cloud-sql-proxy:2'));
  assert.ok(is('acme/x', 'linkerd-proxy'));
  assert.ok(!is('acme/shop-api', 'api'));
});

test('every preset is whole: names are unique, figures positive and their basis stated', () => {
  const all = [...infrastructurePresets, ...platformPresets, unknownPreset];
  assert.equal(new Set(all.map((one) => one.name)).size, all.length);
  const settings: readonly ProcessSettings[] = [1, 4, 64].flatMap((nodeCores) =>
    [null, 0.1, 2].map((limitCores) => ({ nodeCores, limitCores, number: () => null })),
  );
  for (const one of all) {
    assert.ok(one.endpoints.length > 0 && one.bootMicros > 0, one.name);
    for (const endpoint of one.endpoints) {
      assert.ok(endpoint.basis.length > 10 && endpoint.work.length > 0);
      for (const work of endpoint.work)
        assert.ok(work.meanMicros > 0 && work.cv > 0 && work.probability > 0 && work.probability <= 1);
    }
    for (const each of settings) {
      const { value, basis, processes = 1 } = one.concurrency(each);
      assert.ok(basis.length > 5 && processes >= 1);
      if (value.kind !== 'eventLoop') assert.ok(value.cores >= 1, one.name);
      if (value.kind === 'threadPool') assert.ok(value.threads >= 1);
    }
  }
});

test('documented defaults and the settings that change them', () => {
  const runs = (
    name: string,
    stated: Readonly<Record<string, number>> = {},
    limitCores: number | null = 2,
  ) => {
    const found = [...infrastructurePresets, ...platformPresets].find((one) => one.name === name)!;
    const number = (...names: readonly string[]): number | null => {
      const key = names.find((one) => stated[one] !== undefined);
      return key === undefined ? null : stated[key];
    };
    return found.concurrency({ nodeCores: 4, limitCores, number }).value;
  };
  assert.deepEqual(runs('node'), { kind: 'eventLoop' });
  assert.deepEqual(runs('node', { WEB_CONCURRENCY: 3 }), {
    kind: 'processorSharing',
    maxConcurrent: null,
    cores: 3,
  });
  assert.deepEqual(runs('python'), { kind: 'threadPool', threads: 5, cores: 5 });
  assert.deepEqual(runs('python', {}, null), { kind: 'threadPool', threads: 9, cores: 9 });
  assert.deepEqual(runs('puma', { WEB_CONCURRENCY: 2, RAILS_MAX_THREADS: 3 }), {
    kind: 'threadPool',
    threads: 6,
    cores: 2,
  });
  assert.deepEqual(runs('java'), { kind: 'threadPool', threads: 200, cores: 4 });
  assert.deepEqual(runs('postgres'), { kind: 'threadPool', threads: 97, cores: 4 });
  assert.deepEqual(runs('postgres', { max_connections: 300 }), {
    kind: 'threadPool',
    threads: 297,
    cores: 4,
  });
  assert.deepEqual(runs('mysql'), { kind: 'threadPool', threads: 151, cores: 4 });
  assert.deepEqual(runs('elasticsearch'), { kind: 'threadPool', threads: 4, cores: 4 });
  assert.deepEqual(runs('go', { GOMAXPROCS: 2 }), {
    kind: 'processorSharing',
    maxConcurrent: null,
    cores: 2,
  });
});
