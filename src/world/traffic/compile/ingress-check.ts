/**
 * Fidelity: an Ingress whose backend has no pods answers 503, one that names a port the Service has not is refused by
 * most controllers; here both are told, and requests go where there is somewhere to go.
 */

import type { CompileContext } from '../../../model/kind.ts';
import type { ResourceSet } from '../../../model/resource.ts';
import { type IngressRoute, ingressRoutes } from './cluster/ingress.ts';
import type { IngressDocument, ServiceDocument } from './cluster/manifest.ts';
import { backendOf } from './demand/target.ts';
import type { Lookup } from './lookup.ts';
import { listed, where } from './report.ts';

/** Warns of every rule that leads nowhere, or to a port that is not there. */
export function checkIngresses(resources: ResourceSet, lookup: Lookup, context: CompileContext): void {
  for (const ingress of resources.byKind<IngressDocument>('Ingress')) {
    for (const route of ingressRoutes(ingress)) {
      const backend = backendOf({ ingress }, route, lookup);
      if (backend === 'inDoubt') continue;
      if (!('value' in backend)) {
        const place = where(ingress, route.at, backend.remedy);
        context.diagnostics.warning(backend.code, backend.message, place);
        continue;
      }
      const service = resources.find<ServiceDocument>('Service', ingress.namespace, route.service ?? '');
      const ports = service?.value.spec?.ports ?? [];
      if (route.port === null || ports.length === 0 || ports.some((port) => portIs(route, port))) continue;
      const known = ports.map((port) => (port.name ? `${port.port} (${port.name})` : `${port.port}`));
      context.diagnostics.warning(
        'ingress-port-mismatch',
        `${ingress.id} names port ${route.port} of Service ${route.service}, which has ${listed(known)}; it is simulated as if it had it.`,
        where(ingress, [...route.at, ...route.portAt], 'Name a port of the Service.'),
      );
    }
  }
}

function portIs(route: IngressRoute, port: { readonly name?: string; readonly port: number }): boolean {
  return typeof route.port === 'string' ? port.name === route.port : port.port === route.port;
}
