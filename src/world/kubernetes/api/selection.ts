/** Fidelity: which objects a request means: its namespace, selectors and name (apiserver endpoints/handlers, 1.32). */
import type { KubeObject } from '../objects/meta.ts';
import { customSchema } from '../schema/custom-resources.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from '../schema/selectors.ts';
import { done, type Outcome } from '../store/failure.ts';
import type { ApiRequest } from './request.ts';
import type { ResourceRoute } from './route.ts';
import type { Served } from './served-resource.ts';

export interface Selection {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly matches: (object: KubeObject) => boolean;
  /** No selector narrows the list. */
  readonly all: boolean;
}

/** What the request selects; a request for one object by its name selects that one. */
export function selectionOf(request: ApiRequest, route: ResourceRoute, served: Served): Outcome<Selection> {
  const { query } = request;
  const labels = parseLabelSelector(query['labelSelector'] ?? '');
  if (!labels.ok) return labels;
  const fields = parseFieldSelector(query['fieldSelector'] ?? '', served.type, selectableFields(served));
  if (!fields.ok) return fields;
  const { name } = route;
  const namespace = served.type.namespaced ? (route.namespace ?? undefined) : undefined;
  const all = labels.value.length === 0 && fields.value.length === 0 && name === null;
  const matches = (object: KubeObject) =>
    (name === null || object.metadata.name === name) &&
    matchesFields(fields.value, object) &&
    matchesLabels(labels.value, object.metadata.labels);
  return done({ namespace, matches: all ? () => true : matches, all });
}

function selectableFields({ definition, version }: Served): readonly string[] {
  return definition === null ? [] : (customSchema(definition, version)?.selectableFields ?? []);
}
