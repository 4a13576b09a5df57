import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../objects/node.ts';
import type { Container, Pod, PodSpec } from '../../objects/pod.ts';
import { podRequests } from '../../objects/resources.ts';
import { hookMicros } from './container-stops.ts';
import { normalImageName, pullPolicyOf } from './image.ts';
import { millisText } from './image-pulls.ts';
import { refusalOf, toleratesTaint } from './pod-admission.ts';
import { qosClassOf } from './pod-status.ts';
import { afterRestart, delayText, type RestartBackoff, restartMicros } from './restart-backoff.ts';

const second = 1e6;

test('names of images and when they are pulled', () => {
  const cases: [string, string, string][] = [
    ['nginx', 'docker.io/library/nginx:latest', 'Always'],
    ['nginx:1.25', 'docker.io/library/nginx:1.25', 'IfNotPresent'],
    ['nginx:latest', 'docker.io/library/nginx:latest', 'Always'],
    ['shop/web:2', 'docker.io/shop/web:2', 'IfNotPresent'],
    ['registry.example:5000/web', 'registry.example:5000/web:latest', 'Always'],
    ['localhost/web:1', 'localhost/web:1', 'IfNotPresent'],
    ['quay.io/a/b@sha256:12', 'quay.io/a/b@sha256:12', 'IfNotPresent'],
  ];
  for (const [image, name, policy] of cases) {
    assert.equal(normalImageName(image), name);
    assert.equal(pullPolicyOf({ name: 'c', image }), policy, image);
  }
  assert.equal(pullPolicyOf({ name: 'c', image: 'nginx', imagePullPolicy: 'Never' }), 'Never');
});

test('durations as Go prints them', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [850_400, '850ms'],
    [3.5 * second, '3.5s'],
    [62.25 * second, '1m2.25s'],
    [3600 * second, '1h0m0s'],
  ];
  for (const [micros, text] of cases) assert.equal(millisText(micros), text);
});

test('restarts wait 0, 10, 20, 40, 80, 160, 300 and 300 s, and begin anew after ten minutes of running', () => {
  let backoff: RestartBackoff | null = null;
  let now = 0;
  const waits: number[] = [];
  for (let restart = 0; restart < 8; restart++) {
    const finished = now + second;
    now = restartMicros(backoff, finished);
    waits.push((now - finished) / second);
    backoff = afterRestart(backoff, finished, now);
  }
  assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
  assert.equal(restartMicros(backoff, now + 600 * second), now + 900 * second);
  assert.equal(restartMicros(backoff, now + 601 * second), now + 601 * second);
  assert.equal(afterRestart(backoff, now + 601 * second, now + 601 * second).delayMicros, 10 * second);
  assert.deepEqual(
    [10, 80, 300].map((seconds) => delayText(seconds * second)),
    ['10s', '1m20s', '5m0s'],
  );
});

test('how long a preStop hook takes', () => {
  const cases: [Parameters<typeof hookMicros>[0], number][] = [
    [undefined, 0],
    [{ sleep: { seconds: 7 } }, 7],
    [{ exec: { command: ['sleep', '15'] } }, 15],
    [{ exec: { command: ['/bin/sh', '-c', 'sleep 5; nginx -s quit'] } }, 5],
    [{ exec: { command: ['sh', '-c', 'nginx -s quit && sleep 1m'] } }, 60],
    [{ exec: { command: ['/bin/sleep', '2.5'] } }, 2.5],
    [{ exec: { command: ['nginx', '-s', 'quit'] } }, 0],
    [{ exec: { command: ['nosleep', '9'] } }, 0],
  ];
  for (const [hook, seconds] of cases) assert.equal(hookMicros(hook), seconds * second, JSON.stringify(hook));
});

test('classes of service', () => {
  const container = (requests?: Record<string, string>, limits?: Record<string, string>): Container => ({
    name: 'c',
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
  });
  const both = { cpu: '1', memory: '1Gi' };
  const cases: [Container[], string][] = [
    [[{ name: 'c' }], 'BestEffort'],
    [[container(both, both)], 'Guaranteed'],
    [[container(undefined, both)], 'Guaranteed'],
    [[container({ cpu: '1000m', memory: '1024Mi' }, both)], 'Guaranteed'],
    [[container(both)], 'Burstable'],
    [[container(both, both), { name: 'd' }], 'Burstable'],
    [[container(undefined, { cpu: '1' })], 'Burstable'],
    [[container({ 'nvidia.com/gpu': '1' })], 'BestEffort'],
  ];
  for (const [containers, expected] of cases)
    assert.equal(qosClassOf({ containers }), expected, JSON.stringify(containers));
});

function pod(spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '', creationTimestamp: '' },
    spec: { containers: [{ name: 'c' }], ...spec },
    status: { phase: 'Pending' },
  };
}

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'node-1',
    uid: 'n',
    resourceVersion: '',
    creationTimestamp: '',
    labels: { disk: 'ssd', cores: '8' },
  },
  spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] },
  status: { capacity: {}, allocatable: { cpu: '2', memory: '1Gi', pods: '3' }, conditions: [] },
};

test('what a kubelet refuses', () => {
  const resources = (requests: Record<string, string>): Partial<PodSpec> => ({
    containers: [{ name: 'c', resources: { requests } }],
  });
  const affinity = (
    key: string,
    operator: 'In' | 'Gt' | 'DoesNotExist',
    ...values: string[]
  ): Partial<PodSpec> => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
        },
      },
    },
  });
  const port: Partial<PodSpec> = {
    containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }],
  };
  const cases: [Partial<PodSpec>, number, string | null][] = [
    [{}, 0, null],
    [{}, 3, 'OutOfpods'],
    [resources({ cpu: '1500m' }), 0, null],
    [resources({ cpu: '1501m' }), 0, 'OutOfcpu'],
    [resources({ memory: '2Gi' }), 0, 'OutOfmemory'],
    [resources({ 'example.com/unknown': '1' }), 0, null],
    [{ nodeSelector: { disk: 'ssd' } }, 0, null],
    [{ nodeSelector: { disk: 'hdd' } }, 0, 'NodeAffinity'],
    [affinity('disk', 'In', 'hdd', 'ssd'), 0, null],
    [affinity('cores', 'Gt', '8'), 0, 'NodeAffinity'],
    [affinity('cores', 'Gt', '7'), 0, null],
    [affinity('disk', 'DoesNotExist'), 0, 'NodeAffinity'],
    [port, 0, 'NodePorts'],
  ];
  for (const [spec, pods, expected] of cases) {
    const of = pod(spec);
    const requests = podRequests(of.spec);
    const takenPorts = new Set(['TCP/80']);
    const refusal = refusalOf({ pod: of, node, requests, used: { cpu: 500 }, pods, takenPorts });
    assert.equal(refusal?.reason ?? null, expected, JSON.stringify(spec));
  }
});

test('a pod that does not tolerate a NoExecute taint is refused', () => {
  const tainted: Node = { ...node, spec: { taints: [{ key: 'down', effect: 'NoExecute' }] } };
  const refused = (spec: Partial<PodSpec>) =>
    refusalOf({ pod: pod(spec), node: tainted, requests: {}, used: {}, pods: 0, takenPorts: new Set() })
      ?.message;
  assert.equal(refused({}), 'Predicate TaintToleration failed');
  assert.equal(refused({ tolerations: [{ key: 'down', operator: 'Exists' }] }), undefined);
});

test('which taints a toleration tolerates', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoExecute' } as const;
  const cases: [Parameters<typeof toleratesTaint>[0], boolean][] = [
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', operator: 'Equal', value: 'w' }, false],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ operator: 'Exists', effect: 'NoExecute' }, true],
    [{ operator: 'Exists', effect: 'NoSchedule' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
  ];
  for (const [toleration, expected] of cases)
    assert.equal(toleratesTaint(toleration, taint), expected, JSON.stringify(toleration));
});
