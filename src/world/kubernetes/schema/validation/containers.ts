/**
 * Fidelity: validation of containers (core validation.go, 1.32): names, images, ports, environment, mounts, resources, probes and
 * hooks, in the server's order. Simplified: security contexts, devices, huge pages and resource claims are not looked into.
 */
import type { ResourceList } from '../../objects/meta.ts';
import type { Container, LifecycleHandler, PodSpec, Probe } from '../../objects/pod.ts';
import { quantityOf } from '../../objects/resources.ts';
import { canonicalQuantity } from '../quantity-text.ts';
import {
  configKeyErrors,
  dns1123LabelErrors,
  environmentNameErrors,
  ipErrors,
  labelKeyErrors,
  portErrors,
  portNameErrors,
  portNumberErrors,
} from './names.ts';
import { at, child, type Problems } from './problems.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['FallbackToLogsOnError', 'File'];

type Volumes = ReadonlySet<string>;

/** The containers of a pod. */
export function checkContainers(problems: Problems, path: string, spec: PodSpec, volumes: Volumes): void {
  const containers = spec.containers ?? [];
  if (containers.length === 0) {
    problems.required(path);
    return;
  }
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const place = at(path, index);
    checkCommon(problems, place, container, volumes);
    if (names.has(container.name)) problems.duplicate(child(place, 'name'), container.name);
    names.add(container.name);
    checkLifecycle(problems, child(place, 'lifecycle'), container);
    checkProbes(problems, place, container);
    if (container.restartPolicy !== undefined)
      problems.forbidden(child(place, 'restartPolicy'), 'may not be set for non-init containers');
  }
  checkHostPorts(problems, path, containers);
}

export function checkInitContainers(problems: Problems, path: string, spec: PodSpec, volumes: Volumes): void {
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const place = at(path, index);
    checkCommon(problems, place, container, volumes);
    if (names.has(container.name)) problems.duplicate(child(place, 'name'), container.name);
    else if (container.name) names.add(container.name);
    if (container.restartPolicy !== undefined && container.restartPolicy !== 'Always')
      problems.unsupported(child(place, 'restartPolicy'), container.restartPolicy, ['Always']);
    if (container.restartPolicy === 'Always') {
      checkLifecycle(problems, child(place, 'lifecycle'), container);
      checkProbes(problems, place, container);
    } else checkNoSidecarFields(problems, place, container);
    checkHostPorts(problems, path, [container]);
  }
}

function checkNoSidecarFields(problems: Problems, path: string, container: Container): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    if (container[field] !== undefined)
      problems.forbidden(
        child(path, field),
        'may not be set for init containers without restartPolicy=Always',
      );
}

function checkCommon(problems: Problems, path: string, container: Container, volumes: Volumes): void {
  const { name, image, ports = [], env = [] } = container;
  if (!name) problems.required(child(path, 'name'));
  else problems.each(child(path, 'name'), name, dns1123LabelErrors(name));
  if (!image) problems.required(child(path, 'image'));
  const { terminationMessagePolicy } = container as { terminationMessagePolicy?: string };
  problems.oneOf(child(path, 'terminationMessagePolicy'), terminationMessagePolicy, messagePolicies);
  checkPorts(problems, child(path, 'ports'), ports);
  checkEnvironment(problems, child(path, 'env'), env as readonly Variable[]);
  checkSources(problems, child(path, 'envFrom'), (container.envFrom ?? []) as readonly Source[]);
  checkMounts(
    problems,
    child(path, 'volumeMounts'),
    (container.volumeMounts ?? []) as readonly Mount[],
    volumes,
  );
  problems.oneOf(child(path, 'imagePullPolicy'), container.imagePullPolicy, pullPolicies);
  checkResources(problems, child(path, 'resources'), container.resources ?? {});
}

function checkPorts(problems: Problems, path: string, ports: NonNullable<Container['ports']>): void {
  const names = new Set<string>();
  for (const [index, { name, containerPort, hostPort, protocol, hostIP }] of ports.entries()) {
    const place = at(path, index);
    if (name) {
      const errors = portNameErrors(name);
      problems.each(child(place, 'name'), name, errors);
      if (errors.length === 0 && names.has(name)) problems.duplicate(child(place, 'name'), name);
      names.add(name);
    }
    if (!containerPort) problems.required(child(place, 'containerPort'));
    else problems.each(child(place, 'containerPort'), containerPort, portNumberErrors(containerPort));
    if (hostPort) problems.each(child(place, 'hostPort'), hostPort, portNumberErrors(hostPort));
    problems.oneOf(child(place, 'protocol'), protocol, protocols);
    if (hostIP) problems.each(child(place, 'hostIP'), hostIP, ipErrors(hostIP));
  }
}

function checkHostPorts(problems: Problems, path: string, containers: readonly Container[]): void {
  const taken = new Set<string>();
  for (const [index, { ports = [] }] of containers.entries())
    for (const [number, { hostPort, protocol, hostIP }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP ?? ''}/${hostPort}`;
      if (taken.has(key))
        problems.duplicate(child(at(child(at(path, index), 'ports'), number), 'hostPort'), key);
      taken.add(key);
    }
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath?: string };
    readonly resourceFieldRef?: { readonly resource?: string };
    readonly configMapKeyRef?: { readonly name?: string; readonly key?: string };
    readonly secretKeyRef?: { readonly name?: string; readonly key?: string };
  };
}

function checkEnvironment(problems: Problems, path: string, env: readonly Variable[]): void {
  for (const [index, variable] of env.entries()) {
    const place = at(path, index);
    if (!variable.name) problems.required(child(place, 'name'));
    else problems.each(child(place, 'name'), variable.name, environmentNameErrors(variable.name));
    if (variable.valueFrom !== undefined) checkValueFrom(problems, child(place, 'valueFrom'), variable);
  }
}

function checkValueFrom(problems: Problems, path: string, { value, valueFrom = {} }: Variable): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined && !fieldRef.fieldPath) problems.required(child(path, 'fieldRef.fieldPath'));
  if (resourceFieldRef !== undefined && !resourceFieldRef.resource)
    problems.required(child(path, 'resourceFieldRef.resource'));
  for (const [name, reference] of Object.entries({ configMapKeyRef, secretKeyRef })) {
    if (reference === undefined) continue;
    if (!reference.name) problems.required(child(path, `${name}.name`));
    if (!reference.key) problems.required(child(path, `${name}.key`));
    else problems.each(child(path, `${name}.key`), reference.key, configKeyErrors(reference.key));
  }
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter(
    (one) => one !== undefined,
  ).length;
  if (count === 0)
    problems.invalid(
      path,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    );
  if (value !== undefined && value !== '' && count > 0)
    problems.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) problems.invalid(path, '', 'may not have more than one field specified at a time');
}

interface Source {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name?: string };
  readonly secretRef?: { readonly name?: string };
}

function checkSources(problems: Problems, path: string, sources: readonly Source[]): void {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const place = at(path, index);
    if (prefix) problems.each(child(place, 'prefix'), prefix, environmentNameErrors(prefix));
    if (configMapRef !== undefined && !configMapRef.name)
      problems.required(child(place, 'configMapRef.name'));
    if (secretRef !== undefined && !secretRef.name) problems.required(child(place, 'secretRef.name'));
    if (configMapRef === undefined && secretRef === undefined)
      problems.invalid(place, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (configMapRef !== undefined && secretRef !== undefined)
      problems.invalid(place, '', 'may not have more than one field specified at a time');
  }
}

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

function checkMounts(problems: Problems, path: string, mounts: readonly Mount[], volumes: Volumes): void {
  const taken = new Set<string>();
  for (const [index, { name, mountPath, subPath, subPathExpr }] of mounts.entries()) {
    const place = at(path, index);
    if (!name) problems.required(child(place, 'name'));
    else if (!volumes.has(name)) problems.notFound(child(place, 'name'), name);
    if (!mountPath) problems.required(child(place, 'mountPath'));
    if (taken.has(mountPath)) problems.invalid(child(place, 'mountPath'), mountPath, 'must be unique');
    taken.add(mountPath);
    if (subPath && subPathExpr)
      problems.invalid(
        child(place, 'subPathExpr'),
        subPathExpr,
        'subPathExpr and subPath are mutually exclusive',
      );
    if (subPath?.startsWith('/'))
      problems.invalid(child(place, 'subPath'), subPath, 'must be a relative path');
    if (subPath?.split('/').includes('..'))
      problems.invalid(child(place, 'subPath'), subPath, "must not contain '..'");
  }
}

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Native resources may be promised more than once; all others only as they are. */
function isOvercommitAllowed(resource: string): boolean {
  return (
    (!resource.includes('/') || resource.split('/')[0].endsWith('kubernetes.io')) &&
    !resource.startsWith('hugepages-')
  );
}

export function checkResourceName(problems: Problems, path: string, resource: string): void {
  problems.each(path, resource, labelKeyErrors(resource));
  if (resource.includes('/') || resource.startsWith('hugepages-') || containerResources.has(resource)) return;
  problems.invalid(path, resource, 'must be a standard resource type or fully qualified');
  problems.invalid(path, resource, 'must be a standard resource for containers');
}

/** A quantity of zero or more, in whole units where the resource has no parts. */
export function checkAmount(
  problems: Problems,
  path: string,
  resource: string,
  quantity: string | number,
): void {
  const amount = quantityOf(quantity);
  if (canonicalQuantity(quantity) === null) problems.invalid(path, String(quantity), 'must be a quantity');
  else if (amount < 0) problems.invalid(path, String(quantity), 'must be greater than or equal to 0');
  else if (resource.includes('/') && !Number.isInteger(amount))
    problems.invalid(path, String(quantity), 'must be an integer');
}

export function checkResources(
  problems: Problems,
  path: string,
  { limits = {}, requests = {} }: { readonly limits?: ResourceList; readonly requests?: ResourceList },
): void {
  for (const [resource, quantity] of Object.entries(limits)) {
    const place = at(child(path, 'limits'), resource);
    checkResourceName(problems, place, resource);
    checkAmount(problems, place, resource, quantity);
  }
  for (const [resource, quantity] of Object.entries(requests)) {
    const place = at(child(path, 'requests'), resource);
    checkResourceName(problems, place, resource);
    checkAmount(problems, place, resource, quantity);
    const limit = limits[resource];
    if (limit === undefined) {
      if (!isOvercommitAllowed(resource))
        problems.required(child(path, 'limits'), 'Limit must be set for non overcommitable resources');
      continue;
    }
    const asked = quantityOf(quantity);
    if (asked !== quantityOf(limit) && !isOvercommitAllowed(resource))
      problems.invalid(
        child(path, 'requests'),
        String(quantity),
        `must be equal to ${resource} limit of ${limit}`,
      );
    else if (asked > quantityOf(limit))
      problems.invalid(
        child(path, 'requests'),
        String(quantity),
        `must be less than or equal to ${resource} limit of ${limit}`,
      );
  }
}

type Handler = LifecycleHandler & Pick<Probe, 'tcpSocket' | 'grpc'>;

function checkHandler(problems: Problems, path: string, handler: Handler): void {
  let count = 0;
  const isFirst = (kind: string): boolean => {
    if (count++ === 0) return true;
    problems.forbidden(child(path, kind), 'may not specify more than 1 handler type');
    return false;
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined && isFirst('exec') && (exec.command?.length ?? 0) === 0)
    problems.required(child(path, 'exec.command'));
  if (httpGet !== undefined && isFirst('httpGet')) {
    if (!httpGet.path) problems.required(child(path, 'httpGet.path'));
    problems.each(child(path, 'httpGet.port'), httpGet.port, portErrors(httpGet.port));
    if (httpGet.scheme !== 'HTTP' && httpGet.scheme !== 'HTTPS')
      problems.unsupported(child(path, 'httpGet.scheme'), httpGet.scheme ?? '', ['HTTP', 'HTTPS']);
  }
  if (tcpSocket !== undefined && isFirst('tcpSocket'))
    problems.each(child(path, 'tcpSocket.port'), tcpSocket.port, portErrors(tcpSocket.port));
  if (grpc !== undefined && isFirst('grpc'))
    problems.each(child(path, 'grpc.port'), grpc.port, portNumberErrors(grpc.port));
  if (sleep !== undefined) isFirst('sleep');
  if (count === 0) problems.required(path, 'must specify a handler type');
}

function checkLifecycle(problems: Problems, path: string, { lifecycle }: Container): void {
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook];
    if (handler !== undefined) checkHandler(problems, child(path, hook), handler);
  }
}

function checkProbe(problems: Problems, path: string, probe: Probe): void {
  checkHandler(problems, path, probe);
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const)
    problems.nonNegative(child(path, field), probe[field]);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0)
    problems.invalid(child(path, 'terminationGracePeriodSeconds'), grace, 'must be greater than 0');
}

function checkProbes(problems: Problems, path: string, container: Container): void {
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[field];
    if (probe === undefined) continue;
    const place = child(path, field);
    checkProbe(problems, place, probe);
    if (field === 'readinessProbe') {
      if (probe.terminationGracePeriodSeconds !== undefined)
        problems.invalid(
          child(place, 'terminationGracePeriodSeconds'),
          probe.terminationGracePeriodSeconds,
          'must not be set for readinessProbes',
        );
    } else if (probe.successThreshold !== 1)
      problems.invalid(child(place, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1');
  }
}

interface Volume {
  readonly name: string;
}

/** The volumes of a pod; returns their names. */
export function checkVolumes(problems: Problems, path: string, spec: PodSpec): Volumes {
  const names = new Set<string>();
  const volumes = (spec.volumes ?? []) as unknown as readonly Volume[];
  for (const [index, volume] of volumes.entries()) {
    const place = at(path, index);
    checkVolumeSource(
      problems,
      place,
      volume as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    );
    const namePlace = child(place, 'name');
    if (!volume.name) problems.required(namePlace);
    else {
      problems.each(namePlace, volume.name, dns1123LabelErrors(volume.name));
      if (names.has(volume.name)) problems.duplicate(namePlace, volume.name);
    }
    names.add(volume.name);
  }
  return names;
}

/** Fields without which a source says nothing. */
const needed: Readonly<Record<string, string>> = {
  secret: 'secretName',
  configMap: 'name',
  persistentVolumeClaim: 'claimName',
  hostPath: 'path',
  nfs: 'server',
  csi: 'driver',
};

function checkVolumeSource(
  problems: Problems,
  path: string,
  volume: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) problems.required(path, 'must specify a volume type');
  for (const [index, source] of sources.entries()) {
    const place = child(path, source);
    if (index > 0) problems.forbidden(place, 'may not specify more than 1 volume type');
    else if (needed[source] !== undefined && !volume[source][needed[source]])
      problems.required(child(place, needed[source]));
  }
}
