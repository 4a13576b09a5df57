import * as Type from 'typebox';
import { Interval, measureIdentity, nullable, strict } from './measure-schema.ts';

/** The published result of one model over several seeds (`run --seeds N -o json`): version 1. */
const number = (description: string) => Type.Number({ description });
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });

const Extreme = (description: string) =>
  Type.Object(
    { value: number('Value.'), seed: Type.Integer({ description: 'The first seed that had it.' }) },
    { ...strict, description },
  );

export const MeasureSummary = Type.Object(
  {
    ...measureIdentity,
    mean: number('Mean over the seeds that have the measure.'),
    standardDeviation: number('Of single runs; 0 for one seed.'),
    interval: nullable(Interval),
    min: Extreme('Smallest.'),
    max: Extreme('Largest.'),
    seeds: count('Seeds that have the measure.'),
  },
  strict,
);

export const Sweep = Type.Object(
  {
    schema: Type.Literal('sim.devops/sweep/v1'),
    simulator: text('Version of the simulator.'),
    scenario: text('Scenario.'),
    description: text('Its description.'),
    modelHash: text('Hash of the compiled model.'),
    currency: text('Currency of costs.'),
    level: number('Level of all intervals, e.g. 0.95.'),
    runs: Type.Array(
      Type.Object(
        {
          seed: Type.Integer({ description: 'Seed.' }),
          status: Type.Union([Type.Literal('complete'), Type.Literal('aborted'), Type.Literal('partial')]),
          verdict: Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('none')]),
          traceHash: text('Hash over every simulated event.'),
        },
        strict,
      ),
      { description: 'Every run, by seed.' },
    ),
    verdict: Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('none')], {
      description: 'pass: every seed passes; fail: at least one fails.',
    }),
    passShare: nullable(
      number('Share of seeds that pass, of those with a verdict; null when nothing was asked.'),
    ),
    passInterval: nullable(Interval),
    objectives: Type.Array(
      Type.Object(
        {
          name: text('Objective.'),
          description: text('What is asked, in words.'),
          target: number('Share of good requests asked for.'),
          passed: count('Seeds that meet it.'),
          seeds: count('Seeds.'),
        },
        strict,
      ),
    ),
    thresholds: Type.Array(
      Type.Object(
        {
          metric: text('Metric with tags, as written.'),
          expression: text('Expression, as written.'),
          passed: count('Seeds that meet it.'),
          seeds: count('Seeds.'),
        },
        strict,
      ),
    ),
    measures: Type.Array(MeasureSummary),
    findings: Type.Array(
      Type.Object(
        {
          kind: text('Code of the mechanism.'),
          severity: Type.Union([Type.Literal('problem'), Type.Literal('note')], {
            description: 'The worst over the seeds.',
          }),
          subject: text('What it is about.'),
          seeds: count('Seeds in which it was found.'),
          example: text('The sentence of the first of them.'),
          exampleSeed: Type.Integer({ description: 'Its seed.' }),
        },
        strict,
      ),
      { description: 'What happened in how many seeds: problems first, then the most frequent.' },
    ),
  },
  {
    ...strict,
    $id: 'sim.devops/sweep/v1',
    title: 'One model over several seeds',
    description: 'docs/reference/sweep.md describes each field.',
  },
);

export type MeasureSummary = Type.Static<typeof MeasureSummary>;
export type Sweep = Type.Static<typeof Sweep>;
