import type { Diagnostics } from '../../base/diagnostics.ts';
import { Check } from '../check.ts';
import { readQuantity } from '../notation.ts';
import type { Path } from '../place.ts';
import type { Resource } from '../resource.ts';
import { checkLabels, checkName, dnsLabel, portName } from './names.ts';
import { checkBounds, checkChoice, checkPort } from './rule-parts.ts';
import type { Container, CronJob, Job, Pod, PodSpec, PodTemplate, Probe } from './types.ts';

/** Rules of pods, their templates and of Jobs, after Kubernetes 1.32 (`pkg/apis/core/validation`). */

/** What may become of containers that end; the first is the default. */
type RestartPolicies = readonly string[];

/** Services run for ever, so their pods are restarted always. */
const always: RestartPolicies = ['Always'];

export function podRules(resource: Resource, diagnostics: Diagnostics): void {
  const { spec } = resource.value as Pod;
  if (spec === undefined) return;
  const check = new Check(resource, diagnostics);
  checkPod(check, ['spec'], spec, ['Always', 'OnFailure', 'Never']);
  checkVolumes(check, ['spec'], { pod: spec, claims: [] });
}

export function jobRules(resource: Resource, diagnostics: Diagnostics): void {
  checkJob(new Check(resource, diagnostics), ['spec'], (resource.value as Job).spec);
}

export function cronJobRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const { spec } = resource.value as CronJob;
  checkChoice(check, ['spec', 'concurrencyPolicy'], spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    checkBounds(check, ['spec', field], spec?.[field], { min: 0 });
  checkJob(check, ['spec', 'jobTemplate', 'spec'], spec?.jobTemplate?.spec);
}

function checkJob(check: Check, path: Path, spec: Job['spec']): void {
  if (spec === undefined) return;
  for (const field of ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds'] as const)
    checkBounds(check, [...path, field], spec[field], { min: 0 });
  const { template } = spec;
  checkPodTemplate(check, [...path, 'template'], { template, claims: [], restart: ['OnFailure', 'Never'] });
  if (template?.spec !== undefined && template.spec.restartPolicy === undefined)
    check.error(
      'missing-field',
      [...path, 'template', 'spec', 'restartPolicy'],
      'The pods of a Job need restartPolicy, as they are not restarted always.',
      'Add restartPolicy: Never, or OnFailure.',
    );
}

export function checkPodTemplate(
  check: Check,
  path: Path,
  pod: { template: PodTemplate | undefined; claims: readonly string[]; restart?: RestartPolicies },
): void {
  const { template } = pod;
  if (template === undefined) return;
  checkLabels(check, [...path, 'metadata', 'labels'], template.metadata?.labels);
  const at: Path = [...path, 'spec'];
  if (template.spec === undefined) {
    check.error('missing-field', at, 'The template has no spec.', 'Add spec.containers.');
    return;
  }
  checkPod(check, at, template.spec, pod.restart ?? always);
  checkVolumes(check, at, { pod: template.spec, claims: pod.claims });
}

function checkPod(check: Check, path: Path, pod: PodSpec, restart: RestartPolicies): void {
  if (pod.containers !== undefined && pod.containers.length === 0)
    check.error('too-few', [...path, 'containers'], 'A pod needs at least one container.');
  checkChoice(check, [...path, 'restartPolicy'], pod.restartPolicy, restart);
  checkBounds(check, [...path, 'terminationGracePeriodSeconds'], pod.terminationGracePeriodSeconds, {
    min: 0,
  });
  const names = new Set<string>();
  for (const field of ['initContainers', 'containers'] as const)
    (pod[field] ?? []).forEach((container, index) => {
      if (container === undefined || container === null) return;
      const at = [...path, field, index];
      checkContainer(check, at, container);
      if (container.name !== undefined && names.has(container.name))
        check.error(
          'duplicate',
          [...at, 'name'],
          `Two containers are named ${container.name}.`,
          'Rename one.',
        );
      if (container.name !== undefined) names.add(container.name);
    });
  pod.topologySpreadConstraints?.forEach((constraint, index) => {
    const at = [...path, 'topologySpreadConstraints', index];
    checkBounds(check, [...at, 'maxSkew'], constraint?.maxSkew, { min: 1 });
    checkChoice(check, [...at, 'whenUnsatisfiable'], constraint?.whenUnsatisfiable, [
      'DoNotSchedule',
      'ScheduleAnyway',
    ]);
  });
}

function checkContainer(check: Check, path: Path, container: Container): void {
  checkName(check, [...path, 'name'], container.name, dnsLabel);
  if (container.image === undefined || container.image.trim() === '')
    check.error('missing-field', [...path, 'image'], 'The container has no image.', 'Add image.');
  checkChoice(check, [...path, 'imagePullPolicy'], container.imagePullPolicy, [
    'Always',
    'IfNotPresent',
    'Never',
  ]);
  checkPorts(check, [...path, 'ports'], container.ports ?? []);
  checkEnvironment(check, [...path, 'env'], container.env ?? []);
  checkResources(check, [...path, 'resources'], container.resources);
  for (const kind of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    checkProbe(check, [...path, kind], container[kind]);
}

function checkPorts(check: Check, path: Path, ports: NonNullable<Container['ports']>): void {
  check.unique(ports, path, (port: { name?: string }) => port.name, 'The port name');
  ports.forEach((port, index) => {
    const at = [...path, index];
    checkName(check, [...at, 'name'], port?.name, portName);
    checkBounds(check, [...at, 'containerPort'], port?.containerPort, { min: 1, max: 65_535 });
    checkBounds(check, [...at, 'hostPort'], port?.hostPort, { min: 0, max: 65_535 });
    checkChoice(check, [...at, 'protocol'], port?.protocol, ['TCP', 'UDP', 'SCTP']);
  });
}

function checkEnvironment(check: Check, path: Path, variables: NonNullable<Container['env']>): void {
  variables.forEach((variable, index) => {
    const at = [...path, index];
    if (variable?.name !== undefined && !/^[ -<>-~]+$/.test(variable.name))
      check.error('bad-name', [...at, 'name'], `"${variable.name.slice(0, 60)}" cannot name a variable.`);
    const sources = Object.keys(variable?.valueFrom ?? {});
    if (variable?.valueFrom === undefined) return;
    if (variable.value !== undefined && variable.value !== '')
      check.error('exclusive-fields', at, 'A variable has value or valueFrom, not both.', 'Remove one.');
    if (sources.length !== 1)
      check.error('missing-choice', [...at, 'valueFrom'], 'valueFrom needs exactly one source.');
  });
}

function checkResources(check: Check, path: Path, resources: Container['resources']): void {
  const amounts = (field: 'limits' | 'requests') => {
    const read = new Map<string, number>();
    for (const [name, written] of Object.entries(resources?.[field] ?? {})) {
      const amount = readQuantity(written);
      if (amount === null)
        check.error('out-of-range', [...path, field, name], `${name} must be zero or more, not ${written}.`);
      else read.set(name, amount);
    }
    return read;
  };
  const limits = amounts('limits');
  for (const [name, request] of amounts('requests')) {
    const limit = limits.get(name);
    if (limit !== undefined && request > limit)
      check.error(
        'request-over-limit',
        [...path, 'requests', name],
        `The request of ${name} (${resources!.requests![name]}) is above its limit (${resources!.limits![name]}).`,
        'Raise the limit or lower the request.',
      );
  }
  const memory = resources?.limits?.['memory'] ?? resources?.requests?.['memory'];
  if (typeof memory === 'string' && /^\d+m$/.test(memory))
    check.warning(
      'suspect-unit',
      [...path, resources?.limits?.['memory'] === undefined ? 'requests' : 'limits', 'memory'],
      `${memory} of memory are thousandths of a byte.`,
      `Write ${memory.slice(0, -1)}Mi.`,
    );
}

function checkProbe(check: Check, path: Path, probe: Probe | undefined): void {
  if (probe === undefined) return;
  const handlers = (['exec', 'grpc', 'httpGet', 'tcpSocket'] as const).filter(
    (handler) => probe[handler] !== undefined,
  );
  if (handlers.length !== 1)
    check.error(
      'missing-choice',
      path,
      `A probe needs exactly one of exec, grpc, httpGet and tcpSocket${handlers.length > 1 ? `, not ${handlers.join(' and ')}` : ''}.`,
    );
  for (const field of ['httpGet', 'tcpSocket', 'grpc'] as const)
    checkPort(check, [...path, field, 'port'], probe[field]?.port);
  checkChoice(check, [...path, 'httpGet', 'scheme'], probe.httpGet?.scheme, ['HTTP', 'HTTPS']);
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'] as const)
    checkBounds(check, [...path, field], probe[field], { min: 0 });
  const once = path.at(-1) !== 'readinessProbe';
  checkBounds(
    check,
    [...path, 'successThreshold'],
    probe.successThreshold,
    once ? { min: 0, max: 1 } : { min: 0 },
  );
}

function checkVolumes(check: Check, path: Path, of: { pod: PodSpec; claims: readonly string[] }): void {
  const { pod } = of;
  const volumes = pod.volumes ?? [];
  check.unique(volumes, [...path, 'volumes'], (volume: { name?: string }) => volume.name, 'The volume');
  const known = new Set([...of.claims, ...volumes.map((volume) => volume?.name)]);
  for (const field of ['initContainers', 'containers'] as const)
    (pod[field] ?? []).forEach((container, index) => {
      const at = [...path, field, index, 'volumeMounts'];
      const mounts = container?.volumeMounts ?? [];
      check.unique(mounts, at, (mount: { mountPath?: string }) => mount.mountPath, 'The mount path');
      mounts.forEach((mount, position) => {
        if (mount?.name !== undefined && !known.has(mount.name))
          check.error(
            'unknown-reference',
            [...at, position, 'name'],
            `There is no volume named ${mount.name}.`,
            'Add it to the volumes of the pod.',
          );
      });
    });
}
