/** Fidelity: validation of HorizontalPodAutoscaler (autoscaling validation.go, 1.32) and the VerticalPodAutoscaler's admission (1.2). */
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricTarget,
  ScalingRules,
} from '../../objects/autoscaling.ts';
import type { KubeObject } from '../../objects/meta.ts';
import { quantityOf } from '../../objects/resources.ts';
import { checkResourceName } from './containers.ts';
import { dns1123LabelErrors, pathSegmentErrors } from './names.ts';
import { at, child, type Problems } from './problems.ts';

const windowSecondsMax = 3600;
const periodSecondsMax = 1800;
const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function checkReference(
  problems: Problems,
  path: string,
  reference: { readonly kind?: string; readonly name?: string } | undefined,
): void {
  for (const field of ['kind', 'name'] as const) {
    const value = reference?.[field] ?? '';
    if (value === '') problems.required(child(path, field));
    else problems.each(child(path, field), value, pathSegmentErrors(value));
  }
}

export function checkAutoscaler(problems: Problems, { spec }: HorizontalPodAutoscaler): void {
  const { minReplicas, maxReplicas, scaleTargetRef, metrics = [], behavior } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    problems.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1');
  if (!(maxReplicas >= 1)) problems.invalid('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0');
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    problems.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  checkReference(problems, 'spec.scaleTargetRef', scaleTargetRef);
  for (const [index, metric] of metrics.entries()) checkMetric(problems, at('spec.metrics', index), metric);
  if (behavior?.scaleUp !== undefined) checkRules(problems, 'spec.behavior.scaleUp', behavior.scaleUp);
  if (behavior?.scaleDown !== undefined) checkRules(problems, 'spec.behavior.scaleDown', behavior.scaleDown);
}

const fieldOfType = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;

/** The first source that is there is looked into, whatever the type says. */
function checkMetric(problems: Problems, path: string, metric: MetricSpec): void {
  if (!metric.type) problems.required(child(path, 'type'), 'must specify a metric source type');
  if (!metricTypes.includes(metric.type))
    problems.unsupported(child(path, 'type'), metric.type ?? '', metricTypes);
  const present = Object.values(fieldOfType).filter((field) => metric[field] !== undefined);
  if (present.length > 0) checkSource(problems, child(path, present[0]), metric, present[0]);
  const wanted = fieldOfType[metric.type];
  if (wanted !== undefined && metric[wanted] === undefined)
    problems.required(child(path, wanted), 'must populate information for the given metric source');
  if (present.length === 1) return;
  for (const field of present)
    if (field !== wanted)
      problems.forbidden(child(path, field), 'must populate the given metric source only');
}

type SourceField = (typeof fieldOfType)[keyof typeof fieldOfType];

function checkSource(problems: Problems, path: string, metric: MetricSpec, field: SourceField): void {
  const { resource, containerResource } = metric;
  if (field === 'resource') checkResourceSource(problems, path, resource!);
  else if (field === 'containerResource') checkResourceSource(problems, path, containerResource!);
  else checkNamedSource(problems, path, metric, field);
}

function checkResourceSource(
  problems: Problems,
  path: string,
  source: { readonly name?: string; readonly container?: string; readonly target?: MetricTarget },
): void {
  const { name, container, target } = source;
  const isOfContainer = path.endsWith('.containerResource');
  if (!name) problems.required(child(path, 'name'), 'must specify a resource name');
  else if (isOfContainer) checkResourceName(problems, child(path, 'name'), name);
  if (isOfContainer && !container) problems.required(child(path, 'container'), 'must specify a container');
  else if (isOfContainer)
    problems.each(child(path, 'container'), container, dns1123LabelErrors(container ?? ''));
  checkTarget(problems, child(path, 'target'), target);
  checkResourceTarget(problems, child(path, 'target'), target);
}

function checkNamedSource(
  problems: Problems,
  path: string,
  metric: MetricSpec,
  field: 'object' | 'external' | 'pods',
): void {
  const source = metric[field]!;
  if (field === 'object')
    checkReference(problems, child(path, 'describedObject'), metric.object!.describedObject);
  const name = source.metric?.name;
  if (!name) problems.required(child(path, 'metric.name'), 'must specify a metric name');
  else problems.each(child(path, 'metric.name'), name, pathSegmentErrors(name));
  checkTarget(problems, child(path, 'target'), source.target);
  const { averageValue, value } = source.target ?? {};
  if (averageValue === undefined && (field === 'pods' || value === undefined))
    problems.required(child(path, 'target.averageValue'), missingTarget[field]);
  if (field === 'external' && averageValue !== undefined && value !== undefined)
    problems.forbidden(
      child(path, 'target.value'),
      'may not set both a target value for metric and a per-pod target',
    );
}

const missingTarget = {
  pods: 'must specify a positive target averageValue',
  object: 'must set either a target value or averageValue',
  external: 'must set either a target value for metric or a per-pod target',
};

function checkTarget(problems: Problems, path: string, target: MetricTarget | undefined): void {
  const type = target?.type ?? '';
  if (type === '') problems.required(child(path, 'type'), 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    problems.invalid(child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue');
  if (target === undefined) return;
  for (const field of ['value', 'averageValue'] as const)
    if (target[field] !== undefined && quantityOf(target[field]) <= 0)
      problems.invalid(child(path, field), String(target[field]), 'must be positive');
  if (target.averageUtilization !== undefined && target.averageUtilization < 1)
    problems.invalid(child(path, 'averageUtilization'), target.averageUtilization, 'must be greater than 0');
}

function checkResourceTarget(problems: Problems, path: string, target: MetricTarget | undefined): void {
  const { averageUtilization, averageValue } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined)
    problems.required(
      child(path, 'averageUtilization'),
      'must set either a target raw value or a target utilization',
    );
  if (averageUtilization !== undefined && averageValue !== undefined)
    problems.forbidden(
      child(path, 'averageValue'),
      'may not set both a target raw value and a target utilization',
    );
}

function checkRules(problems: Problems, path: string, rules: ScalingRules): void {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  if (window !== undefined && window < 0)
    problems.invalid(
      child(path, 'stabilizationWindowSeconds'),
      window,
      'must be greater than or equal to zero',
    );
  if (window !== undefined && window > windowSecondsMax)
    problems.invalid(
      child(path, 'stabilizationWindowSeconds'),
      window,
      `must be less than or equal to ${windowSecondsMax}`,
    );
  const selections = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !selections.includes(selectPolicy))
    problems.unsupported(child(path, 'selectPolicy'), selectPolicy, selections);
  if (policies.length === 0) problems.required(child(path, 'policies'), 'must specify at least one Policy');
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const place = at(child(path, 'policies'), index);
    if (type !== 'Pods' && type !== 'Percent')
      problems.unsupported(child(place, 'type'), type ?? '', ['Percent', 'Pods']);
    if (!(value > 0)) problems.invalid(child(place, 'value'), value ?? 0, 'must be greater than zero');
    if (!(periodSeconds > 0))
      problems.invalid(child(place, 'periodSeconds'), periodSeconds ?? 0, 'must be greater than zero');
    if (periodSeconds > periodSecondsMax)
      problems.invalid(
        child(place, 'periodSeconds'),
        periodSeconds,
        `must be less than or equal to ${periodSecondsMax}`,
      );
  }
}

interface VerticalSpec {
  readonly targetRef?: { readonly kind?: string; readonly name?: string };
  readonly updatePolicy?: { readonly updateMode?: string; readonly minReplicas?: number };
  readonly resourcePolicy?: {
    readonly containerPolicies?: readonly {
      readonly containerName?: string;
      readonly mode?: string;
      readonly controlledValues?: string;
    }[];
  };
}

const updateModes = ['Auto', 'Initial', 'Off', 'Recreate'];

export function checkVerticalAutoscaler(problems: Problems, autoscaler: KubeObject): void {
  const { targetRef, updatePolicy, resourcePolicy } = (autoscaler.spec ?? {}) as VerticalSpec;
  if (targetRef === undefined) problems.required('spec.targetRef');
  else checkReference(problems, 'spec.targetRef', targetRef);
  const mode = updatePolicy?.updateMode;
  if (mode !== undefined && !updateModes.includes(mode))
    problems.unsupported('spec.updatePolicy.updateMode', mode, updateModes);
  if (updatePolicy?.minReplicas !== undefined && updatePolicy.minReplicas <= 0)
    problems.invalid('spec.updatePolicy.minReplicas', updatePolicy.minReplicas, 'must be greater than 0');
  for (const [index, { containerName, mode: scaling, controlledValues }] of (
    resourcePolicy?.containerPolicies ?? []
  ).entries()) {
    const place = at('spec.resourcePolicy.containerPolicies', index);
    if (!containerName) problems.required(child(place, 'containerName'));
    if (scaling !== undefined && scaling !== 'Auto' && scaling !== 'Off')
      problems.unsupported(child(place, 'mode'), scaling, ['Auto', 'Off']);
    if (controlledValues !== undefined && !['RequestsAndLimits', 'RequestsOnly'].includes(controlledValues))
      problems.unsupported(child(place, 'controlledValues'), controlledValues, [
        'RequestsAndLimits',
        'RequestsOnly',
      ]);
  }
}
