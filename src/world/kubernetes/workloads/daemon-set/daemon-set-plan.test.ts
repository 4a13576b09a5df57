import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DaemonNode, type DaemonPod, planNode, planRollingUpdate } from './daemon-set-plan.ts';

/** `o` an old pod, `n` a new one; capitals are available; `x` failed; `t` terminating; `p` waits for its node. */
function node(name: string, notation: string, change: Partial<DaemonNode> = {}): DaemonNode {
  const pods = [...notation].map(
    (sign, at): DaemonPod => ({
      name: `${name}${at}`,
      updated: sign === 'n' || sign === 'N',
      phase: sign === 'x' ? 'Failed' : 'Running',
      ready: sign === 'O' || sign === 'N',
      available: sign === 'O' || sign === 'N',
      terminating: sign === 't',
      assigned: sign !== 'p',
      created: `2026-01-01T00:00:0${at}Z`,
    }),
  );
  return { name, shouldRun: true, mayStay: true, pods, ...change };
}

const off = { shouldRun: false };
const away = { shouldRun: false, mayStay: false };
const nodeCases: readonly (readonly [string, Partial<DaemonNode>, boolean, string])[] = [
  ['', {}, false, '+'],
  ['', off, false, ''],
  ['N', {}, false, ''],
  ['t', {}, false, ''],
  ['t', {}, true, '+'],
  ['NN', {}, false, 'a1'],
  ['pN', {}, false, 'a0'],
  ['ppN', {}, false, 'a0 a1'],
  ['x', {}, false, 'a0'],
  ['xN', {}, false, 'a0'],
  ['O', off, false, ''],
  ['O', away, false, 'a0'],
  ['tO', away, false, 'a1'],
  ['On', {}, true, ''],
  ['ON', {}, true, 'a0'],
  ['on', {}, true, 'a0'],
  ['OnO', {}, true, 'a2'],
];

test('what is done on one node', () => {
  for (const [notation, change, surges, expected] of nodeCases) {
    const plan = planNode(node('a', notation, change), surges);
    const said = [...(plan.create ? ['+'] : []), ...plan.delete.map(({ name }) => name)].join(' ');
    assert.equal(said, expected, `${notation} ${JSON.stringify(change)} ${surges}`);
  }
});

const rollingCases: readonly (readonly [string, number, number, string])[] = [
  ['O O O', 0, 1, 'a0'],
  ['O O O', 0, 2, 'a0 b0'],
  ['N O O', 0, 1, 'b0'],
  ['n O O', 0, 1, ''],
  ['t O O', 0, 1, ''],
  ['o O O', 0, 1, 'a0 b0'],
  ['n o O', 0, 1, 'b0'],
  ['O O O', 1, 0, '+a'],
  ['On O O', 1, 0, ''],
  ['ON O O', 1, 0, 'a0 +b'],
  ['o O O', 1, 0, '+a +b'],
  ['N N N', 2, 0, ''],
];

test('one step of a rolling update', () => {
  for (const [notation, maxSurge, maxUnavailable, expected] of rollingCases) {
    const nodes = notation.split(' ').map((pods, at) => node('abc'[at], pods));
    const plan = planRollingUpdate(nodes, { maxSurge, maxUnavailable });
    const said = [...plan.delete.map(({ name }) => name), ...plan.create.map((name) => `+${name}`)].join(' ');
    assert.equal(said, expected, `${notation} ${maxSurge} ${maxUnavailable}`);
  }
});
