import type { TSchema } from 'typebox';
import { isObject } from '../draft.ts';
import { apiVersionOf, type Kind } from '../kind.ts';

/**
 * Kinds that CustomResourceDefinitions among the documents define. Their objects are taken as they are and kept; what
 * their schemas say, the cluster itself checks. A kind that is known already stays what it is.
 */
export function customKinds(documents: readonly unknown[], known: readonly Kind[]): Kind[] {
  const taken = new Set(known.map((kind) => `${apiVersionOf(kind)} ${kind.kind}`));
  const found: Kind[] = [];
  for (const document of documents) {
    for (const kind of kindsOf(document)) {
      const name = `${apiVersionOf(kind)} ${kind.kind}`;
      if (taken.has(name)) continue;
      taken.add(name);
      found.push(kind);
    }
  }
  return found;
}

/** One for each version; none of a definition that does not say what it defines, which its own check tells. */
function kindsOf(document: unknown): Kind[] {
  if (!isObject(document) || document['kind'] !== 'CustomResourceDefinition') return [];
  const spec = isObject(document['spec']) ? document['spec'] : {};
  const names = isObject(spec['names']) ? spec['names'] : {};
  const { kind, plural } = names;
  const group = spec['group'];
  if (typeof kind !== 'string' || typeof plural !== 'string' || typeof group !== 'string') return [];
  return list(spec['versions']).flatMap((version) => {
    const name = isObject(version) ? version['name'] : undefined;
    if (typeof name !== 'string') return [];
    return {
      group,
      version: name,
      kind,
      plural,
      shortNames: list(names['shortNames']).filter((each) => typeof each === 'string'),
      namespaced: spec['scope'] !== 'Cluster',
      summary: `A custom resource of ${group}.`,
      schema: { type: 'object' } as TSchema,
      own: false,
      support: 'none' as const,
      note: 'kept; nothing acts on custom resources',
    };
  });
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
