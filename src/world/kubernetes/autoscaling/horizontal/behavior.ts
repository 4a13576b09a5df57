/**
 * Fidelity: what keeps a horizontal autoscaler from following its metrics at once: bounds, the limit of twice the size,
 * stabilization windows, policies per period (horizontal.go of pkg/controller/podautoscaler and defaults of autoscaling/v2, 1.32).
 */
import type { HorizontalPodAutoscaler, ScalingRules } from '../../objects/autoscaling.ts';

type Policy = NonNullable<ScalingRules['policies']>[number];

/** Rules with every default stated. */
export interface StatedRules {
  readonly stabilizationWindowSeconds: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly Policy[];
}

export interface StatedBehavior {
  readonly scaleUp: StatedRules;
  readonly scaleDown: StatedRules;
}

const upPolicies: readonly Policy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const downPolicies: readonly Policy[] = [{ type: 'Percent', value: 100, periodSeconds: 15 }];

/** The behavior of an autoscaler with defaults; null when it has none, which is not the same as all defaults. */
export function statedBehavior(
  behavior: HorizontalPodAutoscaler['spec']['behavior'],
  downscaleStabilizationMicros: number,
): StatedBehavior | null {
  if (behavior === undefined || behavior === null) return null;
  return {
    scaleUp: stated(behavior.scaleUp, 0, upPolicies),
    scaleDown: stated(behavior.scaleDown, downscaleStabilizationMicros / 1e6, downPolicies),
  };
}

function stated(rules: ScalingRules | undefined, window: number, policies: readonly Policy[]): StatedRules {
  return {
    stabilizationWindowSeconds: rules?.stabilizationWindowSeconds ?? window,
    selectPolicy: rules?.selectPolicy ?? 'Max',
    policies: rules?.policies ?? policies,
  };
}

/** What an autoscaler remembers between its looks. */
export class ScalingMemory {
  readonly recommendations: { replicas: number; atMicros: number }[] = [];
  readonly ups: ScaleEvent[] = [];
  readonly downs: ScaleEvent[] = [];
}

/** A change of size; `replicas` is positive in both directions. */
export interface ScaleEvent {
  replicas: number;
  atMicros: number;
}

export interface Limits {
  readonly current: number;
  readonly min: number;
  readonly max: number;
  readonly nowMicros: number;
}

export interface ScalingCondition {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What comes of a wish, and what the conditions AbleToScale and ScalingLimited say of it. */
export interface Normalized {
  readonly replicas: number;
  readonly able: ScalingCondition;
  readonly limited: ScalingCondition;
}

const ready: ScalingCondition = {
  status: 'True',
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};
const downStabilized: ScalingCondition = {
  status: 'True',
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const upStabilized: ScalingCondition = {
  status: 'True',
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

type Bound = readonly [replicas: number, reason: string, message: string];

const within = ['DesiredWithinRange', 'the desired count is within the acceptable range'] as const;
const tooMany = [
  'TooManyReplicas',
  'the desired replica count is more than the maximum replica count',
] as const;
const tooFew = [
  'TooFewReplicas',
  'the desired replica count is less than the minimum replica count',
] as const;
const tooFast = [
  'ScaleUpLimit',
  'the desired replica count is increasing faster than the maximum scale rate',
] as const;
const tooFastDown = [
  'ScaleDownLimit',
  'the desired replica count is decreasing faster than the maximum scale rate',
] as const;

/** Without `behavior`: the highest of the window's recommendations, at most twice the size or four. */
export function normalize(
  memory: ScalingMemory,
  desired: number,
  limits: Limits,
  windowMicros: number,
): Normalized {
  const stabilized = highestRecent(memory, desired, limits.nowMicros, windowMicros);
  return concluded(desired, stabilized, boundPlainly(stabilized, limits), downStabilized);
}

function concluded(desired: number, stabilized: number, bound: Bound, held: ScalingCondition): Normalized {
  const [replicas, reason, message] = bound;
  return {
    replicas,
    able: stabilized === desired ? ready : held,
    limited: { status: replicas === stabilized ? 'False' : 'True', reason, message },
  };
}

/** The highest recommendation of the window, this one included, which takes the place of one that is too old. */
function highestRecent(
  memory: ScalingMemory,
  desired: number,
  nowMicros: number,
  windowMicros: number,
): number {
  let highest = desired;
  let old = -1;
  for (const [index, { replicas, atMicros }] of memory.recommendations.entries())
    if (atMicros < nowMicros - windowMicros) old = index;
    else highest = Math.max(highest, replicas);
  remember(memory, old, desired, nowMicros);
  return highest;
}

function remember(memory: ScalingMemory, old: number, replicas: number, atMicros: number): void {
  if (old >= 0) memory.recommendations[old] = { replicas, atMicros };
  else memory.recommendations.push({ replicas, atMicros });
}

export function scaleUpLimit(current: number): number {
  return Math.max(2 * current, 4);
}

function boundPlainly(desired: number, { current, min, max }: Limits): Bound {
  const limit = scaleUpLimit(current);
  if (desired < min) return [min, ...tooFew];
  if (desired > Math.min(max, limit)) return max > limit ? [limit, ...tooFast] : [max, ...tooMany];
  return [desired, ...within];
}

/** With `behavior`: stabilized in both directions, then held to the policies of the period. */
export function normalizeWithBehavior(
  memory: ScalingMemory,
  desired: number,
  limits: Limits,
  behavior: StatedBehavior,
): Normalized {
  const stabilized = stabilize(memory, desired, limits, behavior);
  const held = desired >= limits.current ? upStabilized : downStabilized;
  return concluded(desired, stabilized, boundByPolicies(memory, stabilized, limits, behavior), held);
}

/** The size now, brought between the lowest recent wish to grow and the highest recent wish to shrink. */
function stabilize(
  memory: ScalingMemory,
  desired: number,
  { current, nowMicros }: Limits,
  behavior: StatedBehavior,
): number {
  const upCutoff = nowMicros - behavior.scaleUp.stabilizationWindowSeconds * 1e6;
  const downCutoff = nowMicros - behavior.scaleDown.stabilizationWindowSeconds * 1e6;
  let lowest = desired;
  let highest = desired;
  let old = -1;
  for (const [index, { replicas, atMicros }] of memory.recommendations.entries()) {
    if (atMicros > upCutoff) lowest = Math.min(lowest, replicas);
    if (atMicros > downCutoff) highest = Math.max(highest, replicas);
    if (atMicros < upCutoff && atMicros < downCutoff) old = index;
  }
  remember(memory, old, desired, nowMicros);
  return Math.min(Math.max(current, lowest), highest);
}

function boundByPolicies(
  memory: ScalingMemory,
  desired: number,
  { current, min, max, nowMicros }: Limits,
  { scaleUp, scaleDown }: StatedBehavior,
): Bound {
  if (desired > current) {
    const limit = Math.max(current, policyLimit('up', current, memory, scaleUp, nowMicros));
    if (desired > Math.min(max, limit)) return max > limit ? [limit, ...tooFast] : [max, ...tooMany];
  } else if (desired < current) {
    const limit = Math.min(current, policyLimit('down', current, memory, scaleDown, nowMicros));
    if (desired < Math.max(min, limit)) return min < limit ? [limit, ...tooFastDown] : [min, ...tooFew];
  }
  return [desired, ...within];
}

/** The size to which the policies allow to go now, from what it was at the start of each policy's period. */
export function policyLimit(
  direction: 'up' | 'down',
  current: number,
  memory: Pick<ScalingMemory, 'ups' | 'downs'>,
  rules: StatedRules,
  nowMicros: number,
): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const up = direction === 'up';
  // The largest change is the highest size when growing and the lowest when shrinking.
  const highest = up === (rules.selectPolicy === 'Max');
  const unbounded = up && highest ? 0 : highest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  let limit = unbounded;
  for (const { type, value, periodSeconds } of rules.policies) {
    const cutoff = nowMicros - periodSeconds * 1e6;
    const start = current - changeSince(memory.ups, cutoff) + changeSince(memory.downs, cutoff);
    const proposed =
      type === 'Pods'
        ? start + (up ? value : -value)
        : percentOf(start, up ? 1 + value / 100 : 1 - value / 100, up);
    limit = highest ? Math.max(limit, proposed) : Math.min(limit, proposed);
  }
  return limit;
}

function percentOf(start: number, factor: number, up: boolean): number {
  return up ? Math.ceil(start * factor) : Math.trunc(start * factor);
}

function changeSince(events: readonly ScaleEvent[], cutoffMicros: number): number {
  let sum = 0;
  for (const { replicas, atMicros } of events) if (atMicros > cutoffMicros) sum += replicas;
  return sum;
}

/** Keeps a change of size for the policies; one that no policy looks back on gives its place. */
export function rememberScale(
  memory: ScalingMemory,
  behavior: StatedBehavior | null,
  {
    before,
    after,
    nowMicros,
  }: { readonly before: number; readonly after: number; readonly nowMicros: number },
): void {
  if (behavior === null) return;
  const [events, rules] =
    after > before ? [memory.ups, behavior.scaleUp] : [memory.downs, behavior.scaleDown];
  const longest = Math.max(0, ...rules.policies.map(({ periodSeconds }) => periodSeconds));
  const old = events.findLastIndex(({ atMicros }) => atMicros < nowMicros - longest * 1e6);
  const event = { replicas: Math.abs(after - before), atMicros: nowMicros };
  if (old >= 0) events[old] = event;
  else events.push(event);
}
