import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodPhase } from '../../objects/pod.ts';
import {
  averageReplicas,
  type CalculatorSettings,
  groupPods,
  type PodMetrics,
  perPodReplicas,
  utilizationReplicas,
  valueReplicas,
} from './replica-calculator.ts';

const second = 1e6;
const instant = (text: string | undefined) =>
  text === undefined ? Number.NEGATIVE_INFINITY : Number(text) * second;

const settings: CalculatorSettings = {
  upTolerance: 0.1,
  downTolerance: 0.1,
  cpuInitializationMicros: 120 * second,
  initialReadinessMicros: 10 * second,
  nowMicros: 1000 * second,
  microsOf: instant,
};

interface Written {
  readonly phase?: PodPhase;
  readonly ready?: 'True' | 'False' | null;
  readonly started?: number;
  readonly changed?: number;
  readonly deleted?: boolean;
  readonly request?: string | null;
  readonly sidecar?: string;
}

/** Times are in seconds and written as they are; now is 1000. */
function pod(name: string, written: Written = {}): Pod {
  const { phase = 'Running', ready = 'True', started = 100, changed = 110, request = '1' } = written;
  const requests = request === null ? {} : { requests: { cpu: request, memory: '1Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '0',
      ...(written.deleted === true ? { deletionTimestamp: '999' } : {}),
    },
    spec: {
      containers: [{ name: 'main', resources: requests }],
      ...(written.sidecar === undefined
        ? {}
        : {
            initContainers: [
              {
                name: 'proxy',
                restartPolicy: 'Always' as const,
                resources: { requests: { cpu: written.sidecar } },
              },
            ],
          }),
    },
    status: {
      phase,
      startTime: String(started),
      ...(ready === null
        ? {}
        : { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: String(changed) }] }),
    },
  };
}

function named(count: number, written: Written = {}): Pod[] {
  return Array.from({ length: count }, (_, index) => pod(`web-${index}`, written));
}

/** Samples of the first pods, taken now over half a minute. */
function samples(...values: readonly (number | null)[]): PodMetrics {
  const metrics: PodMetrics = new Map();
  for (const [index, value] of values.entries())
    if (value !== null)
      metrics.set(`web-${index}`, { value, atMicros: settings.nowMicros, windowMicros: 30 * second });
  return metrics;
}

const groupCases: readonly (readonly [string, Written, number | null, string])[] = [
  ['a running pod with a sample counts', {}, 100, 'ready'],
  ['a pod being deleted is ignored', { deleted: true }, 100, 'ignored'],
  ['a failed pod is ignored', { phase: 'Failed' }, 100, 'ignored'],
  ['a pending pod is unready even with a sample', { phase: 'Pending' }, 100, 'unready'],
  ['no sample is missing', {}, null, 'missing'],
  ['without a condition it is unready', { ready: null }, 100, 'unready'],
  ['in the first minutes an unready pod is unready', { started: 900, ready: 'False' }, 100, 'unready'],
  ['in the first minutes a sample from before it was ready', { started: 900, changed: 990 }, 100, 'unready'],
  ['in the first minutes a sample of a whole window', { started: 900, changed: 970 }, 100, 'ready'],
  ['later, unready and never ready', { started: 800, changed: 805, ready: 'False' }, 100, 'unready'],
  ['later, unready after it had been ready', { started: 800, changed: 810, ready: 'False' }, 100, 'ready'],
];

test('pods count, wait, lack a sample or are left out', () => {
  for (const [title, written, value, expected] of groupCases) {
    const groups = groupPods([pod('web-0', written)], samples(value), 'cpu', settings);
    const counts = {
      ready: groups.readyCount,
      unready: groups.unready.length,
      missing: groups.missing.length,
      ignored: groups.ignored.length,
    };
    const wanted = { ready: 0, unready: 0, missing: 0, ignored: 0, [expected]: 1 };
    assert.deepEqual(counts, wanted, title);
  }
});

test('only the processor waits for start-up', () => {
  const young = pod('web-0', { started: 990, ready: 'False' });
  assert.equal(groupPods([young], samples(1), 'memory', settings).readyCount, 1);
  assert.equal(groupPods([young], samples(1), '', settings).readyCount, 1);
});

type UtilizationCase = readonly [
  title: string,
  pods: readonly Pod[],
  metrics: PodMetrics,
  current: number,
  percent: number,
  expected: readonly [replicas: number, utilization: number] | string,
];

const broken = (pods: Pod[], changes: Readonly<Record<number, Written>>) =>
  pods.map((each, index) => (changes[index] === undefined ? each : pod(`web-${index}`, changes[index])));

const utilizationCases: readonly UtilizationCase[] = [
  ['up', named(3), samples(300, 500, 700), 3, 30, [5, 50]],
  ['down', named(5), samples(100, 300, 500, 250, 250), 5, 50, [3, 28]],
  ['within a tenth', named(3), samples(1010, 1030, 1020), 3, 100, [3, 102]],
  ['just beyond a tenth', named(10), samples(...Array(10).fill(1110)), 10, 100, [12, 111]],
  ['percent is cut; a tenth above is just beyond in binary', named(1), samples(1109), 1, 100, [2, 110]],
  ['a tenth below is within', named(10), samples(...Array(10).fill(909)), 10, 100, [10, 90]],
  [
    'growing, unready pods are idle',
    broken(named(3), { 0: { ready: 'False', started: 990 } }),
    samples(300, 500, 700),
    3,
    30,
    [4, 60],
  ],
  [
    'growing, pending ones take all the growth away',
    broken(named(3), { 0: { phase: 'Pending' }, 1: { phase: 'Pending' } }),
    samples(null, null, 400),
    3,
    30,
    [3, 40],
  ],
  ['growing, missing pods are idle', named(4), samples(900, 900, null, null), 4, 50, [4, 90]],
  ['shrinking, missing pods are fully busy', named(4), samples(100, 100, 100, null), 4, 50, [3, 10]],
  ['shrinking turned round by the missing stays', named(3), samples(400, null, null), 3, 50, [3, 40]],
  ['targets above all that was requested', named(3), samples(1500, 1500, null), 3, 200, [3, 150]],
  [
    'ignored pods are as if not there',
    broken(named(3), { 2: { deleted: true } }),
    samples(600, 600, 9000),
    3,
    30,
    [4, 60],
  ],
  ['no pods', [], samples(1), 1, 50, 'no pods returned by selector while calculating replica count'],
  [
    'no samples',
    named(2),
    samples(),
    2,
    50,
    'did not receive metrics for targeted pods (pods might be unready)',
  ],
  [
    'a container without a request',
    named(1, { request: null }),
    samples(1),
    1,
    50,
    'missing request for cpu in container main of Pod web-0',
  ],
  ['sidecars request too', named(2, { sidecar: '1' }), samples(1000, 1000), 2, 25, [4, 50]],
];

test('by percent of requests', () => {
  for (const [title, pods, metrics, currentReplicas, targetPercent, expected] of utilizationCases) {
    const asked = { pods, metrics, resource: 'cpu', container: '', currentReplicas, targetPercent };
    const got = utilizationReplicas(asked, settings);
    const found = typeof got === 'string' ? got : [got.replicas, got.utilization];
    assert.deepEqual(found, expected, title);
  }
});

type AverageCase = readonly [
  string,
  readonly Pod[],
  PodMetrics,
  number,
  number,
  readonly [number, number] | string,
];

const averageCases: readonly AverageCase[] = [
  ['up', named(3), samples(20_000, 10_000, 30_000), 3, 15_000, [4, 20_000]],
  ['down', named(5), samples(12_000, 12_000, 12_000, 12_000, 12_000), 5, 20_000, [3, 12_000]],
  ['within tolerance', named(3), samples(20_666, 20_666, 20_666), 3, 20_000, [3, 20_666]],
  ['missing at exactly the target count as idle', named(2), samples(1000, null), 2, 1000, [1, 1000]],
  ['missing when shrinking are at the target', named(4), samples(100, 100, null, null), 4, 1000, [3, 100]],
];

test('by an average of pods', () => {
  for (const [title, pods, metrics, currentReplicas, target, expected] of averageCases) {
    const got = averageReplicas({ pods, metrics, resource: '', currentReplicas, target }, settings);
    assert.deepEqual(typeof got === 'string' ? got : [got.replicas, got.value], expected, title);
  }
});

test('by one value, over the ready pods', () => {
  const cases = [
    ['up', named(3), 3, 20_000, 15_000, 4],
    [
      'an unready pod gives no base to grow from',
      broken(named(3), { 0: { ready: 'False' } }),
      3,
      20_000,
      10_000,
      4,
    ],
    ['within tolerance', named(3), 3, 10_900, 10_000, 3],
    ['from nothing', [], 0, 20_000, 9000, 3],
    ['none ready and none running', [], 2, 20_000, 9000, null],
  ] as const;
  for (const [title, pods, currentReplicas, value, target, expected] of cases) {
    const got = valueReplicas({ pods, currentReplicas, value, target }, settings);
    assert.equal(typeof got === 'string' ? null : got.replicas, expected, title);
  }
});

test('by one value shared over all pods', () => {
  const cases = [
    ['up', 3, 20_000, 5000, 4, 6667],
    ['within tolerance', 4, 20_100, 5000, 4, 5025],
    ['down', 4, 8000, 4000, 2, 2000],
    ['from nothing', 0, 8000, 4000, 2, 8000],
    ['nothing at all', 0, 0, 4000, 0, 0],
  ] as const;
  for (const [title, statusReplicas, value, target, replicas, average] of cases) {
    const got = perPodReplicas({ statusReplicas, value, target }, settings);
    assert.deepEqual([got.replicas, got.value], [replicas, average], title);
  }
});

test('each direction may have a tolerance of its own', () => {
  const own = { ...settings, upTolerance: 0, downTolerance: 0.5 };
  const ask = (value: number) =>
    valueReplicas({ pods: named(10), currentReplicas: 10, value, target: 100 }, own);
  const replicas = (value: number) => {
    const got = ask(value);
    return typeof got === 'string' ? null : got.replicas;
  };
  assert.equal(replicas(101), 11);
  assert.equal(replicas(50), 10);
  assert.equal(replicas(49), 5);
});
