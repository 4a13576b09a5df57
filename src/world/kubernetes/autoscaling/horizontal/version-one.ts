/**
 * Fidelity: an autoscaling/v1 autoscaler that was applied as it was written, as v2 (pkg/apis/autoscaling/v1 conversion, 1.32): the
 * CPU percentage becomes the first metric, and what v1 has no field for is read from its annotations.
 */
import type { HorizontalPodAutoscaler, MetricSpec } from '../../objects/autoscaling.ts';
import type { KubeObject } from '../../objects/meta.ts';

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior';

type Spec = HorizontalPodAutoscaler['spec'] & { readonly targetCPUUtilizationPercentage?: number };

/** An object of either version as v2; the same object when it is that already. */
export function asVersionTwo(object: KubeObject): HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: percent, ...spec } = object.spec as Spec;
  if (object.apiVersion !== 'autoscaling/v1' && percent === undefined)
    return object as HorizontalPodAutoscaler;
  const { annotations } = object.metadata;
  const metrics = [
    ...(percent === undefined ? [] : [cpuMetric(percent)]),
    ...(spec.metrics ?? read<MetricSpec[]>(annotations?.[metricsAnnotation]) ?? []),
  ];
  const behavior = spec.behavior ?? read<Spec['behavior']>(annotations?.[behaviorAnnotation]);
  return {
    ...object,
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    spec: {
      ...spec,
      ...(metrics.length > 0 ? { metrics } : {}),
      ...(behavior === undefined ? {} : { behavior }),
    },
  } as HorizontalPodAutoscaler;
}

function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

/** What an annotation holds; undefined when it is missing or no JSON. */
function read<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
