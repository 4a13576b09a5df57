import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects/meta.ts';
import { Clock } from './clock.ts';
import { EventLog } from './event-log.ts';
import { Store } from './store.ts';

const minute = 60e6;
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', uid: 'u' },
} as KubeObject;
const pulled = { reason: 'Pulled', message: 'Image is there', component: 'kubelet' };

function log() {
  const engine = { now: 0 };
  const store = new Store();
  return { engine, store, events: new EventLog(new Clock(engine, null), store) };
}

test('an event that is repeated counts up and becomes the latest', () => {
  const { engine, events, store } = log();
  const told: string[] = [];
  events.observe(({ reason, count }, isNew) => told.push(`${reason} ${count} ${isNew ? 'new' : 'again'}`));
  events.record(pod, pulled);
  events.record(pod, { ...pulled, reason: 'Started', type: 'Warning' });
  engine.now = minute;
  events.record(pod, pulled);
  assert.deepEqual(told, ['Pulled 1 new', 'Started 1 new', 'Pulled 2 again']);
  const [started, latest] = [...events.list()];
  assert.deepEqual([started.reason, started.type], ['Started', 'Warning']);
  assert.deepEqual([latest.count, latest.firstMicros, latest.lastMicros], [2, 0, minute]);
  assert.equal(latest.regarding.namespace, 'shop');
  assert.equal(latest.revision, store.revision, 'events share the revisions of the store');
});

test('what was last seen an hour ago is forgotten, and begins anew', () => {
  const { engine, events } = log();
  events.record(pod, pulled);
  engine.now = 60 * minute;
  assert.deepEqual([...events.list()], []);
  events.record(pod, pulled);
  assert.deepEqual(
    [...events.list()].map(({ count }) => count),
    [1],
  );
});

test('different messages, objects and components are different events', () => {
  const { events } = log();
  events.record(pod, pulled);
  events.record(pod, { ...pulled, message: 'Another' });
  events.record(pod, { ...pulled, component: 'other' });
  events.record({ ...pod, metadata: { ...pod.metadata, uid: 'v' } }, pulled);
  assert.equal([...events.list()].length, 4);
});
