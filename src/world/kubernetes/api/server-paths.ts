/** Fidelity: addresses of the server that are no resources: version, health, OpenAPI (apiserver 1.32). */
import type { ControlPlane } from '../control/control-plane.ts';
import type { OpenApiDocuments } from '../schema/openapi.ts';
import type { ApiResponse } from './request.ts';
import { json, refusal, text, unknownPath } from './status.ts';

const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

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

export function serverPath(path: string, plane: ControlPlane, openApi: OpenApiDocuments): ApiResponse {
  if (path === '/version') return json(200, versionOf(plane.model.version));
  if (healthPaths.has(path) || /^\/(healthz|livez|readyz)\/(ping|etcd|log)$/.test(path))
    return text(200, 'ok');
  if (path === '/openapi/v3') return json(200, openApi.index());
  if (path.startsWith('/openapi/v3/')) {
    const document = openApi.document(path.slice('/openapi/v3/'.length));
    return document === null ? refusal(unknownPath) : json(200, document);
  }
  if (path === '/')
    return json(200, {
      paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'],
    });
  return refusal(unknownPath);
}
