import * as Type from 'typebox';
import { Impact } from './impact-result.ts';
import { strict } from './measure-schema.ts';

/** The published answer of `rollout-plan -o json`: version 1. Times are seconds of virtual time. */
const count = (description: string) => Type.Integer({ minimum: 0, description });
const number = (description: string) => Type.Number({ description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Revision = Type.Object(
  {
    name: text('ReplicaSet; of other workloads `old` and `new`.'),
    images: Type.Array(Type.String(), { description: 'Images of its containers.' }),
    isNew: Type.Boolean({ description: 'Made by the change.' }),
  },
  strict,
);

const Step = Type.Object(
  {
    atSeconds: number('When.'),
    available: count('Available pods of the workload.'),
    sizes: Type.Array(
      Type.Object(
        {
          desired: count('Pods that the revision should have.'),
          ready: count('Pods of it that are ready.'),
          available: count('Pods of it that are available.'),
        },
        strict,
      ),
      { description: 'One for each revision, in their order.' },
    ),
  },
  strict,
);

const RolloutPod = Type.Object(
  {
    namespace: text('Namespace.'),
    name: text('Name.'),
    fromSeconds: number('Since when.'),
    untilSeconds: nullable(number('Until when; null: to the end.')),
    reason: text('In the words of the scheduler or the kubelet.'),
  },
  strict,
);

export const RolloutPlan = Type.Object(
  {
    schema: Type.Literal('sim.devops/rollout-plan/v1'),
    simulator: text('Version of the simulator.'),
    scenario: text('Scenario.'),
    seed: Type.Integer(),
    startsAt: nullable(text('Virtual time zero on the user’s clock, ISO 8601.')),
    workload: text('`Deployment shop/web`.'),
    change: text('What was changed, in words.'),
    atSeconds: number('When it was changed.'),
    endSeconds: number('When the run ends.'),
    verdict: Type.Union([Type.Literal('go'), Type.Literal('no-go')]),
    reasons: Type.Array(Type.String(), { description: 'Why not; empty for go.' }),
    outcome: Type.Union(
      [
        Type.Literal('complete'),
        Type.Literal('unchanged'),
        Type.Literal('deadline-exceeded'),
        Type.Literal('aborted'),
        Type.Literal('paused'),
        Type.Literal('unfinished'),
      ],
      {
        description:
          'complete: every pod is of the new revision and available (a Rollout: promoted); unchanged: no pod is replaced by this change; deadline-exceeded: no progress for progressDeadlineSeconds; aborted: a Rollout went back; paused: it waits for a person; unfinished: the run ended before.',
      },
    ),
    message: text('The controller’s own words; empty: none.'),
    tookSeconds: nullable(number('From the change until the outcome; null: the run ended before.')),
    replicas: count('Pods that were asked for when it was changed.'),
    availableLeast: count('Fewest available pods until the outcome.'),
    availableLeastAtSeconds: number('When.'),
    deadlineSeconds: nullable(number('progressDeadlineSeconds; null: the workload has none.')),
    revisions: Type.Array(Revision),
    steps: Type.Array(Step, { description: 'Each change of the sizes.' }),
    unplaced: Type.Array(RolloutPod, { description: 'New pods that found no node at first, or at all.' }),
    unwell: Type.Array(RolloutPod, { description: 'New pods that are not ready at the end, and why.' }),
    users: Impact,
  },
  {
    ...strict,
    $id: 'sim.devops/rollout-plan/v1',
    title: 'What rolling out a change would do',
    description: 'docs/reference/rollout-plan.md describes each field.',
  },
);

export type RolloutPlan = Type.Static<typeof RolloutPlan>;
export type RolloutStep = RolloutPlan['steps'][number];
export type RolloutRevision = RolloutPlan['revisions'][number];
export type RolloutPod = RolloutPlan['unplaced'][number];
