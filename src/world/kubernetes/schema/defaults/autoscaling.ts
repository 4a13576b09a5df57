/** Fidelity: defaults of HorizontalPodAutoscaler (autoscaling/v2 defaults.go, 1.32). */
import type { HorizontalPodAutoscaler, ScalingRules } from '../../objects/autoscaling.ts';
import { changed, filled } from './fill.ts';

const usualMetrics = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

const scaleUp: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

const scaleDown: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

type Behavior = NonNullable<HorizontalPodAutoscaler['spec']['behavior']>;

/** Stated only where the user states a part of it. */
function defaultedBehavior(behavior: Behavior): Behavior {
  const up = filled(behavior.scaleUp ?? {}, scaleUp as never);
  const down = filled(behavior.scaleDown ?? {}, scaleDown as never);
  return changed(changed(behavior, 'scaleUp', up), 'scaleDown', down);
}

export function defaultedAutoscaler(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { spec } = autoscaler;
  if (spec === undefined) return autoscaler;
  let made = filled(spec, { minReplicas: 1 });
  if ((made.metrics?.length ?? 0) === 0) made = changed(made, 'metrics', usualMetrics);
  if (made.behavior !== undefined) made = changed(made, 'behavior', defaultedBehavior(made.behavior));
  return changed(autoscaler, 'spec', made);
}
