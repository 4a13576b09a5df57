/**
 * Fidelity: bookkeeping only. Accounts are kept per call step of the model; people ask who calls whom.
 */
import type { TrafficModel } from './model.ts';

/** All calls of the model from one client to one endpoint. */
export interface Route {
  /** A service's name, or `source/NAME`. */
  readonly client: string;
  readonly service: string;
  readonly endpoint: string;
  readonly calls: readonly number[];
}

/** The model's calls by who calls whom, in the order of their first call. */
export function routesOf(model: TrafficModel): Route[] {
  const sourceOf = new Map(
    model.sources.flatMap((source) =>
      source.requests.map(({ call }) => [call, `source/${source.name}`] as const),
    ),
  );
  const routes = new Map<string, Route & { calls: number[] }>();
  for (const { id, client, endpoint } of model.calls) {
    const from = client === null ? (sourceOf.get(id) ?? 'source/none') : model.services[client].name;
    const key = `${from} ${endpoint}`;
    const { name, service } = model.endpoints[endpoint];
    const route = routes.get(key) ?? {
      client: from,
      service: model.services[service].name,
      endpoint: name,
      calls: [],
    };
    route.calls.push(id);
    routes.set(key, route);
  }
  return [...routes.values()];
}

/** A name of each call that the rest of the model has no part in: who calls what, and which of such calls it is. */
export function callNames(routes: readonly Route[]): string[] {
  const names: string[] = [];
  for (const { client, service, endpoint, calls } of routes)
    for (const [nth, call] of calls.entries()) names[call] = `${client} ${service} ${endpoint} ${nth}`;
  return names;
}
