/**
 * Fidelity: what a pod asks for, as the scheduler, quotas and autoscalers compute it (component-helpers
 * resource.PodRequests, 1.32): the containers together, or the neediest moment of its start, plus overhead. CPU in whole
 * thousandths of a core rounded up, other resources in whole units rounded up, as `Quantity.MilliValue` and `Value` give.
 * Simplified: resources of the pod as a whole and those of a resize under way, both behind gates that are off, do not count.
 */
import { parseQuantity } from '../../../base/quantity.ts';
import type { Quantity, ResourceList } from './meta.ts';
import type { Container, PodSpec } from './pod.ts';

/** Amounts by resource name: `cpu` in millicores, all else in whole units. */
export type Amounts = Readonly<Record<string, number>>;

const parsed = new Map<Quantity, number>();
const parsedKept = 10_000;

/** The value of a quantity that has been validated; 0 for one that can't be read. */
export function quantityOf(quantity: Quantity | undefined): number {
  if (quantity === undefined) return 0;
  const known = parsed.get(quantity);
  if (known !== undefined) return known;
  const value = parseQuantity(quantity) ?? 0;
  if (parsed.size < parsedKept) parsed.set(quantity, value);
  return value;
}

/** Whole millicores, rounded away from zero. */
export function milliOf(quantity: Quantity | undefined): number {
  // Decimal fractions are not exact in binary: 0.1 cores are 100 millicores and not 101.
  return awayFromZero(Math.round(quantityOf(quantity) * 1e9) / 1e6);
}

function awayFromZero(amount: number): number {
  return amount < 0 ? Math.floor(amount) : Math.ceil(amount);
}

/** One amount in the unit of `Amounts`. */
export function amountOf(resource: string, quantity: Quantity | undefined): number {
  return resource === 'cpu' ? milliOf(quantity) : awayFromZero(quantityOf(quantity));
}

const amountsOfLists = new WeakMap<ResourceList, Amounts>();
const nothing: Amounts = {};

/** Remembers what it computed for a list, since pods of one template share theirs. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  if (list === undefined) return nothing;
  let amounts = amountsOfLists.get(list);
  if (amounts === undefined) {
    amounts = Object.fromEntries(
      Object.entries(list).map(([name, quantity]) => [name, amountOf(name, quantity)]),
    );
    amountsOfLists.set(list, amounts);
  }
  return amounts;
}

const requestsOfPods = new WeakMap<readonly Container[], Amounts>();
const limitsOfPods = new WeakMap<readonly Container[], Amounts>();

/** What the pod asks for; limits stand in for requests that are missing only where the defaults have put them. */
export function podRequests(spec: PodSpec): Amounts {
  return remembered(requestsOfPods, spec, (container) => amountsOf(container.resources?.requests), add);
}

/** Overhead raises the limits that there are and makes none. */
export function podLimits(spec: PodSpec): Amounts {
  return remembered(
    limitsOfPods,
    spec,
    (container) => amountsOf(container.resources?.limits),
    addWhereStated,
  );
}

function remembered(
  known: WeakMap<readonly Container[], Amounts>,
  spec: PodSpec,
  of: (container: Container) => Amounts,
  finish: typeof add,
): Amounts {
  // The arrays of containers are shared by all pods of a template; init containers and overhead come with them.
  let amounts = known.get(spec.containers);
  if (amounts === undefined) {
    amounts = totalOf(spec, of, finish);
    known.set(spec.containers, amounts);
  }
  return amounts;
}

function totalOf(spec: PodSpec, of: (container: Container) => Amounts, finish: typeof add): Amounts {
  const total: Record<string, number> = {};
  for (const container of spec.containers) add(total, of(container));
  const sidecars: Record<string, number> = {};
  const start: Record<string, number> = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      add(sidecars, of(container));
      raise(start, sidecars);
    } else {
      const moment = { ...sidecars };
      add(moment, of(container));
      raise(start, moment);
    }
  }
  add(total, sidecars);
  raise(total, start);
  finish(total, amountsOf(spec.overhead));
  return total;
}

function add(to: Record<string, number>, more: Amounts): void {
  for (const name in more) to[name] = (to[name] ?? 0) + more[name];
}

function addWhereStated(to: Record<string, number>, more: Amounts): void {
  for (const name in more) if (to[name] !== undefined) to[name] += more[name];
}

function raise(to: Record<string, number>, least: Amounts): void {
  for (const name in least) to[name] = Math.max(to[name] ?? 0, least[name]);
}
