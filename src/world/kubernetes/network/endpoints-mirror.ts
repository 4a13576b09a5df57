/**
 * Fidelity: the EndpointSlice mirroring controller (pkg/controller/endpointslicemirroring, 1.32): Endpoints that somebody has
 * written for a Service without a selector become a slice for each subset. Simplified: slices are written anew in place
 * of being compared one by one, 1000 addresses of a subset at most.
 */

import type { ControlPlane } from '../control/control-plane.ts';
import { Controller, type Reconciliation, type Write } from '../control/controller.ts';
import { controlledBy, type Draft, type KubeObject, keyOf, splitKey } from '../objects/meta.ts';
import {
  type Endpoint,
  type EndpointSlice,
  endpointSlices,
  endpoints,
  services,
} from '../objects/resource-types.ts';
import { sameValue } from '../store/equality.ts';
import { Index } from '../store/store.ts';
import { managedByLabel, serviceNameLabel } from './endpoint-slices.ts';

const mirrorMaker = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const addressesPerSubset = 1000;

interface Address {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: Endpoint['targetRef'];
}

interface Subset {
  readonly addresses?: readonly Address[];
  readonly notReadyAddresses?: readonly Address[];
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
}

export class EndpointsMirror {
  readonly #plane: ControlPlane;
  readonly #slices: Index<EndpointSlice>;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const { engine, manager, store } = plane;
    this.#slices = new Index(store, endpointSlices, mirroredKey);
    const controller = new Controller({
      engine,
      client: manager.client,
      name: 'endpointslicemirroring',
      workers: 5,
      reconcile: (key) => this.#reconcile(key),
    });
    manager.watch.on(endpoints, ({ object }) => controller.enqueue(keyOf(object)));
    manager.watch.on(services, ({ object }) => {
      const { namespace = '', name } = object.metadata;
      if (store.get(endpoints, namespace, name) !== undefined) controller.enqueue(keyOf(object));
    });
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const { api } = this.#plane;
    const wanted = this.#wanted(namespace, name);
    const present = [...this.#slices.get(key)];
    const missing = wanted.filter((draft) => !present.some((slice) => saysTheSame(slice, draft)));
    const stale = present.filter((slice) => !wanted.some((draft) => saysTheSame(slice, draft)));
    const writes: Write[] = missing.map((draft) => () => api.create(endpointSlices, draft));
    for (const slice of stale) writes.push(() => api.delete(endpointSlices, namespace, slice.metadata.name));
    return { writes };
  }

  #wanted(namespace: string, name: string): readonly Draft<EndpointSlice>[] {
    const { store } = this.#plane;
    const object = store.get(endpoints, namespace, name);
    const service = store.get(services, namespace, name);
    if (object === undefined || service === undefined || service.spec.selector !== undefined) return [];
    if (object.metadata.labels?.[skipLabel] === 'true') return [];
    const { subsets = [] } = object as KubeObject & { readonly subsets?: readonly Subset[] };
    return subsets.map((subset) => draftOf(object, subset));
  }
}

function mirroredKey({ metadata }: EndpointSlice): string | undefined {
  const { labels = {}, namespace } = metadata;
  return labels[managedByLabel] === mirrorMaker ? `${namespace}/${labels[serviceNameLabel]}` : undefined;
}

function saysTheSame(slice: EndpointSlice, draft: Draft<EndpointSlice>): boolean {
  return sameValue(slice.endpoints, draft.endpoints) && sameValue(slice.ports, draft.ports);
}

function draftOf(object: KubeObject, subset: Subset): Draft<EndpointSlice> {
  const { name, namespace = '', labels } = object.metadata;
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const all = [
    ...addresses.map((address) => endpointAt(address, true)),
    ...notReadyAddresses.map((address) => endpointAt(address, false)),
  ];
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirrorMaker },
      ownerReferences: [controlledBy(object)],
    },
    addressType: 'IPv4',
    endpoints: all.slice(0, addressesPerSubset),
    ports: ports.map(({ name: of = '', port, protocol = 'TCP' }) => ({ name: of, port, protocol })),
  };
}

function endpointAt({ ip, hostname, nodeName, targetRef }: Address, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready, serving: ready, terminating: false },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
