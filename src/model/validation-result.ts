import * as Type from 'typebox';
import { strict } from './measure-schema.ts';

/** The published answer of `validate -o json`: version 1. */
const count = (description: string) => Type.Integer({ minimum: 0, description });
const text = (description: string) => Type.String({ description });

export const ValidationProblem = Type.Object(
  {
    scenario: text('Scenario, as it was named on the command line.'),
    severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('info')], {
      description: 'error: it cannot run; warning: it may surprise; info: worth knowing.',
    }),
    code: text('Stable name of the problem, in kebab case.'),
    message: text('What is wrong, in a sentence.'),
    remedy: Type.Optional(text('How to mend it.')),
    resource: Type.Optional(text('Document, e.g. `Deployment shop/web`.')),
    path: Type.Optional(text('Place in the document, e.g. `spec.template.spec.containers[0].image`.')),
    file: Type.Optional(text('File; `-` for standard input, `--set …` for the command line.')),
    line: Type.Optional(Type.Integer({ minimum: 1, description: 'Line, from 1.' })),
    column: Type.Optional(Type.Integer({ minimum: 1, description: 'Column, from 1.' })),
  },
  strict,
);

export const Validation = Type.Object(
  {
    schema: Type.Literal('sim.devops/validation/v1'),
    valid: Type.Boolean({ description: 'Every scenario, its variants included, can be run.' }),
    counts: Type.Object(
      {
        error: count('Errors.'),
        warning: count('Warnings.'),
        info: count('Notes.'),
      },
      { ...strict, description: 'Problems by severity.' },
    ),
    diagnostics: Type.Array(ValidationProblem, {
      description: 'All problems, by scenario and place; what has no place comes last.',
    }),
  },
  {
    ...strict,
    $id: 'sim.devops/validation/v1',
    title: 'Verdict on manifests',
    description: 'docs/reference/validation.md describes each field.',
  },
);

export type ValidationProblem = Type.Static<typeof ValidationProblem>;
export type Validation = Type.Static<typeof Validation>;
