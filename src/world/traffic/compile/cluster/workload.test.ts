import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, compileText, deployed, modelled, only, own, service } from '../manifests.cases.ts';

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

const podSpec = (image = 'node:22') => ({
  containers: [{ name: 'web', image, ports: [{ containerPort: 8080 }] }],
});
const webService = (name: string, more: object = {}) =>
  kubernetes('Service', name, { selector: { app: 'web', ...more }, ports: [{ port: 8080 }] });

function document(apiVersion: string, kind: string, name: string, rest: object): string {
  return `---\n${JSON.stringify({ apiVersion, kind, metadata: { name }, ...rest })}\n`;
}

const ofTemplate = (spec: object = {}) => ({
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: podSpec() },
    ...spec,
  },
});
const barePod = (name: string, image?: string) =>
  `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: podSpec(image) })}\n`;

test('bare Pods behind a Service are one service, with a word only where they differ', () => {
  const alike = compileText(barePod('a') + barePod('b') + webService('web'));
  assert.deepEqual(
    alike.traffic.services.map(({ name, replicas, workload }) => [name, replicas, workload]),
    [['web', 2, 'Pod a and Pod b']],
  );
  assert.equal(
    alike.diagnostics.some(({ code }) => code === 'service-of-several-workloads'),
    false,
  );
  only(
    compileText(barePod('a') + barePod('b', 'nginx:1') + webService('web')),
    'service-of-several-workloads',
  );
});

test('ReplicaSets and ReplicationControllers serve as Deployments do', () => {
  for (const [apiVersion, kind] of [
    ['apps/v1', 'ReplicaSet'],
    ['v1', 'ReplicationController'],
  ]) {
    const { spec } = ofTemplate({ replicas: 4 });
    const selector = kind === 'ReplicaSet' ? spec.selector : { app: 'web' };
    const { traffic } = compileText(
      document(apiVersion, kind, 'web', { spec: { ...spec, selector } }) + webService('web'),
    );
    assert.deepEqual([traffic.services[0].workload, traffic.services[0].replicas], [`${kind} web`, 4]);
  }
});

test('a DaemonSet has a pod on each node that takes it', () => {
  const pool = (name: string, count: number, more: object = {}) => ({
    name,
    count,
    cores: 4,
    memory: '16Gi',
    ...more,
  });
  const topology = own('Topology', 'cluster', {
    nodePools: [
      pool('general', 3),
      pool('fast', 2, { labels: { disk: 'ssd' } }),
      pool('gpu', 5, {
        labels: { disk: 'ssd' },
        taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      }),
    ],
  });
  const replicas = (pod: object) => {
    const daemon = ofTemplate({
      template: { metadata: { labels: { app: 'web' } }, spec: { ...podSpec(), ...pod } },
    });
    const text = document('apps/v1', 'DaemonSet', 'web', daemon) + webService('web');
    return service(compileText(topology + text).traffic, 'web').replicas;
  };
  assert.equal(replicas({}), 5);
  assert.equal(replicas({ nodeSelector: { disk: 'ssd' } }), 2);
  assert.equal(replicas({ nodeSelector: { disk: 'ssd', 'kubernetes.io/os': 'linux' } }), 2);
  assert.equal(replicas({ tolerations: [{ operator: 'Exists' }] }), 10);
  assert.equal(replicas({ tolerations: [{ key: 'gpu', value: 'yes' }] }), 10);
  assert.equal(replicas({ tolerations: [{ key: 'gpu', value: 'no' }] }), 5);
  assert.equal(replicas({ tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }] }), 5);
});

const canary = {
  canary: { stableService: 'web-stable', canaryService: 'web-canary', steps: [{ setWeight: 10 }] },
};
const rollout = (spec: object) => document('argoproj.io/v1alpha1', 'Rollout', 'web', { spec });

test('the Services of a Rollout lead to one service of the name of the stable one', () => {
  const compiled = compileText(
    rollout({ ...ofTemplate({ replicas: 5 }).spec, strategy: canary }) +
      webService('web-canary', { 'rollouts-pod-template-hash': '5d4' }) +
      webService('web-stable', { 'rollouts-pod-template-hash': '7c6' }) +
      own('ServiceModel', 'web', {
        for: { rollout: 'web' },
        runtime: { model: 'eventLoop' },
        endpoints: [{ name: 'GET /', steps: [{ cpu: '1ms' }] }],
      }) +
      deployed('edge') +
      modelled('edge', { endpoints: [{ name: 'GET /', steps: [{ call: 'web-canary/GET /' }] }] }),
  );
  assert.deepEqual(codes(compiled), []);
  assert.deepEqual(codes(compiled, 'warning'), []);
  assert.deepEqual(
    compiled.traffic.services.map(({ name, workload, replicas }) => [name, workload, replicas]),
    [
      ['web-stable', 'Rollout web', 5],
      ['edge', 'Deployment edge', 1],
    ],
  );
});

test('a Rollout that refers to a Deployment has its pods, and the Deployment none', () => {
  const compiled = compileText(
    deployed('web', { replicas: 3 }) +
      rollout({
        replicas: 4,
        workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        strategy: { canary: {} },
      }) +
      modelled('web', {
        for: { deployment: 'web' },
        endpoints: [{ name: 'GET /', steps: [{ cpu: '1ms' }] }],
      }),
  );
  assert.deepEqual(codes(compiled), []);
  assert.deepEqual(
    compiled.traffic.services.map(({ name, workload, replicas }) => [name, workload, replicas]),
    [['web', 'Rollout web', 4]],
  );
});

test('an autoscaled workload begins with the larger of its replicas and the minimum, or with none', () => {
  const autoscaler = (kind: string, spec: object) =>
    document('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind, name: 'web' }, maxReplicas: 9, ...spec },
    });
  const replicas = (stated: object, spec: object) =>
    service(
      compileText(
        document('apps/v1', 'Deployment', 'web', ofTemplate(stated)) +
          webService('web') +
          autoscaler('Deployment', spec),
      ).traffic,
      'web',
    ).replicas;
  assert.equal(replicas({}, { minReplicas: 3 }), 3);
  assert.equal(replicas({ replicas: 2 }, { minReplicas: 3 }), 3);
  assert.equal(replicas({ replicas: 5 }, { minReplicas: 3 }), 5);
  assert.equal(replicas({ replicas: 5 }, {}), 5);
  assert.equal(replicas({}, {}), 1);
  assert.equal(replicas({ replicas: 0 }, { minReplicas: 3 }), 0);
});
