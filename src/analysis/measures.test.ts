import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Result } from '../model/result.ts';
import { clusterResult } from './cluster.ts';
import { clusterAccounts, result, workloadAccount } from './fixture.cases.ts';
import { headlineMeasures, tabulate } from './measures.ts';

const still = (): Result => result(1, { cluster: clusterResult(clusterAccounts()) });

function busy(): Result {
  const { pods } = clusterAccounts();
  const accounts = clusterAccounts({
    pods: { ...pods, created: 7, unschedulableMost: 2, unschedulableMicros: 90e6 },
    workloads: [
      workloadAccount({ missingMicros: 60e6, created: 7, unready: 3, restarts: 2 }),
      workloadAccount({ name: 'calm' }),
    ],
    autoscalers: [
      {
        ...{ namespace: 'default', name: 'api', target: 'Deployment/api' },
        ...{ ups: 3, downs: 3, reversals: 4, fewest: 2, most: 9 },
      },
    ],
  });
  return result(2, { cluster: clusterResult(accounts) });
}

const values = (one: Result) => new Map(headlineMeasures(one).map(({ id, value }) => [id, value]));

test('a cluster that stood still is compared by its nodes only', () => {
  const measured = values(still());
  assert.equal(measured.get('nodeHours'), 1200 / 3600);
  for (const id of measured.keys())
    assert.doesNotMatch(id, /^(missing|unready|restarts|podsCreated|unschedulable|startup|reversals)/);
  assert.equal(values(result(1)).has('nodeHours'), false);
});

test('what happened in a cluster is measured in pods, restarts and pod time', () => {
  const measured = values(busy());
  assert.equal(measured.get('missing{workload="Deployment default/api"}'), 60);
  assert.equal(measured.get('unready{workload="Deployment default/api"}'), 3);
  assert.equal(measured.get('restarts{workload="Deployment default/api"}'), 2);
  assert.equal(measured.get('reversals{autoscaler="default/api"}'), 4);
  assert.equal(measured.get('podsCreated'), 7);
  assert.equal(measured.get('unschedulable'), 90);
  assert.equal(measured.get('startup'), null, 'no pod became ready');
  assert.equal(measured.has('missing{workload="Deployment default/calm"}'), false);
});

test('beside a cluster in which things happened, one that stood still counts zero, and none counts nothing', () => {
  const rows = tabulate([still(), busy(), result(3)]);
  const row = (id: string) => rows.find(({ kind }) => kind.id === id)?.values;
  assert.deepEqual(row('restarts{workload="Deployment default/api"}'), [0, 2, null]);
  assert.deepEqual(row('podsCreated'), [0, 7, null]);
  assert.deepEqual(row('unschedulable'), [0, 90, null]);
  assert.deepEqual(row('reversals{autoscaler="default/api"}'), [null, 4, null], 'A has no such autoscaler');
});
