import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, PodSpec } from './manifest.ts';
import { nodeCoresFor, readResources, readStartup } from './pod.ts';

const container = (
  resources: NonNullable<Container['resources']>,
  more: Partial<Container> = {},
): Container => ({
  name: 'c',
  resources,
  ...more,
});

test('requests add up over all that runs; the limit is that of the container that serves', () => {
  const main = container({ requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '1500m' } });
  const pod: PodSpec = {
    containers: [main, container({ requests: { cpu: 0.1 }, limits: { cpu: '4', memory: '64Mi' } })],
    initContainers: [
      container({ requests: { cpu: '2' } }),
      container({ requests: { cpu: '50m' } }, { restartPolicy: 'Always' }),
    ],
  };
  assert.deepEqual(readResources(pod, main), {
    requestCores: 0.4,
    limitCores: 1.5,
    // The sidecar's limit stands in for its missing request.
    memoryRequestBytes: 320 * 1024 * 1024,
    statesCpu: true,
    statesMemory: true,
  });
});

test('a missing request equals the limit; nothing stated is nothing; the smallest quota is 1 ms', () => {
  const limited = container({ limits: { cpu: '1m' } });
  assert.equal(readResources({ containers: [limited] }, limited).requestCores, 0.001);
  assert.equal(readResources({ containers: [limited] }, limited).limitCores, 0.01);
  const bare = container({});
  const { requestCores, limitCores, statesCpu } = readResources({ containers: [bare] }, bare);
  assert.deepEqual(
    { requestCores, limitCores, statesCpu },
    { requestCores: 0, limitCores: null, statesCpu: false },
  );
});

test('a node has four cores, or as many as are asked for', () => {
  const cores = (resources: NonNullable<Container['resources']>): number =>
    nodeCoresFor(readResources({ containers: [container(resources)] }, container(resources)));
  assert.equal(cores({}), 4);
  assert.equal(cores({ limits: { cpu: '6500m' } }), 7);
  assert.equal(cores({ requests: { cpu: '8' } }), 8);
});

test('a pod is ready at the first readiness probe after it can answer, which waits for the startup probe', () => {
  const seconds = (more: Partial<Container>, boot: number): number =>
    readStartup(container({}, more), boot * 1e6).micros / 1e6;
  assert.equal(seconds({}, 3), 5);
  assert.equal(seconds({ readinessProbe: { periodSeconds: 5 } }, 3), 7);
  assert.equal(seconds({ readinessProbe: { initialDelaySeconds: 20 } }, 3), 22);
  assert.equal(seconds({ readinessProbe: { initialDelaySeconds: 2 } }, 3), 14);
  assert.equal(seconds({ startupProbe: { periodSeconds: 4 }, readinessProbe: { periodSeconds: 10 } }, 7), 12);
});
