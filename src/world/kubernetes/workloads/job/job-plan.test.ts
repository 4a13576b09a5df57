import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobSpec } from '../../objects/workloads.ts';
import { formatIndexes, parseIndexes } from './job-indexes.ts';
import { type JobView, verdictOn, wantedActive } from './job-plan.ts';

const template = { spec: { containers: [{ name: 'main' }] } };

function view(spec: Partial<JobSpec>, change: Partial<JobView> = {}): JobView {
  return {
    spec: { template, ...spec },
    active: 0,
    terminating: 0,
    succeeded: 0,
    failed: 0,
    restarts: 0,
    failedIndexes: 0,
    runningMicros: 0,
    policyFailure: null,
    policySuccess: null,
    ...change,
  };
}

const wanted: readonly (readonly [Partial<JobSpec>, Partial<JobView>, number])[] = [
  [{}, {}, 1],
  [{ parallelism: 3 }, {}, 3],
  [{ parallelism: 3 }, { succeeded: 1, active: 2 }, 2],
  [{ parallelism: 3, completions: 5 }, {}, 3],
  [{ parallelism: 3, completions: 5 }, { succeeded: 3 }, 2],
  [{ parallelism: 3, completions: 5 }, { succeeded: 3, failedIndexes: 1 }, 1],
  [{ parallelism: 3, completions: 5 }, { succeeded: 6 }, 0],
  [{ parallelism: 0, completions: 5 }, {}, 0],
  [{ parallelism: 3, completions: 5, suspend: true }, {}, 0],
];

test('how many pods of a Job should run', () => {
  for (const [spec, change, count] of wanted)
    assert.equal(wantedActive(view(spec, change)), count, JSON.stringify([spec, change]));
});

const onFailure = { template: { spec: { ...template.spec, restartPolicy: 'OnFailure' as const } } };
const verdicts: readonly (readonly [Partial<JobSpec>, Partial<JobView>, string])[] = [
  [{}, {}, ''],
  [{}, { succeeded: 1 }, 'CompletionsReached'],
  [{ parallelism: 2 }, { succeeded: 1, active: 1 }, ''],
  [{ parallelism: 2 }, { succeeded: 1 }, 'CompletionsReached'],
  [{ completions: 3 }, { succeeded: 2 }, ''],
  [{ completions: 0 }, {}, 'CompletionsReached'],
  [
    { completions: 9 },
    { succeeded: 1, active: 3, policySuccess: 'Matched rules at index 0' },
    'SuccessPolicy',
  ],
  [{}, { failed: 7, policySuccess: 'Matched rules at index 0' }, 'BackoffLimitExceeded'],
  [{}, { failed: 6 }, ''],
  [{}, { failed: 7 }, 'BackoffLimitExceeded'],
  [{ backoffLimit: 0 }, { failed: 1 }, 'BackoffLimitExceeded'],
  [{ backoffLimit: 0 }, { failed: 1, succeeded: 1 }, 'BackoffLimitExceeded'],
  [{ backoffLimit: 3, ...onFailure }, { restarts: 2 }, ''],
  [{ backoffLimit: 3, ...onFailure }, { restarts: 3 }, 'BackoffLimitExceeded'],
  [{ backoffLimit: 0, ...onFailure }, { restarts: 1 }, 'BackoffLimitExceeded'],
  [{ activeDeadlineSeconds: 10 }, { runningMicros: 9_999_999 }, ''],
  [{ activeDeadlineSeconds: 10 }, { runningMicros: 10_000_000 }, 'DeadlineExceeded'],
  [{ activeDeadlineSeconds: 10, suspend: true }, { runningMicros: 10_000_000 }, ''],
  [{ completions: 3, backoffLimitPerIndex: 1 }, { failed: 100 }, ''],
  [{ completions: 3, backoffLimitPerIndex: 1 }, { succeeded: 2, failedIndexes: 1 }, 'FailedIndexes'],
  [{}, { policyFailure: 'exit 42' }, 'PodFailurePolicy'],
];

test('how a Job ends', () => {
  for (const [spec, change, reason] of verdicts)
    assert.equal(verdictOn(view(spec, change))?.reason ?? '', reason, JSON.stringify([spec, change]));
  const tooMany = { completions: 9, backoffLimitPerIndex: 0, maxFailedIndexes: 1 } as Partial<JobSpec>;
  assert.equal(verdictOn(view(tooMany, { failedIndexes: 2 }))?.reason, 'MaxFailedIndexesExceeded');
});

test('indexes are written in runs', () => {
  const cases: readonly (readonly [readonly number[], string])[] = [
    [[], ''],
    [[4], '4'],
    [[2, 1], '1,2'],
    [[1, 2, 3, 5, 7, 8], '1-3,5,7,8'],
  ];
  for (const [indexes, text] of cases) {
    assert.equal(formatIndexes(indexes), text);
    assert.deepEqual([...parseIndexes(text, 100)], [...indexes].sort());
  }
  assert.deepEqual([...parseIndexes('0-9', 3)], [0, 1, 2]);
  assert.deepEqual([...parseIndexes('x,1', 3)], [1]);
});
