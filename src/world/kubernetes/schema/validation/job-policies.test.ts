import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobs } from '../../objects/resource-types.ts';
import type { Job, JobSpec } from '../../objects/workloads.ts';
import { withDefaults } from '../defaults/defaults.ts';
import { validate } from './validation.ts';

const labels = { job: 'a' };
const template = (restartPolicy?: string) => ({
  metadata: { labels },
  spec: {
    containers: [{ name: 'main', image: 'a:1' }],
    initContainers: [{ name: 'first', image: 'a:1' }],
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  },
});

function problemsOf(spec: object): readonly string[] {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template: template('Never'), ...spec } as JobSpec,
  };
  const made = withDefaults(jobs, job as unknown as Job);
  return validate(jobs, made, null).map(({ field, message }) => `${field}: ${message}`.replace('spec.', ''));
}

const indexed = { completionMode: 'Indexed', completions: 10, parallelism: 2 };
const rule = (more: object) => ({ podFailurePolicy: { rules: [{ action: 'FailJob', ...more }] } });
const codes = (more: object) => rule({ onExitCodes: { operator: 'In', values: [1, 2], ...more } });
const condition = { type: 'DisruptionTarget' };
const success = (...rules: readonly object[]) => ({ ...indexed, successPolicy: { rules } });
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const failure = 'podFailurePolicy.rules[0]';
const met = 'successPolicy.rules[0]';

const cases: readonly (readonly [object, readonly string[]])[] = [
  [{}, []],
  [indexed, []],
  [
    { template: template() },
    ['template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    { ...codes({}), template: template('OnFailure') },
    [
      'template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
    ],
  ],
  [{ ...indexed, completions: undefined }, ['completions: Required value: when completion mode is Indexed']],
  [
    { ...indexed, parallelism: 100_001 },
    [
      'parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
  ],
  [
    { ...indexed, maxFailedIndexes: 3 },
    ['backoffLimitPerIndex: Required value: when maxFailedIndexes is specified'],
  ],
  [
    { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 11 },
    ['maxFailedIndexes: Invalid value: 11: must be less than or equal to completions'],
  ],
  [
    { ...indexed, completions: 200_000, backoffLimitPerIndex: 1 },
    ['maxFailedIndexes: Required value: must be specified when completions is above 100000'],
  ],
  [
    { ...indexed, completions: 200_000, backoffLimitPerIndex: 1, maxFailedIndexes: 20_000 },
    [
      'maxFailedIndexes: Invalid value: 20000: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
    ],
  ],
  [{ backoffLimitPerIndex: 1 }, ['backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode']],
  [codes({}), []],
  [codes({ containerName: 'first' }), []],
  [rule({ onPodConditions: [condition] }), []],
  [rule({}), [`${failure}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`]],
  [
    rule({ onExitCodes: { operator: 'In', values: [1] }, onPodConditions: [condition] }),
    [`${failure}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`],
  ],
  [
    rule({ action: undefined, onPodConditions: [condition] }),
    [`${failure}.action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]`],
  ],
  [
    rule({ action: 'Stop', onPodConditions: [condition] }),
    [
      `${failure}.action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
    ],
  ],
  [
    rule({ action: 'FailIndex', onPodConditions: [condition] }),
    [`${failure}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`],
  ],
  [
    rule({ onPodConditions: [{ ...condition, status: 'Maybe' }] }),
    [
      `${failure}.onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
    ],
  ],
  [
    rule({ onPodConditions: upTo(21).map((index) => ({ type: `Type${index}` })) }),
    [`${failure}.onPodConditions: Too many: 21: must have at most 20 items`],
  ],
  [
    codes({ operator: undefined }),
    [`${failure}.onExitCodes.operator: Required value: valid values: ["In" "NotIn"]`],
  ],
  [
    codes({ containerName: 'other' }),
    [
      `${failure}.onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template`,
    ],
  ],
  [
    codes({ values: [] }),
    [`${failure}.onExitCodes.values: Invalid value: []int32{}: at least one value is required`],
  ],
  [
    codes({ values: upTo(256) }),
    [`${failure}.onExitCodes.values: Too many: 256: must have at most 255 items`],
  ],
  [codes({ values: [3, 3] }), [`${failure}.onExitCodes.values[1]: Duplicate value: 3`]],
  [
    codes({ values: [2, 1] }),
    [`${failure}.onExitCodes.values: Invalid value: []int32{2, 1}: must be ordered`],
  ],
  [
    codes({ values: [0, 1] }),
    [`${failure}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`],
  ],
  [codes({ operator: 'NotIn', values: [0, 1] }), []],
  [
    { podFailurePolicy: { rules: upTo(21).map(() => ({ action: 'Ignore', onPodConditions: [condition] })) } },
    ['podFailurePolicy.rules: Too many: 21: must have at most 20 items'],
  ],
  [
    { ...codes({}), podReplacementPolicy: 'TerminatingOrFailed' },
    ['podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
  ],
  [
    { podReplacementPolicy: 'Never' },
    ['podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"'],
  ],
  [success({ succeededCount: 3 }), []],
  [success({ succeededIndexes: '0,2-4', succeededCount: 4 }), []],
  [
    { successPolicy: { rules: [{ succeededCount: 1 }] } },
    ['successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode'],
  ],
  [
    success(),
    [
      'successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified',
    ],
  ],
  [
    success({}),
    [`${met}: Required value: at least one of succeededCount or succeededIndexes must be specified`],
  ],
  [
    success({ succeededCount: 11 }),
    [
      `${met}.succeededCount: Invalid value: 11: must be less than or equal to 10 (the number of specified completions)`,
    ],
  ],
  [
    success({ succeededIndexes: '0,2-4', succeededCount: 5 }),
    [
      `${met}.succeededCount: Invalid value: 5: must be less than or equal to 4 (the number of indexes in the specified succeededIndexes field)`,
    ],
  ],
  ...(
    [
      ['a', 'cannot convert string to integer for index: "a"'],
      ['0-', 'cannot convert string to integer for index: ""'],
      ['10', 'too large index: "10"'],
      ['3-12', 'too large index: "12"'],
      ['3,3', 'non-increasing order, previous: 3, current: 3'],
      ['5-4', 'non-increasing order, previous: 5, current: 4'],
      [
        '1-2-3',
        `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
      ],
    ] as const
  ).map(
    ([text, why]) =>
      [
        success({ succeededIndexes: text }),
        [
          `${met}.succeededIndexes: Invalid value: ${JSON.stringify(text)}: error parsing succeededIndexes: ${why}`,
        ],
      ] as const,
  ),
];

for (const [index, [spec, problems]] of cases.entries())
  test(`policies of a job, ${index}: ${problems[0] ?? 'nothing is wrong'}`, () => {
    assert.deepEqual(problemsOf(spec), problems);
  });
