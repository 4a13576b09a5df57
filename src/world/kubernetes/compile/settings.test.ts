import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, deployed, own } from '../../traffic/compile/manifests.cases.ts';
import { clusterOf, told } from './compile.cases.ts';

const topology = (spec: object) => own('Topology', 'cluster', spec);
const pool = { name: 'a', cores: 4, memory: '16Gi', count: 2 };

test('without a word the control plane is that of Kubernetes 1.32', () => {
  const { version, settings } = clusterOf(deployed('web'));
  assert.equal(version, 'v1.32.0');
  assert.deepEqual(settings, {
    apiLatency: { floorMicros: 2000, meanMicros: 3000 },
    apiCapacityPerSecond: 3000,
    watchLagMicros: 5000,
    scheduler: { qps: 50, burst: 100 },
    controllers: { qps: 20, burst: 30 },
    kubelet: { qps: 50, burst: 100 },
    pullBytesPerSecond: 50e6,
    proxySyncMicros: 1e6,
    horizontalPodAutoscaler: {
      syncMicros: 15e6,
      tolerance: 0.1,
      downscaleStabilizationMicros: 300e6,
      cpuInitializationMicros: 300e6,
      initialReadinessMicros: 30e6,
    },
    metricsScrapeMicros: 15e6,
    clusterAutoscaler: {
      enabled: false,
      expander: 'random',
      scanMicros: 10e6,
      unneededMicros: 600e6,
      unreadyMicros: 1200e6,
      utilizationThreshold: 0.5,
      delayAfterAddMicros: 600e6,
      delayAfterFailureMicros: 180e6,
      maxProvisionMicros: 900e6,
    },
  });
});

test('what is stated is taken, and the rest stays', () => {
  const { version, settings, images } = clusterOf(
    topology({
      nodePools: [pool],
      controlPlane: {
        version: 'v1.31.4',
        scheduler: { qps: 500 },
        controllers: { burst: 90 },
        horizontalPodAutoscaler: { sync: '5s', tolerance: '5%' },
        clusterAutoscaler: { expander: 'least-waste', unneeded: '2m', utilizationThreshold: 0.7 },
        metricsInterval: '30s',
        proxySync: '250ms',
        pullRate: '200M',
      },
      images: { 'shop/web:2.1': '180M' },
    }) + deployed('web'),
  );
  assert.equal(version, 'v1.31.4');
  // A burst below the rate would never let the rate be reached.
  assert.deepEqual(settings.scheduler, { qps: 500, burst: 500 });
  assert.deepEqual(settings.controllers, { qps: 20, burst: 90 });
  assert.equal(settings.horizontalPodAutoscaler.syncMicros, 5e6);
  assert.equal(settings.horizontalPodAutoscaler.tolerance, 0.05);
  assert.equal(settings.horizontalPodAutoscaler.cpuInitializationMicros, 300e6);
  assert.deepEqual(
    [settings.clusterAutoscaler.expander, settings.clusterAutoscaler.unneededMicros],
    ['least-waste', 120e6],
  );
  assert.deepEqual(
    [settings.metricsScrapeMicros, settings.proxySyncMicros, settings.pullBytesPerSecond],
    [30e6, 250_000, 200e6],
  );
  assert.deepEqual(images, [{ name: 'shop/web:2.1', bytes: 180e6 }]);
});

test('the cluster-autoscaler runs where a pool has bounds, unless it is told not to', () => {
  const enabled = (autoscaling: object, clusterAutoscaler: object) =>
    clusterOf(
      topology({ nodePools: [{ ...pool, ...autoscaling }], controlPlane: { clusterAutoscaler } }) +
        deployed('web'),
    ).settings.clusterAutoscaler.enabled;
  const bounds = { autoscaling: { max: 5 } };
  assert.equal(enabled({}, {}), false);
  assert.equal(enabled(bounds, {}), true);
  assert.equal(enabled(bounds, { enabled: false }), false);
  assert.equal(enabled({}, { enabled: true }), true);
});

test('what is assumed of the control plane takes three lines, and what is stated none', () => {
  const lines = (controlPlane: object | undefined) =>
    compileText(topology({ nodePools: [pool], ...(controlPlane && { controlPlane }) }) + deployed('web'))
      .inferences.filter(({ resource }) => resource === 'Topology cluster')
      .map(({ path }) => path);
  assert.deepEqual(lines(undefined), ['spec.controlPlane', 'controlPlane.api', 'spec.controlPlane.pullRate']);
  assert.deepEqual(lines({ pullRate: '1G' }), ['controlPlane.api']);
});

test('misspelt and misshapen settings are told at their place', () => {
  assert.deepEqual(
    told(
      topology({
        controlPlane: {
          scheduler: { qsp: 5 },
          clusterAutoscaler: { expander: 'least-wate' },
          metricsInterval: 'often',
        },
      }) + deployed('web'),
    ),
    [
      'error unknown-field spec.controlPlane.scheduler.qsp',
      'error wrong-value spec.controlPlane.clusterAutoscaler.expander',
      'error bad-notation spec.controlPlane.metricsInterval',
    ],
  );
});
