/**
 * Fidelity: LimitRanger (plugin/pkg/admission/limitranger, 1.32): defaults for containers that state no requests or limits, and
 * bounds of containers, pods and claims. Pure: what it reads comes as arguments.
 */
import type { LimitRange } from '../objects/cluster-scope.ts';
import type { Quantity, ResourceList } from '../objects/meta.ts';
import type { Container, PodSpec } from '../objects/pod.ts';
import { type Amounts, amountOf, amountsOf, podLimits, podRequests } from '../objects/resources.ts';
import { amountText } from '../workloads/quota/quantity-text.ts';

export type LimitItem = LimitRange['spec']['limits'][number];

export const limitRangerAnnotation = 'kubernetes.io/limit-ranger';

interface Defaults {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

/** What containers get that say nothing: limits from `default` or else `max`, requests from `defaultRequest`, that limit, or `min`. */
export function containerDefaults(items: readonly LimitItem[]): Defaults {
  let requests: ResourceList = {};
  let limits: ResourceList = {};
  for (const { type, max, min, default: limit, defaultRequest } of items) {
    if (type !== 'Container') continue;
    const ownLimits = { ...max, ...limit };
    requests = { ...requests, ...min, ...ownLimits, ...defaultRequest };
    limits = { ...limits, ...ownLimits };
  }
  return { requests, limits };
}

export interface Defaulted {
  readonly spec: PodSpec;
  /** What the annotation says has been set; null: nothing was. */
  readonly note: string | null;
}

/** The spec with the defaults of one LimitRange; the same object when nothing was missing. */
export function withContainerDefaults(spec: PodSpec, items: readonly LimitItem[]): Defaulted {
  const defaults = containerDefaults(items);
  const notes: string[] = [];
  const fill = (kind: string) => (container: Container) => filled(container, defaults, kind, notes);
  const containers = spec.containers.map(fill('container'));
  const initContainers = spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return { spec, note: null };
  const made =
    initContainers === undefined ? { ...spec, containers } : { ...spec, containers, initContainers };
  return { spec: made, note: `LimitRanger plugin set: ${notes.join('; ')}` };
}

function filled(container: Container, defaults: Defaults, kind: string, notes: string[]): Container {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const newRequests = missing(defaults.requests, requests);
  const newLimits = missing(defaults.limits, limits);
  if (newRequests.length > 0) notes.push(`${newRequests.join(', ')} request for ${kind} ${container.name}`);
  if (newLimits.length > 0) notes.push(`${newLimits.join(', ')} limit for ${kind} ${container.name}`);
  if (newRequests.length + newLimits.length === 0) return container;
  const resources = {
    ...container.resources,
    requests: { ...defaults.requests, ...requests },
    limits: { ...defaults.limits, ...limits },
  };
  return { ...container, resources };
}

function missing(defaults: ResourceList, stated: ResourceList): string[] {
  return Object.keys(defaults)
    .filter((name) => stated[name] === undefined)
    .sort();
}

/** Everything about a pod that one LimitRange forbids, in the server's words. */
export function podViolations(spec: PodSpec, items: readonly LimitItem[]): string[] {
  const problems: string[] = [];
  for (const item of items) {
    if (item.type === 'Container')
      for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])])
        problems.push(...violations(item, stated(resources?.requests), stated(resources?.limits)));
    if (item.type === 'Pod')
      problems.push(...violations(item, summed(spec, podRequests), summed(spec, podLimits)));
  }
  return problems;
}

/** Everything about a claim's storage that one LimitRange forbids. */
export function claimViolations(requests: ResourceList, items: readonly LimitItem[]): string[] {
  const storage = stated(requests);
  return items
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, bound) => belowMinimum(item, name, bound, storage, none)),
      // A claim has no limits: what it asks for stands for them.
      ...each(item.max, (name, bound) => aboveMaximum(item, name, bound, storage, storage)),
    ]);
}

/** Amounts, and how each is written. */
interface Stated {
  readonly amounts: Amounts;
  readonly text: (name: string) => string;
}

const none: Stated = { amounts: {}, text: () => '0' };

function stated(list: ResourceList | undefined): Stated {
  return list === undefined ? none : { amounts: amountsOf(list), text: (name) => String(list[name]) };
}

function summed(spec: PodSpec, of: (spec: PodSpec) => Amounts): Stated {
  const amounts = of(spec);
  const sample = (name: string) =>
    spec.containers
      .map(({ resources }) => resources?.requests?.[name] ?? resources?.limits?.[name])
      .find((q) => q !== undefined);
  return { amounts, text: (name) => amountText(name === 'cpu', amounts[name] ?? 0, sample(name)) };
}

function violations(item: LimitItem, requests: Stated, limits: Stated): string[] {
  return [
    ...each(item.min, (name, bound) => belowMinimum(item, name, bound, requests, limits)),
    ...each(item.max, (name, bound) => aboveMaximum(item, name, bound, requests, limits)),
    ...each(item.maxLimitRequestRatio, (name, bound) => aboveRatio(item, name, bound, requests, limits)),
  ];
}

function each(
  bounds: ResourceList | undefined,
  check: (name: string, bound: Quantity) => string | null,
): string[] {
  return Object.entries(bounds ?? {})
    .map(([name, bound]) => check(name, bound))
    .filter((problem) => problem !== null);
}

function belowMinimum(
  { type }: LimitItem,
  name: string,
  bound: Quantity,
  requests: Stated,
  limits: Stated,
): string | null {
  const least = amountOf(name, bound);
  const [request, limit] = [requests.amounts[name], limits.amounts[name]];
  const begin = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${begin}.  No request is specified`;
  if (request < least) return `${begin}, but request is ${requests.text(name)}`;
  return limit !== undefined && limit < least ? `${begin}, but limit is ${limits.text(name)}` : null;
}

function aboveMaximum(
  { type }: LimitItem,
  name: string,
  bound: Quantity,
  requests: Stated,
  limits: Stated,
): string | null {
  const most = amountOf(name, bound);
  const [request, limit] = [requests.amounts[name], limits.amounts[name]];
  const begin = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${begin}.  No limit is specified`;
  if (limit > most) return `${begin}, but limit is ${limits.text(name)}`;
  return request !== undefined && request > most ? `${begin}, but request is ${requests.text(name)}` : null;
}

function aboveRatio(
  { type }: LimitItem,
  name: string,
  bound: Quantity,
  requests: Stated,
  limits: Stated,
): string | null {
  const request = requests.amounts[name] ?? 0;
  const limit = limits.amounts[name] ?? 0;
  const begin = `${name} max limit to request ratio per ${type} is ${bound}`;
  if (request === 0) return `${begin}, but no request is specified or request is 0`;
  if (limit === 0) return `${begin}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  // The bound is a plain number: thousandths are as fine as it goes.
  return ratio * 1000 > amountOf('cpu', bound) ? `${begin}, but provided ratio is ${ratio.toFixed(6)}` : null;
}
