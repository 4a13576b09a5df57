import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taint } from '../objects/node.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm, Toleration } from '../objects/pod.ts';
import {
  acceptsNode,
  matchesTerm,
  namedNodes,
  nodePreference,
  tolerates,
  toleratesCordon,
  untoleratedPreferences,
  untoleratedTaint,
} from './node-match.ts';
import { node } from './scheduling.cases.ts';

const here = node('n1', { zone: 'a', labels: { size: '12', text: 'x9' } });

const requirements: readonly [NodeSelectorRequirement, boolean][] = [
  [{ key: 'size', operator: 'In', values: ['11', '12'] }, true],
  [{ key: 'size', operator: 'In', values: [] }, false],
  [{ key: 'none', operator: 'In', values: [''] }, false],
  [{ key: 'size', operator: 'NotIn', values: ['11'] }, true],
  [{ key: 'size', operator: 'NotIn', values: ['12'] }, false],
  [{ key: 'none', operator: 'NotIn', values: ['12'] }, true],
  [{ key: 'size', operator: 'Exists' }, true],
  [{ key: 'none', operator: 'Exists' }, false],
  [{ key: 'size', operator: 'DoesNotExist' }, false],
  [{ key: 'none', operator: 'DoesNotExist' }, true],
  [{ key: 'size', operator: 'Gt', values: ['11'] }, true],
  [{ key: 'size', operator: 'Gt', values: ['12'] }, false],
  [{ key: 'size', operator: 'Gt', values: ['012'] }, false],
  [{ key: 'size', operator: 'Gt', values: ['011'] }, true],
  [{ key: 'size', operator: 'Lt', values: ['13'] }, true],
  [{ key: 'size', operator: 'Lt', values: ['12'] }, false],
  [{ key: 'none', operator: 'Lt', values: ['13'] }, false],
  [{ key: 'text', operator: 'Gt', values: ['1'] }, false],
  [{ key: 'size', operator: 'Gt', values: ['1.5'] }, false],
];

/** What can't be made a label selector matches nothing, not even by what it excludes. */
const malformed: readonly NodeSelectorRequirement[] = [
  { key: 'size', operator: 'NotIn', values: [] },
  { key: 'size', operator: 'NotIn', values: ['not a label!'] },
  { key: 'none', operator: 'NotIn', values: ['x'.repeat(64)] },
  { key: 'not a key', operator: 'NotIn', values: ['12'] },
  { key: 'not a key', operator: 'DoesNotExist' },
  { key: 'size', operator: 'Exists', values: ['12'] },
  { key: 'none', operator: 'DoesNotExist', values: ['12'] },
  { key: 'size', operator: 'Gt', values: ['-3'] },
  { key: 'size', operator: 'Gt', values: ['1', '2'] },
  { key: 'size', operator: 'Lt', values: ['many'] },
];

test('malformed requirements', () => {
  for (const requirement of malformed)
    for (const wanted of [false, true]) {
      const terms: NodeSelectorTerm[] = [{ matchExpressions: [requirement] }];
      if (wanted) terms.push({ matchExpressions: [{ key: 'size', operator: 'Exists' }] });
      const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } };
      assert.equal(
        acceptsNode({ affinity: { nodeAffinity } }, here),
        wanted,
        `${JSON.stringify(requirement)}${wanted ? ' beside a term that matches' : ''}`,
      );
    }
});

test('a field is asked for one value', () => {
  const byField = (operator: NodeSelectorRequirement['operator'], ...values: string[]) =>
    matchesTerm({ matchFields: [{ key: 'metadata.name', operator, values }] }, here);
  assert.equal(byField('In', 'n1'), true);
  assert.equal(byField('In', 'n1', 'n2'), false);
  assert.equal(byField('NotIn', 'n2'), true);
  assert.equal(byField('NotIn', 'n2', 'n3'), false);
  assert.equal(byField('Exists'), false);
});

test('requirements of labels', () => {
  for (const [requirement, matches] of requirements)
    assert.equal(
      matchesTerm({ matchExpressions: [requirement] }, here),
      matches,
      JSON.stringify(requirement),
    );
});

const named = (operator: 'In' | 'NotIn', ...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

test('fields, empty terms and terms beside each other', () => {
  const required = (...nodeSelectorTerms: NodeSelectorTerm[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const size = (value: string): NodeSelectorTerm => ({
    matchExpressions: [{ key: 'size', operator: 'In', values: [value] }],
  });
  const cases: readonly [Parameters<typeof acceptsNode>[0], boolean][] = [
    [{}, true],
    [{ nodeSelector: { size: '12' } }, true],
    [{ nodeSelector: { size: '12', text: 'y' } }, false],
    [required(), false],
    [required({}), false],
    [required({ matchExpressions: [] }, size('12')), true],
    [required(size('11'), size('12')), true],
    [required(size('11'), size('13')), false],
    [required({ ...size('12'), ...named('In', 'n2') }), false],
    [required({ ...size('12'), ...named('NotIn', 'n2') }), true],
    [required(named('In', 'n1')), true],
    [{ ...required(size('12')), nodeSelector: { size: '13' } }, false],
  ];
  for (const [wish, accepts] of cases) assert.equal(acceptsNode(wish, here), accepts, JSON.stringify(wish));
});

test('nodes that terms name', () => {
  const affinity = (...nodeSelectorTerms: NodeSelectorTerm[]) => ({
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  });
  const both = {
    matchFields: [...named('In', 'a', 'b').matchFields!, ...named('In', 'b', 'c').matchFields!],
  };
  assert.equal(namedNodes(undefined), null);
  assert.deepEqual(namedNodes(affinity(named('In', 'a'), named('In', 'b', 'a'))), ['a', 'b']);
  assert.deepEqual(namedNodes(affinity(both)), ['b']);
  assert.equal(namedNodes(affinity(named('In', 'a'), { matchExpressions: [] })), null);
  assert.equal(namedNodes(affinity(named('NotIn', 'a'))), null);
  const apart = { matchFields: [...named('In', 'a').matchFields!, ...named('In', 'b').matchFields!] };
  assert.deepEqual(namedNodes(affinity(apart)), []);
});

test('preferences add up the weights of what matches', () => {
  const term = (weight: number, value: string) => ({
    weight,
    preference: { matchExpressions: [{ key: 'size', operator: 'In' as const, values: [value] }] },
  });
  const affinity = {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [term(3, '12'), term(5, '13'), term(7, '12')],
    },
  };
  assert.equal(nodePreference(affinity, here), 10);
  assert.equal(nodePreference(undefined, here), 0);
});

const taint = (key: string, value: string | undefined, effect: Taint['effect'] = 'NoSchedule'): Taint =>
  value === undefined ? { key, effect } : { key, value, effect };

test('tolerations', () => {
  const cases: readonly [Toleration, Taint, boolean][] = [
    [{ key: 'a', operator: 'Exists' }, taint('a', 'x'), true],
    [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }, taint('a', 'x'), false],
    [{ operator: 'Exists' }, taint('a', 'x'), true],
    [{ key: 'a', value: 'x' }, taint('a', 'x'), true],
    [{ key: 'a', operator: 'Equal', value: 'y' }, taint('a', 'x'), false],
    [{ key: 'a' }, taint('a', undefined), true],
    [{ key: 'a' }, taint('a', ''), true],
    [{ key: 'b', operator: 'Exists' }, taint('a', 'x'), false],
    [{ key: 'a', value: 'x', effect: 'PreferNoSchedule' }, taint('a', 'x', 'PreferNoSchedule'), true],
  ];
  for (const [toleration, of, expected] of cases)
    assert.equal(tolerates(toleration, of), expected, JSON.stringify([toleration, of]));
});

test('taints keep away or are disliked', () => {
  const taints = [taint('p', 'q', 'PreferNoSchedule'), taint('a', 'x'), taint('b', 'y', 'NoExecute')];
  assert.equal(untoleratedTaint(undefined, taints), taints[1]);
  assert.equal(untoleratedTaint([{ key: 'a', operator: 'Exists' }], taints), taints[2]);
  assert.equal(untoleratedTaint([{ operator: 'Exists' }], taints), null);
  assert.equal(untoleratedPreferences(undefined, taints), 1);
  assert.equal(untoleratedPreferences([{ key: 'p', operator: 'Exists' }], taints), 0);
  assert.equal(toleratesCordon([{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }]), true);
  assert.equal(toleratesCordon([{ key: 'other', operator: 'Exists' }]), false);
});
