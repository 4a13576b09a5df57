import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PodView, planStatefulSet, type SetView } from './stateful-set-plan.ts';

/** `+` healthy, `r` ready but not available yet, `-` running and unready, `p` pending, `x` failed, `t` terminating, `.` missing; capital letters: old revision. */
function podsFrom(notation: string): PodView[] {
  return [...notation].flatMap((sign, ordinal): PodView[] => {
    if (sign === '.') return [];
    const old = sign !== sign.toLowerCase() || sign === 'O';
    const kind = sign === 'O' ? '+' : sign.toLowerCase();
    return [
      {
        ordinal,
        name: `db-${ordinal}`,
        revision: old ? 'old' : 'new',
        phase: kind === 'p' ? 'Pending' : kind === 'x' ? 'Failed' : 'Running',
        ready: kind === '+' || kind === 'r',
        available: kind === '+',
        terminating: kind === 't',
      },
    ];
  });
}

function outcome(notation: string, replicas: number, change: Partial<SetView> = {}): string {
  const plan = planStatefulSet({
    replicas,
    start: 0,
    parallel: false,
    onDelete: false,
    partition: 0,
    maxUnavailable: null,
    updateRevision: 'new',
    pods: podsFrom(notation),
    ...change,
  });
  return [
    ...plan.create.map((ordinal) => `+${ordinal}`),
    ...plan.delete.map(({ ordinal }) => `-${ordinal}`),
  ].join(' ');
}

const cases: readonly (readonly [
  pods: string,
  replicas: number,
  change: Partial<SetView>,
  expected: string,
])[] = [
  ['', 3, {}, '+0'],
  ['+', 3, {}, '+1'],
  ['p', 3, {}, ''],
  ['r', 3, {}, ''],
  ['+.+', 3, {}, '+1'],
  ['-.', 3, { parallel: true }, '+1 +2'],
  ['x++', 3, {}, '-0'],
  ['t++', 3, {}, ''],
  ['+++', 1, {}, '-2'],
  ['++t', 1, {}, ''],
  ['+-+', 1, {}, '-2'],
  ['+--', 1, {}, ''],
  ['++-', 1, {}, '-2'],
  ['-+-', 1, {}, ''],
  ['+++', 1, { parallel: true }, '-2 -1'],
  ['OOO', 3, {}, '-2'],
  ['OO+', 3, {}, '-1'],
  ['OO-', 3, {}, ''],
  ['OOO', 3, { partition: 2 }, '-2'],
  ['OO+', 3, { partition: 2 }, ''],
  ['OOO', 3, { onDelete: true }, ''],
  ['OOOO', 4, { maxUnavailable: 2, parallel: true }, '-3 -2'],
  ['OOO-', 4, { maxUnavailable: 2, parallel: true }, '-2'],
  ['OO--', 4, { maxUnavailable: 2, parallel: true }, ''],
];

test('what a StatefulSet does next', () => {
  for (const [pods, replicas, change, expected] of cases)
    assert.equal(
      outcome(pods, replicas, change),
      expected,
      `${pods} of ${replicas} ${JSON.stringify(change)}`,
    );
});
