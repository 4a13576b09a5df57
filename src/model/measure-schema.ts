import * as Type from 'typebox';

/** What results over several seeds, comparisons and sweeps have in common. */
export const strict = { additionalProperties: false };

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** What a headline measure is, whatever its value. */
export const measureIdentity = {
  id: Type.String({ description: 'Stable name, e.g. p95{traffic="visitors"}.' }),
  name: Type.String({ description: 'In words, without the subject, e.g. 95th percentile of latency.' }),
  subject: Type.String({
    description:
      'Traffic, objective, service, call, workload or autoscaler that it belongs to; all: the whole run.',
  }),
  unit: Type.Union(
    [
      Type.Literal('share'),
      Type.Literal('milliseconds'),
      Type.Literal('seconds'),
      Type.Literal('perSecond'),
      Type.Literal('count'),
      Type.Literal('ratio'),
      Type.Literal('currency'),
    ],
    { description: 'share: part of a whole in [0, 1]; ratio: any other quotient.' },
  ),
  direction: Type.Union([Type.Literal('higher'), Type.Literal('lower'), Type.Literal('none')], {
    description: 'Which way is better; none: neither is.',
  }),
};

export const Interval = Type.Object(
  { low: Type.Number({ description: 'Lower end.' }), high: Type.Number({ description: 'Upper end.' }) },
  { ...strict, description: 'Confidence interval at the level of the document.' },
);
