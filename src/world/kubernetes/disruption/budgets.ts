/**
 * Fidelity: the disruption controller (pkg/controller/disruption, 1.32): keeps the status of every PodDisruptionBudget, takes
 * evicted pods for gone until they are or two minutes have passed, and allows nothing while it can't tell. Simplified: it
 * counts healthy pods as they change in place of listing them.
 */
import { microsPerMinute } from '../../../base/time.ts';
import type { ControlPlane } from '../control/control-plane.ts';
import { Controller, type Reconciliation } from '../control/controller.ts';
import { SelectedPods } from '../network/selected-pods.ts';
import { controllerOf, keyOf, type Labels, type OwnerReference, splitKey } from '../objects/meta.ts';
import { isReady } from '../objects/pod.ts';
import {
  deployments,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  pods,
  replicaSets,
  replicationControllers,
  rollouts,
  statefulSets,
} from '../objects/resource-types.ts';
import { selectorText } from '../objects/selector.ts';
import {
  type BudgetCondition,
  type BudgetStatus,
  conditionFor,
  disruptionsAllowed,
  expectation,
  needsScale,
  withDisruptionAllowed,
} from './budget-status.ts';
import { scaleOf } from './controller-scale.ts';

/** How long an evicted pod counts as gone though it is not. */
export const disruptedMicros = 2 * microsPerMinute;
/** Before the run begins budgets are reckoned when pods have become ready. */
const latePriority = 120;

interface Tracked {
  healthy: number;
  /** Pods without a controller. */
  unmanaged: number;
  readonly owners: Map<string, { readonly owner: OwnerReference; pods: number }>;
}

export class Budgets {
  readonly #plane: ControlPlane;
  readonly #controller: Controller;
  readonly #selected: SelectedPods;
  readonly #tracked = new Map<string, Tracked>();
  readonly #coming = new Set<string>();
  readonly #notices: string[] = [];
  readonly #noticeHandler: number;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    const { engine, store, manager } = plane;
    this.#noticeHandler = engine.register('kubernetes/disruption/notice', () => this.#deliver());
    this.#controller = new Controller({
      engine,
      client: manager.client,
      name: 'disruption',
      workers: 1,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#selected = new SelectedPods(store, (key, previous, current) => this.#count(key, previous, current));
    store.observe(podDisruptionBudgets, ({ kind, object, previous }) => {
      if (kind === 'DELETED') this.#forget(keyOf(object));
      else if (previous?.spec.selector !== object.spec.selector) this.#select(object);
      else this.#notify(keyOf(object));
    });
    for (const type of [deployments, replicaSets, statefulSets, replicationControllers, rollouts])
      store.observe(type, ({ object, previous }) => {
        if (object.spec !== previous?.spec) this.#scaled(object.metadata.uid);
      });
  }

  /** Some controller wants another number of pods. */
  #scaled(uid: string): void {
    for (const [key, { owners }] of this.#tracked)
      for (const { owner } of owners.values()) {
        if (owner.uid !== uid && owner.kind !== 'ReplicaSet') continue;
        this.#notify(key);
        break;
      }
  }

  #select(budget: PodDisruptionBudget): void {
    const key = keyOf(budget);
    const { namespace = '' } = budget.metadata;
    this.#tracked.set(key, { healthy: 0, unmanaged: 0, owners: new Map() });
    const { selector } = budget.spec;
    if (selector === undefined) this.#selected.delete(key);
    else this.#selected.set(key, namespace, selector);
    this.#notify(key);
  }

  #forget(key: string): void {
    this.#selected.delete(key);
    this.#tracked.delete(key);
  }

  #count(key: string, previous: Pod | null, current: Pod | null): void {
    const tracked = this.#tracked.get(key);
    if (tracked === undefined) return;
    const before = previous !== null && isHealthy(previous);
    const now = current !== null && isHealthy(current);
    if (before !== now) tracked.healthy += now ? 1 : -1;
    if (previous === null && current !== null) join(tracked, controllerOf(current), 1);
    if (previous !== null && current === null) join(tracked, controllerOf(previous), -1);
    if (before !== now || previous === null || current === null) this.#notify(key);
  }

  #notify(key: string): void {
    if (this.#coming.has(key)) return;
    this.#coming.add(key);
    this.#notices.push(key);
    const { engine, starting, model } = this.#plane;
    if (starting) engine.scheduleWithPriority(engine.now, latePriority, this.#noticeHandler, 0, 0);
    else engine.after(model.settings.watchLagMicros, this.#noticeHandler, 0, 0);
  }

  #deliver(): void {
    const key = this.#notices.shift();
    if (key === undefined) return;
    this.#coming.delete(key);
    this.#controller.enqueue(key);
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const { store, api } = this.#plane;
    const budget = store.get(podDisruptionBudgets, namespace, name);
    const tracked = this.#tracked.get(key);
    if (budget === undefined || tracked === undefined) return null;
    this.#warn(budget, tracked);
    const disrupted = this.#disruptedOf(budget);
    const again = disrupted.againMicros === null ? {} : { againMicros: disrupted.againMicros };
    if (this.#isCurrent(budget)) return again;
    const write = () =>
      api.modifyStatus(podDisruptionBudgets, namespace, name, (current) => ({
        ...current,
        status: this.#statusOf(current),
      }));
    return { writes: [write], ...again };
  }

  #isCurrent(budget: PodDisruptionBudget): boolean {
    const next = this.#statusOf(budget);
    const { status } = budget;
    return (
      status !== undefined &&
      status.disruptionsAllowed === next.disruptionsAllowed &&
      status.currentHealthy === next.currentHealthy &&
      status.desiredHealthy === next.desiredHealthy &&
      status.expectedPods === next.expectedPods &&
      status.observedGeneration === next.observedGeneration &&
      status.conditions === next.conditions &&
      Object.keys(status.disruptedPods ?? {}).length === Object.keys(next.disruptedPods ?? {}).length
    );
  }

  #statusOf(budget: PodDisruptionBudget): BudgetStatus {
    const { spec, status, metadata } = budget;
    const key = keyOf(budget);
    const tracked = this.#tracked.get(key)!;
    const scale = needsScale(spec) ? this.#scaleOf(metadata.namespace ?? '', tracked) : 0;
    const { generation = 1 } = metadata;
    const timestamp = this.#plane.clock.timestamp();
    if (typeof scale === 'string') {
      const message = scale;
      const condition: BudgetCondition = { status: 'False', reason: 'SyncFailed', message };
      return {
        ...(status ?? { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
        observedGeneration: generation,
        disruptionsAllowed: 0,
        conditions: withDisruptionAllowed(status?.conditions, condition, generation, timestamp),
      };
    }
    const { disruptedPods, counted } = this.#disruptedOf(budget);
    const expected = expectation(spec, this.#selected.get(key).size, scale);
    const currentHealthy = tracked.healthy - counted;
    const allowed = disruptionsAllowed(currentHealthy, expected);
    return {
      observedGeneration: generation,
      ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
      disruptionsAllowed: allowed,
      currentHealthy,
      desiredHealthy: expected.desired,
      expectedPods: expected.expected,
      conditions: withDisruptionAllowed(status?.conditions, conditionFor(allowed), generation, timestamp),
    };
  }

  /** The scale of all controllers together, or why it can't be known. */
  #scaleOf(namespace: string, { owners }: Tracked): number | string {
    const counted = new Set<string>();
    let total = 0;
    for (const { owner } of owners.values()) {
      const scale = scaleOf(this.#plane.store, namespace, owner);
      if (scale === null) continue;
      if ('error' in scale) return scale.error;
      if (counted.has(scale.uid)) continue;
      counted.add(scale.uid);
      total += scale.replicas;
    }
    return total;
  }

  /** Evicted pods that are still expected to go, how many of them are counted as healthy, and when to look again. */
  #disruptedOf(budget: PodDisruptionBudget): {
    readonly disruptedPods: Labels;
    readonly counted: number;
    readonly againMicros: number | null;
  } {
    const { clock, store } = this.#plane;
    const { namespace = '' } = budget.metadata;
    const kept: Record<string, string> = {};
    let counted = 0;
    let againMicros: number | null = null;
    for (const [name, since] of Object.entries(budget.status?.disruptedPods ?? {})) {
      const pod = store.get(pods, namespace, name);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
      const left = clock.microsOf(since) + disruptedMicros - clock.nowMicros;
      if (left < 0) continue;
      kept[name] = since;
      if (isReady(pod) && this.#selected.get(keyOf(budget)).has(pod.metadata.uid)) counted++;
      againMicros = Math.min(againMicros ?? left + 1, left + 1);
    }
    return { disruptedPods: kept, counted, againMicros };
  }

  #warn(budget: PodDisruptionBudget, { unmanaged }: Tracked): void {
    if (this.#plane.starting) return;
    const component = 'controllermanager';
    if (this.#selected.get(keyOf(budget)).size === 0)
      this.#plane.events.record(budget, { reason: 'NoPods', message: 'No matching pods found', component });
    else if (unmanaged > 0 && needsScale(budget.spec))
      this.#plane.events.record(budget, {
        type: 'Warning',
        reason: 'UnmanagedPods',
        message: `Pods selected by this PodDisruptionBudget (selector: ${selectorText(budget.spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
        component,
      });
  }
}

/** Ready and not on its way out. */
function isHealthy(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && isReady(pod);
}

function join(tracked: Tracked, owner: OwnerReference | undefined, by: 1 | -1): void {
  if (owner === undefined) {
    tracked.unmanaged += by;
    return;
  }
  const known = tracked.owners.get(owner.uid);
  if (known === undefined) tracked.owners.set(owner.uid, { owner, pods: 1 });
  else if ((known.pods += by) <= 0) tracked.owners.delete(owner.uid);
}
