/**
 * Fidelity: the ResourceQuota admission plugin (apiserver plugin/resourcequota/controller.go, 1.32): a new object must fit into
 * every quota of its namespace that covers it, and is counted in their status at once.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { ResourceQuota } from '../objects/cluster-scope.ts';
import type { KubeObject } from '../objects/meta.ts';
import type { Pod } from '../objects/pod.ts';
import { resourceQuotas } from '../objects/resource-types.ts';
import type { Amounts } from '../objects/resources.ts';
import type { AdmissionRequest } from '../store/api.ts';
import { done, type Outcome } from '../store/failure.ts';
import { amountText } from '../workloads/quota/quantity-text.ts';
import { coversPod, scopesOf } from '../workloads/quota/scopes.ts';
import { hardAmount, isCpuName, isPodType, unstated, usageOf } from '../workloads/quota/usage.ts';
import { forbid } from './forbid.ts';

/** What an object would take of a quota, of the resources that it limits. */
export interface Charge {
  readonly quota: ResourceQuota;
  readonly amounts: ReadonlyMap<string, number>;
}

export class QuotaAdmission {
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  admit(request: AdmissionRequest): Outcome<KubeObject> {
    const { type, object, old, dryRun } = request;
    const table = this.#plane.store.table(resourceQuotas);
    if (table.size === 0 || !type.namespaced) return done(object);
    const usage = usageOf(type, object, this.#plane.clock);
    const before = old === null ? {} : usageOf(type, old, this.#plane.clock);
    const charges: Charge[] = [];
    for (const quota of table.values(object.metadata.namespace ?? '')) {
      const hard = Object.keys(quota.status?.hard ?? {});
      if (isPodType(type) ? !coversPod(quota, object as Pod) : scopesOf(quota).length > 0) continue;
      const missing = isPodType(type) && old === null ? unstated(object as Pod, hard) : '';
      if (missing !== '')
        return forbid(request, `failed quota: ${quota.metadata.name}: must specify ${missing}`);
      const amounts = growth(usage, before, hard);
      if (amounts.size === 0) continue;
      const refusal = exceeded({ quota, amounts });
      if (refusal !== null) return forbid(request, refusal);
      charges.push({ quota, amounts });
    }
    if (!dryRun) for (const charge of charges) this.#charge(charge);
    return done(object);
  }

  #charge({ quota, amounts }: Charge): void {
    const { namespace = '', name } = quota.metadata;
    this.#plane.api.modifyStatus(resourceQuotas, namespace, name, (now) => {
      const { hard = {}, used = {} } = now.status ?? {};
      const next = { ...used };
      for (const [resource, amount] of amounts)
        next[resource] = text(resource, hardAmount(resource, used[resource]) + amount, hard);
      return { ...now, status: { ...now.status, used: next } };
    });
  }
}

function growth(usage: Amounts, before: Amounts, hard: readonly string[]): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const name of hard) {
    const more = (usage[name] ?? 0) - (before[name] ?? 0);
    if (more > 0) amounts.set(name, more);
  }
  return amounts;
}

function text(resource: string, amount: number, hard: Readonly<Record<string, number | string>>): string {
  return amountText(isCpuName(resource), amount, hard[resource]);
}

/** Why the quota refuses the charge, in the server's words; null: it fits. */
export function exceeded({ quota, amounts }: Charge): string | null {
  const { hard = {}, used = {} } = quota.status ?? {};
  const over = [...amounts.keys()]
    .filter((name) => hardAmount(name, used[name]) + amounts.get(name)! > hardAmount(name, hard[name]))
    .sort();
  if (over.length === 0) return null;
  const list = (of: (name: string) => string) => over.map((name) => `${name}=${of(name)}`).join(',');
  const requested = list((name) => text(name, amounts.get(name)!, hard));
  const taken = list((name) => text(name, hardAmount(name, used[name]), hard));
  const limited = list((name) => text(name, hardAmount(name, hard[name]), hard));
  return `exceeded quota: ${quota.metadata.name}, requested: ${requested}, used: ${taken}, limited: ${limited}`;
}
