import * as Type from 'typebox';
import { strict } from './measure-schema.ts';

/** The published answer of `capacity -o json`: version 1. */
const count = (description: string) => Type.Integer({ minimum: 0, description });
const number = (description: string) => Type.Number({ description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Unplaced = Type.Object(
  { namespace: text('Namespace.'), name: text('Name.'), reason: text('In the scheduler’s words.') },
  strict,
);

const Obstacles = Type.Array(
  Type.Object({ reason: text('In the scheduler’s words.'), pods: count('Pods that met it.') }, strict),
);

const Zones = Type.Array(Type.String(), { description: 'Zones that are lost; empty: none.' });

export const CapacityPlan = Type.Object(
  {
    schema: Type.Literal('sim.devops/capacity-plan/v1'),
    simulator: text('Version of the simulator.'),
    scenario: text('Scenario.'),
    seed: Type.Integer(),
    zonesLost: count('How many zones may fail at once.'),
    verdict: Type.Union([Type.Literal('enough'), Type.Literal('too-few'), Type.Literal('impossible')], {
      description:
        'enough: the machines that there are (autoscaled pools at their maximum) do; impossible: no number does.',
    }),
    reasons: Type.Array(Type.String(), { description: 'Why not; empty for enough.' }),
    currency: text('Of prices.'),
    pools: Type.Array(
      Type.Object(
        {
          name: text('Node pool.'),
          machine: text('What one machine is.'),
          zones: Type.Array(Type.String()),
          sized: Type.Boolean({ description: 'Its size was searched for; else it stays as it is.' }),
          now: count('Machines now.'),
          most: count('Machines that the cluster-autoscaler may go to; else as now.'),
          needed: nullable(
            count(
              'Fewest machines that do; where objectives are missed with any number, those that hold the pods; null: none hold them.',
            ),
          ),
          pricePerHour: nullable(number('Of one machine.')),
        },
        strict,
      ),
    ),
    pricePerHour: nullable(
      Type.Object(
        { now: number('Of the machines now.'), needed: number('Of those that are needed.') },
        { ...strict, description: 'Null: not every pool has a price.' },
      ),
    ),
    peak: Type.Object(
      {
        pods: count('Pods to place when every workload has its most replicas.'),
        workloads: Type.Array(
          Type.Object(
            {
              workload: text('`Deployment shop/web`.'),
              replicas: count('At the beginning.'),
              most: count('Most replicas that it was given during the run, with machines in plenty.'),
            },
            strict,
          ),
          { description: 'Those that grew.' },
        ),
      },
      strict,
    ),
    binding: Type.Object(
      {
        pool: nullable(text('Pool with one machine fewer; null: none can be spared at all.')),
        lost: Zones,
        pods: count('Pods without a node then; 0: traffic, not room, asks for the machine.'),
        obstacles: Obstacles,
      },
      { ...strict, description: 'What gives with one machine fewer.' },
    ),
    fill: Type.Array(
      Type.Object(
        {
          resource: text('`cpu`, `memory` or `pods`.'),
          share: number('Requested over allocatable, all zones up.'),
          shareWithLoss: number('The same with the zones lost that leave least.'),
        },
        strict,
      ),
      { description: 'How full the needed machines are.' },
    ),
    unplaced: Type.Array(Unplaced, { description: 'Pods that no number of machines helps.' }),
    traffic: Type.Array(
      Type.Object(
        {
          lost: Zones,
          holds: Type.Boolean({ description: 'Every objective and threshold is met.' }),
          missed: Type.Array(Type.String()),
          pendingPods: count('Pods without a node when the run ended.'),
        },
        strict,
      ),
      {
        description:
          'Runs of the scenario with the needed machines, or with plenty of them where no number does; empty: nothing is asked of them.',
      },
    ),
    tried: count('Clusters that were tried.'),
    notes: Type.Array(Type.String(), { description: 'What the answer rests on.' }),
  },
  {
    ...strict,
    $id: 'sim.devops/capacity-plan/v1',
    title: 'How many machines a cluster needs',
    description: 'docs/reference/capacity-plan.md describes each field.',
  },
);

export type CapacityPlan = Type.Static<typeof CapacityPlan>;
export type CapacityTraffic = CapacityPlan['traffic'][number];
