import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../cluster.ts';
import type { ManifestObject } from '../model.ts';
import type { Draft, ResourceList } from '../objects/meta.ts';
import { deployments, namespaces, type Pod, pods, resourceQuotas } from '../objects/resource-types.ts';
import {
  busyCluster,
  deployment,
  eventsAbout,
  finish,
  podsOf,
  setsOf,
} from '../workloads/workloads.cases.ts';

function pod(
  name: string,
  requests?: ResourceList,
  limits?: ResourceList,
  spec: Partial<Pod['spec']> = {},
): Draft<Pod> {
  const resources = {
    ...(requests === undefined ? {} : { requests }),
    ...(limits === undefined ? {} : { limits }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', resources }], ...spec },
    status: { phase: 'Pending' },
  };
}

function cluster(...objects: readonly Readonly<Record<string, unknown>>[]) {
  return busyCluster({ objects: objects as unknown as ManifestObject[] });
}

function limitRange(...limits: readonly unknown[]) {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'bounds', namespace: 'default' },
    spec: { limits },
  };
}

function quota(hard: ResourceList, more: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard, ...more },
  };
}

function refusal(to: Cluster, draft: Draft<Pod>): string {
  const outcome = to.api.create(pods, draft);
  return outcome.ok ? 'admitted' : outcome.failure.message;
}

test('a plain pod gets its account, priority and tolerations, and its limits as requests', () => {
  const { cluster: to } = cluster();
  const made = to.api.create(pods, pod('a', undefined, { cpu: '500m' }));
  assert.ok(made.ok);
  const { spec } = made.value;
  assert.equal(spec.serviceAccountName, 'default');
  assert.equal(spec.priority, 0);
  assert.equal(spec.preemptionPolicy, 'PreemptLowerPriority');
  assert.deepEqual(
    spec.tolerations?.map(({ key, tolerationSeconds }) => `${key}=${tolerationSeconds}`),
    ['node.kubernetes.io/not-ready=300', 'node.kubernetes.io/unreachable=300'],
  );
  assert.deepEqual(spec.containers[0].resources, { limits: { cpu: '500m' }, requests: { cpu: '500m' } });
});

test('pods of one template share what admission made of it', () => {
  const { cluster: to, run } = cluster();
  to.api.create(deployments, deployment('web', 5));
  run(1);
  assert.equal(new Set(podsOf(to).map(({ spec }) => spec)).size, 1);
});

test('priority comes from the class, the default class, or is refused', () => {
  const high = {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 1000,
  };
  const usual = {
    ...high,
    metadata: { name: 'usual' },
    value: 10,
    globalDefault: true,
    preemptionPolicy: 'Never',
  };
  const { cluster: to } = cluster(high, usual);
  const priorityOf = (name: string, spec: Partial<Pod['spec']>) => {
    const made = to.api.create(pods, pod(name, undefined, undefined, spec));
    return made.ok
      ? [made.value.spec.priority, made.value.spec.priorityClassName, made.value.spec.preemptionPolicy]
      : made.failure.message;
  };
  assert.deepEqual(priorityOf('a', { priorityClassName: 'high' }), [1000, 'high', 'PreemptLowerPriority']);
  assert.deepEqual(priorityOf('b', {}), [10, 'usual', 'Never']);
  assert.equal(
    priorityOf('c', { priorityClassName: 'none' }),
    'pods "c" is forbidden: no PriorityClass with name none was found',
  );
});

test('LimitRange: defaults, with the annotation that says so', () => {
  const { cluster: to } = cluster(
    limitRange({ type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' } }),
  );
  const made = to.api.create(pods, pod('a', { memory: '64Mi' }));
  assert.ok(made.ok);
  assert.deepEqual(made.value.spec.containers[0].resources, {
    requests: { cpu: '100m', memory: '64Mi' },
    limits: { cpu: '1', memory: '1Gi' },
  });
  assert.equal(
    made.value.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu request for container main; cpu, memory limit for container main',
  );
});

const bounds: readonly (readonly [unknown, ResourceList | undefined, ResourceList | undefined, string])[] = [
  [
    { type: 'Container', min: { cpu: '100m' } },
    { cpu: '50m' },
    undefined,
    'minimum cpu usage per Container is 100m, but request is 50m',
  ],
  [
    { type: 'Container', max: { memory: '1Gi' } },
    undefined,
    { memory: '2Gi' },
    'maximum memory usage per Container is 1Gi, but limit is 2Gi',
  ],
  [
    { type: 'Pod', max: { cpu: '2' } },
    { cpu: '1' },
    undefined,
    'maximum cpu usage per Pod is 2.  No limit is specified',
  ],
  [
    { type: 'Pod', min: { memory: '1Gi' } },
    undefined,
    undefined,
    'minimum memory usage per Pod is 1Gi.  No request is specified',
  ],
  [
    { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
    { cpu: '100m' },
    { cpu: '500m' },
    'cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000',
  ],
  [
    { type: 'Pod', maxLimitRequestRatio: { cpu: '2' } },
    undefined,
    undefined,
    'cpu max limit to request ratio per Pod is 2, but no request is specified or request is 0',
  ],
  [
    { type: 'Pod', min: { cpu: '1' }, max: { memory: '1Gi' } },
    { cpu: '500m' },
    { cpu: '1', memory: '2Gi' },
    '[minimum cpu usage per Pod is 1, but request is 500m, maximum memory usage per Pod is 1Gi, but limit is 2Gi]',
  ],
  [{ type: 'Container', max: { cpu: '1' } }, { cpu: '1' }, { cpu: '1000m' }, ''],
];

test('LimitRange: bounds, in the words of the server', () => {
  for (const [item, requests, limits, why] of bounds) {
    const { cluster: to } = cluster(limitRange(item));
    assert.equal(
      refusal(to, pod('a', requests, limits)),
      why === '' ? 'admitted' : `pods "a" is forbidden: ${why}`,
    );
  }
});

test('ResourceQuota: what does not fit is refused with the figures', () => {
  const { cluster: to, run } = cluster(quota({ 'requests.cpu': '3', pods: '10' }));
  for (const name of ['a', 'b', 'c']) assert.equal(refusal(to, pod(name, { cpu: '1' })), 'admitted');
  assert.equal(
    refusal(to, pod('d', { cpu: '1' })),
    'pods "d" is forbidden: exceeded quota: team, requested: requests.cpu=1, used: requests.cpu=3, limited: requests.cpu=3',
  );
  assert.equal(
    refusal(to, pod('e')),
    'pods "e" is forbidden: failed quota: team: must specify requests.cpu for: main',
  );
  finish(to, podsOf(to)[0], 'Succeeded');
  run(1);
  assert.deepEqual(to.store.get(resourceQuotas, 'default', 'team')?.status?.used, {
    'requests.cpu': '2',
    pods: '2',
  });
  assert.equal(refusal(to, pod('d', { cpu: '1' })), 'admitted');
});

test('ResourceQuota: scopes, memory in its own notation, and counts of objects', () => {
  const { cluster: to } = cluster(quota({ 'requests.memory': '1Gi' }, { scopes: ['NotBestEffort'] }));
  assert.equal(refusal(to, pod('free')), 'admitted');
  assert.equal(refusal(to, pod('a', { memory: '768Mi' })), 'admitted');
  assert.equal(
    refusal(to, pod('b', { memory: '512Mi' })),
    'pods "b" is forbidden: exceeded quota: team, requested: requests.memory=512Mi, used: requests.memory=768Mi, limited: requests.memory=1Gi',
  );
  const { cluster: counted } = cluster(quota({ 'count/deployments.apps': '1' }));
  counted.api.create(deployments, deployment('web', 0));
  const second = counted.api.create(deployments, deployment('db', 0));
  assert.equal(
    second.ok ? '' : second.failure.message,
    'deployments.apps "db" is forbidden: exceeded quota: team, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
  );
});

test('a ReplicaSet that meets a quota says so, and fills up once there is room', () => {
  const { cluster: to, run } = cluster(quota({ pods: '2' }));
  to.api.create(deployments, deployment('web', 5));
  run(2);
  assert.equal(podsOf(to).length, 2);
  const [set] = setsOf(to);
  assert.equal(set.status?.conditions?.[0]?.reason, 'FailedCreate');
  assert.match(
    set.status?.conditions?.[0]?.message ?? '',
    /^pods "web-\w+-\w{5}" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2$/,
  );
  assert.ok(
    eventsAbout(to, 'ReplicaSet').some((event) =>
      event.startsWith('FailedCreate: Error creating: pods "web-'),
    ),
  );
  to.api.modify(resourceQuotas, 'default', 'team', (now) => ({ ...now, spec: { hard: { pods: '9' } } }));
  run(60);
  assert.equal(podsOf(to).length, 5);
  assert.equal(setsOf(to)[0].status?.conditions, undefined);
});

test('some namespaces stay', () => {
  const { cluster: to } = cluster();
  const outcome = to.api.delete(namespaces, '', 'default');
  assert.equal(
    outcome.ok ? '' : outcome.failure.message,
    'namespaces "default" is forbidden: this namespace may not be deleted',
  );
});
