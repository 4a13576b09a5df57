/** Fidelity: defaults of Service, Endpoints, EndpointSlice, Ingress and NetworkPolicy (1.32). One address family: IPv4. */
import type { KubeObject } from '../../objects/meta.ts';
import type { EndpointSlice, Service } from '../../objects/services.ts';
import { changed, filled, mapped, within } from './fill.ts';

type ServicePort = NonNullable<Service['spec']['ports']>[number];

function withNodePorts(type: string): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

interface Affinity {
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
}

const usualTimeout = { clientIP: { timeoutSeconds: 10_800 } };

/** Affinity to a client has a timeout; a timeout without affinity is dropped. */
function withAffinityTimeout(spec: Service['spec']): Service['spec'] {
  const { sessionAffinityConfig: config, ...rest } = spec as Service['spec'] & Affinity;
  if (spec.sessionAffinity === 'None') return config === undefined ? spec : rest;
  const isWhole = config?.clientIP?.timeoutSeconds !== undefined;
  if (spec.sessionAffinity !== 'ClientIP' || isWhole) return spec;
  const whole: Service['spec'] & Affinity = { ...rest, sessionAffinityConfig: usualTimeout };
  return whole;
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
  spec = withAffinityTimeout(spec);
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
