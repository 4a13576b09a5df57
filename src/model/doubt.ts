import type { Diagnostics } from '../base/diagnostics.ts';
import type { ServiceModel } from './kinds/service-model.ts';
import type { ResourceSet } from './resource.ts';
import { isStandIn } from './stand-in.ts';
import type { Names } from './threshold.ts';

/**
 * Whether something of that name may come into being once the documents are mended, so that its absence now says
 * nothing. `service` is whose endpoint is meant, where it is known.
 */
export type Doubt = (
  what: 'traffic' | 'service' | 'client' | 'endpoint',
  name: string,
  service?: string | null,
) => boolean;

/** Doubts about names that are not among those compiled. Without any error there is none. */
export function doubtsOf(resources: ResourceSet, names: Names, diagnostics: Diagnostics): Doubt {
  const failed = diagnostics.hasErrors || !resources.sound;
  const service = (name: string) =>
    resources.whole ? failed && names.service.length === 0 : resources.mayServe(shortOf(name));
  // A Traffic whose own compiling failed is missing among the names; where there is none, demand is inferred in the end.
  const traffic = (name: string) => {
    if (resources.sound && !failed) return false;
    const stated = resources.byKind('Traffic');
    const inferred = stated.length === 0 && (!resources.sound || names.traffic.length === 0);
    return (
      inferred ||
      stated.some((each) => each.name === shortOf(name)) ||
      resources.mayLack(['Traffic'], shortOf(name))
    );
  };
  const unnamed = new Set(
    names.endpoints.filter(({ endpoint }) => isStandIn(endpoint)).map((each) => each.service),
  );
  const found = new Set(names.endpoints.map((each) => each.endpoint));
  // A ServiceModel whose endpoints nobody has is nobody's, until it is mended.
  const stated = new Set(
    resources
      .byKind<ServiceModel>('ServiceModel')
      .flatMap(({ value }) => value.spec.endpoints.map(({ name }) => name))
      .filter((name) => !found.has(name)),
  );
  const astray = [...stated].some(isStandIn);
  const endpoint = (name: string, of: string | null | undefined) => {
    if (failed && (stated.has(name) || astray)) return true;
    if (typeof of === 'string' ? unnamed.has(of) : unnamed.size > 0) return true;
    if (resources.whole) return failed && names.endpoints.length === 0;
    // An endpoint of any service may be one of a service that was left out.
    return typeof of !== 'string' || !names.endpoints.some((each) => each.service === of);
  };
  return (what, name, of) => {
    if (what === 'endpoint') return endpoint(name, of);
    if (what === 'service') return service(name);
    if (what === 'traffic') return traffic(name);
    return name.startsWith('source/') ? traffic(name) : service(name);
  };
}

/** `web` of `shop/web`. */
function shortOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
