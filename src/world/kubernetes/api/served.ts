/**
 * Fidelity: what an API server of Kubernetes 1.32 serves where: versions, verbs and subresources of every resource, as its
 * discovery tells them. autoscaling/v1 is another face of autoscaling/v2, events.k8s.io/v1 of the core's events. Resources
 * without anything behind them here (admission webhooks, flow schemas, certificates) are not served.
 */
import type { KubeObject } from '../objects/meta.ts';
import {
  apiVersionOf,
  builtInTypes,
  customResourceDefinitions,
  events,
  horizontalPodAutoscalers,
  type ResourceType,
  resourceName,
} from '../objects/resource-types.ts';
import type { Store } from '../store/store.ts';
import { autoscalingV1 } from './autoscaling-v1.ts';
import { servedByDefinition } from './definitions.ts';
import type { Served, Subresource } from './served-resource.ts';

export const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const changes = ['get', 'patch', 'update'];
const connections = ['create', 'get'];
const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

function madeUp(
  apiVersion: string,
  kind: string,
  plural: string,
  namespaced: boolean,
  short: readonly string[] = [],
): ResourceType {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: short,
    categories: [],
    namespaced,
    hasStatus: false,
    scale: null,
    counted: false,
  };
}

export const componentStatuses = madeUp('v1', 'ComponentStatus', 'componentstatuses', false, ['cs']);
export const bindings = madeUp('v1', 'Binding', 'bindings', true);
export const eventsOfGroup = madeUp('events.k8s.io/v1', 'Event', 'events', true, ['ev']);
export const nodeMetrics = madeUp('metrics.k8s.io/v1beta1', 'NodeMetrics', 'nodes', false);
export const podMetrics = madeUp('metrics.k8s.io/v1beta1', 'PodMetrics', 'pods', true);

/** What is only asked and never kept. */
export const reviewTypes: readonly ResourceType[] = [
  madeUp('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews', false),
  madeUp('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews', false),
  madeUp('authorization.k8s.io/v1', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', true),
  madeUp('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false),
  madeUp('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', false),
  madeUp('authorization.k8s.io/v1', 'SubjectAccessReview', 'subjectaccessreviews', false),
];

function core(kind: string, group = '', version = 'v1') {
  return { group, version, kind };
}

/** Subresources beyond status and scale, by resource. */
const furtherSubresources: Readonly<Record<string, readonly Subresource[]>> = {
  pods: [
    { name: 'attach', kind: core('PodAttachOptions'), verbs: connections },
    { name: 'binding', kind: core('Binding'), verbs: ['create'] },
    { name: 'ephemeralcontainers', kind: core('Pod'), verbs: changes },
    { name: 'eviction', kind: core('Eviction', 'policy'), verbs: ['create'] },
    { name: 'exec', kind: core('PodExecOptions'), verbs: connections },
    { name: 'log', kind: core('Pod'), verbs: ['get'] },
    { name: 'portforward', kind: core('PodPortForwardOptions'), verbs: connections },
    { name: 'proxy', kind: core('PodProxyOptions'), verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  nodes: [
    { name: 'proxy', kind: core('NodeProxyOptions'), verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  ],
  services: [
    {
      name: 'proxy',
      kind: core('ServiceProxyOptions'),
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
    },
  ],
  namespaces: [{ name: 'finalize', kind: core('Namespace'), verbs: ['update'] }],
  serviceaccounts: [
    { name: 'token', kind: core('TokenRequest', 'authentication.k8s.io'), verbs: ['create'] },
  ],
};

/** Subresources of a type in the order of their names. */
export function subresourcesOf(type: ResourceType): readonly Subresource[] {
  const { group, version, kind } = type;
  const list = [...(furtherSubresources[resourceName(type)] ?? [])];
  if (type.scale !== null) list.push({ name: 'scale', kind: scaleKind, verbs: changes });
  if (type.hasStatus) list.push({ name: 'status', kind: { group, version, kind }, verbs: changes });
  return list.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const verbsOf = new Map([
  [resourceName(events), ['create', 'get', 'list', 'watch']],
  [resourceName(eventsOfGroup), ['create', 'get', 'list', 'watch']],
]);

function served(
  type: ResourceType,
  verbs: readonly string[] = verbsOf.get(resourceName(type)) ?? allVerbs,
): Served {
  const { group, version } = type;
  return {
    group,
    version,
    type,
    verbs,
    subresources: subresourcesOf(type),
    conversion: null,
    definition: null,
  };
}

const reading = ['get', 'list'];

const builtIn: readonly Served[] = [
  ...builtInTypes.map((type) => served(type)),
  served(bindings, ['create']),
  served(componentStatuses, reading),
  served(eventsOfGroup),
  { ...served(horizontalPodAutoscalers), version: 'v1', conversion: autoscalingV1 },
  ...reviewTypes.map((type) => served(type, ['create'])),
  served(nodeMetrics, reading),
  served(podMetrics, reading),
];

function keyOf({ group, version }: Pick<Served, 'group' | 'version'>, plural: string): string {
  return `${group}/${version}/${plural}`;
}

const builtInByKey = new Map(builtIn.map((one) => [keyOf(one, one.type.plural), one]));
const builtInNames = new Set(builtIn.map((one) => resourceName(one.type)));

/** What is served now: the built-in resources and those that definitions add. */
export class ServedResources {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  find(group: string, version: string, plural: string): Served | undefined {
    const known = builtInByKey.get(`${group}/${version}/${plural}`);
    if (known !== undefined || group === '') return known;
    const definition = this.#store.get(customResourceDefinitions, '', `${plural}.${group}`);
    return definition === undefined ? undefined : this.#of(definition).find((one) => one.version === version);
  }

  /** The resource of an object, for whoever knows its kind alone. */
  ofKind(apiVersion: string, kind: string): Served | undefined {
    for (const one of this.all()) if (one.type.kind === kind && apiVersionOf(one) === apiVersion) return one;
    return undefined;
  }

  all(): readonly Served[] {
    const definitions = [...this.#store.table(customResourceDefinitions).values()];
    return definitions.length === 0 ? builtIn : [...builtIn, ...definitions.flatMap((one) => this.#of(one))];
  }

  /** A definition of what is built in, as Argo Rollouts installs its own, changes nothing. */
  #of(definition: KubeObject): readonly Served[] {
    return builtInNames.has(definition.metadata.name) ? [] : servedByDefinition(definition);
  }
}
