import assert from 'node:assert/strict';
import { test } from 'node:test';
import pc from 'picocolors';
import type { Result } from '../../../src/model/result.ts';
import { busyCluster, clusterEvents, quietCluster, withCluster } from '../../report/sample-cluster.cases.ts';
import { sampleDay } from '../../report/sample-day.cases.ts';
import { clusterSection } from './cluster-tables.ts';
import { figuresOf } from './csv.ts';
import { eventsSection } from './events.ts';
import { narrate } from './narrative.ts';
import { summary } from './summary.ts';
import { visibleWidth } from './table.ts';
import { eventRuns } from './wording.ts';

const busy: Result = { ...withCluster(sampleDay(), busyCluster()), events: clusterEvents(100) };
const still: Result = { ...withCluster(sampleDay(), quietCluster()), events: [] };
const style = (wide: boolean, width = 80) => ({ colors: pc.createColors(false), width, wide, next: [] });

test('cluster: workloads, autoscalers, pods and the pools that changed', () => {
  assert.deepEqual(clusterSection(busy, style(false)), [
    'Cluster',
    '  WORKLOAD           WANTED READY FEWEST   MISSING CREATED UNREADY RESTARTS OOM',
    '  Deployment api 8, most 10     7      1 2 h 1 min      31       3        2   1',
    '  Autoscaler shop/api of Deployment/api: 2 to 10 replicas, up 40 times, down 38',
    '    times, turned round 21 times',
    '  Pods: 9 at the end, 31 created, 26 deleted; start-up median 12.5 s, p95 31 s,',
    '    longest 1 min 35 s',
    '  Without a node: up to 4 pods, 1 h 30 min of waiting over all pods, 1 still',
    '    waiting',
    '  Nodes of pool blue: 3 to 6 nodes, mean 4.25, 5 at the end; 102 node-hours,',
    '    20.40 USD',
    '  Nodes: 2 more all the time',
  ]);
});

test('cluster: nothing where nothing happened, all of it when asked', () => {
  assert.deepEqual(clusterSection(sampleDay(), style(true)), []);
  assert.deepEqual(clusterSection(still, style(false)), []);
  const all = clusterSection(still, style(true)).join('\n');
  assert.match(all, /Deployment api +2 +2 +2/);
  assert.match(all, /StatefulSet db/);
  assert.match(all, /pool blue: 3 nodes all the time; 72 node-hours, 14\.40 USD/);
});

test('cluster and events: fit 80 columns, and 60', () => {
  for (const width of [60, 80])
    for (const line of summary(busy, style(true, width))
      .split('\n')
      .filter((each) => /api|shop/.test(each)))
      assert.ok(visibleWidth(line) <= width, `${visibleWidth(line)}: ${line}`);
});

test('events: time, kind and the whole message; the same one after the other is told once', () => {
  const told = {
    kind: 'node',
    subject: 'node pool blue',
    message: 'a machine did not come in time: the pool backs off',
  };
  const events = [
    { atSeconds: 60.01, ...told },
    { atSeconds: 61, ...told },
    { atSeconds: 3600, ...told },
    { atSeconds: 3661, kind: 'evict', subject: 'shop/api-1', message: 'evicted from blue-1' },
  ];
  assert.deepEqual(
    eventRuns(events).map(({ times }) => times),
    [2, 1, 1],
  );
  assert.deepEqual(eventsSection({ ...busy, events }, style(true)), [
    'Events',
    '  00:01     node   node pool blue: a machine did not come in time: the pool',
    '                   backs off (2 times)',
    '  01:00     node   node pool blue: a machine did not come in time: the pool',
    '                   backs off',
    '  01:01:01  evict  shop/api-1: evicted from blue-1',
  ]);
});

test('narrative: ranges of the cluster, and the first events only', () => {
  const text = narrate(busy);
  assert.match(
    text,
    /- Deployment shop\/api: at most 10 wanted, 1 to 10 ready, 2 h 1 min missing, 31 created/,
  );
  assert.match(
    text,
    /- autoscaler api of Deployment\/api: 2 to 10, up 40 times, down 38 times, turned round 21 times/,
  );
  assert.match(text, /- nodes of blue: 3 to 6, 5 at the end/);
  assert.match(text, /- without a node: up to 4 pods, 1 h 30 min over all pods/);
  const marks = text.split('\nMarks\n')[1]!.split('\n\n')[0]!.split('\n');
  assert.ok(marks.length <= 15, `${marks.length} lines`);
  assert.match(marks.at(-1)!, /^… and \d+ more$/);
  const left = Number(/\d+/.exec(marks.at(-1)!)![0]);
  assert.equal(marks.length - 1 + left, busy.events.length, 'every event is counted');
  assert.ok(text.trimEnd().split('\n').length <= 40);
  assert.doesNotMatch(narrate(still), /\nCluster\n/);
});

test('csv: the figures of pods, node pools, workloads and autoscalers', () => {
  const figures = figuresOf(busy);
  const value = (group: string, subject: string, measure: string) =>
    figures.find((each) => each.group === group && each.subject === subject && each.measure === measure)
      ?.value;
  assert.equal(value('cluster', 'pods', 'startup.p95'), 31);
  assert.equal(value('cluster', 'control loops', 'apiRequests'), 4821);
  assert.equal(value('nodePool', 'blue', 'nodeHours'), 102);
  assert.equal(value('workload', 'Deployment shop/api', 'missingSeconds'), 7260);
  assert.equal(value('autoscaler', 'shop/api', 'reversals'), 21);
});
