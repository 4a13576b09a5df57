/** Fidelity: addresses of the server that are no resources: version, health, OpenAPI (apiserver 1.32). */
import type { ControlPlane } from '../control/control-plane.ts';
import type { OpenApiDocuments } from '../schema/openapi.ts';
import type { ApiRequest, ApiResponse } from './request.ts';
import type { Served } from './served-resource.ts';
import { json, refusal, text, unknownPath } from './status.ts';

const healthPaths: readonly string[] = ['/healthz', '/livez', '/readyz'];
const healthChecks = ['ping', 'log', 'etcd'];

/** `ok`, or check by check when the question is `?verbose`. */
function health({ path, query }: ApiRequest): string {
  if (!('verbose' in query)) return 'ok';
  const checks = healthChecks.map((name) => `[+]${name} ok\n`).join('');
  return `${checks}${path.slice(1)} check passed\n`;
}

const oldSchemaProtobuf = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/**
 * OpenAPI v2 without types: clients that ask for it, for kinds that version 3 does not tell of, then go on without. As protobuf
 * it is a message of one field, `swagger`.
 */
function oldSchema({ accept }: ApiRequest, { model }: ControlPlane): ApiResponse {
  if (accept.includes('protobuf')) return { ...text(200, '\n\u00032.0'), contentType: oldSchemaProtobuf };
  const info = { title: 'Kubernetes', version: model.version };
  return json(200, { swagger: '2.0', info, paths: {}, definitions: {} });
}

/** Everything that can be asked for, in order. */
function allPaths(resources: readonly Served[]): string[] {
  const groups = resources.flatMap(({ group, version }) =>
    group === '' ? ['/api/v1'] : [`/apis/${group}`, `/apis/${group}/${version}`],
  );
  const checks = healthPaths.flatMap((path) => [path, ...healthChecks.map((name) => `${path}/${name}`)]);
  return [
    ...new Set(['/api', '/apis', '/openapi/v2', '/openapi/v3', '/version', ...checks, ...groups]),
  ].sort();
}

/** `1` and `32` of `v1.32.0`. */
function versionOf(gitVersion: string) {
  const match = /^v?(\d+)\.(\d+)/.exec(gitVersion);
  return {
    major: match?.[1] ?? '1',
    minor: match?.[2] ?? '32',
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'simulated',
    compiler: 'simulated',
    platform: 'linux/amd64',
  };
}

export function serverPath(
  request: ApiRequest,
  plane: ControlPlane,
  openApi: OpenApiDocuments,
  resources: readonly Served[],
): ApiResponse {
  const { path } = request;
  if (path === '/version') return json(200, versionOf(plane.model.version));
  if (healthPaths.includes(path)) return text(200, health(request));
  if (/^\/(healthz|livez|readyz)\/(ping|etcd|log)$/.test(path)) return text(200, 'ok');
  if (path === '/openapi/v2') return oldSchema(request, plane);
  if (path === '/openapi/v3') return json(200, openApi.index());
  if (path.startsWith('/openapi/v3/')) {
    const document = openApi.document(path.slice('/openapi/v3/'.length));
    return document === null ? refusal(unknownPath) : json(200, document);
  }
  if (path === '/') return json(200, { paths: allPaths(resources) });
  return refusal(unknownPath);
}
