/** Fidelity: validation of Service, Ingress, Endpoints and PodDisruptionBudget (core, networking and policy validation.go, 1.32). */
import type { KubeObject } from '../../objects/meta.ts';
import type { PodDisruptionBudget, Service } from '../../objects/services.ts';
import { checkLabelSelector, checkLabels } from './metadata.ts';
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  ipErrors,
  labelKeyErrors,
  portErrors,
  portNumberErrors,
} from './names.ts';
import { at, child, type Problems } from './problems.ts';
import { checkIntOrPercent } from './workloads.ts';

const kubeletPort = 10_250;
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];

export function checkService(problems: Problems, { spec }: Service, old: Service | null): void {
  const { type, clusterIP = '', ports = [], selector, sessionAffinity, externalName = '' } = spec;
  if (old !== null) checkServiceChange(problems, spec, old.spec);
  if (ports.length === 0 && clusterIP !== 'None' && type !== 'ExternalName') problems.required('spec.ports');
  if (type === 'ExternalName') checkExternal(problems, clusterIP, externalName);
  if (type === 'LoadBalancer')
    for (const [index, { port }] of ports.entries())
      if (port === kubeletPort)
        problems.invalid(
          at('spec.ports', index),
          port,
          `may not expose port ${kubeletPort} externally since it is used by kubelet`,
        );
  if (type === 'LoadBalancer' && clusterIP === 'None')
    problems.invalid('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for LoadBalancer services");
  if (type === 'NodePort' && clusterIP === 'None')
    problems.invalid('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for NodePort services");
  checkServicePorts(problems, spec);
  checkLabels(problems, 'spec.selector', selector);
  problems.oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  checkAffinityConfig(problems, spec);
  if (clusterIP !== '' && clusterIP !== 'None' && type !== 'ExternalName')
    problems.each('spec.clusterIPs[0]', clusterIP, ipErrors(clusterIP));
  problems.oneOf('spec.type', type, types);
  checkNodePorts(problems, spec);
  checkTrafficPolicies(problems, spec, (old?.spec ?? {}) as Policies);
}

interface Policies {
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly externalTrafficPolicy?: string;
  readonly internalTrafficPolicy?: string;
}

const affinitySecondsMax = 86_400;

function checkAffinityConfig(problems: Problems, spec: Service['spec']): void {
  const { sessionAffinityConfig: config } = spec as Policies;
  const seconds = config?.clientIP?.timeoutSeconds;
  if (spec.sessionAffinity !== 'ClientIP' || seconds === undefined) return;
  if (seconds <= 0 || seconds > affinitySecondsMax)
    problems.invalid(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      seconds,
      `must be greater than 0 and less than ${affinitySecondsMax}`,
    );
}

/** What a change of the type leaves behind is not held against anybody. */
function checkTrafficPolicies(problems: Problems, spec: Service['spec'], old: Policies): void {
  const now = spec as Policies;
  const isChanged = (field: keyof Policies) => now[field] !== undefined && now[field] !== old[field];
  const isOutward = spec.type === 'LoadBalancer' || spec.type === 'NodePort';
  if (spec.type !== 'LoadBalancer' && isChanged('allocateLoadBalancerNodePorts'))
    problems.forbidden(
      'spec.allocateLoadBalancerNodePorts',
      "may only be used when `type` is 'LoadBalancer'",
    );
  const { externalTrafficPolicy: outer, internalTrafficPolicy: inner } = now;
  if (!isOutward && isChanged('externalTrafficPolicy'))
    problems.invalid(
      'spec.externalTrafficPolicy',
      outer,
      "may only be set when `type` is 'NodePort' or 'LoadBalancer'",
    );
  else if (isOutward) problems.oneOf('spec.externalTrafficPolicy', outer, ['Cluster', 'Local']);
  if (inner !== undefined && inner !== 'Cluster' && inner !== 'Local')
    problems.unsupported('spec.internalTrafficPolicy', inner, ['Cluster', 'Local']);
}

function checkExternal(problems: Problems, clusterIP: string, externalName: string): void {
  if (clusterIP !== '') problems.forbidden('spec.clusterIPs', 'may not be set for ExternalName services');
  const name = externalName.replace(/\.$/, '');
  if (name === '') problems.required('spec.externalName');
  else problems.each('spec.externalName', externalName, dns1123SubdomainErrors(name));
}

function checkServicePorts(problems: Problems, { ports = [] }: Service['spec']): void {
  const names = new Set<string>();
  for (const [index, servicePort] of ports.entries()) {
    const { name = '', port, protocol, targetPort } = servicePort;
    const place = at('spec.ports', index);
    if (name === '') {
      if (ports.length > 1) problems.required(child(place, 'name'));
    } else {
      problems.each(child(place, 'name'), name, dns1123LabelErrors(name));
      if (names.has(name)) problems.duplicate(child(place, 'name'), name);
      names.add(name);
    }
    problems.each(child(place, 'port'), port ?? 0, portNumberErrors(port ?? 0));
    problems.oneOf(child(place, 'protocol'), protocol, protocols);
    if (targetPort !== undefined)
      problems.each(child(place, 'targetPort'), targetPort, portErrors(targetPort));
    const { appProtocol } = servicePort as { readonly appProtocol?: string };
    if (appProtocol !== undefined)
      problems.each(child(place, 'appProtocol'), appProtocol, labelKeyErrors(appProtocol));
  }
}

/** Ports of nodes, and ports that are there twice, by protocol. */
function checkNodePorts(problems: Problems, { ports = [], type }: Service['spec']): void {
  const place = (index: number) => at('spec.ports', index);
  if (type === 'ClusterIP')
    for (const [index, { nodePort }] of ports.entries())
      if (nodePort)
        problems.forbidden(child(place(index), 'nodePort'), "may not be used when `type` is 'ClusterIP'");
  const nodePorts = new Set<string>();
  for (const [index, { protocol, nodePort }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) problems.duplicate(child(place(index), 'nodePort'), nodePort);
    nodePorts.add(key);
  }
  const taken = new Set<string>();
  for (const [index, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (taken.has(key)) problems.duplicate(place(index), { port, protocol });
    taken.add(key);
  }
}

function checkServiceChange(problems: Problems, spec: Service['spec'], old: Service['spec']): void {
  const keeps = spec.type !== 'ExternalName' && old.type !== 'ExternalName';
  const before = old.clusterIP ?? '';
  if (keeps && before !== '' && (spec.clusterIP ?? '') !== before)
    problems.invalid(
      'spec.clusterIPs[0]',
      spec.clusterIPs ?? [spec.clusterIP ?? ''],
      'may not change once set',
    );
}

interface IngressBackend {
  readonly service?: {
    readonly name?: string;
    readonly port?: { readonly name?: string; readonly number?: number };
  };
  readonly resource?: unknown;
}

interface IngressSpec {
  readonly defaultBackend?: IngressBackend;
  readonly rules?: readonly {
    readonly host?: string;
    readonly http?: {
      readonly paths?: readonly {
        readonly path?: string;
        readonly pathType?: string;
        readonly backend?: IngressBackend;
      }[];
    };
  }[];
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export function checkIngress(problems: Problems, ingress: KubeObject): void {
  const { defaultBackend, rules = [] } = (ingress.spec ?? {}) as IngressSpec;
  if (rules.length === 0 && defaultBackend === undefined)
    problems.invalid('spec', rules, 'either `defaultBackend` or `rules` must be specified');
  if (defaultBackend !== undefined) checkBackend(problems, 'spec.defaultBackend', defaultBackend);
  for (const [index, { host = '', http }] of rules.entries()) {
    const place = at('spec.rules', index);
    if (host !== '') problems.each(child(place, 'host'), host, hostErrors(host));
    if (http === undefined) continue;
    const paths = child(place, 'http.paths');
    if ((http.paths ?? []).length === 0) problems.required(paths);
    for (const [number, { path = '', pathType, backend = {} }] of (http.paths ?? []).entries()) {
      const spot = at(paths, number);
      if (pathType === undefined) problems.required(child(spot, 'pathType'), 'pathType must be specified');
      else if (!pathTypes.includes(pathType))
        problems.unsupported(child(spot, 'pathType'), pathType, pathTypes);
      else if (pathType !== 'ImplementationSpecific' && !path.startsWith('/'))
        problems.invalid(child(spot, 'path'), path, 'must be an absolute path');
      checkBackend(problems, child(spot, 'backend'), backend);
    }
  }
}

function hostErrors(host: string): readonly string[] {
  if (ipErrors(host).length === 0) return ['must be a DNS name, not an IP address'];
  return dns1123SubdomainErrors(host.replace(/^\*\./, ''));
}

function checkBackend(problems: Problems, path: string, { service, resource }: IngressBackend): void {
  if (service === undefined && resource === undefined) {
    problems.required(path, 'the backend must have either a resource or a service');
    return;
  }
  if (service === undefined) return;
  if (resource !== undefined) problems.invalid(path, '', 'cannot set both resource and service backends');
  const { name = '', port = {} } = service;
  if (name === '') problems.required(child(path, 'service.name'));
  else problems.each(child(path, 'service.name'), name, dns1123LabelErrors(name));
  if (port.name !== undefined && port.number !== undefined)
    problems.invalid(path, '', 'cannot set both port name & port number');
  else if (port.number !== undefined)
    problems.each(child(path, 'service.port.number'), port.number, portNumberErrors(port.number));
  else if (port.name === undefined) problems.required(path, 'port name or number is required');
}

export function checkDisruptionBudget(problems: Problems, { spec }: PodDisruptionBudget): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    problems.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set');
  if (minAvailable !== undefined) checkIntOrPercent(problems, 'spec.minAvailable', minAvailable);
  if (maxUnavailable !== undefined) checkIntOrPercent(problems, 'spec.maxUnavailable', maxUnavailable);
  checkLabelSelector(problems, 'spec.selector', selector);
  if (policy !== undefined && policy !== 'IfHealthyBudget' && policy !== 'AlwaysAllow')
    problems.unsupported('spec.unhealthyPodEvictionPolicy', policy, ['IfHealthyBudget', 'AlwaysAllow']);
}
