import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneLabel } from '../../objects/node.ts';
import type { PodSpec } from '../../objects/pod.ts';
import type { FilterPlugin } from '../diagnosis.ts';
import { node, pod, stateOf } from '../scheduling.cases.ts';
import { type ClusterEvent, mayHelp } from './hints.ts';

const labels = { app: 'web' };
const term = [{ topologyKey: zoneLabel, labelSelector: { matchLabels: labels } }];

test('nodes: what came or changed must bear on why a pod was turned down', () => {
  const { state } = stateOf([]);
  const waiting = state.groupOf(
    pod('p', { requests: { cpu: '2' }, spec: { nodeSelector: { disk: 'ssd' } } }),
  );
  const plain = node('n');
  const ssd = node('n', { labels: { disk: 'ssd' } });
  const tainted = node('n', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } });
  const cordoned = node('n', { spec: { unschedulable: true } });
  const small = node('n', { cpu: '1' });
  const large = node('n', { cpu: '8' });
  const cases: readonly [FilterPlugin, typeof plain | null, typeof plain | null, boolean][] = [
    ['NodeResourcesFit', null, plain, true],
    ['NodeResourcesFit', null, small, false],
    ['NodeResourcesFit', small, large, true],
    ['NodeResourcesFit', large, plain, false],
    ['NodeResourcesFit', plain, null, false],
    ['NodeAffinity', null, plain, false],
    ['NodeAffinity', plain, ssd, true],
    ['NodeAffinity', ssd, ssd, false],
    ['TaintToleration', tainted, plain, true],
    ['TaintToleration', plain, tainted, false],
    ['TaintToleration', null, tainted, false],
    ['NodeUnschedulable', cordoned, plain, true],
    ['NodeUnschedulable', null, cordoned, false],
    ['PodTopologySpread', plain, null, true],
    ['PodTopologySpread', plain, { ...large, metadata: plain.metadata }, false],
    ['NodePorts', null, plain, true],
  ];
  for (const [plugin, before, after, helps] of cases)
    assert.equal(
      mayHelp(new Set([plugin]), waiting, { kind: 'node', before, after }),
      helps,
      `${plugin} ${helps}`,
    );
  assert.ok(
    mayHelp(new Set(), waiting, { kind: 'node', before: plain, after: plain }),
    'without a reason anything helps',
  );
});

test('pods: only those that took its room or that its rules speak of', () => {
  const { state, placement } = stateOf([node('a1', { zone: 'a' })]);
  const groupOf = (name: string, spec: Partial<PodSpec>, of = {}) =>
    state.groupOf(pod(name, { spec, labels: of }));
  const web = groupOf('web', {}, labels);
  const other = groupOf('other', {}, { app: 'db' });
  const ports = (hostPort: number) =>
    groupOf(`port-${hostPort}`, { containers: [{ name: 'm', ports: [{ containerPort: 1, hostPort }] }] });
  const near = groupOf('near', {
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term } },
  });
  const far = groupOf('far', {
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term } },
  });
  const spread = groupOf(
    'spread',
    { topologySpreadConstraints: [{ ...term[0], maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] },
    labels,
  );
  for (const group of [near, far, spread]) placement.begin(group);
  const event = (change: 'came' | 'gone', group: typeof web): ClusterEvent => ({
    kind: 'pod',
    change,
    group,
  });
  const cases: readonly [FilterPlugin, typeof web, ClusterEvent, boolean][] = [
    ['NodeResourcesFit', web, event('gone', other), true],
    ['NodeResourcesFit', web, event('came', other), false],
    ['NodePorts', ports(80), event('gone', ports(80)), true],
    ['NodePorts', ports(80), event('gone', ports(81)), false],
    ['InterPodAffinity', near, event('came', web), true],
    ['InterPodAffinity', near, event('came', other), false],
    ['InterPodAffinity', near, event('gone', web), false],
    ['InterPodAffinity', far, event('gone', web), true],
    ['InterPodAffinity', far, event('gone', other), false],
    ['InterPodAffinity', web, event('gone', far), true],
    ['PodTopologySpread', spread, event('came', web), true],
    ['PodTopologySpread', spread, event('gone', other), false],
  ];
  for (const [plugin, group, what, helps] of cases)
    assert.equal(
      mayHelp(new Set([plugin]), group, what),
      helps,
      `${plugin} ${JSON.stringify(group.kin.labels)}`,
    );
});
