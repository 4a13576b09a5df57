import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../objects/meta.ts';
import { builtInTypes, type Pod, type ResourceType, typeOfKind } from '../../objects/resource-types.ts';
import { encodeBase64 } from './base64.ts';
import { withDefaults } from './defaults.ts';
import { defaultedPod, defaultedPodSpec, pullPolicyOf } from './pods.ts';

function defaulted(apiVersion: string, kind: string, rest: object): Record<string, never> {
  const type = typeOfKind(apiVersion, kind) as ResourceType;
  return withDefaults(type, { apiVersion, kind, metadata: { name: 'x' }, ...rest } as never) as never;
}

const images: readonly (readonly [string, string])[] = [
  ['web', 'Always'],
  ['web:latest', 'Always'],
  ['web:1', 'IfNotPresent'],
  ['host:5000/web', 'Always'],
  ['host:5000/web:1', 'IfNotPresent'],
  ['web@sha256:0123', 'IfNotPresent'],
  ['web:latest@sha256:0123', 'IfNotPresent'],
];

for (const [image, policy] of images)
  test(`an image ${image} is pulled ${policy}`, () => {
    assert.equal(pullPolicyOf(image), policy);
  });

test('a pod gets all that it leaves out', () => {
  const { spec } = defaulted('v1', 'Pod', {
    spec: {
      containers: [
        {
          name: 'a',
          image: 'web:1',
          ports: [{ containerPort: 80 }],
          resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
          readinessProbe: { httpGet: { port: 80 } },
          env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
        },
      ],
      volumes: [{ name: 'v' }, { name: 'c', configMap: { name: 'c' } }],
    },
  });
  assert.deepEqual(spec, {
    containers: [
      {
        name: 'a',
        image: 'web:1',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
        readinessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
        env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP', apiVersion: 'v1' } } }],
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'c', configMap: { name: 'c', defaultMode: 420 } },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
  });
});

test('pods of one template share spec and containers, a template keeps its requests as they are', () => {
  const spec = { containers: [{ name: 'a', image: 'a', resources: { limits: { cpu: '1' } } }] };
  const pod = (name: string) => ({ metadata: { name }, spec, status: {} }) as unknown as Pod;
  const first = defaultedPod(pod('a'));
  assert.equal(first.spec, defaultedPod(pod('b')).spec);
  assert.equal(defaultedPod(first), first);
  const template = defaultedPodSpec(spec as never);
  assert.equal(template.containers[0].resources?.requests, undefined);
  assert.deepEqual(first.spec.containers[0].resources?.requests, { cpu: '1' });
  assert.equal(defaultedPodSpec({ ...template }).containers, template.containers);
});

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };

const cases: readonly (readonly [string, string, object, object])[] = [
  [
    'apps/v1',
    'Deployment',
    {},
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    },
  ],
  [
    'apps/v1',
    'Deployment',
    { strategy: { rollingUpdate: { maxSurge: 1 } }, replicas: 0 },
    {
      replicas: 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: 1 } },
    },
  ],
  [
    'apps/v1',
    'Deployment',
    { strategy: { type: 'Recreate' } },
    { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: { type: 'Recreate' } },
  ],
  ['apps/v1', 'ReplicaSet', {}, { replicas: 1 }],
  [
    'apps/v1',
    'StatefulSet',
    {},
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      serviceName: '',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  ],
  [
    'apps/v1',
    'DaemonSet',
    {},
    {
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    },
  ],
  [
    'batch/v1',
    'Job',
    {},
    {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  ],
  [
    'batch/v1',
    'Job',
    { parallelism: 3 },
    {
      parallelism: 3,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  ],
];

for (const [apiVersion, kind, given, wanted] of cases)
  test(`${kind} with ${JSON.stringify(given)}`, () => {
    const { template: made, ...spec } = defaulted(apiVersion, kind, { spec: { ...given, template } })[
      'spec'
    ] as {
      template: { spec: { restartPolicy: string } };
    };
    assert.deepEqual(spec, wanted);
    assert.equal(made.spec.restartPolicy, 'Always');
  });

const others: readonly (readonly [string, string, object, object])[] = [
  [
    'v1',
    'Service',
    { spec: { ports: [{ port: 80 }] } },
    {
      status: { loadBalancer: {} },
      spec: {
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
      },
    },
  ],
  [
    'v1',
    'Service',
    { spec: { type: 'ExternalName', externalName: 'a.b' } },
    {
      status: { loadBalancer: {} },
      spec: { type: 'ExternalName', externalName: 'a.b', sessionAffinity: 'None' },
    },
  ],
  [
    'v1',
    'Secret',
    { stringData: { a: 'é' }, data: { b: 'Yg==' } },
    { type: 'Opaque', data: { b: 'Yg==', a: 'w6k=' } },
  ],
  [
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } }] } },
    {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2' },
            min: { memory: '1Mi' },
            default: { cpu: '2' },
            defaultRequest: { cpu: '2', memory: '1Mi' },
          },
        ],
      },
    },
  ],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { spec: { maxReplicas: 3, scaleTargetRef: {} } },
    {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: {},
        minReplicas: 1,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
      },
    },
  ],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    {
      spec: {
        maxReplicas: 3,
        minReplicas: 2,
        metrics: [{ type: 'Pods' }],
        behavior: { scaleDown: { selectPolicy: 'Min' } },
      },
    },
    {
      spec: {
        maxReplicas: 3,
        minReplicas: 2,
        metrics: [{ type: 'Pods' }],
        behavior: {
          scaleDown: { selectPolicy: 'Min', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [
              { type: 'Pods', value: 4, periodSeconds: 15 },
              { type: 'Percent', value: 100, periodSeconds: 15 },
            ],
          },
        },
      },
    },
  ],
  [
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 5 },
    { value: 5, preemptionPolicy: 'PreemptLowerPriority' },
  ],
  ['storage.k8s.io/v1', 'StorageClass', {}, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }],
  [
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
    {
      roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's' },
      ],
    },
  ],
];

for (const [apiVersion, kind, given, wanted] of others)
  test(`${kind} with ${JSON.stringify(given).slice(0, 60)}`, () => {
    const { apiVersion: _, kind: __, metadata: ___, ...rest } = defaulted(apiVersion, kind, given);
    assert.deepEqual(rest, wanted);
  });

test('a Namespace is labelled with its name, a Job with the labels of its template', () => {
  const space = defaulted('v1', 'Namespace', {}) as unknown as KubeObject;
  assert.deepEqual(space.metadata.labels, { 'kubernetes.io/metadata.name': 'x' });
  const job = defaulted('batch/v1', 'Job', { spec: { template } }) as unknown as KubeObject;
  assert.deepEqual(job.metadata.labels, { a: 'b' });
});

test('base64 is what Node makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(encodeBase64(text), Buffer.from(text, 'utf8').toString('base64'));
    }),
  );
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const container = fc.record(
  {
    name: fc.constantFrom('a', 'b'),
    image: maybe(fc.constantFrom('a', 'a:1')),
    ports: maybe(fc.array(fc.record({ containerPort: fc.constant(80) }), { maxLength: 2 })),
    livenessProbe: maybe(
      fc.record({
        httpGet: maybe(fc.record({ port: fc.constant(80) })),
        periodSeconds: maybe(fc.constant(5)),
      }),
    ),
    resources: maybe(
      fc.record({
        limits: maybe(fc.constant({ cpu: '1' })),
        requests: maybe(fc.constant({ cpu: '1m', x: '1' })),
      }),
    ),
  },
  { requiredKeys: ['name'] },
);
const podSpec = fc.record(
  {
    containers: fc.array(container, { maxLength: 3 }),
    initContainers: maybe(fc.array(container, { maxLength: 2 })),
    volumes: maybe(fc.constant([{ name: 'v' }, { name: 's', secret: {} }])),
    hostNetwork: maybe(fc.boolean()),
    serviceAccountName: maybe(fc.constant('me')),
  },
  { requiredKeys: ['containers'] },
);
const anySpec = fc.record(
  {
    template: maybe(fc.record({ spec: podSpec })),
    jobTemplate: maybe(fc.record({ spec: fc.record({ template: fc.record({ spec: podSpec }) }) })),
    containers: maybe(fc.array(container)),
    strategy: maybe(fc.record({ type: maybe(fc.constantFrom('Recreate', 'RollingUpdate')) })),
    updateStrategy: maybe(fc.record({ type: maybe(fc.constantFrom('OnDelete', 'RollingUpdate')) })),
    ports: maybe(fc.array(fc.record({ port: fc.nat() }))),
    type: maybe(fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')),
    behavior: maybe(fc.constant({ scaleUp: {} })),
    limits: maybe(fc.constant([{ type: 'Container', max: { cpu: '1' } }])),
    replicas: maybe(fc.nat()),
  },
  { requiredKeys: [] },
);

test('defaults of every kind: twice is once, and the second time is the same object', () => {
  fc.assert(
    fc.property(fc.constantFrom(...builtInTypes), anySpec, (type, spec) => {
      const whole = spec.containers === undefined ? { ...spec, containers: [] } : spec;
      const object = {
        apiVersion: 'v1',
        kind: type.kind,
        metadata: { name: 'x' },
        spec: whole,
      } as never as KubeObject;
      const before = JSON.stringify(object);
      const once = withDefaults(type, object);
      assert.equal(JSON.stringify(object), before);
      assert.equal(withDefaults(type, once), once);
    }),
    { numRuns: 300 },
  );
});

test('the timeout of an affinity to clients comes and goes with it', () => {
  const configOf = (sessionAffinity: string, sessionAffinityConfig?: object) => {
    const type = typeOfKind('v1', 'Service')!;
    const spec = {
      sessionAffinity,
      ...(sessionAffinityConfig === undefined ? {} : { sessionAffinityConfig }),
    };
    const made = withDefaults(type, { apiVersion: 'v1', kind: 'Service', metadata: {}, spec } as never);
    return (made as { spec: { sessionAffinityConfig?: object } }).spec.sessionAffinityConfig;
  };
  const usual = { clientIP: { timeoutSeconds: 10_800 } };
  const own = { clientIP: { timeoutSeconds: 5 } };
  assert.deepEqual(configOf('ClientIP'), usual);
  assert.deepEqual(configOf('ClientIP', { clientIP: {} }), usual);
  assert.deepEqual(configOf('ClientIP', own), own);
  assert.equal(configOf('None', own), undefined);
  assert.equal(configOf('None'), undefined);
});
