/**
 * Fidelity: the horizontal pod autoscaler of the kube-controller-manager (pkg/controller/podautoscaler, 1.32): each autoscaler is
 * looked at one sync period after it was made and every period from then on, by reading the target's scale and its metrics and
 * by writing scale and status, all through a client with the controllers' own limits. Before the run it only brings sizes
 * between their bounds, since there are no figures yet. Simplified: its five workers are never what holds it up.
 */
import type { Component, ControlPlane } from '../../control/control-plane.ts';
import type { ApplicationMetrics, ResourceMetrics } from '../../node/resource-metrics.ts';
import type { HorizontalPodAutoscaler } from '../../objects/autoscaling.ts';
import { type Condition, keyOf, splitKey, withCondition } from '../../objects/meta.ts';
import { horizontalPodAutoscalers } from '../../objects/resource-types.ts';
import { quantityOf } from '../../objects/resources.ts';
import { rememberScale, ScalingMemory, statedBehavior } from './behavior.ts';
import { type ConditionChange, type Decision, decide } from './decision.ts';
import type { CalculatorSettings } from './replica-calculator.ts';
import { parseSelector, type Scale, scaleOf, withReplicas } from './scale-target.ts';
import { SelectedPods } from './selected-pods.ts';
import { asVersionTwo } from './version-one.ts';

const component = 'horizontal-pod-autoscaler';

interface Watched {
  readonly key: string;
  memory: ScalingMemory;
  /** Of the object that it was made for; another of the same name begins anew. */
  uid: string;
  present: boolean;
}

/** Watches all HorizontalPodAutoscalers. */
export class HorizontalAutoscaler {
  readonly #plane: ControlPlane;
  readonly #sources: { readonly resources: ResourceMetrics; readonly applications: ApplicationMetrics };
  readonly #component: Component;
  readonly #selected: SelectedPods;
  readonly #watched: Watched[] = [];
  readonly #slots = new Map<string, number>();
  readonly #handler: number;

  constructor(plane: ControlPlane, resources: ResourceMetrics, applications: ApplicationMetrics) {
    this.#plane = plane;
    this.#sources = { resources, applications };
    this.#component = plane.component(component, plane.model.settings.controllers);
    this.#selected = new SelectedPods(plane.store);
    this.#handler = plane.engine.register('kubernetes/horizontal-autoscaler/sync', (slot) =>
      this.#sync(slot),
    );
    this.#component.watch.on(horizontalPodAutoscalers, ({ kind, object }) => {
      if (kind === 'ADDED') this.#added(object);
      else if (kind === 'DELETED') this.#deleted(object);
    });
  }

  get #period(): number {
    return this.#plane.model.settings.horizontalPodAutoscaler.syncMicros;
  }

  #added(object: HorizontalPodAutoscaler): void {
    const key = keyOf(object);
    const known = this.#slots.get(key);
    if (known !== undefined && this.#watched[known].present) return;
    const watched = { key, memory: new ScalingMemory(), uid: object.metadata.uid, present: true };
    // Each has a slot of its own for good, so that a look that is still scheduled can't be another's.
    const slot = this.#watched.push(watched) - 1;
    this.#slots.set(key, slot);
    if (this.#plane.starting) this.#look(slot);
    this.#plane.engine.after(this.#period, this.#handler, slot, 0);
  }

  #deleted(object: HorizontalPodAutoscaler): void {
    const slot = this.#slots.get(keyOf(object));
    if (slot === undefined) return;
    this.#watched[slot].present = false;
    this.#slots.delete(keyOf(object));
    this.#selected.forget(keyOf(object));
  }

  #sync(slot: number): void {
    if (!this.#watched[slot].present) return;
    this.#look(slot);
    this.#plane.engine.after(this.#period, this.#handler, slot, 0);
  }

  /** Reading the scale and each metric is a request; the decision falls when the last one is answered. */
  #look(slot: number): void {
    const { client } = this.#component;
    const autoscaler = this.#current(slot);
    if (autoscaler === undefined) return;
    for (const _ of autoscaler.spec.metrics ?? []) client.send(() => {});
    client.send(() => this.#decide(slot));
  }

  #current(slot: number): HorizontalPodAutoscaler | undefined {
    const { key, present, uid } = this.#watched[slot];
    const [namespace, name] = splitKey(key);
    const object = this.#plane.store.get(horizontalPodAutoscalers, namespace, name);
    return present && object?.metadata.uid === uid ? asVersionTwo(object) : undefined;
  }

  #decide(slot: number): void {
    const autoscaler = this.#current(slot);
    if (autoscaler === undefined) return;
    const { namespace = '' } = autoscaler.metadata;
    const scale = scaleOf(this.#plane.store, autoscaler.spec.scaleTargetRef, namespace);
    if (typeof scale === 'string') {
      this.#record(autoscaler, 'Warning', 'FailedGetScale', scale);
      const message = `the HPA controller was unable to get the target's current scale: ${scale}`;
      const change = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message } as const;
      this.#writeStatus(autoscaler, (status) => ({
        ...status,
        conditions: this.#conditions(status, [change]),
      }));
      return;
    }
    const decision = this.#decision(slot, autoscaler, scale);
    if (decision === null) return;
    for (const { type, reason, message } of decision.events) this.#record(autoscaler, type, reason, message);
    if (decision.rescaleTo === null) this.#conclude(autoscaler, scale, decision, null);
    else this.#rescale(slot, autoscaler, scale, decision, decision.rescaleTo);
  }

  /** Null before the run where the metrics would have to be asked. */
  #decision(slot: number, autoscaler: HorizontalPodAutoscaler, scale: Scale): Decision | null {
    const { minReplicas: min = 1, maxReplicas: max } = autoscaler.spec;
    const size = scale.specReplicas;
    if (this.#plane.starting && (size === 0 || (size >= min && size <= max))) return null;
    const { key, memory } = this.#watched[slot];
    const selector = scale.selector === '' ? null : parseSelector(scale.selector);
    const pods = selector === null ? [] : this.#selected.of(key, scale.namespace, scale.selector, selector);
    return decide({
      autoscaler,
      scale,
      pods,
      memory,
      specReplicas: size,
      statusReplicas: scale.statusReplicas,
      sources: this.#sources,
      settings: this.#settings(autoscaler),
      downscaleStabilizationMicros:
        this.#plane.model.settings.horizontalPodAutoscaler.downscaleStabilizationMicros,
      rivals: this.#selected.keysOf(scale.namespace, pods),
      selectorProblem: selectorProblem(scale.selector, selector !== null),
    });
  }

  #settings({ spec }: HorizontalPodAutoscaler): CalculatorSettings {
    const { clock, model } = this.#plane;
    const { tolerance, cpuInitializationMicros, initialReadinessMicros } =
      model.settings.horizontalPodAutoscaler;
    const own = (quantity: string | number | undefined) =>
      quantity === undefined ? tolerance : quantityOf(quantity);
    return {
      upTolerance: own(spec.behavior?.scaleUp?.tolerance),
      downTolerance: own(spec.behavior?.scaleDown?.tolerance),
      cpuInitializationMicros,
      initialReadinessMicros,
      nowMicros: clock.nowMicros,
      microsOf: (timestamp) => clock.microsOf(timestamp),
    };
  }

  #rescale(
    slot: number,
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    decision: Decision,
    replicas: number,
  ): void {
    this.#component.client.send(() => {
      const { type, namespace, name } = scale;
      const outcome = this.#plane.api.modify(
        type,
        namespace,
        name,
        (object) => withReplicas(object, type, replicas),
        { subresource: 'scale' },
      );
      const { why } = decision;
      if (!outcome.ok) {
        const problem = outcome.failure.message;
        const said = `New size: ${replicas}; reason: ${why}; error: ${problem}`;
        this.#record(autoscaler, 'Warning', 'FailedRescale', said);
        this.#conclude(autoscaler, scale, { ...decision, concluded: false }, failedUpdate(problem));
        return;
      }
      this.#record(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`);
      this.#note(autoscaler, scale, replicas, why);
      const behavior = statedBehavior(
        autoscaler.spec.behavior,
        this.#plane.model.settings.horizontalPodAutoscaler.downscaleStabilizationMicros,
      );
      rememberScale(this.#watched[slot].memory, behavior, {
        before: scale.specReplicas,
        after: replicas,
        nowMicros: this.#plane.clock.nowMicros,
      });
      this.#conclude(autoscaler, scale, decision, rescaled(replicas));
    });
  }

  #note({ metadata }: HorizontalPodAutoscaler, scale: Scale, replicas: number, why: string): void {
    if (this.#plane.starting) return;
    const subject = `${scale.type.kind} ${scale.namespace}/${scale.name}`;
    const message = `${metadata.name} sets replicas from ${scale.specReplicas} to ${replicas}: ${why}`;
    this.#plane.note('scale', subject, message);
  }

  #conclude(
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    decision: Decision,
    last: ConditionChange | null,
  ): void {
    const { conditions, currentMetrics, concluded, rescaleTo } = decision;
    const changes = last === null ? conditions : [...conditions, last];
    const scaled = last?.status === 'True';
    this.#writeStatus(autoscaler, (status) => ({
      ...status,
      currentReplicas: scale.specReplicas,
      desiredReplicas: concluded ? (rescaleTo ?? scale.specReplicas) : (status?.desiredReplicas ?? 0),
      currentMetrics: currentMetrics ?? status?.currentMetrics ?? null,
      ...(scaled ? { lastScaleTime: this.#plane.clock.timestamp() } : {}),
      conditions: this.#conditions(status, changes),
    }));
  }

  #conditions(
    status: HorizontalPodAutoscaler['status'],
    changes: readonly ConditionChange[],
  ): readonly Condition[] {
    const timestamp = this.#plane.clock.timestamp();
    // Of two changes of one condition in one look only the last is ever written.
    const last = new Map(changes.map((change) => [change.type, change]));
    let conditions = status?.conditions ?? [];
    for (const change of last.values()) conditions = withCondition(conditions, change, timestamp);
    return conditions;
  }

  #writeStatus(
    { metadata }: HorizontalPodAutoscaler,
    change: (status: HorizontalPodAutoscaler['status']) => unknown,
  ): void {
    this.#component.client.send(() => {
      this.#plane.api.modifyStatus(
        horizontalPodAutoscalers,
        metadata.namespace ?? '',
        metadata.name,
        (current) => ({ ...current, status: change(current.status) }) as HorizontalPodAutoscaler,
      );
    });
  }

  #record(
    autoscaler: HorizontalPodAutoscaler,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    this.#plane.events.record(autoscaler, { type, reason, message, component });
  }
}

function selectorProblem(text: string, readable: boolean) {
  if (readable) return null;
  if (text === '')
    return {
      event: 'SelectorRequired',
      reason: 'selector is required',
      message: "the HPA target's scale is missing a selector",
    };
  const reason = `couldn't convert selector into a corresponding internal selector object: unable to parse requirement: ${text}`;
  return { event: 'InvalidSelector', reason, message: reason };
}

function rescaled(replicas: number): ConditionChange {
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  return { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message };
}

function failedUpdate(problem: string): ConditionChange {
  const message = `the HPA controller was unable to update the target scale: ${problem}`;
  return { type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message };
}
