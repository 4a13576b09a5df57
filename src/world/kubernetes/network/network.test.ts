import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../cluster.cases.ts';
import type { Draft } from '../objects/meta.ts';
import {
  endpointSlices,
  endpoints,
  type Pod,
  type PodSpec,
  pods,
  type Service,
  services,
} from '../objects/resource-types.ts';

function pod(name: string, spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: {
      nodeName: 'general-0',
      containers: [{ name: 'main', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }],
      ...spec,
    },
    status: { phase: 'Pending' },
  };
}

function service(spec: Partial<Service['spec']> = {}, name = 'web'): Draft<Service> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }], ...spec },
  };
}

function setting(spec: Partial<Service['spec']> = {}) {
  const small = smallCluster();
  const { cluster } = small;
  const made = cluster.api.create(services, service(spec));
  assert.ok(made.ok);
  const slices = () => [...cluster.store.table(endpointSlices).values('default')].filter(isWebs);
  const shown = () =>
    slices().flatMap(({ endpoints }) =>
      endpoints.map(({ targetRef, conditions: { ready, serving, terminating } }) =>
        [targetRef?.name, ready && 'ready', serving && 'serving', terminating && 'terminating']
          .filter(Boolean)
          .join(' '),
      ),
    );
  const targets = () => cluster.network.proxy.targetsOf('default', 'web');
  return { ...small, made: made.value, slices, shown, targets };
}

function isWebs({ metadata }: { metadata: { labels?: Readonly<Record<string, string>> } }): boolean {
  return metadata.labels?.['kubernetes.io/service-name'] === 'web';
}

test('ready pods become endpoints and then targets', () => {
  const { cluster, run, shown, targets, slices, routing, processes } = setting();
  cluster.api.create(pods, pod('a'));
  run(1);
  assert.deepEqual(shown(), []);
  assert.equal(slices().length, 1, 'a slice without endpoints');
  run(9);
  assert.deepEqual(shown(), ['a ready serving']);
  assert.deepEqual(slices()[0].ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(targets(), ['a']);
  assert.deepEqual([...routing.processes.get('default/web')!], [...processes.running.keys()]);
});

test('a terminating pod still receives traffic for a while, and longer where there is no other', () => {
  const { cluster, run, shown, targets, processes } = setting();
  processes.stubborn = true;
  cluster.api.create(pods, pod('a'));
  cluster.api.create(pods, pod('b'));
  run(10);
  assert.deepEqual(targets(), ['a', 'b']);
  cluster.api.delete(pods, 'default', 'a');
  run(0.02);
  assert.deepEqual(shown(), ['a serving terminating', 'b ready serving']);
  assert.deepEqual(targets(), ['a', 'b']);
  run(1.1);
  assert.deepEqual(targets(), ['b']);
  cluster.api.delete(pods, 'default', 'b');
  run(3);
  assert.deepEqual(targets(), ['a', 'b'], 'terminating endpoints are used when none is ready');
  run(40);
  assert.deepEqual(targets(), []);
  assert.deepEqual(shown(), []);
});

test('a container that starts anew behind its address is reached at once', () => {
  const { cluster, run, routing, processes } = setting();
  cluster.api.create(pods, pod('a'));
  run(10);
  const before = [...routing.processes.get('default/web')!];
  processes.exit('default/a/main', 1);
  run(3);
  const after = [...routing.processes.get('default/web')!];
  assert.notDeepEqual(after, before);
  assert.deepEqual(after, [...processes.running.keys()]);
});

test('an unready address is published when the Service asks for it', () => {
  const { cluster, run, shown } = setting({ publishNotReadyAddresses: true, clusterIP: 'None' });
  const readinessProbe = { httpGet: { port: 80 }, initialDelaySeconds: 100 };
  cluster.api.create(
    pods,
    pod('a', {
      containers: [
        { name: 'main', image: 'web:1', readinessProbe, ports: [{ name: 'http', containerPort: 1 }] },
      ],
    }),
  );
  run(20);
  assert.deepEqual(shown(), ['a ready']);
});

test('slices hold a hundred endpoints and are mended when somebody breaks them', () => {
  const { cluster, run, slices } = setting();
  for (let number = 0; number < 150; number++)
    cluster.api.create(pods, pod(`web-${number}`, { nodeName: `general-${number % 3}` }));
  run(30);
  const sizes = () =>
    slices()
      .map(({ endpoints }) => endpoints.length)
      .sort((a, b) => b - a);
  assert.deepEqual(sizes(), [100, 50]);
  cluster.api.delete(endpointSlices, 'default', slices()[0].metadata.name);
  run(5);
  assert.equal(
    sizes().reduce((a, b) => a + b, 0),
    150,
  );
});

test('a Service gets an address, node ports and a balancer, and no other may have them', () => {
  const { cluster, made, run } = setting({ type: 'LoadBalancer', ports: [{ port: 80 }] });
  assert.match(made.spec.clusterIP!, /^10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/);
  const nodePort = made.spec.ports?.[0].nodePort;
  assert.ok(nodePort !== undefined && nodePort >= 30_000 && nodePort <= 32_767);
  const taken = cluster.api.create(
    services,
    service({ clusterIP: made.spec.clusterIP!, type: 'NodePort', ports: [{ port: 1, nodePort }] }, 'other'),
  );
  assert.ok(!taken.ok);
  assert.equal(taken.failure.code, 422);
  assert.equal(taken.failure.details?.causes?.length, 2);
  assert.match(taken.failure.message, /provided IP is already allocated.*provided port is already allocated/);
  run(29);
  const status = () => cluster.store.get(services, 'default', 'web')?.status as { loadBalancer?: unknown };
  assert.equal(status()?.loadBalancer, undefined);
  run(2);
  assert.deepEqual(status().loadBalancer, { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] });
});

test('Endpoints are shown from the slices', () => {
  const { cluster, run } = setting();
  cluster.api.create(pods, pod('a'));
  run(10);
  const { subsets } = cluster.network.endpointsOf('default', 'web') as unknown as {
    subsets: { addresses: { ip: string }[]; ports: unknown }[];
  };
  assert.deepEqual(
    subsets[0].addresses.map(({ ip }) => ip),
    ['10.128.0.2'],
  );
  assert.deepEqual(subsets[0].ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
});

test('Endpoints of a Service without a selector are mirrored', () => {
  const { cluster, run, slices } = setting();
  const metadata = { name: 'db', namespace: 'default' };
  const spec = { ports: [{ port: 5432 }] };
  cluster.api.create(services, { apiVersion: 'v1', kind: 'Service', metadata, spec });
  const write = (ip: string) => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip }], ports: [{ port: 5432 }] }],
  });
  cluster.api.create(endpoints, write('192.0.2.1'));
  const mirrored = () =>
    [...cluster.store.table(endpointSlices).values('default')]
      .filter(({ metadata: { labels } }) => labels?.['kubernetes.io/service-name'] === 'db')
      .map((slice) => `${slice.endpoints[0].addresses[0]}:${slice.ports[0].port}`);
  run(1);
  assert.deepEqual(mirrored(), ['192.0.2.1:5432']);
  cluster.api.modify(endpoints, 'default', 'db', (now) => ({
    ...now,
    ...write('192.0.2.9'),
    metadata: now.metadata,
  }));
  run(1);
  assert.deepEqual(mirrored(), ['192.0.2.9:5432']);
  cluster.api.delete(endpoints, 'default', 'db');
  run(1);
  assert.deepEqual(mirrored(), []);
  assert.equal(slices().length, 1, 'those of others stay');
});
