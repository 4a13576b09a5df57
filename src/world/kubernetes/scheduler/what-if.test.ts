import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneLabel } from '../objects/node.ts';
import { node, pod, stateOf } from './scheduling.cases.ts';
import { canPlace, WhatIf } from './what-if.ts';

const sized = (name: string, cpu: string) => pod(name, { requests: { cpu } });

test('which pods fit where, one beside the other', () => {
  const nodes = [node('a', { cpu: '2' }), node('b', { cpu: '2' })];
  const existing = [pod('old', { requests: { cpu: '1' }, spec: { nodeName: 'a' } })];
  const placements = canPlace([sized('x', '2'), sized('y', '1'), sized('z', '1')], nodes, existing);
  assert.deepEqual(
    placements.map(({ nodeName, reason }) => nodeName ?? reason),
    ['b', 'a', '0/2 nodes are available: 2 Insufficient cpu.'],
  );
  assert.equal(placements[2].counts.get('Insufficient cpu'), 2);
});

test('without nodes', () => {
  const [{ nodeName, reason }] = canPlace([sized('x', '1')], [], []);
  assert.deepEqual([nodeName, reason], [null, 'no nodes available to schedule pods']);
});

test('a trial leaves no trace', () => {
  const { state } = stateOf([node('a', { zone: 'x' }), node('b', { zone: 'y' }), node('c', { zone: 'x' })], {
    a: [sized('p1', '3'), sized('p2', '1')],
    b: [sized('p3', '2')],
  });
  const picture = () => ({
    version: state.version,
    order: [...state.table.order.list()].map((slot) => state.table.nodes[slot]?.metadata.name),
    used: Array.from(state.table.order.list(), (slot) => [
      state.table.core[slot * 8 + 2],
      ...state
        .podsOn(slot)
        .map(({ pod: { metadata } }) => metadata.name)
        .sort(),
    ]),
  });
  const before = picture();
  const whatIf = WhatIf.over(state);
  const answers = whatIf.trial(() => {
    whatIf.addNode(node('new', { zone: 'x', cpu: '8' }));
    const moved = whatIf.removeNode('a');
    return whatIf.trial(() => whatIf.placeAll(moved)).concat(whatIf.placeAll(moved, { choose: 'best' }));
  });
  assert.ok(answers.every(({ nodeName }) => nodeName !== null && nodeName !== 'a'));
  assert.deepEqual(picture(), before);
});

test('neighbours count in questions too', () => {
  const labels = { app: 'db' };
  const required = [{ topologyKey: zoneLabel, labelSelector: { matchLabels: labels } }];
  const db = (name: string) =>
    pod(name, {
      labels,
      spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } },
    });
  const whatIf = WhatIf.of([node('a', { zone: 'x' }), node('b', { zone: 'y' })], []);
  const names = whatIf.placeAll([db('1'), db('2'), db('3')]).map(({ nodeName }) => nodeName);
  assert.deepEqual(names, ['a', 'b', null]);
  assert.deepEqual(whatIf.reasonsAgainst(db('4'), 'a'), ["node(s) didn't match pod anti-affinity rules"]);
  assert.ok(whatIf.removePod(whatIf.podsOn('a')[0]));
  assert.deepEqual(whatIf.reasonsAgainst(db('4'), 'a'), []);
});

test('only some nodes come into question', () => {
  const whatIf = WhatIf.of(
    ['a', 'b', 'c'].map((name) => node(name)),
    [],
  );
  const { nodeName } = whatIf.place(sized('p', '1'), { among: ({ metadata }) => metadata.name === 'c' });
  assert.equal(nodeName, 'c');
});
