import type { Cluster, Refusal } from '../world/kubernetes/cluster.ts';
import type { Drain } from '../world/kubernetes/disruption/drain.ts';
import { type DrainSelection, selectForDrain } from '../world/kubernetes/disruption/drain-filter.ts';
import { budgetsOf } from '../world/kubernetes/disruption/eviction.ts';
import type { KubeObject } from '../world/kubernetes/objects/meta.ts';
import {
  builtInTypes,
  type Node,
  namespaces,
  nodes,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  pods,
  type ReplicaSet,
  replicaSets,
  replicationControllers,
  services,
  statefulSets,
} from '../world/kubernetes/objects/resource-types.ts';
import { type Amounts, amountsOf, podRequests } from '../world/kubernetes/objects/resources.ts';
import { WhatIf } from '../world/kubernetes/scheduler/what-if.ts';

// What rooms above may know of the objects they look at.
export type { Drain, DrainedPod } from '../world/kubernetes/disruption/drain.ts';
export type { DrainSelection } from '../world/kubernetes/disruption/drain-filter.ts';
export type { KubernetesModel, NodePool } from '../world/kubernetes/model.ts';
export type { Condition, KubeObject } from '../world/kubernetes/objects/meta.ts';
export { conditionOf, controllerOf } from '../world/kubernetes/objects/meta.ts';
export { nodePoolLabel, zoneLabel } from '../world/kubernetes/objects/node.ts';
export { isActive, isFinished, isReady } from '../world/kubernetes/objects/pod.ts';
export type {
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
} from '../world/kubernetes/objects/resource-types.ts';
export type { Amounts } from '../world/kubernetes/objects/resources.ts';
export type { WhatIf } from '../world/kubernetes/scheduler/what-if.ts';

/** The cluster of a run, to be looked at between two steps. Looking changes nothing. */
export interface ClusterView {
  nodes(): readonly Node[];
  /** All pods, in the order of their creation within a namespace. */
  pods(): readonly Pod[];
  podsOn(node: string): readonly Pod[];
  budgets(): readonly PodDisruptionBudget[];
  /** Budgets whose selectors match the pod. */
  budgetsOf(pod: Pod): readonly PodDisruptionBudget[];
  /** The object of a kind that is built in; undefined: there is none. */
  object(kind: string, namespace: string, name: string): KubeObject | undefined;
  /** Everything of a kind in a namespace, or in all. */
  objects(kind: string, namespace?: string): readonly KubeObject[];
  /** ReplicaSets that an object controls, the oldest first. */
  replicaSetsOf(uid: string): readonly ReplicaSet[];
  podsOf(uid: string): readonly Pod[];
  /** What `kubectl drain --ignore-daemonsets --delete-emptydir-data` would do about the pods of a node. */
  drainSelection(node: string, force: boolean): DrainSelection;
  /** Drains that have begun, in order. */
  readonly drains: readonly Drain[];
  /** What the API server refused of what the manifests ask for. */
  readonly refusals: readonly Refusal[];
  /** The scheduler's filters over a copy of the cluster, which may be changed at will. */
  whatIf(): WhatIf;
  requestsOf(pod: Pod): Amounts;
  allocatableOf(node: Node): Amounts;
  /** Microseconds of virtual time that a timestamp of an object says. */
  microsOf(timestamp: string): number;
  /** Calls back after each change of objects of a kind, for as long as the run goes on. */
  onChange(kind: string, listener: (object: KubeObject, deleted: boolean) => void): void;
}

/** `drains` is the list that the run adds to. */
export function viewOf(cluster: Cluster, drains: readonly Drain[]): ClusterView {
  const { store } = cluster;
  const typeOf = (kind: string) => builtInTypes.find((type) => type.kind === kind);
  return {
    drains,
    refusals: cluster.refusals,
    nodes: () => [...store.table(nodes).values()],
    pods: () => [...store.table(pods).values()],
    podsOn: (node) => [...cluster.podsByNode.get(node)],
    budgets: () => [...store.table(podDisruptionBudgets).values()],
    budgetsOf: (pod) => budgetsOf(cluster, pod),
    object: (kind, namespace, name) => {
      const type = typeOf(kind);
      return type === undefined ? undefined : store.get(type, type.namespaced ? namespace : '', name);
    },
    objects: (kind, namespace) => {
      const type = typeOf(kind);
      return type === undefined ? [] : [...store.table(type).values(namespace)];
    },
    replicaSetsOf: (uid) =>
      [...store.table(replicaSets).values()].filter(({ metadata }) =>
        metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid),
      ),
    podsOf: (uid) => [...cluster.podsByOwner.get(uid)],
    drainSelection: (node, force) => {
      const how = { ignoreDaemonSets: true, deleteEmptyDirData: true, force };
      return selectForDrain(cluster.podsByNode.get(node), how, store);
    },
    whatIf: () => WhatIf.of(store.table(nodes).values(), store.table(pods).values(), surroundingsOf(cluster)),
    requestsOf: (pod) => podRequests(pod.spec),
    allocatableOf: (node) => amountsOf(node.status.allocatable),
    microsOf: (timestamp) => cluster.clock.microsOf(timestamp),
    onChange: (kind, listener) => {
      const type = typeOf(kind);
      if (type !== undefined)
        store.observe(type, (change) => listener(change.object, change.kind === 'DELETED'));
    },
  };
}

type Surroundings = NonNullable<Parameters<typeof WhatIf.of>[2]>;

/** What the scheduler knows beside nodes and pods. */
function surroundingsOf({ store }: Cluster): Surroundings {
  return {
    services: (namespace) => store.table(services).values(namespace),
    namespaceLabels: (namespace) => store.get(namespaces, '', namespace)?.metadata.labels,
    ownerSelector: (namespace, { kind, name }) => {
      if (kind === 'ReplicaSet') return store.get(replicaSets, namespace, name)?.spec.selector;
      if (kind === 'StatefulSet') return store.get(statefulSets, namespace, name)?.spec.selector;
      if (kind !== 'ReplicationController') return undefined;
      const spec = store.get(replicationControllers, namespace, name)?.spec as
        | { readonly selector?: Readonly<Record<string, string>> }
        | undefined;
      return spec?.selector === undefined ? undefined : { matchLabels: spec.selector };
    },
  };
}
