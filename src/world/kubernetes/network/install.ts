/** Fidelity: no mechanism; the parts of the cluster that lead connections to pods. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { Kubelet } from '../node/kubelet/kubelet.ts';
import type { KubeObject } from '../objects/meta.ts';
import { services } from '../objects/resource-types.ts';
import { EndpointSlices } from './endpoint-slices.ts';
import { EndpointsMirror } from './endpoints-mirror.ts';
import { KubeProxy } from './kube-proxy.ts';
import { legacyEndpoints } from './legacy-endpoints.ts';
import { LoadBalancers } from './load-balancers.ts';
import { ServiceAddresses } from './service-addresses.ts';

export interface Network {
  readonly proxy: KubeProxy;
  /** The Endpoints object of a Service, or undefined when there is no such Service or it selects nothing. */
  endpointsOf(namespace: string, service: string): KubeObject | undefined;
}

/** Gives Services their addresses and endpoints, and traffic its ways. */
export function installNetwork(plane: ControlPlane, kubelet: Kubelet): Network {
  const addresses = new ServiceAddresses(plane.store, plane.random('service-addresses'));
  plane.api.admit(addresses.admit, { seesStatus: false });
  const slices = new EndpointSlices(plane);
  const proxy = new KubeProxy(plane, kubelet);
  new EndpointsMirror(plane);
  new LoadBalancers(plane);
  return {
    proxy,
    endpointsOf: (namespace, name) => {
      const service = plane.store.get(services, namespace, name);
      if (service?.spec.selector === undefined) return undefined;
      return legacyEndpoints(service, slices.slicesOf(namespace, name));
    },
  };
}
