import * as Type from 'typebox';
import { strict } from './measure-schema.ts';
import { Result } from './result.ts';

/** The published file of single results over several seeds (`run --seeds N --save FILE.json`): version 1. */
export const Results = Type.Object(
  {
    schema: Type.Literal('sim.devops/results/v1'),
    results: Type.Array(Result, {
      minItems: 1,
      description: 'One result for each seed, ascending, as `run -o json` prints it; its series are empty.',
    }),
  },
  {
    ...strict,
    $id: 'sim.devops/results/v1',
    title: 'Results of several seeds',
    description: 'docs/reference/results.md describes each field.',
  },
);

export type Results = Type.Static<typeof Results>;
