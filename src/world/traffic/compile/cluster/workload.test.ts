import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, compileText, deployed, modelled, only, service } from '../manifests.cases.ts';

function kubernetes(kind: string, name: string, spec: object, namespace = 'default'): string {
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind, metadata: { name, namespace }, spec })}\n`;
}

function names(text: string): string[] {
  return compileText(text).traffic.services.map((one) => `${one.name}: ${one.workload}`);
}

test('a service is called as its Service, or as its workload where it has none', () => {
  const front = deployed('front-v2').replaceAll(
    '"name":"front-v2","namespace":"default"},"spec":{"selector"',
    '"name":"front","namespace":"default"},"spec":{"selector"',
  );
  assert.deepEqual(names(front), ['front: Deployment front-v2']);
  const alone = deployed('worker').split('---\n')[1];
  assert.deepEqual(names(`---\n${alone}`), ['worker: Deployment worker']);
  assert.deepEqual(names(deployed('web', { namespace: 'shop' })), ['shop/web: Deployment shop/web']);
});

test('a second Service over the same pods is another name for the same service', () => {
  const text =
    deployed('db') +
    kubernetes('Service', 'db-headless', {
      clusterIP: 'None',
      selector: { app: 'db' },
      ports: [{ port: 8080 }],
    }) +
    deployed('web') +
    modelled('web', { endpoints: [{ name: 'GET /', steps: [{ call: 'db-headless' }, { call: 'db' }] }] });
  const compiled = compileText(text);
  assert.deepEqual(
    compiled.traffic.services.map((one) => one.name),
    ['db', 'web'],
  );
  assert.deepEqual(
    compiled.traffic.calls.slice(0, 2).map((call) => call.endpoint),
    [0, 0],
  );
});

test('one Service over two workloads is one service with all replicas', () => {
  const stable = deployed('web', { replicas: 9 });
  const canary = deployed('web-canary', { replicas: 1 })
    .split('---\n')[1]
    .replaceAll('"app":"web-canary"', '"app":"web"');
  const compiled = compileText(`${stable}---\n${canary}`);
  const web = service(compiled.traffic, 'web');
  assert.equal(web.replicas, 10);
  assert.equal(web.workload, 'Deployment web and Deployment web-canary');
  assert.match(
    only(compiled, 'service-of-several-workloads').message,
    /Deployment web and Deployment web-canary/,
  );
});

test('a Service over everything does not swallow what others select more closely', () => {
  const part = (name: string): string =>
    deployed(name).replaceAll(`"labels":{"app":"${name}"}`, `"labels":{"app":"${name}","part":"shop"}`);
  const compiled = compileText(
    part('web') +
      part('api') +
      kubernetes('Service', 'metrics', { selector: { part: 'shop' }, ports: [{ port: 8080 }] }),
  );
  assert.deepEqual(
    compiled.traffic.services.map((one) => one.name),
    ['web', 'api'],
  );
  assert.deepEqual(codes(compiled, 'warning'), ['service-spans-services']);
});

test('Services that lead nowhere, each with what could be done', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('api', { namespace: 'shop' }) +
      kubernetes('Service', 'wrong', { selector: { app: 'wbe' }, ports: [{ port: 80 }] }) +
      kubernetes('Service', 'elsewhere', { selector: { app: 'api' }, ports: [{ port: 80 }] }) +
      kubernetes('Service', 'manual', { ports: [{ port: 80 }] }) +
      kubernetes('Service', 'outside', { type: 'ExternalName', externalName: 'db.example.com' }),
  );
  assert.deepEqual(codes(compiled, 'warning'), [
    'service-selects-nothing',
    'service-selects-nothing',
    'service-without-selector',
    'service-external',
  ]);
  const remedies = compiled.diagnostics
    .filter((one) => one.severity === 'warning')
    .map((one) => one.remedy ?? '');
  assert.match(remedies[0], /Workloads there: Deployment web/);
  assert.match(remedies[1], /another namespace/);
  assert.match(remedies[2], /spec\.for\.service: manual/);
  assert.match(remedies[3], /spec\.for\.service: outside/);
});

test('ports that the pods do not have', () => {
  const compiled = compileText(
    deployed('web') +
      kubernetes('Service', 'other', {
        selector: { app: 'web' },
        ports: [
          { name: 'a', port: 80, targetPort: 3000 },
          { name: 'b', port: 81, targetPort: 'http' },
        ],
      }),
  );
  assert.deepEqual(codes(compiled, 'warning'), ['service-port-mismatch', 'service-port-mismatch']);
  assert.match(
    compiled.diagnostics.find((one) => one.code === 'service-port-mismatch')?.remedy ?? '',
    /Declared: 8080/,
  );
});

test('the container that serves is not the sidecar before it', () => {
  const text = deployed('web', { image: 'node:22' }).replace(
    '"containers":[',
    '"containers":[{"name":"proxy","image":"istio/proxyv2:1.22","resources":{"limits":{"cpu":"250m"}}},',
  );
  const web = service(compileText(text).traffic, 'web');
  assert.deepEqual(web.concurrency, { kind: 'eventLoop' });
  assert.equal(web.cpu.limitCores, null);
  assert.equal(web.cpu.requestCores, 1.25);
});

test('a workload whose name is taken gets one of its own', () => {
  const alone = (kind: string): string =>
    `---\n${deployed('web', { kind }).split('---\n')[1]}`.replaceAll('"app":"web"', '"app":"other"');
  const compiled = compileText(deployed('web') + alone('StatefulSet'));
  assert.deepEqual(
    compiled.traffic.services.map((one) => one.name),
    ['web', 'web-statefulset'],
  );
  assert.match(only(compiled, 'name-taken').message, /simulated as web-statefulset/);
});

test('affinity of clients to pods is told not to be simulated', () => {
  const sticky = deployed('web').replace(
    '"ports":[{"port":',
    '"sessionAffinity":"ClientIP","ports":[{"port":',
  );
  const told = only(compileText(sticky), 'affinity-not-simulated');
  assert.equal(told.severity, 'warning');
  assert.deepEqual([told.resource, told.path], ['Service web', 'spec.sessionAffinity']);
  const loose = sticky.replace('"ClientIP"', '"None"');
  assert.deepEqual(codes(compileText(loose), 'warning').includes('affinity-not-simulated'), false);
});
