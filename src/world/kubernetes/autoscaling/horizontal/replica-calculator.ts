/**
 * Fidelity: how many replicas a metric asks for: replica_calculator.go and metrics/utilization.go of
 * pkg/controller/podautoscaler, Kubernetes 1.32, in whole thousandths as there (a core is 1000, a byte too), with the
 * integer divisions that it makes. A tolerance of its own for each direction is that of 1.33's `behavior.*.tolerance`.
 */
import { conditionOf } from '../../objects/meta.ts';
import { isReady, type Pod } from '../../objects/pod.ts';
import { milliOf, quantityOf } from '../../objects/resources.ts';

/** What one pod uses, in thousandths. */
export interface PodMetric {
  readonly value: number;
  readonly atMicros: number;
  readonly windowMicros: number;
}

/** By pod name. */
export type PodMetrics = Map<string, PodMetric>;

export interface CalculatorSettings {
  /** A ratio up to this above one changes nothing, and up to the other below one. */
  readonly upTolerance: number;
  readonly downTolerance: number;
  readonly cpuInitializationMicros: number;
  readonly initialReadinessMicros: number;
  readonly nowMicros: number;
  readonly microsOf: (timestamp: string | undefined) => number;
}

export interface Proposal {
  readonly replicas: number;
  /** Percent of what was requested; null for metrics without requests. */
  readonly utilization: number | null;
  /** Average of the pods that were counted, or the value of the object, in thousandths. */
  readonly value: number;
}

/** A proposal, or why there is none in the words of the controller. */
export type Calculation = Proposal | string;

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

const noPods = 'no pods returned by selector while calculating replica count';
const noMetrics = 'did not receive metrics for targeted pods (pods might be unready)';

/** Sorts pods into those that count and those that don't yet; `resource` is empty for metrics of other kinds. */
export function groupPods(
  pods: readonly Pod[],
  metrics: ReadonlyMap<string, PodMetric>,
  resource: string,
  settings: CalculatorSettings,
): PodGroups {
  let readyCount = 0;
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const metric = metrics.get(name);
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') ignored.push(name);
    else if (pod.status.phase === 'Pending') unready.push(name);
    else if (metric === undefined) missing.push(name);
    else if (resource === 'cpu' && startsUp(pod, metric, settings)) unready.push(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** Processor time of a pod that starts up says nothing about load. */
function startsUp(pod: Pod, metric: PodMetric, settings: CalculatorSettings): boolean {
  const condition = conditionOf(pod.status.conditions, 'Ready');
  const { startTime } = pod.status;
  if (condition === undefined || startTime === undefined) return true;
  const started = settings.microsOf(startTime);
  const changed = settings.microsOf(condition.lastTransitionTime);
  const notReady = condition.status === 'False';
  if (started + settings.cpuInitializationMicros > settings.nowMicros)
    return notReady || metric.atMicros < changed + metric.windowMicros;
  return notReady && started + settings.initialReadinessMicros > changed;
}

function withinTolerance(ratio: number, { upTolerance, downTolerance }: CalculatorSettings): boolean {
  return ratio >= 1 ? ratio - 1 <= upTolerance : 1 - ratio <= downTolerance;
}

/** What each pod requests of a resource in thousandths; the words of the controller where a container doesn't say. */
export function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string,
): Map<string, number> | string {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const sidecars = (pod.spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always');
    let sum = 0;
    for (const { name, resources } of [...pod.spec.containers, ...sidecars]) {
      if (container !== '' && container !== name) continue;
      const requested = resources?.requests?.[resource];
      if (requested === undefined)
        return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`;
      sum += resource === 'cpu' ? milliOf(requested) : Math.ceil(quantityOf(requested) * 1000);
    }
    requests.set(pod.metadata.name, sum);
  }
  return requests;
}

interface Ratio {
  readonly ratio: number;
  readonly utilization: number | null;
  readonly value: number;
}

function utilizationRatio(
  metrics: PodMetrics,
  requests: ReadonlyMap<string, number>,
  target: number,
): Ratio | string {
  let used = 0;
  let requested = 0;
  let counted = 0;
  for (const [name, { value }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    counted++;
  }
  if (requested === 0) return 'no metrics returned matched known pods';
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target, utilization, value: Math.trunc(used / counted) };
}

function valueRatio(metrics: PodMetrics, target: number): Ratio {
  let total = 0;
  for (const { value } of metrics.values()) total += value;
  const value = Math.trunc(total / metrics.size);
  return { ratio: value / target, utilization: null, value };
}

interface PodCalculation {
  readonly pods: readonly Pod[];
  /** Changed: pods that don't count are taken out. */
  readonly metrics: PodMetrics;
  readonly resource: string;
  readonly currentReplicas: number;
  readonly ratioOf: (metrics: PodMetrics) => Ratio | string;
  /** Whether pods without a sample count as idle exactly at the target too. */
  readonly idleAtTarget: boolean;
  /** What a pod without a sample is taken to use when scaling down. */
  readonly missingValue: (pod: string) => number;
}

/** A pod that isn't counted is assumed to be as busy as speaks against the change; the change may not turn round by that. */
function calculate(asked: PodCalculation, settings: CalculatorSettings): Calculation {
  const { pods, metrics, currentReplicas, ratioOf } = asked;
  const groups = groupPods(pods, metrics, asked.resource, settings);
  for (const name of groups.ignored) metrics.delete(name);
  for (const name of groups.unready) metrics.delete(name);
  if (metrics.size === 0) return noMetrics;
  const first = ratioOf(metrics);
  if (typeof first === 'string') return first;
  const { ratio, utilization, value } = first;
  const proposal = (replicas: number): Proposal => ({ replicas, utilization, value });
  const upWithUnready = groups.unready.length > 0 && ratio > 1;
  if (!upWithUnready && groups.missing.length === 0)
    return proposal(
      withinTolerance(ratio, settings) ? currentReplicas : Math.ceil(ratio * groups.readyCount),
    );
  assume(asked, groups, ratio, upWithUnready);
  const second = ratioOf(metrics);
  if (typeof second === 'string') return second;
  const turned = (ratio < 1 && second.ratio > 1) || (ratio > 1 && second.ratio < 1);
  if (turned || withinTolerance(second.ratio, settings)) return proposal(currentReplicas);
  const replicas = Math.ceil(second.ratio * metrics.size);
  const against =
    (second.ratio < 1 && replicas > currentReplicas) || (second.ratio > 1 && replicas < currentReplicas);
  return proposal(against ? currentReplicas : replicas);
}

function assume(asked: PodCalculation, groups: PodGroups, ratio: number, upWithUnready: boolean): void {
  const assumed = (value: number): PodMetric => ({ value, atMicros: 0, windowMicros: 0 });
  const idle = asked.idleAtTarget || ratio > 1;
  for (const name of groups.missing)
    if (ratio < 1) asked.metrics.set(name, assumed(asked.missingValue(name)));
    else if (idle) asked.metrics.set(name, assumed(0));
  if (upWithUnready) for (const name of groups.unready) asked.metrics.set(name, assumed(0));
}

/** By percent of requests. `container` is empty for all containers of the pods. */
export function utilizationReplicas(
  asked: {
    readonly pods: readonly Pod[];
    readonly metrics: PodMetrics;
    readonly resource: string;
    readonly container: string;
    readonly currentReplicas: number;
    readonly targetPercent: number;
  },
  settings: CalculatorSettings,
): Calculation {
  const { pods, resource, targetPercent } = asked;
  if (pods.length === 0) return noPods;
  let requests: Map<string, number> | string | undefined;
  const known = () => (requests ??= requestsOf(pods, resource, asked.container));
  return calculate(
    {
      ...asked,
      idleAtTarget: false,
      ratioOf: (counted) => {
        const requested = known();
        return typeof requested === 'string'
          ? requested
          : utilizationRatio(counted, requested, targetPercent);
      },
      missingValue: (name) => {
        const requested = known();
        const request = typeof requested === 'string' ? 0 : (requested.get(name) ?? 0);
        return Math.trunc((request * Math.max(100, targetPercent)) / 100);
      },
    },
    settings,
  );
}

/** By the pods' average, in thousandths. `resource` is empty for metrics of the pods' own. */
export function averageReplicas(
  asked: {
    readonly pods: readonly Pod[];
    readonly metrics: PodMetrics;
    readonly resource: string;
    readonly currentReplicas: number;
    readonly target: number;
  },
  settings: CalculatorSettings,
): Calculation {
  const { pods, target } = asked;
  if (pods.length === 0) return noPods;
  return calculate(
    {
      ...asked,
      idleAtTarget: true,
      ratioOf: (counted) => valueRatio(counted, target),
      missingValue: () => target,
    },
    settings,
  );
}

/** By the value of one thing against a target for it, both in thousandths. */
export function valueReplicas(
  asked: {
    readonly pods: readonly Pod[];
    readonly currentReplicas: number;
    readonly value: number;
    readonly target: number;
  },
  settings: CalculatorSettings,
): Calculation {
  const { pods, currentReplicas, value, target } = asked;
  const ratio = value / target;
  const proposal = (replicas: number): Proposal => ({ replicas, utilization: null, value });
  if (currentReplicas === 0) return proposal(Math.ceil(ratio));
  if (withinTolerance(ratio, settings)) return proposal(currentReplicas);
  if (pods.length === 0) return `unable to calculate ready pods: ${noPods}`;
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isReady(pod)).length;
  return proposal(Math.ceil(ratio * ready));
}

/** By the value of one thing over all replicas against a target for each, both in thousandths. */
export function perPodReplicas(
  asked: { readonly statusReplicas: number; readonly value: number; readonly target: number },
  settings: CalculatorSettings,
): Proposal {
  const { statusReplicas, value, target } = asked;
  const ratio = value / (target * statusReplicas);
  const held = !Number.isNaN(ratio) && withinTolerance(ratio, settings);
  return {
    replicas: held ? statusReplicas : Math.ceil(value / target),
    utilization: null,
    value: statusReplicas === 0 ? value : Math.ceil(value / statusReplicas),
  };
}
