/**
 * Fidelity: the `scale` subresource as the autoscaler's scale client sees it (autoscaling/v1 Scale, 1.32): of the built-in
 * workloads, and of custom resources by the paths that their definitions state.
 */
import type { ObjectReference } from '../../objects/autoscaling.ts';
import type { KubeObject, LabelSelector } from '../../objects/meta.ts';
import {
  customResourceDefinitions,
  type ResourceType,
  resourceName,
  typeOfKind,
} from '../../objects/resource-types.ts';
import { selectorText } from '../../objects/selector.ts';
import type { Store } from '../../store/store.ts';

export interface Scale {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** As the status of a Scale has it; empty when there is none. */
  readonly selector: string;
}

/** The scale of what an autoscaler points at, or why it can't be had. */
export function scaleOf(store: Store, reference: ObjectReference, namespace: string): Scale | string {
  const { apiVersion = 'v1', kind, name } = reference;
  const type = typeOfKind(apiVersion, kind) ?? customTypeOf(store, apiVersion, kind);
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (type === undefined) return `no matches for kind "${kind}" in group "${group}"`;
  if (type.scale === null) return 'the server could not find the requested resource';
  const object = store.get(type, namespace, name);
  if (object === undefined) return `${resourceName(type)} "${name}" not found`;
  return {
    type,
    namespace,
    name,
    specReplicas: numberAt(object, type.scale.specReplicasPath) ?? (isBuiltIn(type) ? 1 : 0),
    statusReplicas: numberAt(object, type.scale.statusReplicasPath) ?? 0,
    selector: selectorOf(object, type),
  };
}

/** The object with another size asked for. */
export function withReplicas<T extends KubeObject>(object: T, type: ResourceType, replicas: number): T {
  const path = pathOf(type.scale?.specReplicasPath ?? '.spec.replicas');
  return changedAt(object, path, replicas) as T;
}

function changedAt(value: unknown, path: readonly string[], last: unknown): unknown {
  if (path.length === 0) return last;
  const members = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [path[0]]: changedAt(members[path[0]], path.slice(1), last) };
}

function isBuiltIn({ group }: ResourceType): boolean {
  return group === 'apps' || group === '' || group === 'argoproj.io';
}

function pathOf(path: string): readonly string[] {
  return path.split('.').filter((part) => part !== '');
}

function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const part of pathOf(path)) value = (value as Readonly<Record<string, unknown>> | undefined)?.[part];
  return value;
}

function numberAt(object: KubeObject, path: string): number | undefined {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : undefined;
}

function selectorOf(object: KubeObject, type: ResourceType): string {
  const spec = object.spec as { readonly selector?: unknown } | undefined;
  const own = spec?.selector;
  if (isBuiltIn(type) && typeof own === 'object' && own !== null) return builtInSelector(own, type);
  const path = type.scale?.labelSelectorPath;
  const stated = path === null || path === undefined ? undefined : valueAt(object, path);
  return typeof stated === 'string' ? stated : '';
}

function builtInSelector(own: object, type: ResourceType): string {
  // A ReplicationController's selector is the bare map of labels.
  const selector =
    type.group === '' ? { matchLabels: own as Record<string, string> } : (own as LabelSelector);
  const text = selectorText(selector);
  return text === '<none>' ? '' : text;
}

interface DefinitionSpec {
  readonly group: string;
  readonly scope: string;
  readonly names: { readonly kind: string; readonly plural: string; readonly singular?: string };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly subresources?: {
      readonly status?: object;
      readonly scale?: {
        readonly specReplicasPath: string;
        readonly statusReplicasPath: string;
        readonly labelSelectorPath?: string;
      };
    };
  }[];
}

/** The type that a custom resource definition makes, or undefined. */
function customTypeOf(store: Store, apiVersion: string, kind: string): ResourceType | undefined {
  const slash = apiVersion.indexOf('/');
  for (const { spec } of store.table(customResourceDefinitions).values()) {
    const { group, names, versions, scope } = spec as DefinitionSpec;
    if (names.kind !== kind || group !== apiVersion.slice(0, slash)) continue;
    const version = versions.find((each) => each.name === apiVersion.slice(slash + 1)) ?? versions[0];
    const scale = version.subresources?.scale;
    return {
      group,
      version: version.name,
      kind,
      plural: names.plural,
      singular: names.singular ?? kind.toLowerCase(),
      shortNames: [],
      categories: [],
      namespaced: scope === 'Namespaced',
      hasStatus: version.subresources?.status !== undefined,
      scale: scale === undefined ? null : { ...scale, labelSelectorPath: scale.labelSelectorPath ?? null },
      counted: true,
    };
  }
  return undefined;
}

const expression = /^(!)?([^\s=!,()]+)\s*(?:(==|=|!=)\s*([^\s,()]*)|\s(in|notin)\s*\(([^)]*)\))?$/;

/** Reads a selector as it stands in a Scale: `app=web,tier in (a,b),!canary`; null when it is malformed. */
export function parseSelector(text: string): LabelSelector | null {
  const matchExpressions: {
    key: string;
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    values?: string[];
  }[] = [];
  const matchLabels: Record<string, string> = {};
  for (const part of text.split(/,(?![^(]*\))/)) {
    const match = expression.exec(part.trim());
    if (match === null) return null;
    const [, not, key, equals, value, set, members] = match;
    if (not !== undefined) matchExpressions.push({ key, operator: 'DoesNotExist' });
    else if (equals === '!=') matchExpressions.push({ key, operator: 'NotIn', values: [value] });
    else if (equals !== undefined) matchLabels[key] = value;
    else if (set === undefined) matchExpressions.push({ key, operator: 'Exists' });
    else {
      const values = members.split(',').map((member) => member.trim());
      matchExpressions.push({ key, operator: set === 'in' ? 'In' : 'NotIn', values });
    }
  }
  return { matchLabels, matchExpressions };
}
