import * as Type from 'typebox';
import { strict } from './measure-schema.ts';

/** The published answer of `import cluster -o json`: version 1. */
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });

export const Import = Type.Object(
  {
    schema: Type.Literal('sim.devops/import/v1'),
    folder: text('Folder that was written.'),
    valid: Type.Boolean({ description: 'The folder can be run.' }),
    files: Type.Array(Type.String(), { description: 'Files that were written into it.' }),
    kept: count('Objects that were kept.'),
    nodes: count('Machines of the dump.'),
    pools: Type.Array(Type.Object({ name: text('Node pool.'), count: count('Its machines.') }, strict), {
      description: 'What the machines became; empty where there were none or each is kept by its name.',
    }),
    nodesKeptByName: text('Why machines are kept one by one; empty: they are not.'),
    leftOut: Type.Array(
      Type.Object({ what: text('Kind.'), count: count('How many.'), why: text('Why.') }, strict),
      { description: 'What was left out; secrets are among it, by number only.' },
    ),
  },
  {
    ...strict,
    $id: 'sim.devops/import/v1',
    title: 'What became of a dump of a cluster',
    description: 'docs/reference/import.md describes each field.',
  },
);

export type Import = Type.Static<typeof Import>;
