/**
 * Fidelity: what each of an autoscaler's metrics proposes, with the names, statuses and words of the controller
 * (computeStatusFor… of pkg/controller/podautoscaler/horizontal.go, 1.32).
 */

import type { ApplicationMetrics, ResourceMetrics } from '../../node/resource-metrics.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from '../../objects/autoscaling.ts';
import type { LabelSelector } from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import { milliOf, quantityOf } from '../../objects/resources.ts';
import {
  averageReplicas,
  type Calculation,
  type CalculatorSettings,
  type PodMetrics,
  perPodReplicas,
  utilizationReplicas,
  valueReplicas,
} from './replica-calculator.ts';

/** One metric's answer, or the reason and message of a failure; `status` is for status.currentMetrics. */
export type MetricProposal =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  /** `message` is the event's; `error` what the list of all metrics calls it. */
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly error: string };

export type MetricStatus = Readonly<Record<string, unknown>> & { readonly type: string };

export interface MetricSources {
  readonly resources: ResourceMetrics;
  readonly applications: ApplicationMetrics;
}

export interface ProposalInput {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly pods: readonly Pod[];
  /** Of the target's scale: as asked for, and as there are. */
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly sources: MetricSources;
  readonly settings: CalculatorSettings;
}

/** The canonical text of an amount in thousandths: `250m`, `2`, `5k`. */
export function milliText(milli: number): string {
  const whole = Math.round(milli);
  if (whole % 1000 !== 0) return `${whole}m`;
  let rest = whole / 1000;
  let power = 0;
  const suffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
  while (rest !== 0 && rest % 1000 === 0 && power < suffixes.length - 1) {
    rest /= 1000;
    power++;
  }
  return `${rest}${suffixes[power]}`;
}

/** A target in thousandths, rounded up as `MilliValue` does. */
export function milliTarget(quantity: MetricTarget['value']): number {
  const whole = quantityOf(quantity);
  return Number.isInteger(whole) ? whole * 1000 : milliOf(quantity);
}

export function proposalOf(spec: MetricSpec, input: ProposalInput): MetricProposal {
  switch (spec.type) {
    case 'Resource':
      return resourceProposal(spec.resource!, '', input);
    case 'ContainerResource':
      return resourceProposal(spec.containerResource!, spec.containerResource!.container, input);
    case 'Pods':
      return podsProposal(spec.pods!, input);
    case 'Object':
      return objectProposal(spec.object!, input);
    case 'External':
      return externalProposal(spec.external!, input);
    default: {
      const message = `unknown metric source type "${spec.type as string}"`;
      return { ok: false, reason: 'InvalidMetricSourceType', message, error: message };
    }
  }
}

const notSet = {
  resource:
    'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
  object: 'invalid object metric source: neither a value target nor an average value target was set',
  external: 'invalid external metric source: neither a value target nor an average value target was set',
};

function resourceProposal(
  source: NonNullable<MetricSpec['resource']>,
  container: string,
  input: ProposalInput,
): MetricProposal {
  const { name: resource, target } = source;
  const inContainer = container !== '';
  const failed = (message: string): MetricProposal => ({
    ok: false,
    reason: inContainer ? 'FailedGetContainerResourceMetric' : 'FailedGetResourceMetric',
    message,
    error: `failed to get ${resource} ${inContainer ? 'container' : 'resource'} metric value: ${message}`,
  });
  const byValue = target.averageValue !== undefined;
  if (!byValue && target.averageUtilization === undefined) return failed(notSet.resource);
  const calculation = resourceCalculation(source, container, input);
  if (typeof calculation === 'string')
    return failed(`failed to get ${resource} ${byValue ? 'usage' : 'utilization'}: ${calculation}`);
  const { replicas, utilization, value } = calculation;
  const average = { averageValue: milliText(value) };
  const current = byValue ? average : { averageUtilization: utilization, ...average };
  const status: MetricStatus = inContainer
    ? { type: 'ContainerResource', containerResource: { name: resource, container, current } }
    : { type: 'Resource', resource: { name: resource, current } };
  const kind = inContainer ? 'container resource' : 'resource';
  const name = byValue ? `${resource} resource` : `${resource} ${kind} utilization (percentage of request)`;
  return { ok: true, replicas, name, status };
}

function resourceCalculation(
  { name: resource, target }: NonNullable<MetricSpec['resource']>,
  container: string,
  { autoscaler, pods, specReplicas, sources, settings }: ProposalInput,
): Calculation {
  const namespace = autoscaler.metadata.namespace ?? '';
  const metrics = resourceMetrics(namespace, pods, resource, container, sources.resources);
  if (typeof metrics === 'string') return `unable to get metrics for resource ${resource}: ${metrics}`;
  const asked = { pods, metrics, resource, container, currentReplicas: specReplicas };
  return target.averageValue === undefined
    ? utilizationReplicas({ ...asked, targetPercent: target.averageUtilization! }, settings)
    : averageReplicas({ ...asked, target: milliTarget(target.averageValue) }, settings);
}

/** Samples of those pods that have any; the words of the metrics client where none has. */
function resourceMetrics(
  namespace: string,
  pods: readonly Pod[],
  resource: string,
  container: string,
  source: ResourceMetrics,
): PodMetrics | string {
  const metrics: PodMetrics = new Map();
  let answered = 0;
  for (const { metadata } of pods) {
    const usage = source.pod(namespace, metadata.name);
    if (usage === null) continue;
    answered++;
    const counted =
      container === '' ? usage.containers : usage.containers.filter(({ name }) => name === container);
    if (container !== '' && counted.length === 0)
      return `container ${container} not present in metrics for pod ${namespace}/${metadata.name}`;
    if (counted.length === 0 || (resource !== 'cpu' && resource !== 'memory')) continue;
    let value = 0;
    // metrics-server gives whole billionths of a core, and thousandths are rounded up from them.
    for (const { cpuCores, memoryBytes } of counted)
      value +=
        resource === 'cpu' ? Math.ceil(Math.round(cpuCores * 1e9) / 1e6) : Math.round(memoryBytes) * 1000;
    const { atMicros, windowMicros } = usage;
    metrics.set(metadata.name, { value, atMicros, windowMicros });
  }
  return answered === 0 ? 'no metrics returned from resource metrics API' : metrics;
}

function identified(metric: { readonly name: string; readonly selector?: LabelSelector }) {
  const { name, selector } = metric;
  return selector === undefined ? { name } : { name, selector };
}

function podsProposal(source: NonNullable<MetricSpec['pods']>, input: ProposalInput): MetricProposal {
  const { metric, target } = source;
  const { autoscaler, pods, specReplicas, sources, settings } = input;
  const namespace = autoscaler.metadata.namespace ?? '';
  const metrics: PodMetrics = new Map();
  for (const { metadata } of pods) {
    const value = sources.applications.pod(namespace, metadata.name, metric.name);
    if (value !== null)
      metrics.set(metadata.name, {
        value: milliAmount(value),
        atMicros: settings.nowMicros,
        windowMicros: 60e6,
      });
  }
  const calculation =
    metrics.size === 0
      ? `unable to get metric ${metric.name}: unable to fetch metrics from custom metrics API: the server could not find the metric ${metric.name} for pods`
      : averageReplicas(
          {
            pods,
            metrics,
            resource: '',
            currentReplicas: specReplicas,
            target: milliTarget(target.averageValue),
          },
          settings,
        );
  if (typeof calculation === 'string')
    return {
      ok: false,
      reason: 'FailedGetPodsMetric',
      message: calculation,
      error: `failed to get pods metric value: ${calculation}`,
    };
  const current = { averageValue: milliText(calculation.value) };
  return {
    ok: true,
    replicas: calculation.replicas,
    name: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric: identified(metric), current } },
  };
}

function milliAmount(value: number): number {
  return Math.ceil(Math.round(value * 1e6) / 1e3);
}

function objectProposal(source: NonNullable<MetricSpec['object']>, input: ProposalInput): MetricProposal {
  const { describedObject, metric, target } = source;
  const namespace = input.autoscaler.metadata.namespace ?? '';
  const failed = (message: string): MetricProposal => ({
    ok: false,
    reason: 'FailedGetObjectMetric',
    message,
    error: `failed to get object metric value: ${message}`,
  });
  if (target.type !== 'Value' && target.type !== 'AverageValue') return failed(notSet.object);
  const { kind, name } = describedObject;
  const read = input.sources.applications.object(namespace, kind, name, metric.name);
  if (read === null) {
    const problem = `unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/unable to fetch metrics from custom metrics API: the server could not find the metric ${metric.name} for ${kind} ${name}`;
    return failed(
      target.type === 'Value' ? problem : `failed to get ${metric.name} object metric: ${problem}`,
    );
  }
  const single = target.type === 'Value';
  const calculation = singleCalculation(milliAmount(read), target, single, input);
  if (typeof calculation === 'string') return failed(calculation);
  const text = milliText(calculation.value);
  const current = single ? { value: text } : { averageValue: text };
  return {
    ok: true,
    replicas: calculation.replicas,
    name: single
      ? `${kind} metric ${metric.name}`
      : `external metric ${metric.name}(${selectorDump(metric.selector)})`,
    status: { type: 'Object', object: { describedObject, metric: identified(metric), current } },
  };
}

function externalProposal(source: NonNullable<MetricSpec['external']>, input: ProposalInput): MetricProposal {
  const { metric, target } = source;
  const namespace = input.autoscaler.metadata.namespace ?? '';
  const failed = (message: string): MetricProposal => ({
    ok: false,
    reason: 'FailedGetExternalMetric',
    message,
    error: `failed to get ${metric.name} external metric value: ${message}`,
  });
  const single = target.averageValue === undefined;
  if (single && target.value === undefined) return failed(notSet.external);
  const wrapped = (problem: string) =>
    failed(
      single
        ? `failed to get external metric ${metric.name}: ${problem}`
        : `failed to get ${metric.name} external metric: ${problem}`,
    );
  const dumped = selectorDump(metric.selector);
  const labels = metric.selector?.matchLabels ?? {};
  const values = input.sources.applications.external(namespace, metric.name, labels);
  if (values === null || values.length === 0)
    return wrapped(
      `unable to get external metric ${namespace}/${metric.name}/${dumped}: no metrics returned from external metrics API`,
    );
  const total = values.reduce((sum, value) => sum + milliAmount(value), 0);
  const calculation = singleCalculation(total, target, single, input);
  if (typeof calculation === 'string') return wrapped(calculation);
  const text = milliText(calculation.value);
  const current = single ? { value: text } : { averageValue: text };
  return {
    ok: true,
    replicas: calculation.replicas,
    name: `external metric ${metric.name}(${dumped})`,
    status: { type: 'External', external: { metric: identified(metric), current } },
  };
}

function singleCalculation(
  value: number,
  target: MetricTarget,
  single: boolean,
  { pods, specReplicas, statusReplicas, settings }: ProposalInput,
): Calculation {
  return single
    ? valueReplicas(
        { pods, currentReplicas: specReplicas, value, target: milliTarget(target.value) },
        settings,
      )
    : perPodReplicas({ statusReplicas, value, target: milliTarget(target.averageValue) }, settings);
}

/** As Go prints a pointer to a LabelSelector. */
export function selectorDump(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
