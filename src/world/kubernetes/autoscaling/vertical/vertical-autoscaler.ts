/**
 * Fidelity: the recommender of the vertical-pod-autoscaler 1.3 with its default flags: once a minute it takes what metrics-server knows of
 * each target's pods and writes recommendations into status, capped by the resource policy, with at least 25 millicores and
 * 250 MB for each pod. Simplified: it has no history from before the run; pods are never updated, whatever updateMode says,
 * and a condition says so.
 */
import type { Component, ControlPlane } from '../../control/control-plane.ts';
import type { ResourceMetrics } from '../../node/resource-metrics.ts';
import type { ObjectReference } from '../../objects/autoscaling.ts';
import {
  type Condition,
  type KubeObject,
  keyOf,
  type LabelSelector,
  type ResourceList,
  withCondition,
} from '../../objects/meta.ts';
import type { Pod } from '../../objects/pod.ts';
import {
  daemonSets,
  type ResourceType,
  verticalPodAutoscalers as untyped,
} from '../../objects/resource-types.ts';
import { milliOf, quantityOf } from '../../objects/resources.ts';
import { milliText } from '../horizontal/metric-proposal.ts';
import { parseSelector, scaleOf } from '../horizontal/scale-target.ts';
import { SelectedPods } from '../horizontal/selected-pods.ts';
import { type Amount, ContainerUsage } from './container-usage.ts';

const periodMicros = 60e6;
const leastCores = 0.025;
const leastBytes = 250e6;

interface ContainerPolicy {
  readonly containerName?: string;
  readonly mode?: 'Auto' | 'Off';
  readonly minAllowed?: ResourceList;
  readonly maxAllowed?: ResourceList;
  readonly controlledResources?: readonly string[];
}

export interface VerticalPodAutoscaler extends KubeObject {
  readonly spec: {
    readonly targetRef?: ObjectReference;
    readonly updatePolicy?: { readonly updateMode?: 'Off' | 'Initial' | 'Recreate' | 'Auto' };
    readonly resourcePolicy?: { readonly containerPolicies?: readonly ContainerPolicy[] };
  };
  readonly status?: {
    readonly recommendation?: { readonly containerRecommendations: readonly unknown[] };
    readonly conditions?: readonly Condition[];
  };
}

export const verticalPodAutoscalers =
  untyped as ResourceType as unknown as ResourceType<VerticalPodAutoscaler>;

/** Recommends for all VerticalPodAutoscalers. */
export class VerticalAutoscaler {
  readonly #plane: ControlPlane;
  readonly #metrics: ResourceMetrics;
  readonly #component: Component;
  readonly #selected: SelectedPods;
  /** By the autoscaler's uid, then by container. */
  readonly #usage = new Map<string, Map<string, ContainerUsage>>();
  readonly #handler: number;
  #running = false;

  constructor(plane: ControlPlane, metrics: ResourceMetrics) {
    this.#plane = plane;
    this.#metrics = metrics;
    this.#component = plane.component('vpa-recommender', { qps: 5, burst: 10 });
    this.#selected = new SelectedPods(plane.store);
    this.#handler = plane.engine.register('kubernetes/vertical-autoscaler', () => this.#lookAtAll());
    this.#component.watch.on(verticalPodAutoscalers, ({ kind, object }) => {
      if (kind === 'DELETED') {
        this.#usage.delete(object.metadata.uid);
        this.#selected.forget(keyOf(object));
      } else this.#wake();
    });
  }

  #wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#plane.engine.after(periodMicros, this.#handler, 0, 0);
  }

  #lookAtAll(): void {
    this.#running = false;
    for (const autoscaler of this.#plane.store.table(verticalPodAutoscalers).values()) {
      this.#wake();
      this.#look(autoscaler);
    }
  }

  #look(autoscaler: VerticalPodAutoscaler): void {
    const pods = this.#podsOf(autoscaler);
    const usage = this.#usage.get(autoscaler.metadata.uid) ?? new Map<string, ContainerUsage>();
    this.#usage.set(autoscaler.metadata.uid, usage);
    if (typeof pods !== 'string') this.#sample(pods, usage);
    const status = this.#status(autoscaler, pods, usage);
    const { namespace = '', name } = autoscaler.metadata;
    this.#component.client.send(() => {
      this.#plane.api.modifyStatus(verticalPodAutoscalers, namespace, name, (current) => ({
        ...current,
        status,
      }));
    });
  }

  #podsOf(autoscaler: VerticalPodAutoscaler): readonly Pod[] | string {
    const { targetRef } = autoscaler.spec;
    if (targetRef === undefined) return 'targetRef not defined';
    const { namespace = '' } = autoscaler.metadata;
    const selector = this.#selectorOf(targetRef, namespace);
    if (typeof selector === 'string') return selector;
    const text = JSON.stringify(selector);
    return this.#selected.of(keyOf(autoscaler), namespace, text, selector);
  }

  #selectorOf(target: ObjectReference, namespace: string): LabelSelector | string {
    if (target.kind === 'DaemonSet') {
      const set = this.#plane.store.get(daemonSets, namespace, target.name);
      return set === undefined ? `daemonsets.apps "${target.name}" not found` : set.spec.selector;
    }
    const scale = scaleOf(this.#plane.store, target, namespace);
    if (typeof scale === 'string') return scale;
    return parseSelector(scale.selector) ?? `cannot read the selector of ${target.kind} ${target.name}`;
  }

  #sample(pods: readonly Pod[], usage: Map<string, ContainerUsage>): void {
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    for (const container of usage.values()) container.keepOnly(names);
    for (const pod of pods) {
      const { namespace = '', name } = pod.metadata;
      const measured = this.#metrics.pod(namespace, name);
      for (const { name: container, cpuCores, memoryBytes } of measured?.containers ?? []) {
        const spec = pod.spec.containers.find((each) => each.name === container);
        const requestCores = milliOf(spec?.resources?.requests?.['cpu']) / 1000;
        const known = usage.get(container) ?? new ContainerUsage();
        usage.set(container, known);
        known.add(name, { cpuCores, memoryBytes }, requestCores, measured!.atMicros);
      }
    }
  }

  #status(
    autoscaler: VerticalPodAutoscaler,
    pods: readonly Pod[] | string,
    usage: ReadonlyMap<string, ContainerUsage>,
  ): NonNullable<VerticalPodAutoscaler['status']> {
    const timestamp = this.#plane.clock.timestamp();
    const recommended = recommendations(autoscaler, usage);
    let conditions: readonly Condition[] = (autoscaler.status?.conditions ?? []).filter(
      ({ type }) => type === 'RecommendationProvided' || type === 'UpdatesUnsupported',
    );
    const set = (condition: Condition) => {
      conditions = withCondition(conditions, condition, timestamp);
    };
    set({ type: 'RecommendationProvided', status: recommended.length > 0 ? 'True' : 'False' });
    const mode = autoscaler.spec.updatePolicy?.updateMode ?? 'Auto';
    if (mode === 'Off') conditions = conditions.filter(({ type }) => type !== 'UpdatesUnsupported');
    else
      set({
        type: 'UpdatesUnsupported',
        status: 'True',
        reason: 'UpdateModeNotSimulated',
        message: `updateMode ${mode} is not simulated: it recommends and leaves pods as they are, as Off does`,
      });
    if (typeof pods === 'string')
      set({ type: 'ConfigUnsupported', status: 'True', reason: 'ConfigUnsupported', message: pods });
    else if (pods.length === 0)
      set({
        type: 'NoPodsMatched',
        status: 'True',
        reason: 'NoPodsMatched',
        message: 'No pods match this VPA object',
      });
    return {
      ...(recommended.length > 0 ? { recommendation: { containerRecommendations: recommended } } : {}),
      conditions,
    };
  }
}

/** Of every container that is known and not left out by the policy, by name. */
export function recommendations(
  { spec }: VerticalPodAutoscaler,
  usage: ReadonlyMap<string, ContainerUsage>,
): readonly unknown[] {
  const names = [...usage.keys()].sort();
  const least = { cpuCores: leastCores / names.length, memoryBytes: leastBytes / names.length };
  const policies = spec.resourcePolicy?.containerPolicies ?? [];
  return names.flatMap((containerName) => {
    const policy =
      policies.find((each) => each.containerName === containerName) ??
      policies.find((each) => each.containerName === '*');
    if (policy?.mode === 'Off') return [];
    const { lower, target, upper } = usage.get(containerName)!.recommend(least);
    const capped = (amount: Amount) => amountText(cappedBy(amount, policy), policy);
    return [
      {
        containerName,
        target: capped(target),
        lowerBound: capped(lower),
        upperBound: capped(upper),
        uncappedTarget: amountText(target, policy),
      },
    ];
  });
}

function cappedBy({ cpuCores, memoryBytes }: Amount, policy: ContainerPolicy | undefined): Amount {
  const within = (value: number, resource: string) => {
    const min = policy?.minAllowed?.[resource];
    const max = policy?.maxAllowed?.[resource];
    const raised = min === undefined ? value : Math.max(value, quantityOf(min));
    return max === undefined ? raised : Math.min(raised, quantityOf(max));
  };
  return { cpuCores: within(cpuCores, 'cpu'), memoryBytes: within(memoryBytes, 'memory') };
}

function amountText({ cpuCores, memoryBytes }: Amount, policy: ContainerPolicy | undefined): ResourceList {
  const controlled = policy?.controlledResources ?? ['cpu', 'memory'];
  return {
    ...(controlled.includes('cpu') ? { cpu: milliText(Math.trunc(cpuCores * 1000)) } : {}),
    ...(controlled.includes('memory') ? { memory: milliText(Math.trunc(memoryBytes) * 1000) } : {}),
  };
}
