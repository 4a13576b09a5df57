/**
 * Fidelity: which endpoint answers a request. A path goes to the Service that the Ingress names, and there to the endpoint
 * whose name is that method and path, or a template of it (`/products/{id}`, `/products/:id`), or else its longest prefix,
 * as routers of web frameworks choose. Services behind an Ingress are called directly: the controller takes no time.
 */

import type { CompileContext } from '../../../../model/kind.ts';
import type { TrafficSpec } from '../../../../model/kinds/traffic.ts';
import type { Resource, ResourceSet } from '../../../../model/resource.ts';
import { isStandIn } from '../../../../model/stand-in.ts';
import { elements, type IngressRoute, ingressRoutes, matchRoutes, requestPath } from '../cluster/ingress.ts';
import type { IngressDocument } from '../cluster/manifest.ts';
import type { EndpointDraft, ServiceDraft } from '../draft.ts';
import type { Found, Lookup } from '../lookup.ts';
import { listed, suggestion, suggestionAmong, where } from '../report.ts';

/** Where the requests of one Traffic enter: a service, or an Ingress with its routes. */
export type Target =
  | { readonly kind: 'service'; readonly service: ServiceDraft }
  | {
      readonly kind: 'ingress';
      readonly ingress: Resource<IngressDocument>;
      readonly routes: readonly IngressRoute[];
    };

/** The target of a Traffic, or null with an error. */
export function findTarget(
  traffic: Resource<{ spec: TrafficSpec }>,
  resources: ResourceSet,
  lookup: Lookup,
  context: CompileContext,
): Target | null {
  const { service: serviceName, ingress: ingressName } = traffic.value.spec.target;
  if (serviceName !== undefined) {
    const found = lookup.endpoint(traffic.namespace, serviceName);
    if (found === 'inDoubt') return null;
    if ('value' in found) return { kind: 'service', service: found.value.service };
    context.diagnostics.error(
      found.code,
      found.message,
      where(traffic, ['spec', 'target', 'service'], found.remedy),
    );
    return null;
  }
  const name = ingressName ?? '';
  const ingress = resources.find<IngressDocument>('Ingress', traffic.namespace, name);
  if (ingress) return { kind: 'ingress', ingress, routes: ingressRoutes(ingress) };
  if (resources.mayLack(['Ingress'], name)) return null;
  const names = resources
    .byKind('Ingress')
    .filter((one) => one.namespace === traffic.namespace)
    .map((one) => one.name);
  context.diagnostics.error(
    'unknown-ingress',
    `There is no Ingress "${name}" in namespace ${traffic.namespace}.`,
    where(
      traffic,
      ['spec', 'target', 'ingress'],
      suggestionAmong(resources, ['Ingress'], name, names, `Ingresses in namespace ${traffic.namespace}`),
    ),
  );
  return null;
}

/** A request and what stands for it in messages. */
export interface AskedFor {
  readonly endpoint?: string | undefined;
  readonly host?: string | undefined;
  readonly path?: string | undefined;
}

/** The endpoint that answers a request to the target. */
export function resolveRequest(target: Target, asked: AskedFor, lookup: Lookup): Found<EndpointDraft> {
  if (target.kind === 'service') {
    if (asked.path === undefined || asked.endpoint !== undefined) {
      return lookup.endpointOf(target.service, asked.endpoint ?? null);
    }
    return endpointByPath(target.service, asked.path);
  }
  const path = pathOf(asked);
  const found = matchRoutes(target.routes, asked.host ?? null, path);
  if (found.length === 0) return noRoute(target, asked, path);
  if (found.length > 1) {
    return {
      code: 'ambiguous-host',
      message: `${target.ingress.id} sends ${path} to different Services for ${listed(found.map((one) => one.host ?? 'any host'))}.`,
      remedy: 'State the host of the request.',
    };
  }
  const backend = backendOf(target, found[0], lookup);
  if (backend === 'inDoubt' || !('value' in backend)) return backend;
  const exact = asked.endpoint === undefined ? null : lookup.endpointOf(backend.value, asked.endpoint);
  if (exact) return exact;
  const whole = endpointByPath(backend.value, path);
  if (whole !== 'inDoubt' && 'value' in whole) return whole;
  // Controllers often take the prefix of the rule away before they pass the request on.
  const rest = elements(path).slice(elements(found[0].path ?? '/').length);
  const stripped = endpointByPath(backend.value, `/${rest.join('/')}`);
  return stripped !== 'inDoubt' && 'value' in stripped ? stripped : whole;
}

/** The path asked for: as stated, or as the name of the endpoint says (`GET /products`). */
function pathOf(asked: AskedFor): string {
  if (asked.path !== undefined) return requestPath(asked.path);
  const named = /^[A-Z]+\s+(\/\S*)$/.exec(asked.endpoint ?? '');
  return named ? requestPath(named[1]) : '/';
}

function noRoute(target: Extract<Target, { kind: 'ingress' }>, asked: AskedFor, path: string): Found<never> {
  const rules = target.routes
    .filter((route) => route.path !== null)
    .map((route) => `${route.host ?? ''}${route.path}${route.exact ? ' (exact)' : ''}`);
  const at = asked.host === undefined ? '' : ` at ${asked.host}`;
  return {
    code: 'no-route',
    message: `${target.ingress.id} has no rule for ${path}${at}, so users would get 404.`,
    remedy: suggestion(`${asked.host ?? ''}${path}`, rules, 'rules'),
  };
}

/** The service behind a route. */
export function backendOf(
  target: { readonly ingress: Resource<IngressDocument> },
  route: IngressRoute,
  lookup: Lookup,
): Found<ServiceDraft> {
  const name = route.service ?? '';
  const service = route.service === null ? null : lookup.service(target.ingress.namespace, name);
  if (service) return { value: service };
  const found = lookup.endpoint(target.ingress.namespace, name);
  if (found === 'inDoubt') return found;
  return {
    code: 'ingress-without-backend',
    message: `${target.ingress.id} sends ${route.path ?? 'everything else'} to Service "${name}", behind which there are no pods.`,
    remedy: 'value' in found ? 'Name a Service as backend.' : found.remedy,
  };
}

function endpointByPath(service: ServiceDraft, written: string): Found<EndpointDraft> {
  // `POST /orders` may be written where a path is expected.
  const withMethod = /^([A-Z]+)\s+(\/\S*)$/.exec(written);
  const method = withMethod?.[1] ?? 'GET';
  const path = requestPath(withMethod?.[2] ?? written);
  const exact = service.endpoints.find(
    (endpoint) => endpoint.name === `${method} ${path}` || endpoint.name === path,
  );
  if (exact) return { value: exact };
  let best: EndpointDraft | null = null;
  let bestScore = -1;
  for (const endpoint of service.endpoints) {
    const score = likeness(endpoint.name, method, path);
    if (score > bestScore) {
      best = endpoint;
      bestScore = score;
    }
  }
  // Endpoints that nobody stated, such as a preset's only one, stand for every path.
  if (best === null && service.model === null) best = service.endpoints[0];
  if (best !== null) return { value: best };
  const names = service.endpoints.map((endpoint) => endpoint.name);
  if (names.some(isStandIn)) return 'inDoubt';
  return {
    code: 'unknown-endpoint',
    message: `Service ${service.base.name} has no endpoint for ${method} ${path}.`,
    remedy: suggestion(`${method} ${path}`, names, `endpoints of ${service.base.name}`),
  };
}

/** How well an endpoint named `GET /products/{id}` fits a path: -1 not at all; whole matches before prefixes, longer before shorter. */
function likeness(name: string, method: string, path: string): number {
  const parts = /^(?:([A-Z]+)\s+)?(\/\S*)$/.exec(name);
  if (parts === null || (parts[1] !== undefined && parts[1] !== method)) return -1;
  const pattern = elements(parts[2]);
  const asked = elements(path);
  // The root is no prefix: a router answers 404 to what it does not know.
  if (pattern.length > asked.length || (pattern.length === 0 && asked.length > 0)) return -1;
  let literal = 0;
  for (let i = 0; i < pattern.length; i += 1) {
    if (pattern[i] === asked[i]) literal += 1;
    else if (!/^(?:\{.*\}|:.+|\*+)$/.test(pattern[i])) return -1;
  }
  return (pattern.length === asked.length ? 1000 : 0) + pattern.length * 10 + literal;
}

/**
 * What is asked for when a Traffic lists no requests: every endpoint of the service, or of the services behind the
 * Ingress; of those whose names are paths, the ones that its rules let through. Rules that lead nowhere add nothing.
 */
export function allEndpoints(target: Target, lookup: Lookup): EndpointDraft[] {
  if (target.kind === 'service') return [...target.service.endpoints];
  const found = new Set<EndpointDraft>();
  for (const route of target.routes) {
    const backend = backendOf(target, route, lookup);
    if (backend === 'inDoubt' || !('value' in backend)) continue;
    const { endpoints } = backend.value;
    const through = endpoints.filter((endpoint) => isUnder(endpoint.name, route.path ?? '/'));
    for (const endpoint of through.length > 0 ? through : endpoints) found.add(endpoint);
  }
  return [...found];
}

function isUnder(name: string, prefix: string): boolean {
  const path = /^(?:[A-Z]+\s+)?(\/\S*)$/.exec(name)?.[1];
  if (path === undefined) return false;
  const asked = elements(path);
  return elements(prefix).every((element, i) => element === asked[i]);
}
