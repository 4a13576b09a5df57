import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTable, deployment, type Loose, testServer } from './server.cases.ts';

const node = '/api/v1/nodes/general-0';
const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/general-0';

test('what clients see of a node: heartbeats and a lease that nobody writes while nothing changes', () => {
  const { small, ask } = testServer();
  small.run(3600);
  const { clock } = small.cluster;
  const ready = () => ask('GET', node).status.conditions.find(({ type }: Loose) => type === 'Ready');
  const renewed = () => clock.microsOf(ask('GET', lease).spec.renewTime);
  assert.ok(
    clock.nowMicros - clock.microsOf(ready().lastHeartbeatTime) <= 301e6,
    'a report every five minutes',
  );
  assert.ok(clock.nowMicros - renewed() <= 11e6, 'renewed every ten seconds');
  const listed = ask('GET', '/api/v1/nodes').items[0].status.conditions;
  assert.equal(listed.at(-1).lastHeartbeatTime, ready().lastHeartbeatTime);
  assert.equal(ask('GET', '/api/v1/nodes', null, { accept: asTable }).rows.length, 3);
  small.cluster.nodeParts.failNode('general-0');
  small.run(600);
  assert.equal(ready().status, 'Unknown');
  assert.ok(clock.nowMicros - renewed() >= 600e6, 'a machine that is lost renews nothing');
});

test('the endpoints of a Service are told without anybody writing them', () => {
  const { small, ask } = testServer();
  ask('POST', '/apis/apps/v1/namespaces/default/deployments', deployment('web', 2));
  ask('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'front' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  small.run(30);
  const path = '/api/v1/namespaces/default/endpoints';
  const [{ addresses, ports }] = ask('GET', `${path}/front`).subsets;
  assert.equal(addresses.length, 2);
  assert.equal(ports[0].port, 80);
  assert.equal(ask('GET', path).items.length, 1);
  assert.equal(ask('GET', `${path}/nobody`).code, 404);
  const table = ask('GET', path, null, { accept: asTable });
  assert.match(table.rows[0].cells[1], /^[\d.]+:80,[\d.]+:80$/);
});

test('what the server has to offer, and how it is', () => {
  const { ask } = testServer();
  const { paths } = ask('GET', '/');
  for (const path of ['/api/v1', '/apis/apps/v1', '/apis/metrics.k8s.io', '/openapi/v3', '/readyz/ping'])
    assert.ok(paths.includes(path), path);
  assert.equal(ask('GET', '/openapi/v2').swagger, '2.0');
  assert.equal(ask('GET', '/readyz'), 'ok');
  assert.match(ask('GET', '/readyz?verbose=true'), /\[\+\]etcd ok\nreadyz check passed/);
});

test('the pods of a StatefulSet may mount its claims', () => {
  const { ask } = testServer();
  const set = (mounted: string) => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: mounted },
    spec: {
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: {
          containers: [{ name: 'db', image: 'db:1', volumeMounts: [{ name: mounted, mountPath: '/data' }] }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
  const path = '/apis/apps/v1/namespaces/default/statefulsets';
  assert.equal(ask('POST', path, set('data')).kind, 'StatefulSet');
  assert.match(
    ask('POST', path, set('other')).message,
    /spec\.template\.spec\.containers\[0\]\.volumeMounts\[0\]\.name: Not found: "other"/,
  );
});
