import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../../../base/random.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodDisruptionBudget } from '../objects/services.ts';
import { candidatesWanted, Preemption } from './preemption.ts';
import { node, pod, stateOf } from './scheduling.cases.ts';

interface Resident {
  readonly cpu: string;
  readonly priority: number;
  readonly labels?: Record<string, string>;
  readonly started?: number;
}

let made = 0;

function resident({ cpu, priority, labels, started = 0 }: Resident): Pod {
  return pod(`r${made++}`, {
    requests: { cpu },
    spec: { priority },
    status: { startTime: String(started) },
    ...(labels === undefined ? {} : { labels }),
  });
}

/** Who has to go for a pod of priority 100, by node; a node has four cores. */
function find(
  nodes: Readonly<Record<string, readonly Resident[]>>,
  cpu: string,
  budgets: readonly PodDisruptionBudget[] = [],
) {
  const placed = Object.fromEntries(Object.entries(nodes).map(([name, pods]) => [name, pods.map(resident)]));
  const { state, placement } = stateOf(
    Object.keys(nodes).map((name) => node(name)),
    placed,
  );
  const preemption = new Preemption({
    state,
    placement,
    budgets: () => budgets,
    startedMicros: (each) => Number(each.pod.status.startTime),
    stream: randomStream(1, 'test'),
  });
  const incoming = pod('incoming', { requests: { cpu }, spec: { priority: 100 } });
  const group = state.groupOf(incoming);
  const before = [...state.table.core];
  const result = preemption.find(group, incoming.metadata.uid, placement.diagnose(group));
  assert.deepEqual([...state.table.core], before, 'everything is as it was');
  if (result.candidate === null) return result.text;
  const { slot, victims } = result.candidate;
  const name = state.table.nodes[slot]!.metadata.name;
  return `${name}: ${victims.map((each) => placed[name].indexOf(each.pod)).join(' ')}`;
}

function budget(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: app, namespace: 'default', uid: app, resourceVersion: '1', creationTimestamp: '' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  };
}

test('as few pods as needed go, the less important first', () => {
  const pods = [
    { cpu: '1', priority: 5 },
    { cpu: '1', priority: 7 },
    { cpu: '1', priority: 5, started: 9 },
    { cpu: '1', priority: 200 },
  ];
  assert.equal(find({ a: pods }, '1'), 'a: 2', 'of two alike the younger');
  assert.equal(find({ a: pods }, '2'), 'a: 0 2');
  assert.equal(find({ a: pods }, '3'), 'a: 1 0 2');
  assert.equal(find({ a: pods }, '4'), '0/1 nodes are available: 1 Insufficient cpu.');
});

test('nobody of less priority', () => {
  assert.equal(
    find({ a: [{ cpu: '4', priority: 100 }], b: [{ cpu: '4', priority: 300 }] }, '1'),
    '0/2 nodes are available: 2 No preemption victims found for incoming pod.',
  );
  assert.equal(find({ a: [{ cpu: '4', priority: 1 }] }, '5'), '0/1 nodes are available: 1 Insufficient cpu.');
});

test('the node is chosen by budgets, top priority, sum, number and start', () => {
  const web = { labels: { app: 'web' } };
  const cases: readonly [string, Readonly<Record<string, readonly Resident[]>>, string][] = [
    ['budgets', { a: [{ cpu: '4', priority: 1, ...web }], b: [{ cpu: '4', priority: 50 }] }, 'b: 0'],
    [
      'top',
      {
        a: [{ cpu: '4', priority: 9 }],
        b: [
          { cpu: '2', priority: 8 },
          { cpu: '2', priority: 8 },
        ],
      },
      'b: 0 1',
    ],
    [
      'sum',
      {
        a: [
          { cpu: '2', priority: 8 },
          { cpu: '2', priority: 7 },
        ],
        b: [
          { cpu: '2', priority: 8 },
          { cpu: '2', priority: 6 },
        ],
      },
      'b: 0 1',
    ],
    [
      'number',
      {
        a: [
          { cpu: '2', priority: 8 },
          { cpu: '2', priority: -2_147_483_648 },
        ],
        b: [{ cpu: '4', priority: 8 }],
      },
      'b: 0',
    ],
    [
      'start',
      { a: [{ cpu: '4', priority: 8, started: 5 }], b: [{ cpu: '4', priority: 8, started: 6 }] },
      'b: 0',
    ],
  ];
  for (const [name, nodes, expected] of cases)
    assert.equal(find(nodes, '4', [budget('web', 0)]), expected, name);
});

test('those whom a budget protects are kept before others', () => {
  const pods = [
    { cpu: '2', priority: 5, labels: { app: 'web' } },
    { cpu: '2', priority: 6 },
  ];
  assert.equal(find({ a: pods }, '2', [budget('web', 0)]), 'a: 1');
  assert.equal(find({ a: pods }, '2', [budget('web', 1)]), 'a: 0');
  assert.equal(find({ a: pods }, '2', [budget('other', 0)]), 'a: 0');
});

test('how many candidates are tried', () => {
  assert.deepEqual([5, 100, 500, 5000].map(candidatesWanted), [5, 100, 100, 500]);
});
