import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterAccounts, RunEvent } from '../../run/run.ts';
import {
  accounts,
  clusterAccounts,
  type HandSeries,
  model,
  readerOf,
  trafficModel,
  workloadAccount,
} from '../fixture.cases.ts';
import { Samples } from '../samples.ts';
import { clusterFindings } from './cluster.ts';
import { evidenceOf, type Observation } from './evidence.ts';

interface Scene {
  readonly cluster?: ClusterAccounts | null;
  readonly series?: readonly HandSeries[];
  readonly events?: readonly RunEvent[];
  readonly missed?: boolean;
}

/** Sixty intervals of ten seconds, from nine o'clock on. */
function look({
  cluster = clusterAccounts(),
  series = [],
  events = [],
  missed = false,
}: Scene): Observation[] {
  const clock: HandSeries = ['service_replicas{service="api"}', new Array(60).fill(1)];
  const samples = new Samples(readerOf([clock, ...series]), 600e6);
  const truth = accounts({ toMicros: 600e6 });
  const from = model({
    startsAt: '2026-01-01T09:00:00Z',
    durationMicros: 600e6,
    rooms: { traffic: trafficModel({}) },
  });
  const asked = { objectives: [], thresholdsHold: !missed };
  return clusterFindings(evidenceOf(from, { truth, cluster, events }, samples, asked));
}

const told = (scene: Scene) => look(scene).map(({ kind, severity, message }) => [kind, severity, message]);

test('nothing to say of a cluster that stood still, nor where there is none', () => {
  assert.deepEqual(look({}), []);
  assert.deepEqual(look({ cluster: null }), []);
});

test('pods that found no node are told with the stretch in which they waited', () => {
  const { pods } = clusterAccounts();
  const waiting = { ...pods, unschedulableMost: 4, unschedulableMicros: 720e6, unschedulableAtEnd: 1 };
  const gauge = Array.from({ length: 60 }, (_, i) => (i >= 12 && i < 30 ? 4 : 0));
  const scene = {
    cluster: clusterAccounts({ pods: waiting }),
    series: [['scheduler_pending_pods{queue="unschedulable"}', gauge]] as const,
  };
  assert.deepEqual(told(scene), [
    [
      'pods-unschedulable',
      'note',
      'No node had room for up to 4 pods from 09:02 to 09:05: 12 min of waiting, summed over pods; 1 still waited at the end.',
    ],
  ]);
  assert.equal(look({ ...scene, missed: true })[0]!.severity, 'problem');
  const moment = clusterAccounts({ pods: { ...waiting, unschedulableMicros: 9e6 } });
  assert.deepEqual(look({ cluster: moment }), [], 'a moment is no finding');
});

test('an autoscaler flaps from three turns on', () => {
  const autoscaler = {
    ...{ namespace: 'default', name: 'api', target: 'Deployment/api' },
    ...{ ups: 5, downs: 4, fewest: 2, most: 9 },
  };
  const turned = (reversals: number) => clusterAccounts({ autoscalers: [{ ...autoscaler, reversals }] });
  assert.deepEqual(look({ cluster: turned(2) }), []);
  assert.match(
    look({ cluster: turned(3) })[0]!.message,
    /^The autoscaler api changed its mind 3 times .* between 2 and 9 replicas of Deployment\/api\.$/,
  );
});

test('restarts and failed probes are told of their workload', () => {
  const workload = workloadAccount({ unready: 2, restarts: 3, outOfMemory: 1, readyFewest: 1 });
  const ready = Array.from({ length: 60 }, (_, i) => (i === 30 ? 1 : 2));
  const series: HandSeries[] = [
    ['workload_replicas_ready{kind="Deployment",namespace="default",workload="api"}', ready],
  ];
  const found = look({ cluster: clusterAccounts({ workloads: [workload] }), series });
  assert.deepEqual(
    found.map(({ subject, message }) => [subject, message]),
    [
      [
        'default/api',
        'Running pods of api failed their readiness probe 2 times and were taken out of service; as few as 1 were left (at 09:05:10).',
      ],
      [
        'default/api',
        'Containers of api were restarted 3 times, 1 of them after it was killed for its memory.',
      ],
    ],
  );
});

test('what was stopped or could not be done is told once, a failed drain always as a problem', () => {
  const event = (atSeconds: number, kind: RunEvent['kind'], subject: string, message: string): RunEvent => ({
    ...{ atMicros: atSeconds * 1e6, kind, subject, message },
  });
  const late = 'a machine did not come in time: the pool backs off';
  const found = told({
    events: [
      event(60, 'node', 'node pool blue', 'grows from 2 to 4 nodes'),
      event(120, 'node', 'node pool blue', late),
      event(150, 'node', 'node pool blue', late),
      event(180, 'rollout', 'Rollout default/api', 'Rollout aborted update to revision 2'),
      event(300, 'node', 'blue-1', 'not drained: global timeout reached'),
    ],
  });
  assert.deepEqual(found, [
    ['machine-missing', 'note', `At 09:02, node pool blue: ${late}.`],
    ['rollout-aborted', 'note', 'At 09:03, Rollout default/api: Rollout aborted update to revision 2.'],
    ['drain-failed', 'problem', 'At 09:05, blue-1: not drained: global timeout reached.'],
  ]);
});
