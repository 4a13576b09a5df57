import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markKindsOf, marksOf } from './marks.ts';
import type { Payload } from './payload.ts';
import { renderHtml } from './report.ts';
import { busyCluster, clusterEvents, quietCluster, withCluster } from './sample-cluster.cases.ts';
import { sampleDay } from './sample-day.cases.ts';

const busy = { ...withCluster(sampleDay(), busyCluster()), events: clusterEvents(100) };
const html = renderHtml(busy);

function sectionOf(text: string): string | null {
  return /<section id="cluster"[\s\S]*?<\/section>/.exec(text)?.[0] ?? null;
}

function payloadOf(text: string): Payload {
  return JSON.parse(
    /<script type="application\/json" id="payload">([\s\S]*?)<\/script>/.exec(text)![1]!,
  ) as Payload;
}

test('a cluster in which something happened has its section, its charts and its tables', () => {
  const section = sectionOf(html)!;
  for (const id of ['chart-cluster-nodes', 'chart-cluster-unschedulable', 'chart-workload-0'])
    assert.match(section, new RegExp(`id="${id}"`));
  assert.match(section, /3 to 6 nodes in pool blue\. Up to 4 pods found no node with room\./);
  assert.match(section, /data-value="7260">2\u00a0h\u00a01\u00a0min</);
  assert.match(section, /class="number bad" data-value="1">✗ 1</);
  assert.match(section, /20\.40\u00a0/);
  assert.match(html, /<a href="#cluster">Cluster<\/a>/);
});

test('a workload that stood still is in the table only', () => {
  const section = sectionOf(html)!;
  assert.match(section, /<th scope="row"[^>]*>shop\/db<\/th>/);
  assert.doesNotMatch(section, /chart-workload-1/);
});

test('wanted and ready pods are stepped and told apart by more than their colour', () => {
  const { series } = payloadOf(html).charts.find(({ id }) => id === 'workload-0')!;
  assert.deepEqual(
    series.map(({ label, stepped, dash }) => [label, stepped, dash.length > 0]),
    [
      ['wanted', true, true],
      ['ready', true, false],
    ],
  );
});

test('no section without a cluster, nor for one that stood still', () => {
  assert.equal(sectionOf(renderHtml(sampleDay())), null);
  const still = { ...withCluster(sampleDay(), quietCluster()), events: [] };
  assert.equal(sectionOf(renderHtml(still)), null);
  const noted = renderHtml({ ...still, events: clusterEvents(0) });
  assert.notEqual(sectionOf(noted), null, 'an event is something to tell');
});

test('marks come in order of time, the most telling kind first, scaling by its direction', () => {
  const marks = marksOf(busy);
  assert.deepEqual(
    marks.map(({ atSeconds }) => atSeconds),
    marks.map(({ atSeconds }) => atSeconds).toSorted((a, b) => a - b),
  );
  const kinds = markKindsOf(marks).filter(({ kind }) => kind !== 'alert');
  assert.deepEqual(
    kinds.map(({ kind, count }) => [kind, count]),
    [
      ['rollout', 1],
      ['node', 1],
      ['evict', 1],
      ['restart', 1],
      ['scale', 100],
    ],
  );
  assert.equal(kinds.at(-1)!.signs, '▲▼');
  const signs = new Set(
    marks.filter(({ kind }) => kind !== 'scale').map(({ kind, sign }) => `${kind} ${sign}`),
  );
  assert.equal(
    new Set([...signs].map((each) => each.split(' ')[1])).size,
    signs.size,
    'no sign means two kinds',
  );
});

test('every section with charts says what the signs of events mean', () => {
  for (const id of ['traffic', 'services', 'cluster']) {
    const section = new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(html)![0];
    assert.match(section, /data-mark-kind="scale"/, id);
  }
});
