import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFixture, deployed, own } from '../../traffic/compile/manifests.cases.ts';
import type { KubernetesModel, ManifestObject } from '../model.ts';
import { clusterOf, manifest, told } from './compile.cases.ts';

interface Loose {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

function object(cluster: KubernetesModel, id: string): ManifestObject & Loose {
  const [kind, name] = id.split('/');
  const found = cluster.objects.find((each) => each.kind === kind && each.metadata.name === name);
  assert(found !== undefined, `${id} among ${cluster.objects.map((each) => each.kind)}`);
  return found as unknown as ManifestObject & Loose;
}

const container = { name: 'web', image: 'shop/web:1', ports: [{ containerPort: 8080 }] };

test('what others rest upon is applied first, in its namespace; own kinds are not', () => {
  const { objects } = clusterOf(
    deployed('web', { namespace: 'shop' }) +
      own('Traffic', 'users', { target: { service: 'web' }, open: { rate: '1/s' } }, 'shop') +
      manifest('v1', 'LimitRange', 'limits', { metadata: { namespace: 'shop' }, spec: { limits: [] } }) +
      manifest('scheduling.k8s.io/v1', 'PriorityClass', 'high', { value: 1000 }) +
      manifest('v1', 'Namespace', 'shop'),
  );
  assert.deepEqual(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`),
    [
      'Namespace -/shop',
      'PriorityClass -/high',
      'LimitRange shop/limits',
      'Service shop/web',
      'Deployment shop/web',
    ],
  );
});

test('a dump loses what its cluster had added, and only that', () => {
  const { model } = compileFixture('dump');
  const cluster = model!.rooms['kubernetes'] as KubernetesModel;
  assert.deepEqual([...new Set(cluster.objects.map(({ kind }) => kind))], ['Service', 'Deployment']);
  for (const { metadata, status } of cluster.objects as (ManifestObject & Loose)[]) {
    for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields'])
      assert.equal(metadata[field], undefined, field);
    assert.equal(status, undefined);
  }
  assert.equal(object(cluster, 'Service/redis-follower').spec['clusterIP'], undefined);
});

test('a headless Service stays one, an address is given anew', () => {
  const service = (name: string, spec: object) =>
    manifest('v1', 'Service', name, { spec: { selector: { app: 'web' }, ports: [{ port: 8080 }], ...spec } });
  const cluster = clusterOf(
    deployed('web') +
      service('fixed', { clusterIP: '172.20.3.4', clusterIPs: ['172.20.3.4'] }) +
      service('headless', { clusterIP: 'None', clusterIPs: ['None'] }),
  );
  assert.equal(object(cluster, 'Service/fixed').spec['clusterIP'], undefined);
  assert.equal(object(cluster, 'Service/fixed').spec['clusterIPs'], undefined);
  assert.equal(object(cluster, 'Service/headless').spec['clusterIP'], 'None');
});

test('nothing of what a Secret holds gets into the model', () => {
  const secret = manifest('v1', 'Secret', 'keys', {
    metadata: {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"c2VjcmV0"}', team: 'a' },
    },
    type: 'Opaque',
    data: { password: 'c2VjcmV0' },
    stringData: { url: 'postgres://user:secret@db' },
  });
  const cluster = clusterOf(deployed('web') + secret);
  assert.deepEqual(object(cluster, 'Secret/keys').data, { password: '', url: '' });
  assert.deepEqual(object(cluster, 'Secret/keys').metadata['annotations'], { team: 'a' });
  assert(!/c2VjcmV0|secret@/.test(JSON.stringify(cluster)));
});

test('an autoscaled workload is applied with its minimum', () => {
  const autoscaler = manifest('autoscaling/v1', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 9,
      targetCPUUtilizationPercentage: 60,
    },
  });
  const cluster = clusterOf(deployed('web', { replicas: 2 }) + autoscaler);
  assert.equal(object(cluster, 'Deployment/web').spec['replicas'], 3);
  const written = object(cluster, 'HorizontalPodAutoscaler/web');
  assert.equal(written.apiVersion, 'autoscaling/v2');
  assert.deepEqual(written.spec['metrics'], [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
  ]);
  assert.equal(
    object(clusterOf(deployed('web', { replicas: 0 }) + autoscaler), 'Deployment/web').spec['replicas'],
    0,
  );
});

test('a Rollout that refers to a Deployment has its template, and the Deployment no pods', () => {
  const cluster = clusterOf(
    deployed('web', { replicas: 4 }) +
      manifest('argoproj.io/v1alpha1', 'Rollout', 'web', {
        spec: {
          replicas: 4,
          workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
        },
      }),
  );
  const { spec } = object(cluster, 'Rollout/web');
  const deployment = object(cluster, 'Deployment/web').spec;
  assert.equal(spec['workloadRef'], undefined);
  assert.deepEqual(spec['template'], deployment['template']);
  assert.deepEqual(spec['selector'], deployment['selector']);
  assert.deepEqual([spec['replicas'], deployment['replicas']], [4, 0]);
});

test('a bare Pod keeps its machine where there is one of that name', () => {
  const pod = (nodeName: string) =>
    manifest('v1', 'Pod', 'web', {
      metadata: {
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'gone', uid: 'x', controller: true },
        ],
      },
      spec: { containers: [container], nodeName },
    });
  const pools = own('Topology', 'cluster', {
    nodePools: [{ name: 'pool', cores: 4, memory: '16Gi', count: 2 }],
  });
  const placed = object(clusterOf(pools + pod('pool-1')), 'Pod/web');
  assert.equal(placed.spec['nodeName'], 'pool-1');
  // Without the owner that is not there, it is not collected as garbage.
  assert.equal(placed.metadata['ownerReferences'], undefined);
  assert.equal(object(clusterOf(pools + pod('pool-2')), 'Pod/web').spec['nodeName'], undefined);
});

test('a Job of a dump selects its pods anew', () => {
  const labels = { 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'once', team: 'a' };
  const job = manifest('batch/v1', 'Job', 'once', {
    spec: {
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
      template: { metadata: { labels }, spec: { containers: [container], restartPolicy: 'Never' } },
    },
  });
  const { spec } = object(clusterOf(deployed('web') + job), 'Job/once');
  assert.equal(spec['selector'], undefined);
  assert.deepEqual((spec['template'] as { metadata: object }).metadata, { labels: { team: 'a' } });
});

test('a claim keeps its volume where that is among the documents', () => {
  const claim = manifest('v1', 'PersistentVolumeClaim', 'data', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName: 'pv-1' },
  });
  const volume = manifest('v1', 'PersistentVolume', 'pv-1', {
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/data' },
      claimRef: {
        kind: 'PersistentVolumeClaim',
        namespace: 'default',
        name: 'data',
        uid: 'x',
        resourceVersion: '1',
      },
    },
  });
  const alone = clusterOf(deployed('web') + claim);
  assert.equal(object(alone, 'PersistentVolumeClaim/data').spec['volumeName'], undefined);
  const both = clusterOf(deployed('web') + claim + volume);
  assert.equal(object(both, 'PersistentVolumeClaim/data').spec['volumeName'], 'pv-1');
  assert.deepEqual(object(both, 'PersistentVolume/pv-1').spec['claimRef'], {
    kind: 'PersistentVolumeClaim',
    namespace: 'default',
    name: 'data',
  });
});

test('custom resources are applied after what defines them; what is built in is not defined again', () => {
  const definition = (group: string, kind: string, plural: string) =>
    manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${plural}.${group}`, {
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
  const { objects } = clusterOf(
    manifest('example.com/v1', 'Widget', 'a') +
      definition('example.com', 'Widget', 'widgets') +
      definition('argoproj.io', 'Rollout', 'rollouts') +
      manifest('coordination.k8s.io/v1', 'Lease', 'leader') +
      deployed('web'),
  );
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['CustomResourceDefinition', 'Service', 'Widget', 'Deployment'],
  );
});

test('what the API server would refuse is told at its place, once', () => {
  const pod = (more: object, containerMore: object = {}) =>
    manifest('v1', 'Pod', 'web', { spec: { containers: [{ ...container, ...containerMore }], ...more } });
  assert.deepEqual(told(pod({})), []);
  assert.deepEqual(told(pod({ tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] })), [
    'error refused-by-kubernetes spec.tolerations[0].operator',
  ]);
  // The project's own rules tell of these in their words.
  assert.deepEqual(told(pod({}, { imagePullPolicy: 'Sometimes' })), [
    'error wrong-value spec.containers[0].imagePullPolicy',
  ]);
  assert.deepEqual(told(pod({ restartPolicy: 'Never', dnsPolicy: 'Some' }, { image: '' })), [
    'error missing-field spec.containers[0].image',
    'error refused-by-kubernetes spec.dnsPolicy',
  ]);
});

test('the claims of a StatefulSet are volumes of its pods', () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const labels = { app: 'db' };
  const text = (mount: string) =>
    manifest('apps/v1', 'StatefulSet', 'db', {
      spec: {
        serviceName: 'db',
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ ...container, volumeMounts: [{ name: mount, mountPath: '/data' }] }] },
        },
        volumeClaimTemplates: [claim],
      },
    });
  assert.deepEqual(told(text('data')), []);
  assert.deepEqual(told(text('date')), [
    'error unknown-reference spec.template.spec.containers[0].volumeMounts[0].name',
  ]);
});
