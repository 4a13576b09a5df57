/**
 * Fidelity: the Endpoints of a Service as the endpoints controller writes them (pkg/controller/endpoint, 1.32), made from the
 * slices when somebody asks: ready and unready addresses by port set, terminating pods left out, 1000 addresses at
 * most. Simplified: subsets are those of the slices' ports.
 */

import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf, endpoints } from '../objects/resource-types.ts';
import type { Endpoint, EndpointSlice, Service } from '../objects/services.ts';
import { portsKey } from './endpoint.ts';

const addressesPerEndpoints = 1000;

interface Subset {
  readonly addresses?: readonly unknown[];
  readonly notReadyAddresses?: readonly unknown[];
  readonly ports: readonly unknown[];
}

/** The object that `kubectl get endpoints` shows. */
export function legacyEndpoints(service: Service, slices: Iterable<EndpointSlice>): KubeObject {
  const { name, namespace, labels, uid, creationTimestamp, resourceVersion } = service.metadata;
  const subsets = subsetsOf(slices);
  return {
    apiVersion: apiVersionOf(endpoints),
    kind: endpoints.kind,
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
      ...(labels === undefined ? {} : { labels }),
    },
    ...(subsets.length === 0 ? {} : { subsets }),
  } as KubeObject;
}

function subsetsOf(slices: Iterable<EndpointSlice>): readonly Subset[] {
  const groups = new Map<string, { ports: EndpointSlice['ports']; endpoints: Endpoint[] }>();
  for (const slice of slices) {
    const key = portsKey(slice.ports ?? []);
    const group = groups.get(key) ?? { ports: slice.ports ?? [], endpoints: [] };
    group.endpoints.push(...(slice.endpoints ?? []));
    groups.set(key, group);
  }
  return [...groups.values()].map(subsetOf).filter((subset) => subset !== null);
}

function subsetOf({
  ports,
  endpoints: all,
}: {
  ports: EndpointSlice['ports'];
  endpoints: Endpoint[];
}): Subset | null {
  const shown = all
    .filter(({ conditions }) => conditions.ready || !conditions.terminating)
    .sort((a, b) => compareAddresses(a.addresses[0], b.addresses[0]))
    .slice(0, addressesPerEndpoints);
  if (shown.length === 0) return null;
  const ready = shown.filter(({ conditions }) => conditions.ready).map(addressOf);
  const unready = shown.filter(({ conditions }) => !conditions.ready).map(addressOf);
  return {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(unready.length === 0 ? {} : { notReadyAddresses: unready }),
    ports,
  };
}

function addressOf({ addresses, nodeName, targetRef, hostname }: Endpoint): unknown {
  return {
    ip: addresses[0],
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}

function compareAddresses(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let at = 0; at < 4; at++) {
    const difference = Number(left[at]) - Number(right[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}
