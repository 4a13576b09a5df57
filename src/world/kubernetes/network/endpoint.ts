/**
 * Fidelity: the endpoint that a pod is of a Service, and the ports by which it serves (endpointslice utils.go
 * podToEndpoint, getEndpointPorts and podutil.FindPort, 1.32). Left out: topology hints and IPv6.
 */
import type { Node } from '../objects/node.ts';
import { zoneLabel } from '../objects/node.ts';
import { isFinished, isReady, type Pod } from '../objects/pod.ts';
import type { Endpoint, EndpointSlice, Service } from '../objects/services.ts';

export type EndpointPort = EndpointSlice['ports'][number];
type ServicePort = NonNullable<Service['spec']['ports']>[number];

/** Pods without an address and finished ones are nobody's endpoints. */
export function servesAsEndpoint(pod: Pod): boolean {
  return pod.status.podIP !== undefined && pod.status.podIP !== '' && !isFinished(pod);
}

export function endpointOf(pod: Pod, service: Service, node: Node | undefined): Endpoint {
  const { namespace = '', name, uid, deletionTimestamp } = pod.metadata;
  const serving = isReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const zone = node?.metadata.labels?.[zoneLabel];
  const { hostname = '', subdomain = '' } = pod.spec as { hostname?: string; subdomain?: string };
  return {
    addresses: [pod.status.podIP!],
    conditions: { ready, serving, terminating },
    ...(hostname !== '' && subdomain === service.metadata.name ? { hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(zone === undefined ? {} : { zone }),
  };
}

/** Nothing that an endpoint shows has changed. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.addresses[0] === b.addresses[0] &&
    a.conditions.ready === b.conditions.ready &&
    a.conditions.serving === b.conditions.serving &&
    a.conditions.terminating === b.conditions.terminating &&
    a.hostname === b.hostname &&
    a.nodeName === b.nodeName &&
    a.zone === b.zone
  );
}

/** The number behind a Service's port in a pod; null: the pod has no port of that name. */
export function portNumber(port: ServicePort, pod: Pod): number | null {
  const target = port.targetPort === undefined || port.targetPort === 0 ? port.port : port.targetPort;
  if (typeof target === 'number') return target;
  const protocol = port.protocol ?? 'TCP';
  const sidecars = pod.spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? [];
  for (const { ports = [] } of [...pod.spec.containers, ...sidecars])
    for (const one of ports)
      if (one.name === target && (one.protocol ?? 'TCP') === protocol) return one.containerPort;
  return null;
}

/** Ports that a pod serves of a Service; those that it lacks are left out. */
export function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = portNumber(port, pod);
    if (number === null) continue;
    ports.push({ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP' });
  }
  return ports;
}

/** All pods serve the same ports: none is looked up by name. */
export function hasFixedPorts({ spec }: Service): boolean {
  return spec.ports?.every(({ targetPort }) => typeof targetPort !== 'string') ?? true;
}

export function portsKey(ports: readonly EndpointPort[]): string {
  return ports.map(({ name, port, protocol }) => `${name}:${protocol}:${port}`).join();
}
