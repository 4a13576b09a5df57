import type { Diagnostics } from '../../base/diagnostics.ts';
import { Check } from '../check.ts';
import type { Path } from '../place.ts';
import type { Resource } from '../resource.ts';
import { checkLabels, checkName, dnsLabel, dnsSubdomain } from './names.ts';
import { checkBounds, checkChoice, checkPort } from './rule-parts.ts';
import type { ConfigMap, Ingress, IngressBackend, Service } from './types.ts';

/** Rules of Service, Ingress and ConfigMap, after Kubernetes 1.32 (`pkg/apis/core`, `pkg/apis/networking`). */

type ServiceSpec = NonNullable<Service['spec']>;

export function serviceRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Service).spec;
  if (spec === undefined) return;
  const type = spec.type ?? 'ClusterIP';
  checkChoice(check, ['spec', 'type'], spec.type, ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);
  checkChoice(check, ['spec', 'sessionAffinity'], spec.sessionAffinity, ['None', 'ClientIP']);
  checkLabels(check, ['spec', 'selector'], spec.selector);
  if (type === 'ExternalName') {
    if (spec.externalName === undefined)
      check.error('missing-field', ['spec', 'externalName'], 'An ExternalName service needs externalName.');
    else checkName(check, ['spec', 'externalName'], spec.externalName.replace(/\.$/, ''), dnsSubdomain);
    return;
  }
  const ports = spec.ports ?? [];
  if (ports.length === 0 && spec.clusterIP !== 'None')
    check.error('missing-field', ['spec', 'ports'], 'A service needs ports.', 'Add ports.');
  checkServicePorts(check, ports, type);
}

function checkServicePorts(check: Check, ports: NonNullable<ServiceSpec['ports']>, type: string): void {
  const path: Path = ['spec', 'ports'];
  check.unique(ports, path, (port: { name?: string }) => port.name, 'The port name');
  const identity = (port: { port?: number; protocol?: string }) =>
    port.port === undefined ? undefined : `${port.port}/${port.protocol ?? 'TCP'}`;
  check.unique(ports, path, identity, 'The port');
  ports.forEach((port, index) => {
    const at = [...path, index];
    if (ports.length > 1 && port !== undefined && port.name === undefined)
      check.error('missing-field', [...at, 'name'], 'With several ports each needs a name.', 'Add name.');
    checkName(check, [...at, 'name'], port?.name, dnsLabel);
    checkPort(check, [...at, 'port'], port?.port);
    checkPort(check, [...at, 'targetPort'], port?.targetPort);
    checkChoice(check, [...at, 'protocol'], port?.protocol, ['TCP', 'UDP', 'SCTP']);
    checkBounds(check, [...at, 'nodePort'], port?.nodePort, { min: 0, max: 65_535 });
    if (port?.nodePort !== undefined && port.nodePort > 0 && type === 'ClusterIP')
      check.error(
        'exclusive-fields',
        [...at, 'nodePort'],
        'A ClusterIP service has no nodePort.',
        'Remove it, or set type to NodePort.',
      );
  });
}

export function ingressRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Ingress).spec;
  if (spec === undefined) return;
  if (spec.defaultBackend === undefined && (spec.rules ?? []).length === 0)
    check.error('missing-choice', ['spec'], 'An ingress needs rules or defaultBackend.');
  checkBackend(check, ['spec', 'defaultBackend'], spec.defaultBackend);
  spec.rules?.forEach((rule, index) => {
    const at = ['spec', 'rules', index];
    checkHost(check, [...at, 'host'], rule?.host);
    rule?.http?.paths?.forEach((entry, position) => {
      const here = [...at, 'http', 'paths', position];
      checkChoice(check, [...here, 'pathType'], entry?.pathType, [
        'Exact',
        'Prefix',
        'ImplementationSpecific',
      ]);
      checkPath(check, [...here, 'path'], entry ?? {});
      checkBackend(check, [...here, 'backend'], entry?.backend);
    });
  });
}

function checkHost(check: Check, path: Path, host: string | undefined): void {
  if (host === undefined) return;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host))
    check.error('bad-name', path, `The host cannot be an address (${host}).`, 'Write a DNS name.');
  else checkName(check, path, host.replace(/^\*\./, ''), dnsSubdomain);
}

function checkPath(check: Check, path: Path, entry: { path?: string; pathType?: string }): void {
  if (entry.pathType !== 'Exact' && entry.pathType !== 'Prefix') return;
  if (entry.path?.startsWith('/') !== true)
    check.error('bad-notation', path, 'The path must begin with "/".');
  else if (/\/\/|\/\.\.?(\/|$)|%2f/i.test(entry.path))
    check.error('bad-notation', path, `The path "${entry.path.slice(0, 60)}" is not in its plain form.`);
}

function checkBackend(check: Check, path: Path, backend: IngressBackend | undefined): void {
  if (backend === undefined) return;
  const given = (['service', 'resource'] as const).filter((field) => backend[field] !== undefined);
  if (given.length !== 1) check.error('missing-choice', path, 'A backend is either a service or a resource.');
  const { service } = backend;
  if (service === undefined) return;
  const named = service.port?.name !== undefined;
  const numbered = service.port?.number !== undefined && service.port.number !== 0;
  if (named === numbered)
    check.error(
      'missing-choice',
      [...path, 'service', 'port'],
      named ? 'A port has a name or a number, not both.' : 'The backend needs a port.',
      'Give port.number or port.name.',
    );
  if (numbered) checkPort(check, [...path, 'service', 'port', 'number'], service.port!.number);
}

export function configMapRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const { data = {}, binaryData = {} } = resource.value as ConfigMap;
  let length = 0;
  for (const [field, entries] of Object.entries({ data, binaryData })) {
    for (const [key, value] of Object.entries(entries)) {
      length += key.length + (value?.length ?? 0);
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
        check.error('bad-name', [field, key], `"${key.slice(0, 60)}" cannot be a key of a ConfigMap.`);
    }
  }
  for (const key of Object.keys(binaryData))
    if (Object.hasOwn(data, key))
      check.error('duplicate', ['binaryData', key], `The key ${key} is in data and in binaryData.`);
  if (length > 1024 * 1024) check.error('too-long', ['data'], 'A ConfigMap holds at most 1 MiB.');
}
