import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../../store/clock.ts';
import { pathSteps, valuesAt } from './custom.ts';
import { podPrinter } from './pods.ts';
import { humanDuration } from './printer.ts';

const second = 1e6;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test('ages read as kubectl shows them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [-2 * second, '<invalid>'],
    [-second / 2, '0s'],
    [119.9 * second, '119s'],
    [120 * second, '2m'],
    [3 * minute + 20 * second, '3m20s'],
    [10 * minute + 30 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour + 5 * minute, '3h5m'],
    [8 * hour + 5 * minute, '8h'],
    [47 * hour, '47h'],
    [49 * hour, '2d1h'],
    [8 * day + hour, '8d'],
    [729 * day, '729d'],
    [2 * 365 * day, '2y'],
    [2 * 365 * day + 5 * day, '2y5d'],
    [9 * 365 * day + day, '9y'],
  ];
  for (const [micros, text] of cases) assert.equal(humanDuration(micros), text, `${micros}`);
});

const clock = new Clock({ now: hour }, '2026-01-01T00:00:00Z');

function cellsOf(status: object, spec: object = {}, metadata: object = {}) {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'd',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec: { containers: [{ name: 'a' }], ...spec },
    status,
  };
  return podPrinter.cells(pod, { clock }).slice(1, 5);
}

function container(state: object, change: object = {}) {
  return { name: 'a', image: '', imageID: '', ready: false, restartCount: 0, state, ...change };
}

test('the status of a pod is that of what keeps it from running', () => {
  const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  const waiting = (reason: string) => ({ waiting: { reason } });
  const ended = (exitCode: number, reason?: string) => ({
    terminated: { exitCode, ...(reason === undefined ? {} : { reason }) },
  });
  const of = (phase: string, ...containerStatuses: object[]) => ({ phase, containerStatuses });
  assert.deepEqual(cellsOf(of('Running', container(running, { ready: true }))), [
    '1/1',
    'Running',
    '0',
    '60m',
  ]);
  assert.equal(cellsOf(of('Running', container(waiting('CrashLoopBackOff'))))[1], 'CrashLoopBackOff');
  assert.equal(cellsOf(of('Failed', container(ended(2))))[1], 'ExitCode:2');
  assert.equal(cellsOf(of('Failed', container(ended(137, 'OOMKilled'))))[1], 'OOMKilled');
  assert.equal(cellsOf({ phase: 'Failed', reason: 'Evicted' })[1], 'Evicted');
  assert.equal(cellsOf({ phase: 'Pending' })[1], 'Pending');
  assert.equal(
    cellsOf({ phase: 'Running' }, {}, { deletionTimestamp: '2026-01-01T01:00:00Z' })[1],
    'Terminating',
  );
  const restarted = container(running, {
    ready: true,
    restartCount: 3,
    lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:50:00Z' } },
  });
  assert.equal(cellsOf(of('Running', restarted))[2], '3 (10m ago)');
});

test('init containers show how far they are', () => {
  const initContainers = [{ name: 'i' }, { name: 'j' }];
  const init = (name: string, state: object) => ({ ...container(state), name });
  const done = init('i', { terminated: { exitCode: 0 } });
  const pending = (second: object) => ({
    phase: 'Pending',
    initContainerStatuses: [done, init('j', second)],
  });
  assert.equal(cellsOf(pending({ running: { startedAt: '' } }), { initContainers })[1], 'Init:1/2');
  assert.equal(
    cellsOf(pending({ terminated: { exitCode: 1, reason: 'Error' } }), { initContainers })[1],
    'Init:Error',
  );
  assert.equal(
    cellsOf(pending({ waiting: { reason: 'CrashLoopBackOff' } }), { initContainers })[1],
    'Init:CrashLoopBackOff',
  );
});

test('paths of columns: members, indices, filters, all, and what can not be read', () => {
  const object = {
    spec: { list: [{ n: 1 }, { n: 2 }], 'a.b': 3 },
    conditions: [{ type: 'X', status: 'True' }],
  };
  const found = (path: string) => valuesAt(object, pathSteps(path) ?? []);
  assert.deepEqual(found('.spec.list[1].n'), [2]);
  assert.deepEqual(found('{.spec.list[*].n}'), [1, 2]);
  assert.deepEqual(found(".conditions[?(@.type=='X')].status"), ['True']);
  assert.deepEqual(found('.spec.a\\.b'), [3]);
  assert.deepEqual(found('.spec.nothing.at.all'), []);
  assert.equal(pathSteps('.a[?(@.b>1)]'), null);
});
