import * as Type from 'typebox';
import { Impact } from './impact-result.ts';
import { strict } from './measure-schema.ts';

/** The published answer of `drain-plan -o json`: version 1. Times are seconds of virtual time. */
const count = (description: string) => Type.Integer({ minimum: 0, description });
const number = (description: string) => Type.Number({ description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const DrainPod = Type.Object(
  {
    namespace: text('Namespace.'),
    name: text('Name.'),
    owner: nullable(text('What controls it, `ReplicaSet/web-5d4f`; null: nothing.')),
    fate: Type.Union(
      [
        Type.Literal('evicted'),
        Type.Literal('delayed'),
        Type.Literal('blocked'),
        Type.Literal('terminating'),
        Type.Literal('needs-force'),
        Type.Literal('daemonset'),
        Type.Literal('mirror'),
        Type.Literal('not-asked'),
      ],
      {
        description:
          'evicted: at once; delayed: a budget refused at first; blocked: refused to the end; terminating: evicted, and not gone by the end; needs-force: no controller makes it anew; daemonset, mirror: left where it is; not-asked: the drain did not get to it.',
      },
    ),
    localStorage: Type.Boolean({ description: 'What its emptyDir volumes hold is lost.' }),
    budgets: Type.Array(Type.String(), { description: 'PodDisruptionBudgets that it counts for.' }),
    refusals: count('How often a budget refused its eviction.'),
    waitSeconds: nullable(number('From the first request until the eviction was granted; null: never.')),
    goneSeconds: nullable(number('From the first request until it was gone; null: never.')),
    reason: text('In the API server’s words, why it was refused; empty: it was not.'),
  },
  strict,
);

const DrainNode = Type.Object(
  {
    name: text('Node.'),
    zone: text('Its zone; empty: none.'),
    state: Type.Union(
      [
        Type.Literal('drained'),
        Type.Literal('failed'),
        Type.Literal('unfinished'),
        Type.Literal('not-begun'),
      ],
      { description: 'unfinished: the run ended before the drain did.' },
    ),
    startSeconds: nullable(number('When its turn came.')),
    tookSeconds: nullable(number('How long it took; of an unfinished drain, so far.')),
    error: text('In kubectl’s words; empty: none.'),
    pods: Type.Array(DrainPod, { description: 'The pods on it when the drain began.' }),
    output: Type.Array(Type.String(), { description: 'What kubectl would have printed.' }),
  },
  strict,
);

const Budget = Type.Object(
  {
    namespace: text('Namespace.'),
    name: text('Name.'),
    asks: text('`minAvailable 2`, `maxUnavailable 25%`.'),
    expectedPods: count('Pods that it counts, before the drain.'),
    healthy: count('Healthy ones.'),
    needed: count('Healthy ones that there have to be.'),
    disruptionsAllowed: count('Evictions that it allowed at that moment.'),
    podsOnNodes: count('Its pods on the nodes to drain.'),
    refusals: count('Evictions that it refused during the drain.'),
    blocks: Type.Boolean({ description: 'Some of its pods were never granted their eviction.' }),
    why: text('Why it blocks, and what would help; empty: it does not.'),
  },
  strict,
);

const Capacity = Type.Object(
  {
    nodesLeft: count('Nodes that may take pods while these are drained.'),
    pods: count('Pods that have to find another place.'),
    homeless: Type.Array(
      Type.Object(
        { namespace: text('Namespace.'), name: text('Name.'), reason: text('In the scheduler’s words.') },
        strict,
      ),
      { description: 'Those that no other node takes, beside all others.' },
    ),
    pendingAtEnd: Type.Array(
      Type.Object(
        { namespace: text('Namespace.'), name: text('Name.'), reason: text('In the scheduler’s words.') },
        strict,
      ),
      { description: 'Pods without a node when the run ended.' },
    ),
    free: Type.Array(
      Type.Object(
        {
          resource: text('`cpu` (cores) or `memory` (bytes).'),
          allocatable: number('Of the nodes left.'),
          requested: number('By their own pods and by those that move.'),
        },
        strict,
      ),
    ),
  },
  strict,
);

export const DrainPlan = Type.Object(
  {
    schema: Type.Literal('sim.devops/drain-plan/v1'),
    simulator: text('Version of the simulator.'),
    scenario: text('Scenario.'),
    seed: Type.Integer(),
    startsAt: nullable(text('Virtual time zero on the user’s clock, ISO 8601.')),
    atSeconds: number('When the drain begins.'),
    endSeconds: number('When the run ends.'),
    force: Type.Boolean(),
    timeoutSeconds: nullable(number('After which kubectl gives up on a node; null: never.')),
    verdict: Type.Union([Type.Literal('go'), Type.Literal('no-go')]),
    reasons: Type.Array(Type.String(), { description: 'Why not; empty for go.' }),
    tookSeconds: nullable(number('From the first to the last node; null: not all were drained.')),
    nodes: Type.Array(DrainNode),
    budgets: Type.Array(Budget, { description: 'Those of pods on the nodes.' }),
    capacity: Capacity,
    users: Impact,
  },
  {
    ...strict,
    $id: 'sim.devops/drain-plan/v1',
    title: 'What draining nodes would do',
    description: 'docs/reference/drain-plan.md describes each field.',
  },
);

export type DrainPlan = Type.Static<typeof DrainPlan>;
export type DrainPlanNode = DrainPlan['nodes'][number];
export type DrainPlanPod = DrainPlanNode['pods'][number];
export type DrainPlanBudget = DrainPlan['budgets'][number];
export type DrainPlanCapacity = DrainPlan['capacity'];
