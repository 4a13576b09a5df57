import * as Type from 'typebox';
import { duration, fields } from './written.ts';

/**
 * A distribution of a duration as it is written: one duration for a constant, or an object that names the family
 * and describes it by figures that can be measured (mean and coefficient of variation, or percentiles).
 */

const mean = () => duration('Mean.');
const cv = (value: number) =>
  Type.Number({
    exclusiveMinimum: 0,
    maximum: 100,
    description: 'Coefficient of variation: standard deviation over mean.',
    default: value,
  });

export const Percentiles = Type.Record(
  Type.String({ pattern: '^p(\\d{1,2}(\\.\\d+)?|100)$' }),
  duration('The value that this percentage of requests stays below or at.'),
  {
    description: 'Percentiles by name: `p50` is the median, `p99.9` the 99.9th.',
    examples: [{ p50: '12ms', p99: '80ms' }],
    minProperties: 2,
  },
);

const byMean = (name: string) =>
  fields(`${name} by mean and coefficient of variation.`, {
    mean: mean(),
    cv: Type.Optional(cv(1)),
  });

const Exponential = fields('Memoryless: most values are small, none is impossible.', {
  exponential: Type.Union([duration('Mean.'), fields('By its mean.', { mean: mean() })], {
    description: 'Its mean.',
  }),
});
const Uniform = fields('Every value between two bounds is as likely as any other.', {
  uniform: fields('Bounds.', { min: duration('Smallest value.'), max: duration('Largest value.') }),
});
const Normal = fields('The bell curve, cut off at zero.', {
  normal: fields(
    'Mean and spread.',
    { mean: mean(), standardDeviation: Type.Optional(duration('Spread.')), cv: Type.Optional(cv(0.25)) },
    { atMostOne: ['standardDeviation', 'cv'] },
  ),
});
const Lognormal = fields('Many middling values and a long tail: what response times usually look like.', {
  lognormal: Type.Union([byMean('Log-normal'), Percentiles], {
    description: 'By mean and spread, or through two percentiles (with more, the best fit).',
  }),
});
const Gamma = fields('A sum of waits: less skewed than log-normal for the same spread.', {
  gamma: byMean('Gamma'),
});
const Weibull = fields('Lifetimes: shape below 1 has a long tail, above 1 a short one.', {
  weibull: fields(
    'By shape with mean or scale.',
    {
      shape: Type.Number({ minimum: 0.1, maximum: 100, description: 'Shape.' }),
      mean: Type.Optional(mean()),
      scale: Type.Optional(duration('Scale: 63.2 % of values are below it.')),
    },
    { exactlyOne: ['mean', 'scale'] },
  ),
});
const Pareto = fields('A power-law tail: rare values are enormous.', {
  pareto: fields(
    'By shape with mean or minimum.',
    {
      shape: Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: 'Tail exponent; the mean is finite above 1, the variance above 2.',
      }),
      mean: Type.Optional(mean()),
      min: Type.Optional(duration('Smallest value.')),
    },
    { exactlyOne: ['mean', 'min'] },
  ),
});
const Empirical = fields('What was measured: straight lines between percentiles.', {
  empirical: Percentiles,
});
const Mixture = fields('One of several distributions, drawn anew for each request.', {
  mixture: Type.Array(
    fields('One part.', {
      weight: Type.Number({ minimum: 0, description: 'How often, relative to the other parts.' }),
      of: Type.Ref('Distribution'),
    }),
    { minItems: 1, maxItems: 16, description: 'The parts.' },
  ),
});

export const Distribution = Type.Cyclic(
  {
    Distribution: Type.Union(
      [
        duration('Always this long.'),
        Exponential,
        Uniform,
        Normal,
        Lognormal,
        Gamma,
        Weibull,
        Pareto,
        Empirical,
        Mixture,
      ],
      {
        description: 'A constant duration, or an object naming one family of distributions.',
        examples: ['12ms', { exponential: '12ms' }, { lognormal: { p50: '12ms', p99: '80ms' } }],
      },
    ),
  },
  'Distribution',
);

/** A distribution as written: `12ms`, `{ exponential: '12ms' }`, `{ lognormal: { p50: '12ms', p99: '80ms' } }`. */
export type WrittenDistribution = Type.Static<typeof Distribution>;

/** The schema with a description of its own, for one field. */
export function distribution(description: string, notes: { default?: unknown } = {}) {
  return Type.Unsafe<WrittenDistribution>({ ...Distribution, description, ...notes });
}
