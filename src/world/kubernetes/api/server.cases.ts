/** Fidelity: no mechanism; an API server over a small cluster, and requests in a line, for tests. */
import { type SmallCluster, type SmallClusterOptions, smallCluster } from '../cluster.cases.ts';
import { openApiDocuments } from '../schema/openapi.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import { ApiServer } from './server.ts';

export const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** A request that asks for JSON, with whatever differs. The path may bear a query. */
export function requestOf(
  method: ApiRequest['method'],
  path: string,
  body: unknown = null,
  change: Partial<ApiRequest> = {},
): ApiRequest {
  const at = path.indexOf('?');
  const pairs = at < 0 ? [] : path.slice(at + 1).split('&');
  const query = Object.fromEntries(
    pairs.map((pair) => {
      const split = pair.indexOf('=');
      return [pair.slice(0, split), pair.slice(split + 1)];
    }),
  );
  return {
    method,
    path: at < 0 ? path : path.slice(0, at),
    query,
    accept: 'application/json',
    contentType: 'application/json',
    userAgent: 'kubectl/v1.32.0',
    body,
    ...change,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
export type Loose = any;

export interface TestServer {
  readonly small: SmallCluster;
  readonly server: ApiServer;
  ask(method: ApiRequest['method'], path: string, body?: unknown, change?: Partial<ApiRequest>): Loose;
  respond(
    method: ApiRequest['method'],
    path: string,
    body?: unknown,
    change?: Partial<ApiRequest>,
  ): ApiResponse;
  /** Begins a stream; what it has sent so far, and what ends it. */
  watch(
    path: string,
    accept?: string,
  ): { readonly sent: Loose[]; readonly ended: () => boolean; readonly end: () => void };
}

export function testServer(options: SmallClusterOptions = {}): TestServer {
  const small = smallCluster(options);
  const { cluster } = small;
  const server = new ApiServer(cluster, {
    metrics: null,
    processes: cluster.nodeParts.kubelet,
    openApi: openApiDocuments(cluster.store),
    nodes: cluster.nodeParts,
    network: cluster.network,
  });
  const respond: TestServer['respond'] = (...args) => server.handle(requestOf(...args));
  return {
    small,
    server,
    respond,
    ask: (...args) => respond(...args).body,
    watch(path, accept = 'application/json') {
      const sent: Loose[] = [];
      let ended = false;
      const stream = { send: (chunk: unknown) => void sent.push(chunk), end: () => void (ended = true) };
      const opened = server.open(requestOf('GET', path, null, { accept }), stream);
      if (typeof opened !== 'function') sent.push(opened.body);
      return { sent, ended: () => ended, end: typeof opened === 'function' ? opened : () => {} };
    },
  };
}

export const maps = '/api/v1/namespaces/default/configmaps';

export function map(
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels?: Readonly<Record<string, string>>,
) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels ? { labels } : {}) }, data };
}

export function deployment(name: string, replicas: number) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: `${name}:1` }] } },
    },
  };
}

export const deployments = '/apis/apps/v1/namespaces/default/deployments';
