import type { Diagnostics } from '../../base/diagnostics.ts';
import { Check } from '../check.ts';
import { readQuantity } from '../notation.ts';
import type { Path } from '../place.ts';
import type { Resource, ResourceSet } from '../resource.ts';
import { didYouMean } from '../suggest.ts';
import { checkBounds, checkChoice, checkIntOrPercent, checkSelector } from './rule-parts.ts';
import type { Autoscaler, DisruptionBudget, MetricTarget, ScalingRules } from './types.ts';

/**
 * Rules of HorizontalPodAutoscaler and PodDisruptionBudget, after Kubernetes 1.32 (`pkg/apis/autoscaling`,
 * `pkg/apis/policy`).
 */

type AutoscalerSpec = NonNullable<Autoscaler['spec']>;

export function autoscalerRules(resource: Resource, diagnostics: Diagnostics, all: ResourceSet): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as Autoscaler).spec;
  if (spec === undefined) return;
  checkReplicaBounds(check, spec);
  checkTarget(check, spec.scaleTargetRef, all);
  checkBounds(check, ['spec', 'targetCPUUtilizationPercentage'], spec.targetCPUUtilizationPercentage, {
    min: 1,
  });
  checkMetrics(check, spec.metrics ?? []);
  for (const direction of ['scaleUp', 'scaleDown'] as const)
    checkBehavior(check, ['spec', 'behavior', direction], spec.behavior?.[direction]);
}

function checkReplicaBounds(check: Check, spec: AutoscalerSpec): void {
  const { minReplicas, maxReplicas } = spec;
  checkBounds(check, ['spec', 'minReplicas'], minReplicas, { min: 1 });
  checkBounds(check, ['spec', 'maxReplicas'], maxReplicas, { min: 1 });
  if (maxReplicas !== undefined && maxReplicas >= 1 && maxReplicas < (minReplicas ?? 1))
    check.error(
      'out-of-range',
      ['spec', 'maxReplicas'],
      `maxReplicas (${maxReplicas}) must be at least minReplicas (${minReplicas ?? 1}).`,
    );
}

const scalable = ['Deployment', 'StatefulSet', 'Rollout', 'ReplicaSet', 'ReplicationController'];

function checkTarget(check: Check, target: AutoscalerSpec['scaleTargetRef'], all: ResourceSet): void {
  const { kind, name } = target ?? {};
  if (kind === undefined || name === undefined || !scalable.includes(kind)) return;
  const { namespace } = check.resource;
  if (all.find(kind, namespace, name) !== null || all.mayLack([kind], name)) return;
  const others = all.byKind(kind).filter((each) => each.namespace === namespace);
  check.warning(
    'unknown-reference',
    ['spec', 'scaleTargetRef', 'name'],
    `There is no ${kind} named ${name} to scale.`,
    didYouMean(
      name,
      others.map((each) => each.name),
    ),
  );
}

const sources = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
} as const;

function checkMetrics(check: Check, metrics: NonNullable<AutoscalerSpec['metrics']>): void {
  metrics.forEach((metric, index) => {
    const at = ['spec', 'metrics', index];
    checkChoice(check, [...at, 'type'], metric?.type, Object.keys(sources));
    const field = sources[metric?.type as keyof typeof sources];
    if (field === undefined) return;
    const source = metric[field];
    if (source === undefined)
      check.error('missing-field', [...at, field], `A metric of type ${metric.type} needs ${field}.`);
    checkMetricTarget(check, [...at, field, 'target'], source?.target);
  });
}

function checkMetricTarget(check: Check, path: Path, target: MetricTarget | undefined): void {
  if (target === undefined) return;
  checkChoice(check, [...path, 'type'], target.type, ['Utilization', 'Value', 'AverageValue']);
  const field = { Utilization: 'averageUtilization', Value: 'value', AverageValue: 'averageValue' }[
    target.type ?? ''
  ] as keyof MetricTarget | undefined;
  if (field === undefined) return;
  const value = target[field];
  if (value === undefined)
    check.error('missing-field', [...path, field], `A target of type ${target.type} needs ${field}.`);
  else if (!((readQuantity(value) ?? 0) > 0))
    check.error('out-of-range', [...path, field], `${field} must be more than 0, not ${value}.`);
}

function checkBehavior(check: Check, path: Path, rules: ScalingRules | undefined): void {
  if (rules === undefined) return;
  checkBounds(check, [...path, 'stabilizationWindowSeconds'], rules.stabilizationWindowSeconds, {
    min: 0,
    max: 3600,
  });
  checkChoice(check, [...path, 'selectPolicy'], rules.selectPolicy, ['Max', 'Min', 'Disabled']);
  rules.policies?.forEach((policy, index) => {
    const at = [...path, 'policies', index];
    checkChoice(check, [...at, 'type'], policy?.type, ['Pods', 'Percent']);
    checkBounds(check, [...at, 'value'], policy?.value, { min: 1 });
    checkBounds(check, [...at, 'periodSeconds'], policy?.periodSeconds, { min: 1, max: 1800 });
  });
}

export function disruptionBudgetRules(resource: Resource, diagnostics: Diagnostics): void {
  const check = new Check(resource, diagnostics);
  const spec = (resource.value as DisruptionBudget).spec;
  if (spec === undefined) return;
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined)
    check.error(
      'exclusive-fields',
      ['spec'],
      'A budget has minAvailable or maxUnavailable, not both.',
      'Remove one of them.',
    );
  checkIntOrPercent(check, ['spec', 'minAvailable'], spec.minAvailable);
  checkIntOrPercent(check, ['spec', 'maxUnavailable'], spec.maxUnavailable);
  checkChoice(check, ['spec', 'unhealthyPodEvictionPolicy'], spec.unhealthyPodEvictionPolicy, [
    'IfHealthyBudget',
    'AlwaysAllow',
  ]);
  checkSelector(check, ['spec', 'selector'], spec.selector);
}
