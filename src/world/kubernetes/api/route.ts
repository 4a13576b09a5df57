/** Fidelity: addresses of an API server's resources (apiserver endpoints/request RequestInfo, 1.32). */

/** Something below `/api/v1` or `/apis/<group>/<version>`. */
export interface ResourceRoute {
  readonly group: string;
  readonly version: string;
  /** Null: all namespaces, or a resource of the cluster. */
  readonly namespace: string | null;
  /** Plural; empty: the version itself. */
  readonly resource: string;
  /** Null: the collection. */
  readonly name: string | null;
  readonly subresource: string;
  /** What follows the subresource, as `proxy` has it. */
  readonly rest: string;
}

/** The address of a resource; null when the path leads elsewhere. */
export function resourceRoute(path: string): ResourceRoute | null {
  const parts = path.split('/').filter((part) => part !== '');
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return null;
  const group = core ? '' : parts[1];
  const version = core ? parts[1] : parts[2];
  if (group === undefined || version === undefined) return null;
  return within(group, version, parts.slice(core ? 2 : 3));
}

/** Subresources of a namespace; anything else after its name is a resource in it. */
const ofNamespaces: ReadonlySet<string> = new Set(['status', 'finalize']);

function within(group: string, version: string, parts: readonly string[]): ResourceRoute {
  const inNamespace =
    parts[0] === 'namespaces' && parts.length > 2 && !(parts.length === 3 && ofNamespaces.has(parts[2]));
  const namespace = inNamespace ? parts[1] : null;
  const [resource = '', name = null, subresource = '', ...rest] = inNamespace ? parts.slice(2) : parts;
  return { group, version, namespace, resource, name, subresource, rest: rest.join('/') };
}
