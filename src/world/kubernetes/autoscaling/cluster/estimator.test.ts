import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePool } from '../../cluster.cases.ts';
import { zoneLabel } from '../../objects/node.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import { node, pod } from '../../scheduler/scheduling.cases.ts';
import { WhatIf } from '../../scheduler/what-if.ts';
import { estimate } from './estimator.ts';

let made = 0;

function equals(count: number, cpu: string, spec: Partial<PodSpec> = {}): Pod[] {
  return Array.from({ length: count }, () =>
    pod(`wish-${made++}`, { labels: { app: 'web' }, requests: { cpu }, spec }),
  );
}

function spread(maxSkew: number, topologyKey: string): Partial<PodSpec> {
  const labelSelector = { matchLabels: { app: 'web' } };
  return {
    topologySpreadConstraints: [{ maxSkew, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector }],
  };
}

/** Machines of one core for twelve pods in one zone, beside a full node in another zone. */
function estimated(pods: readonly Pod[], most = 100) {
  const pool = nodePool(0, { name: 'small', cores: 1, maxPods: 12, zones: ['new'] });
  const whatIf = WhatIf.of([node('old', { zone: 'old', pods: '0' })], []);
  const timestamp = '2026-01-01T00:00:00Z';
  const {
    nodes,
    pods: placed,
    reasons,
  } = estimate({
    whatIf,
    pool,
    index: 0,
    most,
    pods,
    daemons: () => [],
    timestamp,
    version: 'v1.32.0',
  });
  return { nodes, placed, reasons };
}

const cases: readonly (readonly [string, readonly Pod[], most: number, nodes: number, placed: number])[] = [
  ['by processor', equals(9, '400m'), 100, 5, 9],
  ['by the number of pods', equals(25, '1m'), 100, 3, 25],
  ['no more than the group may have', equals(20, '500m'), 3, 3, 6],
  ['one that fits is enough for a small rest', [...equals(6, '100m'), ...equals(3, '900m')], 3, 3, 6],
  ['what fits no machine', equals(4, '2'), 100, 0, 0],
  ['two on each machine', equals(8, '1m', spread(2, 'kubernetes.io/hostname')), 100, 4, 8],
  ['no more than the skew of zones allows', equals(8, '1m', spread(3, zoneLabel)), 100, 1, 3],
];

for (const [name, pods, most, nodes, placed] of cases)
  test(`new machines: ${name}`, () => {
    const result = estimated(pods, most);
    assert.deepEqual([result.nodes, result.placed.length], [nodes, placed]);
    assert.equal(result.reasons.size, pods.length - placed);
  });

test('beyond the limit every pod is told so, none is put on a machine that will not come', () => {
  const pods = equals(7, '500m');
  const { placed, reasons } = estimated(pods, 2);
  assert.deepEqual(placed, pods.slice(0, 4));
  for (const { metadata } of pods.slice(4))
    assert.deepEqual(reasons.get(metadata.uid), ['max node group size reached']);
});
