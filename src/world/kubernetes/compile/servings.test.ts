import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, deployed, inferred, modelled, own } from '../../traffic/compile/manifests.cases.ts';
import { clusterOf, manifest } from './compile.cases.ts';

const endpoints = [{ name: 'GET /', steps: [{ cpu: '1ms' }] }];
const gib = 1024 * 1024 * 1024;

test('pods of a workload serve the service of their Service, as its model says', () => {
  const text =
    deployed('web', { namespace: 'shop' }) +
    modelled(
      'web',
      {
        endpoints,
        startup: '4s',
        startupCores: 0.5,
        shutdown: 'immediate',
        memory: { base: '1Gi', perRequest: '2Mi', leakPerHour: '100Mi' },
        releases: [
          {
            image: ':2.1',
            errorRate: '20%',
            cpu: 1.5,
            wait: 2,
            startup: '9s',
            crashAfter: '30s',
            memory: { perRequest: '8Mi' },
          },
          { image: 'example.org/app:bad', neverReady: true },
        ],
      },
      'shop',
    );
  const [serving] = clusterOf(text).servings;
  const mib = 1024 * 1024;
  const base = { baseBytes: gib, perRequestBytes: 2 * mib, leakBytesPerHour: 100 * mib };
  assert.deepEqual(serving, {
    service: 'shop/web',
    namespace: 'shop',
    workloads: [{ kind: 'Deployment', name: 'web' }],
    services: ['web'],
    container: 'web',
    process: {
      startupMicros: 4e6,
      startupCores: 0.5,
      shutdown: 'immediate',
      memory: base,
      releases: [
        {
          image: ':2.1',
          errorRate: 0.2,
          cpuFactor: 1.5,
          waitFactor: 2,
          startupMicros: 9e6,
          crashAfterMicros: 30e6,
          neverReady: false,
          memory: { ...base, perRequestBytes: 8 * mib },
        },
        {
          image: 'example.org/app:bad',
          errorRate: 0,
          cpuFactor: 1,
          waitFactor: 1,
          startupMicros: null,
          crashAfterMicros: null,
          neverReady: true,
          memory: null,
        },
      ],
    },
  });
});

test('what no model says is inferred from image and requests, and listed', () => {
  const compiled = compileText(deployed('db', { image: 'postgres:16', port: 5432 }));
  assert.equal(inferred(compiled, 'Deployment db', 'process.startup'), '3s');
  assert.equal(inferred(compiled, 'Deployment db', 'process.memory.base'), '64 MiB');
  assert.equal(inferred(compiled, 'Deployment db', 'process.shutdown'), 'graceful');
  const stated = compileText(
    deployed('db') +
      modelled('db', { endpoints, startup: '1s', shutdown: 'immediate', memory: { base: '1Gi' } }),
  );
  for (const path of ['process.startup', 'process.memory.base', 'process.shutdown'])
    assert.equal(inferred(stated, 'Deployment db', path), undefined);
});

test('several workloads behind one Service are one serving, with all names of it', () => {
  const canary = deployed('web-canary').split('---\n')[1].replaceAll('"app":"web-canary"', '"app":"web"');
  const headless = manifest('v1', 'Service', 'web-headless', {
    spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 8080 }] },
  });
  const [serving, ...others] = clusterOf(`${deployed('web')}---\n${canary}${headless}`).servings;
  assert.deepEqual(others, []);
  assert.deepEqual(serving.workloads, [
    { kind: 'Deployment', name: 'web' },
    { kind: 'Deployment', name: 'web-canary' },
  ]);
  assert.deepEqual(serving.services, ['web', 'web-headless']);
});

test('what nobody has pods of is served by nobody', () => {
  const payments = manifest('v1', 'Service', 'payments', {
    spec: { type: 'ExternalName', externalName: 'pay.example.com' },
  });
  const servings = clusterOf(
    deployed('web') +
      payments +
      own('ServiceModel', 'payments', {
        for: { service: 'payments' },
        runtime: { model: 'eventLoop' },
        endpoints,
      }),
  ).servings.map(({ service }) => service);
  assert.deepEqual(servings, ['web']);
});
