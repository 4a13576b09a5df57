/**
 * Fidelity: HorizontalPodAutoscaler as autoscaling/v1 shows it (pkg/apis/autoscaling/v1 conversion, 1.32): the target for the
 * processor is a field, what else v2 says stands in annotations as JSON. The way back is `autoscaling/horizontal/version-one.ts`.
 */
import { asVersionTwo } from '../autoscaling/horizontal/version-one.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { Conversion } from './served-resource.ts';
import { listAt, member, textAt } from './tables/printer.ts';

type Members = Readonly<Record<string, unknown>>;

const prefix = 'autoscaling.alpha.kubernetes.io/';

function isCpu(field: 'target' | 'current') {
  return (metric: unknown) =>
    textAt(metric, 'type') === 'Resource' &&
    textAt(metric, 'resource', 'name') === 'cpu' &&
    member(metric, 'resource', field, 'averageUtilization') !== undefined;
}

function toServed(object: KubeObject): KubeObject {
  const { metrics: _, behavior, ...spec } = (object.spec ?? {}) as Members;
  const { currentMetrics: __, conditions, ...status } = (object.status ?? {}) as Members;
  const metrics = listAt(object, 'spec', 'metrics');
  const current = listAt(object, 'status', 'currentMetrics');
  const cpu = metrics.find(isCpu('target'));
  const target = member(cpu, 'resource', 'target', 'averageUtilization');
  const usage = member(current.find(isCpu('current')), 'resource', 'current', 'averageUtilization');
  const annotations = annotated(object, {
    metrics: metrics.filter((metric) => metric !== cpu),
    'current-metrics': current,
    conditions,
    behavior,
  });
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(annotations === null ? {} : { annotations }) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      ...status,
      currentReplicas: status['currentReplicas'] ?? 0,
      desiredReplicas: status['desiredReplicas'] ?? 0,
      ...(usage === undefined ? {} : { currentCPUUtilizationPercentage: usage }),
    },
  };
}

/** The annotations with what v1 has no field for; null when there are none. */
function annotated(object: KubeObject, kept: Members): Readonly<Record<string, string>> | null {
  const annotations: Record<string, string> = { ...object.metadata.annotations };
  for (const [name, value] of Object.entries(kept)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    annotations[prefix + name] = JSON.stringify(value);
  }
  return Object.keys(annotations).length === 0 ? null : annotations;
}

export const autoscalingV1: Conversion = { apiVersion: 'autoscaling/v1', toServed, toStored: asVersionTwo };
