/**
 * Fidelity: how an Ingress chooses the Service for a request: by host (exact before wildcard before any), then by path:
 * Exact, or Prefix element by element, the longest first and Exact before Prefix; else the default backend
 * (Kubernetes 1.32, “Ingress”: path types, multiple matches). ImplementationSpecific is read as Prefix, as ingress-nginx
 * does; its regular expressions and rewrites are not. The controller itself takes no time.
 */
import type { Resource } from '../../../../model/resource.ts';
import type { IngressBackend, IngressDocument } from './manifest.ts';

export interface IngressRoute {
  /** Null: any host. */
  readonly host: string | null;
  /** Null: the default backend, for what no other route takes. */
  readonly path: string | null;
  readonly exact: boolean;
  /** Name of the Service, in the namespace of the Ingress; null for a backend that is no Service. */
  readonly service: string | null;
  /** Number or name of the Service's port, as it is written; null: none. */
  readonly port: number | string | null;
  /** Where the port stands inside the route. */
  readonly portAt: readonly string[];
  /** Where it stands in the document. */
  readonly at: readonly (string | number)[];
}

/** Every route of an Ingress in the order of the document, the default backend last. */
export function ingressRoutes(ingress: Resource<IngressDocument>): IngressRoute[] {
  const spec = ingress.value.spec;
  const routes: IngressRoute[] = [];
  (spec?.rules ?? []).forEach((rule, r) => {
    (rule.http?.paths ?? []).forEach((path, p) => {
      routes.push({
        host: rule.host ? rule.host.toLowerCase() : null,
        path: normalPath(path.path ?? '/'),
        exact: path.pathType === 'Exact',
        service: path.backend.service?.name ?? null,
        port: portOf(path.backend),
        portAt: ['backend', 'service', 'port'],
        at: ['spec', 'rules', r, 'http', 'paths', p],
      });
    });
  });
  const fallback: IngressBackend | undefined = spec?.defaultBackend;
  if (fallback) {
    routes.push({
      host: null,
      path: null,
      exact: false,
      service: fallback.service?.name ?? null,
      port: portOf(fallback),
      portAt: ['service', 'port'],
      at: ['spec', 'defaultBackend'],
    });
  }
  return routes;
}

function portOf(backend: IngressBackend): number | string | null {
  return backend.service?.port?.number ?? backend.service?.port?.name ?? null;
}

/** The path without query, fragment and regular-expression tails such as `(/|$)(.*)`. */
function normalPath(path: string): string {
  const plain = path.replace(/[(?*].*$/, '');
  return plain.startsWith('/') ? plain : `/${plain}`;
}

/** The path of a request without query and fragment. */
export function requestPath(path: string): string {
  const plain = path.split(/[?#]/, 1)[0];
  return plain.startsWith('/') ? plain : `/${plain}`;
}

/**
 * The routes that take a request to `path` at `host`: one, or none, or, when the request names no host and several
 * hosts would take it, the best of each of them.
 */
export function matchRoutes(
  routes: readonly IngressRoute[],
  host: string | null,
  path: string,
): readonly IngressRoute[] {
  const hosts = [...new Set(routes.filter((route) => route.path !== null).map((route) => route.host))];
  const wanted = host?.toLowerCase() ?? null;
  const groups = wanted === null ? hosts.map((one) => [one]) : hostOrder(hosts, wanted).map((one) => [one]);
  const found: IngressRoute[] = [];
  for (const group of groups) {
    const best = longest(
      routes.filter((route) => route.path !== null && group.includes(route.host)),
      path,
    );
    if (best === null) continue;
    if (wanted !== null) return [best];
    if (!found.some((one) => one.service === best.service)) found.push(best);
  }
  if (found.length > 0) return found;
  const fallback = routes.find((route) => route.path === null);
  return fallback ? [fallback] : [];
}

/** Hosts of rules that match, the most particular first. */
function hostOrder(hosts: readonly (string | null)[], wanted: string): (string | null)[] {
  const rank = (host: string | null): number => {
    if (host === null) return 2;
    if (host === wanted) return 0;
    // `*.example.com` stands for exactly one label.
    return host.startsWith('*.') && wanted.slice(wanted.indexOf('.') + 1) === host.slice(2) ? 1 : 3;
  };
  return hosts.filter((host) => rank(host) < 3).sort((a, b) => rank(a) - rank(b));
}

function longest(routes: readonly IngressRoute[], path: string): IngressRoute | null {
  let best: IngressRoute | null = null;
  for (const route of routes) {
    if (!takes(route, path)) continue;
    const longer = best === null || route.path!.length > best.path!.length;
    const surer = best !== null && route.path!.length === best.path!.length && route.exact && !best.exact;
    if (longer || surer) best = route;
  }
  return best;
}

function takes(route: IngressRoute, path: string): boolean {
  if (route.exact) return route.path === path;
  const prefix = elements(route.path!);
  const asked = elements(path);
  return prefix.length <= asked.length && prefix.every((element, i) => element === asked[i]);
}

/** Elements of a path; a trailing slash adds none. */
export function elements(path: string): string[] {
  return path.split('/').filter((element) => element !== '');
}
