import * as Type from 'typebox';
import { Interval, measureIdentity, nullable, strict } from './measure-schema.ts';

/**
 * The published result of a comparison (`compare -o json`): version 1. Two sides, each run with the same seeds, so
 * that both meet the same demand and the difference of a pair is free of its luck.
 */
const number = (description: string) => Type.Number({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });

export const ComparisonSide = Type.Object(
  {
    label: text('Name of the side in sentences.'),
    scenario: text('Scenario.'),
    simulator: text('Version of the simulator.'),
    modelHash: text('Hash of the compiled model.'),
    seeds: Type.Array(Type.Integer(), { description: 'Seeds it was run with, ascending.' }),
    passed: count('Seeds whose verdict is pass.'),
    failed: count('Seeds whose verdict is fail.'),
    unfinished: count('Seeds whose run was aborted or is partial.'),
  },
  strict,
);

export const MeasureComparison = Type.Object(
  {
    ...measureIdentity,
    a: nullable(number('Mean of A over the seeds compared; null where A has no such thing.')),
    b: nullable(number('Mean of B over the seeds compared; null where B has no such thing.')),
    difference: nullable(number('Mean of B − A over the seeds compared.')),
    relative: nullable(number('Difference over the mean of A; null when that is zero.')),
    interval: nullable(Interval),
    pairs: count('Pairs of runs that have the measure on both sides.'),
    verdict: Type.Union(
      [
        Type.Literal('better'),
        Type.Literal('worse'),
        Type.Literal('higher'),
        Type.Literal('lower'),
        Type.Literal('same'),
        Type.Literal('unclear'),
      ],
      {
        description:
          'What B is against A. better, worse (higher, lower where neither is better): the interval leaves out zero. same: it stays within a hundredth of A. unclear: neither. With one pair there is no interval, and the word says only what this seed showed.',
      },
    ),
  },
  strict,
);

export const Divergence = Type.Object(
  {
    subject: text('Objective, or traffic where nothing is asked.'),
    fromSeconds: number('Start of the stretch in which the sides differ most.'),
    toSeconds: number('End of it.'),
    a: number('Share of good requests of A there, the mean of its sample intervals.'),
    b: number('The same of B.'),
  },
  strict,
);

export const Explanation = Type.Object(
  {
    service: text('Service.'),
    measure: text('Measure of the series that differs, as in the result, e.g. utilisation.'),
    a: number('Mean of A in the stretch.'),
    b: number('Mean of B in the stretch.'),
    fromSeconds: number('Start of the stretch.'),
    toSeconds: number('End of the stretch.'),
    message: text('One sentence with the figures.'),
  },
  strict,
);

export const Comparison = Type.Object(
  {
    schema: Type.Literal('sim.devops/comparison/v1'),
    level: number('Level of all intervals, e.g. 0.95.'),
    pairing: Type.Union([Type.Literal('seed'), Type.Literal('none')], {
      description: 'none: the sides have no seed in common; only their means are compared.',
    }),
    seeds: Type.Array(Type.Integer(), { description: 'Seeds compared, ascending.' }),
    a: ComparisonSide,
    b: ComparisonSide,
    startsAt: nullable(text('Virtual time zero on the user’s clock, ISO 8601.')),
    currency: text('Currency of costs.'),
    summary: Type.Array(Type.String(), { description: 'The comparison in sentences, most important first.' }),
    notes: Type.Array(Type.String(), { description: 'What limits the conclusions.' }),
    measures: Type.Array(MeasureComparison),
    divergences: Type.Array(Divergence, {
      description: 'Where in time the sides part, largest difference first.',
    }),
    why: Type.Array(Explanation, {
      description:
        'The services that differ most in the first divergence (all the time, where there is none), largest first.',
    }),
  },
  {
    ...strict,
    $id: 'sim.devops/comparison/v1',
    title: 'Comparison of two sets of runs',
    description: 'docs/reference/comparison.md describes each field.',
  },
);

export type ComparisonSide = Type.Static<typeof ComparisonSide>;
export type MeasureComparison = Type.Static<typeof MeasureComparison>;
export type Divergence = Type.Static<typeof Divergence>;
export type Explanation = Type.Static<typeof Explanation>;
export type Comparison = Type.Static<typeof Comparison>;
