import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownKinds } from './known-kinds.ts';
import { limits } from './limits.ts';
import { type ParseOptions, parse } from './parse.ts';

const catalogue = { kinds: knownKinds, compilers: [] };

function read(text: string, options: ParseOptions = {}) {
  return parse([{ name: 'shop.yaml', text }], catalogue, options);
}

/** Severity, code, line and column of each diagnostic. */
function told(text: string, options: ParseOptions = {}) {
  return read(text, options).diagnostics.map(({ severity, code, position }) =>
    [severity, code, position?.line, position?.column].join(' '),
  );
}

const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;

test('documents become resources with identity, value and places', () => {
  const { scenario, diagnostics } = read(`# Source: shop/templates/web.yaml
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
    - port: 80
---
${configMap('settings', 'data: {A: "1"}')}
`);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    scenario.resources.all.map((resource) => resource.id),
    ['Service shop/web', 'ConfigMap settings'],
  );
  const service = scenario.resources.find<{ spec: unknown }>('Service', 'shop', 'web');
  assert.deepEqual(service?.value.spec, { ports: [{ port: 80 }] });
  assert.deepEqual(service?.at(['spec', 'ports', 0, 'port']), { file: 'shop.yaml', line: 10, column: 13 });
  assert(Object.isFrozen(service?.value.spec));
  assert.equal(scenario.resources.find('Service', 'default', 'web'), null);
  assert.equal(scenario.document, null);
  assert.equal(scenario.name, 'shop');
  assert(scenario.resources.whole);
});

test('what kubectl get prints is read as it is', () => {
  const { scenario, diagnostics } = read(`apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations: {deployment.kubernetes.io/revision: "3"}
    creationTimestamp: "2026-01-05T10:00:00Z"
    generation: 3
    managedFields:
    - {apiVersion: apps/v1, fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:replicas": {}}}, manager: kubectl, operation: Update}
    name: web
    namespace: default
    resourceVersion: "12345"
    uid: 5b2b1f4e-0000-0000-0000-000000000000
  spec:
    progressDeadlineSeconds: 600
    replicas: 2
    revisionHistoryLimit: 10
    selector: {matchLabels: {app: web}}
    strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}, type: RollingUpdate}
    template:
      metadata: {creationTimestamp: null, labels: {app: web}}
      spec:
        containers:
        - {image: "nginx:1.27", imagePullPolicy: IfNotPresent, name: web, resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}
        dnsPolicy: ClusterFirst
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        terminationGracePeriodSeconds: 30
  status: {availableReplicas: 2, someNewField: {x: 1}}
`);
  assert.deepEqual(diagnostics, []);
  const deployment = scenario.resources.find<Record<string, unknown>>('Deployment', 'default', 'web');
  assert.equal(deployment?.value['status'], undefined);
});

test('lists of one kind say it for their items', () => {
  const { scenario, diagnostics } = read(
    '{"kind": "ConfigMapList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]}',
  );
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    scenario.resources.byKind('ConfigMap').map((each) => [each.name, each.apiVersion]),
    [
      ['a', 'v1'],
      ['b', 'v1'],
    ],
  );
});

test('a later document takes the place of an earlier one of the same identity', () => {
  const { scenario, diagnostics } = read(
    `${configMap('a', 'data: {v: "1"}')}\n---\n${configMap('b')}\n---\n${configMap('a', 'data: {v: "2"}')}`,
  );
  assert.deepEqual(
    scenario.resources.all.map((each) => each.id),
    ['ConfigMap a', 'ConfigMap b'],
  );
  assert.deepEqual(scenario.resources.all[0].value, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data: { v: '2' },
  });
  assert.deepEqual(
    diagnostics.map(({ severity, message }) => [severity, message]),
    [['info', 'ConfigMap a replaces the one at shop.yaml:1.']],
  );
});

test('unknown kinds warn once each, and are errors when strict', () => {
  const text = `apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n---\n${configMap('x')}\n---\napiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: b}\n`;
  assert.deepEqual(told(text), ['warning unknown-kind 2 1']);
  assert.deepEqual(told(text, { strict: true }), ['error unknown-kind 2 1']);
  assert(read(text).scenario.resources.whole);
});

test('a kind misspelt, or of another version, is told what it should be', () => {
  const remedy = (apiVersion: string, kind: string) =>
    read(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: a}\n`).diagnostics.find(
      ({ code }) => code === 'unknown-kind',
    )?.remedy;
  assert.equal(remedy('apps/v1', 'Deploymnet'), 'Did you mean Deployment of apps/v1?');
  assert.equal(remedy('extensions/v1beta1', 'Deployment'), 'Use apiVersion apps/v1.');
  assert.equal(remedy('sim.devops/v1alpha1', 'traffic'), 'Did you mean Traffic of sim.devops/v1alpha1?');
  assert.equal(
    remedy('autoscaling/v2beta2', 'HorizontalPodAutoscaler'),
    'Use apiVersion autoscaling/v2 or autoscaling/v1.',
  );
});

test('a kind that the own group does not have is an error, and so is a group that is all but the own one', () => {
  const own = (apiVersion: string, kind: string) =>
    read(
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: visitors}\nspec:\n  target: {service: 3}\n`,
    );
  const cases = [
    ['sim.devops/v1alpha1', 'Trafic', 'Did you mean Traffic of sim.devops/v1alpha1?', 2, 1],
    ['sim.devops/v1', 'Traffic', 'Use apiVersion sim.devops/v1alpha1.', 2, 1],
    ['sim.devop/v1alpha1', 'Traffic', 'Use apiVersion sim.devops/v1alpha1.', 1, 13],
    ['simdevops/v1alpha1', 'Trafic', 'Did you mean Traffic of sim.devops/v1alpha1?', 1, 13],
    ['devops.sim/v1', 'Traffic', 'Use apiVersion sim.devops/v1alpha1.', 1, 13],
    ['v1alpha1', 'Traffic', 'Use apiVersion sim.devops/v1alpha1.', 1, 13],
  ] as const;
  for (const [apiVersion, kind, expected, line, column] of cases) {
    const { scenario, diagnostics } = own(apiVersion, kind);
    const [unknown] = diagnostics.filter(({ code }) => code === 'unknown-kind');
    assert.deepEqual(
      [unknown.severity, unknown.message, unknown.remedy, unknown.position?.line, unknown.position?.column],
      ['error', `There is no kind ${kind} of ${apiVersion}.`, expected, line, column],
    );
    // What it says is judged as what was meant.
    assert.deepEqual(
      diagnostics.filter(({ code }) => code !== 'unknown-kind').map(({ code, path }) => [code, path]),
      [
        ['missing-choice', 'spec'],
        ['wrong-type', 'spec.target.service'],
      ],
      apiVersion,
    );
    assert(!scenario.resources.sound);
  }
  const scenario = 'apiVersion: sim.devop/v1\nkind: Scenario\nmetadata: {name: day}\nspec: {}\n';
  assert.deepEqual(told(scenario, { duration: '1h' }), ['error unknown-kind 1 13']);
  const other = own('sim.devops/v1alpha1', 'Ingress');
  assert.match(other.diagnostics[0].remedy ?? '', /^Its kinds are Scenario, ServiceModel, .*Traffic/);
  assert(!other.scenario.resources.whole);
  for (const foreign of ['traffic.example.io/v1', 'v1', 'simple.example.org/v1'])
    assert.deepEqual(
      own(foreign, 'Traffic').diagnostics.map(({ severity, code }) => `${severity} ${code}`),
      ['warning unknown-kind'],
      foreign,
    );
});

test('unknown fields warn in Kubernetes kinds, and are errors in own kinds or when strict', () => {
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  port: 80\n  ports: [{port: 80}]\n';
  assert.deepEqual(told(service), ['warning unknown-field 5 3']);
  assert.deepEqual(told(service, { strict: true }), ['error unknown-field 5 3']);
  const scenario =
    'apiVersion: sim.devops/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  duraton: 1h\n';
  assert.deepEqual(told(scenario), ['error unknown-field 5 3']);
  const strict = `${scenario.replace('duraton: 1h', 'strict: true')}---\n${service}`;
  assert.deepEqual(told(strict), ['error unknown-field 11 3']);
});

test('what is no resource says what is missing', () => {
  assert.deepEqual(told('just text\n'), ['error not-a-resource 1 1']);
  assert.deepEqual(told('- a\n- b\n'), ['error not-a-resource 1 1']);
  assert.deepEqual(told('replicaCount: 3\n'), ['error not-a-resource 1 1']);
  assert.deepEqual(told('kind: Service\n'), ['error not-a-resource 1 1']);
  assert.deepEqual(told('apiVersion: v1\nkind: 3\n'), ['error not-a-resource 2 7']);
  assert.match(read('services:\n  web: {image: nginx}\n').diagnostics[0].remedy ?? '', /Compose/);
});

test('names are checked as Kubernetes checks them', () => {
  assert.deepEqual(told('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Web_1\n'), [
    'error bad-name 4 9',
  ]);
  assert.deepEqual(
    told('apiVersion: v1\nkind: Service\nmetadata:\n  name: 1web\nspec: {ports: [{port: 1}]}\n'),
    ['error bad-name 4 9'],
  );
  assert.deepEqual(told('apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: A.B, name: x}\n'), [
    'error bad-name 3 23',
  ]);
  assert.deepEqual(told('apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n'), [
    'error missing-field 3 1',
  ]);
  assert.deepEqual(told('apiVersion: v1\nkind: ConfigMap\n'), ['error missing-field 1 1']);
  assert.deepEqual(told('apiVersion: v1\nkind: ConfigMap\nmetadata: 3\n'), ['error wrong-type 3 11']);
});

test('what is not simulated is noted once for each kind, with what becomes of it', () => {
  const policy = (name: string) =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}}\nspec: {podSelector: {}}\n`;
  const { diagnostics } = read(`${policy('a')}---\n${policy('b')}`);
  assert.deepEqual(
    diagnostics.map(({ severity, code, message }) => [severity, code, message]),
    [['info', 'not-simulated', '2 networkpolicies kept to be shown; every pod can reach every other.']],
  );
  const lease = 'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: a}\nspec: {}\n';
  assert.match(read(lease).diagnostics[0].message, /^1 Lease left out: the cluster makes its own/);
});

const definition = (
  kind: string,
  plural: string,
  scope = 'Namespaced',
) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.example.com}
spec:
  group: example.com
  scope: ${scope}
  names: {kind: ${kind}, plural: ${plural}, shortNames: [wd]}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
`;

test('objects of kinds that the documents define are kept', () => {
  const widget =
    'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: shop}\nspec: {size: 3}\n';
  assert.deepEqual(told(widget), ['warning unknown-kind 2 1']);
  for (const text of [
    `${definition('Widget', 'widgets')}---\n${widget}`,
    `${widget}---\n${definition('Widget', 'widgets')}`,
  ]) {
    const { scenario, diagnostics } = read(text, { strict: true });
    assert.deepEqual(
      diagnostics.map(({ code, message }) => [code, message]),
      [['not-simulated', '1 Widget kept; nothing acts on custom resources.']],
    );
    assert.equal(scenario.resources.find('Widget', 'shop', 'a')?.apiVersion, 'example.com/v1');
  }
  assert.deepEqual(
    told(`${definition('Widget', 'widgets')}---\n${widget.replace('example.com/v1', 'example.com/v2')}`),
    ['warning unknown-kind 12 1'],
  );
});

test('a custom kind of the name of a kind that acts does not take its place', () => {
  const mine = 'apiVersion: example.com/v1\nkind: Service\nmetadata: {name: web}\n';
  const real = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n';
  const { scenario } = read(`${definition('Service', 'services')}---\n${real}---\n${mine}`);
  assert.deepEqual(
    scenario.resources.byKind('Service').map(({ apiVersion }) => apiVersion),
    ['v1'],
  );
});

const owned = (kind: string, name: string, owner: string, more = '') => {
  const [ownerKind, ownerName] = owner.split('/');
  return `---
apiVersion: ${kind === 'Pod' ? 'v1' : 'apps/v1'}
kind: ${kind}
metadata:
  name: ${name}
  ${more}
  ownerReferences: [{apiVersion: apps/v1, kind: ${ownerKind}, name: ${ownerName}, uid: u, controller: true}]
spec: {}
`;
};
const bare = (kind: string, name: string, apiVersion: string) =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {a: b}\n`;

test('what controllers made is left out with a note, also where what made it in between was not dumped', () => {
  const notes = (text: string) => read(text).diagnostics.filter(({ severity }) => severity === 'info');
  const deployment = bare('Deployment', 'web', 'apps/v1');
  const replicas = owned('ReplicaSet', 'web-5d4', 'Deployment/web');
  const hash = 'labels: {pod-template-hash: 5d4}';
  const pods =
    owned('Pod', 'web-5d4-a', 'ReplicaSet/web-5d4', hash) +
    owned('Pod', 'web-5d4-b', 'ReplicaSet/web-5d4', hash);
  for (const [text, message] of [
    [deployment + replicas + pods, '1 ReplicaSet, 2 Pods left out: their controllers make them anew.'],
    [deployment + pods, '2 Pods left out: their controllers make them anew.'],
    [owned('Pod', 'kube-proxy-node-1', 'Node/node-1'), '1 Pod left out: their controllers make them anew.'],
    [
      bare('CronJob', 'nightly', 'batch/v1') + owned('Pod', 'nightly-29-x', 'Job/nightly-29'),
      '1 Pod left out: their controllers make them anew.',
    ],
  ])
    assert.deepEqual(
      notes(text).map((each) => each.message),
      [message],
    );
  // The maker is not there, or is one that does not act here.
  assert.deepEqual(notes(owned('Pod', 'web-5d4-a', 'ReplicaSet/web-5d4', hash)), []);
  assert.deepEqual(
    notes(
      `${definition('Kafka', 'kafkas')}${bare('Kafka', 'k', 'example.com/v1')}${owned('StatefulSet', 'k', 'Kafka/k')}`,
    ).map(({ code }) => code),
    ['not-simulated'],
  );
});

test('what has ended in a dump does not begin again', () => {
  const pod = (phase: string) =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: p-${phase.toLowerCase()}}\nspec: {containers: [{name: a, image: b}]}\nstatus: {phase: ${phase}}\n`;
  const job =
    "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {}\nstatus: {conditions: [{type: Complete, status: 'True'}]}\n";
  const { scenario, diagnostics } = read(pod('Succeeded') + pod('Running') + job);
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    ['1 Pod, 1 Job left out: they have run to completion.'],
  );
  assert.deepEqual(
    scenario.resources.all.map(({ id }) => id),
    ['Pod p-running'],
  );
});

test('all problems of all documents come at once, in the order of the text', () => {
  assert.deepEqual(
    told(`apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: -1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: wbe}}
    spec:
      containers:
        - name: web
          image: x
          ports: [{containerPort: "80"}]
          resources: {requests: {cpu: 2}, limits: {cpu: 500m}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 99999}]}
`),
    [
      'error out-of-range 5 13',
      'error selector-mismatch 8 16',
      'error wrong-type 13 35',
      'error request-over-limit 14 39',
      'error out-of-range 19 23',
    ],
  );
});

test('a second Scenario is an error', () => {
  const scenario = (name: string) =>
    `apiVersion: sim.devops/v1alpha1\nkind: Scenario\nmetadata: {name: ${name}}\nspec: {}\n`;
  assert.deepEqual(told(`${scenario('a')}---\n${scenario('b')}`), ['error several-scenarios 6 1']);
});

test('files too long, one or all together, are left out', () => {
  const long = `# ${'x'.repeat(limits.fileLength)}`;
  assert.deepEqual(told(long), ['error too-long 1 1']);
  const part = `# ${'x'.repeat(limits.fileLength - 10)}\n`;
  const many = Array.from({ length: 6 }, (_, index) => ({ name: `${index}.yaml`, text: part }));
  assert.deepEqual(
    parse(many, catalogue).diagnostics.map(({ code, position }) => [code, position?.file]),
    [
      ['too-long', '4.yaml'],
      ['too-long', '5.yaml'],
    ],
  );
});

test('documents of other projects do not hide those of Kubernetes', () => {
  const { scenario, diagnostics } = read(
    'apiVersion: openslo/v1\nkind: Service\nmetadata: {name: web, displayName: Web}\nspec: {}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n',
  );
  assert.deepEqual(
    scenario.resources.byKind('Service').map((each) => each.apiVersion),
    ['v1'],
  );
  assert.deepEqual(
    diagnostics.map(({ severity }) => severity),
    ['info'],
  );
});

test('distributions that contradict themselves are told with all else', () => {
  const text = `apiVersion: sim.devops/v1alpha1
kind: ServiceModel
metadata: {name: web}
spec:
  for: {service: web}
  startup: 8
  endpoints:
    - name: GET /
      steps:
        - cpu: {lognormal: {p50: 10ms, p99: 1ms}}
        - wait: {mixture: [{weight: 1, of: {uniform: {min: 2s, max: 1s}}}]}
`;
  assert.deepEqual(told(text), [
    'error wrong-type 6 12',
    'error bad-distribution 10 11',
    'error bad-distribution 11 11',
  ]);
});
