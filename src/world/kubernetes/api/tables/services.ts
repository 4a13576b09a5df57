/** Fidelity: services, endpoints, ingresses and budgets as kubectl lists them (pkg/printers/internalversion, 1.32). */
import type { LabelSelector } from '../../objects/meta.ts';
import { selectorText } from '../../objects/selector.ts';
import {
  age,
  columns,
  labelText,
  listAt,
  member,
  none,
  numberAt,
  type Printer,
  textAt,
  unknown,
} from './printer.ts';

export const servicePrinter: Printer = {
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'),
  cells(object, context) {
    const { metadata, spec } = object;
    const type = textAt(spec, 'type') || 'ClusterIP';
    const clusterIp = textAt(spec, 'clusterIPs', '0') || textAt(spec, 'clusterIP') || none;
    return [
      metadata.name,
      type,
      clusterIp,
      externalAddress(object, type),
      portsOf(spec),
      age(object, context),
      labelText(member(spec, 'selector') as never),
    ];
  },
};

function externalAddress(service: unknown, type: string): string {
  const stated = listAt(service, 'spec', 'externalIPs').map(String);
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName');
  if (type !== 'LoadBalancer') return stated.join(',') || none;
  const given = listAt(service, 'status', 'loadBalancer', 'ingress').map(
    (one) => textAt(one, 'ip') || textAt(one, 'hostname'),
  );
  return [...given, ...stated].join(',') || '<pending>';
}

function portsOf(spec: unknown): string {
  const texts = listAt(spec, 'ports').map((port) => {
    const node = numberAt(port, 'nodePort');
    return `${numberAt(port, 'port')}${node > 0 ? `:${node}` : ''}/${textAt(port, 'protocol') || 'TCP'}`;
  });
  return texts.join(',') || none;
}

const endpointsShown = 3;

export const endpointsPrinter: Printer = {
  columns: columns('Name', 'Endpoints', 'Age'),
  cells(object, context) {
    const all = listAt(object, 'subsets').flatMap((subset) => {
      const addresses = listAt(subset, 'addresses').map((address) => textAt(address, 'ip'));
      const ports = listAt(subset, 'ports').map((port) => numberAt(port, 'port'));
      if (ports.length === 0) return addresses;
      return ports.flatMap((port) => addresses.map((address) => `${address}:${port}`));
    });
    const more = all.length > endpointsShown ? ` + ${all.length - endpointsShown} more...` : '';
    const text = all.length === 0 ? none : `${all.slice(0, endpointsShown).join(',')}${more}`;
    return [object.metadata.name, text, age(object, context)];
  },
};

export const endpointSlicePrinter: Printer = {
  columns: columns('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells(object, context) {
    const ports = listAt(object, 'ports').map((port) => String(member(port, 'port') ?? '*'));
    const addresses = listAt(object, 'endpoints').flatMap((endpoint) =>
      listAt(endpoint, 'addresses').map(String),
    );
    return [
      object.metadata.name,
      textAt(object, 'addressType'),
      shortened(ports, '<unset>'),
      shortened(addresses, '<unset>'),
      age(object, context),
    ];
  },
};

function shortened(texts: readonly string[], empty: string): string {
  if (texts.length === 0) return empty;
  const more = texts.length > endpointsShown ? ` + ${texts.length - endpointsShown} more...` : '';
  return `${texts.slice(0, endpointsShown).join(',')}${more}`;
}

export const ingressPrinter: Printer = {
  columns: columns('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  cells(object, context) {
    const hosts = listAt(object, 'spec', 'rules')
      .map((rule) => textAt(rule, 'host'))
      .filter((host) => host !== '');
    const addresses = listAt(object, 'status', 'loadBalancer', 'ingress').map(
      (one) => textAt(one, 'ip') || textAt(one, 'hostname'),
    );
    return [
      object.metadata.name,
      textAt(object, 'spec', 'ingressClassName') || none,
      hosts.length === 0 ? '*' : shortened(hosts, '*'),
      addresses.join(','),
      listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
      age(object, context),
    ];
  },
};

export const ingressClassPrinter: Printer = {
  columns: columns('Name', 'Controller', 'Parameters', 'Age'),
  cells(object, context) {
    const parameters = member(object, 'spec', 'parameters');
    const group = textAt(parameters, 'apiGroup');
    const kind = group === '' ? textAt(parameters, 'kind') : `${textAt(parameters, 'kind')}.${group}`;
    const text = parameters === undefined ? none : `${kind}/${textAt(parameters, 'name')}`;
    return [object.metadata.name, textAt(object, 'spec', 'controller'), text, age(object, context)];
  },
};

export const networkPolicyPrinter: Printer = {
  columns: columns('Name', 'Pod-Selector', 'Age'),
  cells: (object, context) => [
    object.metadata.name,
    selectorText(member(object, 'spec', 'podSelector') as LabelSelector | undefined),
    age(object, context),
  ],
};

export const podDisruptionBudgetPrinter: Printer = {
  columns: columns('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'),
  cells(object, context) {
    const { metadata, spec, status } = object;
    const stated = (field: string) => textAt(spec, field) || 'N/A';
    return [
      metadata.name,
      stated('minAvailable'),
      stated('maxUnavailable'),
      numberAt(status, 'disruptionsAllowed'),
      age(object, context),
    ];
  },
};

export const leasePrinter: Printer = {
  columns: columns('Name', 'Holder', 'Age'),
  cells: (object, context) => [
    object.metadata.name,
    textAt(object, 'spec', 'holderIdentity'),
    age(object, context),
  ],
};

export const nodeMetricsPrinter: Printer = {
  columns: columns('Name', 'cpu', 'memory', 'window'),
  cells: (object) => [
    object.metadata.name,
    textAt(object, 'usage', 'cpu') || unknown,
    textAt(object, 'usage', 'memory') || unknown,
    textAt(object, 'window'),
  ],
};
