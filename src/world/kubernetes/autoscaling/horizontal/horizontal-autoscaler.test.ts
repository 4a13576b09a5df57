import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallCluster } from '../../cluster.cases.ts';
import type { ManifestObject } from '../../model.ts';
import type { HorizontalPodAutoscaler } from '../../objects/autoscaling.ts';
import { conditionOf, type Draft } from '../../objects/meta.ts';
import {
  deployments,
  horizontalPodAutoscalers,
  type Pod,
  pods,
  replicaSets,
} from '../../objects/resource-types.ts';
import { SetMetrics } from '../metrics.cases.ts';
import { milliText, selectorDump } from './metric-proposal.ts';
import { parseSelector } from './scale-target.ts';

const labels = { app: 'web' };

function autoscaler(spec: Partial<HorizontalPodAutoscaler['spec']> = {}, name = 'web') {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
  } as ManifestObject & Draft<HorizontalPodAutoscaler>;
}

function podOf(index: number): Draft<Pod> {
  const since = '2025-12-31T00:00:00Z';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `lone-${index}`, namespace: 'default', labels },
    spec: {
      // Nobody schedules it or runs it: these tests need pods that stay as they are written.
      schedulerName: 'nobody',
      containers: [{ name: 'main', resources: { requests: { cpu: '1' } } }],
    },
    status: {
      phase: 'Running',
      startTime: since,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
    },
  };
}

/** A paused Deployment, so that its size is nobody's but the autoscaler's, with pods that don't change. */
function setting(spec: Partial<HorizontalPodAutoscaler['spec']> = {}, replicas = 3) {
  const metrics = new SetMetrics(() => small.engine.now);
  const small = smallCluster({ pools: [], metrics: { resources: metrics, applications: metrics } });
  const { cluster } = small;
  cluster.api.create(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      paused: true,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main' }] } },
    },
  });
  for (let index = 0; index < replicas; index++) cluster.api.create(pods, podOf(index));
  cluster.api.create(horizontalPodAutoscalers, autoscaler(spec));
  const size = () => cluster.store.get(deployments, 'default', 'web')!.spec.replicas;
  const seen = () => cluster.store.get(horizontalPodAutoscalers, 'default', 'web')!.status;
  const said = () =>
    [...cluster.events.list()]
      .filter(({ component }) => component === 'horizontal-pod-autoscaler')
      .map(({ reason, message }) => `${reason}: ${message}`);
  return { ...small, metrics, size, seen, said };
}

test('it grows after one period, says so, and shows what it saw', () => {
  const { metrics, run, size, seen, said, notes } = setting();
  metrics.cpuCores = 0.8;
  run(14);
  assert.equal(size(), 3);
  run(2);
  assert.equal(size(), 5);
  assert.deepEqual(said(), [
    'SuccessfulRescale: New size: 5; reason: cpu resource utilization (percentage of request) above target',
  ]);
  const status = seen()!;
  assert.equal(status.currentReplicas, 3);
  assert.equal(status.desiredReplicas, 5);
  assert.deepEqual(status.currentMetrics, [
    {
      type: 'Resource',
      resource: { name: 'cpu', current: { averageUtilization: 80, averageValue: '800m' } },
    },
  ]);
  assert.equal(status.lastScaleTime, '2026-01-01T00:00:15Z');
  assert.equal(conditionOf(status.conditions, 'AbleToScale')?.reason, 'SucceededRescale');
  assert.equal(conditionOf(status.conditions, 'ScalingActive')?.reason, 'ValidMetricFound');
  assert.equal(conditionOf(status.conditions, 'ScalingLimited')?.reason, 'DesiredWithinRange');
  assert.match(notes.join(), /scale Deployment default\/web: web sets replicas from 3 to 5/);
});

test('a metric that can not be read stops it, with the words of the controller', () => {
  const { run, size, seen, said } = setting();
  run(16);
  assert.equal(size(), 3);
  assert.deepEqual(said(), [
    'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
    'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
  ]);
  const active = conditionOf(seen()?.conditions, 'ScalingActive');
  assert.equal(active?.status, 'False');
  assert.equal(active?.reason, 'FailedGetResourceMetric');
  assert.deepEqual(seen()?.currentMetrics, [{ type: '' }]);
});

test('one bad metric of two lets it grow and keeps it from shrinking', () => {
  const queue = {
    type: 'External',
    external: { metric: { name: 'jobs' }, target: { type: 'AverageValue', averageValue: '10' } },
  } as const;
  const cpu = autoscaler().spec.metrics as NonNullable<HorizontalPodAutoscaler['spec']['metrics']>;
  const { metrics, run, size, seen, said } = setting({ metrics: [...cpu, queue] });
  metrics.cpuCores = 0.1;
  run(16);
  assert.equal(size(), 3);
  assert.equal(conditionOf(seen()?.conditions, 'ScalingActive')?.reason, 'FailedGetExternalMetric');
  metrics.cpuCores = 0.8;
  run(15);
  assert.equal(size(), 5);
  assert.ok(said().some((line) => line.startsWith('FailedGetExternalMetric: failed to get jobs external')));
});

test('it shrinks only when the window has forgotten the higher size', () => {
  const { metrics, run, size, seen } = setting();
  metrics.cpuCores = 0.1;
  run(16);
  assert.equal(size(), 3);
  assert.equal(conditionOf(seen()?.conditions, 'AbleToScale')?.reason, 'ScaleDownStabilized');
  run(290);
  assert.equal(size(), 3);
  run(30);
  assert.equal(size(), 1);
});

test('bounds act without any metric, and nothing grows from zero', () => {
  const low = setting({ minReplicas: 4 });
  low.run(16);
  assert.equal(low.size(), 4);
  assert.deepEqual(low.said(), [
    'SuccessfulRescale: New size: 4; reason: Current number of replicas below Spec.MinReplicas',
  ]);
  const high = setting({ maxReplicas: 2 });
  high.run(16);
  assert.equal(high.size(), 2);
  const off = setting({}, 0);
  off.run(16);
  assert.equal(off.size(), 0);
  const active = conditionOf(off.seen()?.conditions, 'ScalingActive');
  assert.deepEqual([active?.status, active?.reason], ['False', 'ScalingDisabled']);
});

test('two autoscalers of the same pods stop each other', () => {
  const { cluster, metrics, run, size, said } = setting();
  metrics.cpuCores = 0.8;
  cluster.api.create(horizontalPodAutoscalers, autoscaler({}, 'other'));
  run(31);
  assert.equal(
    said().filter((line) =>
      line.includes('pods by selector app=web are controlled by multiple HPAs: [default/other default/web]'),
    ).length > 0,
    true,
  );
  assert.equal(size(), 5, 'the first look was before the second was known');
});

test('what it points at must be there and can be scaled', () => {
  const gone = setting({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' } });
  gone.run(16);
  assert.deepEqual(gone.said(), ['FailedGetScale: deployments.apps "api" not found']);
  const able = conditionOf(gone.seen()?.conditions, 'AbleToScale');
  assert.equal(
    able?.message,
    'the HPA controller was unable to get the target\'s current scale: deployments.apps "api" not found',
  );
  const odd = setting({ scaleTargetRef: { apiVersion: 'x.y/v1', kind: 'Thing', name: 'api' } });
  odd.run(16);
  assert.deepEqual(odd.said(), ['FailedGetScale: no matches for kind "Thing" in group "x.y"']);
});

test('version 1 is read as version 2', () => {
  const { cluster, metrics, run, size } = setting({ maxReplicas: 3 });
  cluster.api.delete(horizontalPodAutoscalers, 'default', 'web');
  metrics.cpuCores = 0.8;
  const { metrics: _, ...spec } = autoscaler().spec as HorizontalPodAutoscaler['spec'];
  cluster.api.create(horizontalPodAutoscalers, {
    ...autoscaler(),
    apiVersion: 'autoscaling/v1',
    spec: { ...spec, targetCPUUtilizationPercentage: 20 } as HorizontalPodAutoscaler['spec'],
  });
  run(16);
  assert.equal(size(), 6, 'twelve would do, but a size at most doubles');
});

test('other kinds of metrics scale too', () => {
  const target = (type: string, amount: string) =>
    type === 'Value' ? { type, value: amount } : { type, averageValue: amount };
  const cases = [
    [{ type: 'Pods', pods: { metric: { name: 'rps' }, target: target('AverageValue', '10') } }, 6],
    [
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Ingress', name: 'main' },
          metric: { name: 'rps' },
          target: target('Value', '10'),
        },
      },
      5,
    ],
    [
      {
        type: 'External',
        external: { metric: { name: 'jobs' }, target: target('AverageValue', '10') },
      },
      4,
    ],
    [
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'main',
          target: { type: 'Utilization', averageUtilization: 20 },
        },
      },
      5,
    ],
  ] as const;
  for (const [metric, expected] of cases) {
    const { metrics, run, size } = setting({ metrics: [metric as never] });
    metrics.cpuCores = 0.3;
    metrics.ofPods = 20;
    metrics.ofObjects = 15;
    metrics.ofQueues = [15, 25];
    run(16);
    assert.equal(size(), expected, metric.type);
  }
});

test('texts of amounts and selectors', () => {
  assert.deepEqual([250, 2000, 5e6, 0, 1_048_576_000, 20_666].map(milliText), [
    '250m',
    '2',
    '5k',
    '0',
    '1048576',
    '20666m',
  ]);
  assert.equal(selectorDump(undefined), 'nil');
  assert.equal(
    selectorDump({ matchLabels: { queue: 'a' } }),
    '&LabelSelector{MatchLabels:map[string]string{queue: a,},MatchExpressions:[]LabelSelectorRequirement{},}',
  );
  assert.deepEqual(parseSelector('app=web,tier in (a, b),!old,new,zone!=x'), {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'new', operator: 'Exists' },
      { key: 'zone', operator: 'NotIn', values: ['x'] },
    ],
  });
  assert.equal(parseSelector('a b'), null);
});

test('a Rollout is scaled through its own paths, and an HPA finds its pods', () => {
  const metrics = new SetMetrics(() => small.engine.now);
  const small = smallCluster({
    metrics: { resources: metrics, applications: metrics },
    objects: [
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          strategy: { canary: {} },
          template: {
            metadata: { labels },
            spec: {
              containers: [{ name: 'main', image: 'web:1', resources: { requests: { cpu: '1' } } }],
            },
          },
        },
      } as ManifestObject,
      autoscaler({ scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' } }),
    ],
  });
  const { cluster, run } = small;
  metrics.cpuCores = 0.9;
  run(60);
  const sizes = [...cluster.store.table(replicaSets).values()].map(({ spec }) => spec.replicas);
  assert.equal(sizes[0]! >= 4, true);
});
