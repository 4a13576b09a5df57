import assert from 'node:assert/strict';
import { test } from 'node:test';
import { microsPerDay } from '../../../../base/time.ts';
import { nodePool, smallCluster } from '../../cluster.cases.ts';
import type { ManifestObject } from '../../model.ts';
import { SetMetrics } from '../metrics.cases.ts';
import { ContainerUsage, lowerFactor, upperFactor } from './container-usage.ts';
import { cpuStarts, DecayingHistogram, memoryStarts } from './decaying-histogram.ts';
import { recommendations, verticalPodAutoscalers } from './vertical-autoscaler.ts';

test('buckets grow by five percent', () => {
  assert.equal(cpuStarts[1], 0.01);
  assert.ok(Math.abs(cpuStarts[2] - 0.0205) < 1e-12);
  assert.equal(memoryStarts[1], 1e7);
  assert.ok(cpuStarts[cpuStarts.length - 1] < 1000);
});

test('a percentile is the upper end of its bucket', () => {
  const histogram = new DecayingHistogram(cpuStarts, microsPerDay);
  assert.equal(histogram.percentile(0.9), 0);
  for (let sample = 0; sample < 9; sample++) histogram.add(0.005, 1, 0);
  histogram.add(0.012, 1, 0);
  assert.equal(histogram.percentile(0.5), 0.01);
  assert.equal(histogram.percentile(0.95), cpuStarts[2]);
  histogram.subtract(0.012, 1, 0);
  assert.equal(histogram.percentile(0.95), 0.01);
});

test('a sample counts half after a half-life, however long that goes on', () => {
  const histogram = new DecayingHistogram(cpuStarts, microsPerDay);
  histogram.add(1, 1, 0);
  histogram.add(0.005, 1, microsPerDay);
  assert.ok(histogram.percentile(0.66) < 0.02, 'two thirds of the weight are new');
  assert.ok(histogram.percentile(0.67) > 1);
  histogram.add(0.005, 1, 300 * microsPerDay);
  assert.ok(histogram.percentile(0.999) < 0.02);
  assert.ok(!histogram.isEmpty);
});

test('bounds close in as samples gather', () => {
  assert.equal(upperFactor(1), 2);
  assert.equal(upperFactor(10), 1.1);
  assert.ok(Math.abs(lowerFactor(1) - 1 / (1.001 * 1.001)) < 1e-12);
  const usage = new ContainerUsage();
  for (let minute = 0; minute <= 1440; minute++)
    usage.add('web', { cpuCores: 0.5, memoryBytes: 2e8 }, 1, minute * 60e6);
  assert.ok(Math.abs(usage.confidence - 1) < 1e-9);
  const { lower, target, upper } = usage.recommend({ cpuCores: 0.025, memoryBytes: 1 });
  assert.ok(target.cpuCores >= 0.5 * 1.15 && target.cpuCores <= 0.5 * 1.15 * 1.06);
  assert.ok(lower.cpuCores < target.cpuCores && target.cpuCores < upper.cpuCores);
  assert.ok(Math.abs(upper.cpuCores / target.cpuCores - 2) < 0.01);
});

test('of memory the peak of a day counts once', () => {
  const usage = new ContainerUsage();
  for (const [minute, bytes] of [1e8, 5e8, 1e8, 2e8].entries())
    usage.add('web', { cpuCores: 0, memoryBytes: bytes }, 1, minute * 60e6);
  const { target, lower } = usage.recommend({ cpuCores: 0, memoryBytes: 0 });
  assert.ok(target.memoryBytes >= 5e8 * 1.15);
  const median = lower.memoryBytes / lowerFactor(usage.confidence);
  assert.ok(Math.abs(median - target.memoryBytes) < 1, 'there is one sample alone');
});

test('policies cap what is recommended, and leave containers out', () => {
  const usage = new ContainerUsage();
  usage.add('web', { cpuCores: 2, memoryBytes: 1e9 }, 1, 0);
  const policy = (containerPolicies: readonly object[]) =>
    recommendations({ spec: { resourcePolicy: { containerPolicies } } } as never, new Map([['main', usage]]));
  const [capped] = policy([
    { containerName: '*', maxAllowed: { cpu: '1' }, minAllowed: { memory: '4Gi' } },
  ]) as {
    target: { cpu: string; memory: string };
    uncappedTarget: { cpu: string };
  }[];
  assert.equal(capped.target.cpu, '1');
  assert.equal(capped.target.memory, '4294967296');
  assert.match(capped.uncappedTarget.cpu, /^2\d\d\dm$/);
  assert.deepEqual(policy([{ containerName: 'main', mode: 'Off' }]), []);
});

test('recommendations stand in the status after a minute, and say that nothing is updated', () => {
  const labels = { app: 'web' };
  const metrics = new SetMetrics(() => small.engine.now);
  const small = smallCluster({
    pools: [nodePool(1)],
    metrics: { resources: metrics, applications: metrics },
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
        },
      },
      {
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: 'VerticalPodAutoscaler',
        metadata: { name: 'web', namespace: 'default' },
        spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      },
    ] as readonly ManifestObject[],
  });
  metrics.cpuCores = 0.4;
  metrics.memoryBytes = 3e8;
  small.run(130);
  const status = small.cluster.store.get(verticalPodAutoscalers, 'default', 'web')!.status!;
  const [main] = status.recommendation!.containerRecommendations as {
    containerName: string;
    target: object;
  }[];
  assert.equal(main.containerName, 'main');
  assert.deepEqual(Object.keys(main.target), ['cpu', 'memory']);
  const types = status.conditions!.map(({ type, status: state }) => `${type}=${state}`);
  assert.deepEqual(types, ['RecommendationProvided=True', 'UpdatesUnsupported=True']);
});
