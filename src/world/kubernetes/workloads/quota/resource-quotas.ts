/**
 * Fidelity: the resource quota controller (controller/resourcequota, 1.32): five workers; usage is counted anew when a quota
 * changes, when something that counts is gone, and every five minutes. What is added in between, admission counts at once.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import { Controller, type Reconciliation } from '../../control/controller.ts';
import { keyOf, splitKey } from '../../objects/meta.ts';
import {
  namespaces,
  type Pod,
  type ResourceQuota,
  type ResourceType,
  resourceQuotas,
  type Service,
} from '../../objects/resource-types.ts';
import { sameValue } from '../../store/equality.ts';
import type { Change } from '../../store/store.ts';
import { amountText } from './quantity-text.ts';
import { coversPod, scopesOf } from './scopes.ts';
import { chargesCompute, isCpuName, isPodType, usageOf } from './usage.ts';

const workers = 5;
const component = 'resourcequota-controller';
const resyncMicros = 5 * 60 * 1e6;

export class ResourceQuotas {
  readonly #plane: ControlPlane;
  readonly #loop: Controller;
  readonly #resync: number;
  #resyncing = false;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#loop = new Controller({
      engine: plane.engine,
      client: plane.component(component, plane.model.settings.controllers).client,
      name: component,
      workers,
      reconcile: (key) => this.#reconcile(key),
    });
    this.#resync = plane.engine.register('kubernetes/resourcequota/resync', () => this.#countAll());
    plane.store.observeAll((change) => this.#hear(change as Change));
  }

  #hear({ kind, type, object, previous }: Change): void {
    if (type.kind === 'ResourceQuota') {
      if (kind === 'DELETED' || previous?.spec === object.spec) return;
      this.#keepCounting();
      this.#enqueue(keyOf(object));
      return;
    }
    if (this.#quotas.size === 0 || !type.namespaced) return;
    if (kind === 'DELETED' || (previous !== null && this.#frees(type, previous, object)))
      for (const quota of this.#quotas.values(object.metadata.namespace ?? '')) this.#enqueue(keyOf(quota));
  }

  get #quotas() {
    return this.#plane.store.table(resourceQuotas);
  }

  #frees(type: ResourceType, previous: unknown, object: unknown): boolean {
    const { clock } = this.#plane;
    if (isPodType(type))
      return chargesCompute(previous as Pod, clock) && !chargesCompute(object as Pod, clock);
    return type.kind === 'Service' && (previous as Service).spec.type !== (object as Service).spec.type;
  }

  #enqueue(key: string): void {
    this.#loop.enqueueAfter(key, this.#plane.starting ? 0 : this.#plane.model.settings.watchLagMicros);
  }

  /** The periodic count runs only while there are quotas. */
  #keepCounting(): void {
    if (this.#resyncing) return;
    this.#resyncing = true;
    this.#plane.engine.after(resyncMicros, this.#resync, 0, 0);
  }

  #countAll(): void {
    this.#resyncing = this.#quotas.size > 0;
    if (!this.#resyncing) return;
    for (const quota of this.#quotas.values()) this.#loop.enqueue(keyOf(quota));
    this.#plane.engine.after(resyncMicros, this.#resync, 0, 0);
  }

  #reconcile(key: string): Reconciliation | null {
    const [namespace, name] = splitKey(key);
    const quota = this.#plane.store.get(resourceQuotas, namespace, name);
    if (quota === undefined || this.#plane.store.get(namespaces, '', namespace) === undefined) return null;
    if (quota.status !== undefined && sameValue(quota.status, this.#statusOf(quota))) return null;
    return {
      writes: [
        () =>
          this.#plane.api.modifyStatus(resourceQuotas, namespace, name, (now) => ({
            ...now,
            status: this.#statusOf(now),
          })),
      ],
    };
  }

  #statusOf(quota: ResourceQuota): NonNullable<ResourceQuota['status']> {
    const { hard = {} } = quota.spec;
    const totals = new Map(Object.keys(hard).map((name) => [name, 0]));
    const scoped = scopesOf(quota).length > 0;
    for (const { type, values } of this.#content(quota.metadata.namespace ?? '')) {
      if (scoped && !isPodType(type)) continue;
      for (const object of values) {
        if (scoped && !coversPod(quota, object as Pod)) continue;
        const usage = usageOf(type, object, this.#plane.clock);
        for (const name in usage) {
          const before = totals.get(name);
          if (before !== undefined) totals.set(name, before + usage[name]);
        }
      }
    }
    const used = Object.fromEntries(
      [...totals].map(([name, amount]) => [name, amountText(isCpuName(name), amount, hard[name])]),
    );
    return { hard, used };
  }

  *#content(namespace: string) {
    for (const table of this.#plane.store.tables())
      if (table.type.namespaced) yield { type: table.type, values: table.values(namespace) };
  }
}
