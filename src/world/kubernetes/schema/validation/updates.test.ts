import assert from 'node:assert/strict';
import { test } from 'node:test';
import { container, pod, podWith, problemsOf, selector, template } from './validation.cases.ts';

const deployment = { spec: { selector, template } };
const job = {
  spec: {
    selector,
    completions: 1,
    template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } },
  },
};
const mayNot =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

type Change = readonly [
  what: string,
  apiVersion: string,
  kind: string,
  before: object,
  after: object,
  wanted: readonly string[],
];

const changes: readonly Change[] = [
  ['an image', 'v1', 'Pod', pod({}), podWith({ image: 'a:2' }), []],
  ['a toleration more', 'v1', 'Pod', pod({}), pod({ tolerations: [{ operator: 'Exists' }] }), []],
  [
    'a gate less',
    'v1',
    'Pod',
    pod({ schedulingGates: [{ name: 'a' }, { name: 'b' }] }),
    pod({ schedulingGates: [{ name: 'b' }] }),
    [],
  ],
  [
    'another gate',
    'v1',
    'Pod',
    pod({ schedulingGates: [{ name: 'a' }] }),
    pod({ schedulingGates: [{ name: 'b' }] }),
    ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
  ],
  [
    'an image that is taken away',
    'v1',
    'Pod',
    pod({}),
    podWith({ image: '', imagePullPolicy: 'IfNotPresent' }),
    ['spec.containers[0].image: Required value', 'spec.containers[0].image: Required value'],
  ],
  ['a command', 'v1', 'Pod', pod({}), podWith({ command: ['x'] }), [`spec: Forbidden: ${mayNot}`]],
  [
    'a container more',
    'v1',
    'Pod',
    pod({}),
    pod({ containers: [container, { ...container, name: 'b' }] }),
    ['spec.containers: Forbidden: pod updates may not add or remove containers'],
  ],
  [
    'a deadline later',
    'v1',
    'Pod',
    pod({ activeDeadlineSeconds: 5 }),
    pod({ activeDeadlineSeconds: 9 }),
    ['spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value'],
  ],
  [
    'a selector',
    'apps/v1',
    'Deployment',
    deployment,
    {
      spec: {
        selector: { matchLabels: { app: 'web', b: 'c' } },
        template: { ...template, metadata: { labels: { app: 'web', b: 'c' } } },
      },
    },
    [
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web", "b":"c"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ],
  ],
  [
    'the service of a stateful set',
    'apps/v1',
    'StatefulSet',
    deployment,
    { spec: { ...deployment.spec, serviceName: 'b', replicas: 9 } },
    [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  ],
  [
    'completions of a job',
    'batch/v1',
    'Job',
    job,
    { spec: { ...job.spec, completions: 2 } },
    ['spec.completions: Invalid value: 2: field is immutable'],
  ],
  ['parallelism of a job', 'batch/v1', 'Job', job, { spec: { ...job.spec, parallelism: 5 } }, []],
  [
    'data that must not change',
    'v1',
    'ConfigMap',
    { immutable: true, data: { a: '1' } },
    { immutable: true, data: { a: '2' } },
    ['data: Forbidden: field is immutable when `immutable` is set'],
  ],
  [
    'the type of a secret',
    'v1',
    'Secret',
    { type: 'a' },
    { type: 'b' },
    ['type: Invalid value: "b": field is immutable'],
  ],
  [
    'a priority',
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 1 },
    { value: 2 },
    ['value: Forbidden: may not be changed in an update.'],
  ],
  [
    'an address',
    'v1',
    'Service',
    { spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80 }] } },
    { spec: { clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'], ports: [{ port: 80 }] } },
    ['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set'],
  ],
  [
    'finalizers of what is being deleted',
    'v1',
    'ConfigMap',
    { metadata: { name: 'x', namespace: 'default', deletionTimestamp: '2026-01-01T00:00:00Z' } },
    { metadata: { name: 'x', namespace: 'default', finalizers: ['a/b'] } },
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a/b"}',
    ],
  ],
];

for (const [what, apiVersion, kind, before, after, wanted] of changes)
  test(`changing ${what}: ${wanted.length === 0 ? 'allowed' : 'refused'}`, () => {
    assert.deepEqual(problemsOf(apiVersion, kind, after, before), wanted);
  });
