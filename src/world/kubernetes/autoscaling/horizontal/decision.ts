/**
 * Fidelity: one look of the horizontal autoscaler (reconcileAutoscaler and computeReplicasForMetrics of
 * pkg/controller/podautoscaler/horizontal.go, 1.32) as a pure decision: from what it reads to the size, the conditions and the
 * events. The greatest proposal wins; one metric that can't be read keeps it from shrinking.
 */
import type { MetricSpec } from '../../objects/autoscaling.ts';
import {
  type Limits,
  type Normalized,
  normalize,
  normalizeWithBehavior,
  type ScalingMemory,
  statedBehavior,
} from './behavior.ts';
import { type MetricProposal, type MetricStatus, type ProposalInput, proposalOf } from './metric-proposal.ts';
import type { Scale } from './scale-target.ts';

export interface ConditionChange {
  readonly type: 'ScalingActive' | 'AbleToScale' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export interface AutoscalerEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Decision {
  /** The size to ask for; null: leave it. */
  readonly rescaleTo: number | null;
  /** Why, as the event of a rescale says. */
  readonly why: string;
  /** Of status; the last ones stay where it is null. */
  readonly currentMetrics: readonly MetricStatus[] | null;
  /** False where the metrics gave nothing: desiredReplicas stays what it was. */
  readonly concluded: boolean;
  readonly conditions: readonly ConditionChange[];
  readonly events: readonly AutoscalerEvent[];
}

export interface DecisionInput extends ProposalInput {
  readonly scale: Scale;
  readonly memory: ScalingMemory;
  readonly downscaleStabilizationMicros: number;
  /** Keys of all autoscalers of these pods, if they are several. */
  readonly rivals: readonly string[];
  /** Why the pods can't be known: the selector is missing or malformed. */
  readonly selectorProblem: {
    readonly reason: string;
    readonly event: string;
    readonly message: string;
  } | null;
}

export const defaultMetrics: readonly MetricSpec[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

const gotScale: ConditionChange = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'SucceededGetScale',
  message: "the HPA controller was able to get the target's current scale",
};

export function decide(input: DecisionInput): Decision {
  const { autoscaler, scale, memory, settings } = input;
  const { minReplicas: min = 1, maxReplicas: max } = autoscaler.spec;
  const current = scale.specReplicas;
  if (memory.recommendations.length === 0)
    memory.recommendations.push({ replicas: current, atMicros: settings.nowMicros });
  const plain = { currentMetrics: [], concluded: true, events: [] };
  if (current === 0 && min !== 0)
    return { ...plain, rescaleTo: null, why: '', conditions: [gotScale, disabled] };
  if (current > max) return bounded(max, 'Current number of replicas above Spec.MaxReplicas', plain);
  if (current < min) return bounded(min, 'Current number of replicas below Spec.MinReplicas', plain);
  return byMetrics(input, { current, min, max, nowMicros: settings.nowMicros });
}

const disabled: ConditionChange = {
  type: 'ScalingActive',
  status: 'False',
  reason: 'ScalingDisabled',
  message: 'scaling is disabled since the replica count of the target is zero',
};

function bounded(
  rescaleTo: number,
  why: string,
  plain: Pick<Decision, 'currentMetrics' | 'concluded' | 'events'>,
): Decision {
  return { ...plain, rescaleTo, why, conditions: [gotScale] };
}

interface Judged {
  readonly replicas: number;
  readonly metric: string;
  readonly statuses: readonly MetricStatus[];
  readonly active: ConditionChange;
  readonly events: readonly AutoscalerEvent[];
  /** The metrics don't allow a size to be chosen. */
  readonly error: string | null;
}

function byMetrics(input: DecisionInput, limits: Limits): Decision {
  const judged = judge(input);
  const { statuses, active, error } = judged;
  if (error !== null) {
    const event = { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: error } as const;
    return {
      rescaleTo: null,
      why: '',
      currentMetrics: statuses,
      concluded: false,
      conditions: [gotScale, active],
      events: [...judged.events, event],
    };
  }
  const desired = Math.max(0, judged.replicas);
  const { replicas, able, limited } = normalized(input, desired, limits);
  return {
    rescaleTo: replicas === limits.current ? null : replicas,
    why:
      desired > limits.current
        ? `${judged.metric} above target`
        : desired < limits.current
          ? 'All metrics below target'
          : '',
    currentMetrics: statuses,
    concluded: true,
    conditions: [gotScale, active, { type: 'AbleToScale', ...able }, { type: 'ScalingLimited', ...limited }],
    events: judged.events,
  };
}

function normalized(input: DecisionInput, desired: number, limits: Limits): Normalized {
  const window = input.downscaleStabilizationMicros;
  const behavior = statedBehavior(input.autoscaler.spec.behavior, window);
  return behavior === null
    ? normalize(input.memory, desired, limits, window)
    : normalizeWithBehavior(input.memory, desired, limits, behavior);
}

function inactive(reason: string, message: string): ConditionChange {
  return { type: 'ScalingActive', status: 'False', reason, message };
}

function nothing(reason: string, event: AutoscalerEvent, message: string): Judged {
  const active = inactive(reason, message);
  return { replicas: -1, metric: '', statuses: [], active, events: [event], error: event.message };
}

function judge(input: DecisionInput): Judged {
  const { selectorProblem, rivals, scale } = input;
  if (selectorProblem !== null) {
    const { reason, event, message } = selectorProblem;
    return nothing('InvalidSelector', { type: 'Warning', reason: event, message: reason }, message);
  }
  if (rivals.length > 1) {
    const message = `pods by selector ${scale.selector} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
    const event = { type: 'Warning', reason: 'AmbiguousSelector', message } as const;
    return nothing('AmbiguousSelector', event, message);
  }
  const stated = input.autoscaler.spec.metrics ?? [];
  const specs = stated.length === 0 ? defaultMetrics : stated;
  return summed(
    specs.map((spec) => proposalOf(spec, input)),
    scale.specReplicas,
  );
}

/** The greatest of the proposals; none, where a metric fails and the others would shrink. */
export function summed(proposals: readonly MetricProposal[], specReplicas: number): Judged {
  let replicas = -1;
  let metric = '';
  const failures: Extract<MetricProposal, { ok: false }>[] = [];
  for (const proposal of proposals)
    if (!proposal.ok) failures.push(proposal);
    else if (replicas === -1 || proposal.replicas > replicas) {
      replicas = proposal.replicas;
      metric = proposal.name;
    }
  const statuses = proposals.map((proposal) => (proposal.ok ? proposal.status : { type: '' }));
  const events = failures.map(
    ({ reason, message }): AutoscalerEvent => ({ type: 'Warning', reason, message }),
  );
  const blocked = failures.length >= proposals.length || (failures.length > 0 && replicas < specReplicas);
  if (!blocked) {
    const message = `the HPA was able to successfully calculate a replica count from ${metric}`;
    const active = {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message,
    } as const;
    return { replicas, metric, statuses, active, events, error: null };
  }
  const [first] = failures;
  const active = inactive(first.reason, `the HPA was unable to compute the replica count: ${first.message}`);
  const error = `invalid metrics (${failures.length} invalid out of ${proposals.length}), first error is: ${first.error}`;
  return { replicas: -1, metric, statuses, active, events, error };
}
