/** Fidelity: defaults of Service, Endpoints, EndpointSlice, Ingress and NetworkPolicy (1.32). One address family: IPv4. */
import type { KubeObject } from '../../objects/meta.ts';
import type { EndpointSlice, Service } from '../../objects/services.ts';
import { changed, filled, mapped, within } from './fill.ts';

type ServicePort = NonNullable<Service['spec']['ports']>[number];

function withNodePorts(type: string): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

export function defaultedService(service: Service): Service {
  const made = filled(service, { status: { loadBalancer: {} } });
  if (service.spec === undefined) return made;
  let spec = filled(service.spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  const type = spec.type!;
  if (type !== 'ExternalName')
    spec = filled(spec, {
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ...(withNodePorts(type) ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    });
  if (spec.sessionAffinity === 'ClientIP')
    spec = filled(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
  spec = within<typeof spec, readonly ServicePort[]>(spec, 'ports', (ports) =>
    mapped(ports, (port) => filled(port, { protocol: 'TCP', targetPort: port.port })),
  );
  return changed(made, 'spec', spec);
}

const tcp = { protocol: 'TCP' };

export function defaultedEndpoints(endpoints: KubeObject): KubeObject {
  return within<KubeObject, readonly object[]>(endpoints, 'subsets', (subsets) =>
    mapped(subsets, (subset) =>
      within<object, readonly object[]>(subset, 'ports', (ports) =>
        mapped(ports, (port) => filled(port, tcp)),
      ),
    ),
  );
}

export function defaultedEndpointSlice(slice: EndpointSlice): EndpointSlice {
  return within<EndpointSlice, readonly object[]>(slice, 'ports', (ports) =>
    mapped(ports, (port) => filled(port, { name: '', protocol: 'TCP' })),
  );
}

export function defaultedNetworkPolicy(policy: KubeObject): KubeObject {
  return within<KubeObject, object>(policy, 'spec', (spec) => {
    const { egress } = spec as { egress?: readonly unknown[] };
    const types = egress === undefined || egress.length === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
    let made = filled(spec, { policyTypes: types });
    for (const direction of ['ingress', 'egress'])
      made = within<object, readonly object[]>(made, direction, (rules) =>
        mapped(rules, (rule) =>
          within<object, readonly object[]>(rule, 'ports', (ports) =>
            mapped(ports, (port) => filled(port, tcp)),
          ),
        ),
      );
    return made;
  });
}

export function defaultedIngressClass(ingressClass: KubeObject): KubeObject {
  return within<KubeObject, object>(ingressClass, 'spec', (spec) =>
    within<object, object>(spec, 'parameters', (parameters) => filled(parameters, { scope: 'Cluster' })),
  );
}
