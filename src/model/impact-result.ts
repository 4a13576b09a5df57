import * as Type from 'typebox';
import { strict } from './measure-schema.ts';

/** What users feel of a change: two runs of the same demand, one of them without it. Part of the results of plans. */
const number = (description: string) => Type.Number({ description });
const text = (description: string) => Type.String({ description });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const pair = <T extends Type.TSchema>(schema: T, description: string) =>
  Type.Object({ without: schema, with: schema }, { ...strict, description });

const SourceImpact = Type.Object(
  {
    name: text('Name of the Traffic.'),
    offered: pair(Type.Integer({ minimum: 0 }), 'Requests begun.'),
    availability: pair(nullable(Type.Number()), 'Share of ended requests without error.'),
    failed: pair(Type.Integer({ minimum: 0 }), 'Failed requests.'),
    errors: Type.Array(
      Type.Object(
        {
          cause: text('Cause.'),
          without: Type.Integer({ minimum: 0 }),
          with: Type.Integer({ minimum: 0 }),
        },
        strict,
      ),
      { description: 'Failed requests by cause, where there were any.' },
    ),
    p50Ms: pair(Type.Number(), 'Median of latency, in milliseconds.'),
    p95Ms: pair(Type.Number(), '95th percentile.'),
    p99Ms: pair(Type.Number(), '99th percentile.'),
    worst: nullable(
      Type.Object(
        {
          atSeconds: number('End of the interval.'),
          errorShare: number('Share of requests that failed in it.'),
          p99Ms: nullable(number('99th percentile of latency in it, in milliseconds.')),
        },
        { ...strict, description: 'The sample interval after the change in which most requests failed.' },
      ),
    ),
    slowest: nullable(
      Type.Object(
        { atSeconds: number('End of the interval.'), p99Ms: number('99th percentile, in milliseconds.') },
        { ...strict, description: 'The sample interval after the change with the largest 99th percentile.' },
      ),
    ),
  },
  strict,
);

const ObjectiveImpact = Type.Object(
  {
    name: text('Objective or threshold.'),
    description: text('What is asked, in words.'),
    target: nullable(number('Share of good requests asked for; null for a threshold.')),
    achieved: pair(nullable(Type.Number()), 'Share of good requests; of a threshold what was observed.'),
    passed: pair(Type.Boolean(), 'Whether it was met.'),
  },
  strict,
);

export const Impact = Type.Object(
  {
    sources: Type.Array(SourceImpact),
    objectives: Type.Array(ObjectiveImpact, { description: 'Objectives, then thresholds.' }),
    holds: Type.Boolean({ description: 'Every objective and threshold is met with the change.' }),
  },
  {
    ...strict,
    description:
      'What users feel: the run with the change beside the same run without it. Both meet the same demand, so what differs is the change.',
  },
);

export type Impact = Type.Static<typeof Impact>;
export type SourceImpact = Type.Static<typeof SourceImpact>;
export type ObjectiveImpact = Type.Static<typeof ObjectiveImpact>;
