import * as Type from 'typebox';

/**
 * How quantities are written in the project's own kinds. A `format` names a notation; `notation.ts` reads each.
 * Schemas say what may be written; `default` is what the compilers take when a field is left out.
 */

type Notes = {
  default?: unknown;
  examples?: readonly unknown[];
  /** Other words people try for this field, for the did-you-mean of an unknown field. */
  synonyms?: readonly string[];
};

/** An object whose other fields are mistakes. `exactlyOne` names fields of which one must be given. */
export function fields<P extends Type.TProperties>(
  description: string,
  properties: P,
  notes: {
    exactlyOne?: readonly (keyof P & string)[];
    atMostOne?: readonly (keyof P & string)[];
  } & Notes = {},
) {
  return Type.Object(properties, { additionalProperties: false, description, ...notes });
}

export function duration(description: string, notes: Notes = {}) {
  return Type.String({ format: 'duration', description, ...notes });
}

export function rate(description: string, notes: Notes = {}) {
  return Type.Union([Type.String({ format: 'rate' }), Type.Number({ minimum: 0 })], {
    description,
    ...notes,
  });
}

/** A share of one: `99.9%`, or `0.999`. */
export function share(description: string, notes: Notes = {}) {
  return Type.Union([Type.String({ format: 'share' }), Type.Number({ minimum: 0, maximum: 1 })], {
    description,
    ...notes,
  });
}

export function text(description: string, notes: Notes = {}) {
  return Type.String({ minLength: 1, description, ...notes });
}

export function integer(description: string, bounds: { minimum?: number; maximum?: number } & Notes = {}) {
  return Type.Integer({ minimum: 0, description, ...bounds });
}

export function flag(description: string, notes: Notes = {}) {
  return Type.Boolean({ description, ...notes });
}

/** One of a few words. */
export function choice<const W extends readonly string[]>(description: string, words: W, notes: Notes = {}) {
  return Type.Unsafe<W[number]>(Type.Enum([...words], { description, ...notes }));
}

/** An object whose field names are free. */
export function record<V extends Type.TSchema>(description: string, value: V, notes: Notes = {}) {
  return Type.Unsafe<Record<string, Type.Static<V>>>({
    type: 'object',
    additionalProperties: value,
    description,
    ...notes,
  });
}

/** A document of one of the project's own kinds. */
export function document<const K extends string, S extends Type.TSchema>(
  kind: K,
  description: string,
  spec: S,
) {
  return Type.Object(
    {
      apiVersion: Type.Literal('sim.devops/v1alpha1', { description: 'Always `sim.devops/v1alpha1`.' }),
      kind: Type.Literal(kind, { description: `Always \`${kind}\`.` }),
      metadata: Metadata,
      spec,
    },
    { additionalProperties: false, description },
  );
}

const Labels = (description: string) => record(description, Type.String());

export const Metadata = Type.Object(
  {
    name: text('Name, unique among documents of its kind in its namespace.'),
    namespace: Type.Optional(text('Namespace.', { default: 'default' })),
    labels: Type.Optional(Labels('Labels.')),
    annotations: Type.Optional(Labels('Annotations.')),
  },
  { description: 'Name, namespace and labels, as for any Kubernetes object.' },
);

export type Rate = string | number;
export type Share = string | number;
