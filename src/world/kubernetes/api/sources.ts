/**
 * Fidelity: where objects come from: the store, or, for what nobody needs to write in a run, what is known at the moment. A node's
 * Lease shows its kubelet's last renewal (every 10 s while it is up), metrics are metrics-server's
 * (metrics.k8s.io/v1beta1), component statuses are always healthy, as here nothing of the control plane fails by itself.
 */

import type { ControlPlane } from '../control/control-plane.ts';
import type { Network } from '../network/install.ts';
import type { Nodes } from '../node/install.ts';
import type { ContainerUsage, ResourceMetrics } from '../node/resource-metrics.ts';
import type { KubeObject } from '../objects/meta.ts';
import {
  endpoints,
  events,
  leases,
  type Node,
  nodes,
  type Pod,
  pods,
  resourceName,
  services,
} from '../objects/resource-types.ts';
import { coreEvent, eventId, groupEvent } from './event-objects.ts';
import { componentStatuses, eventsOfGroup, nodeMetrics, podMetrics } from './served.ts';
import type { Served } from './served-resource.ts';

/** Reads of one resource that the store doesn't hold. The namespace is undefined for all. */
export interface Source {
  list(namespace: string | undefined): KubeObject[];
  get(namespace: string, name: string): KubeObject | undefined;
}

const leaseNamespace = 'kube-node-lease';

/** What is known of kubelets' reports, which nobody writes while nothing changes. */
export type NodeReports = Pick<Nodes, 'renewedMicros' | 'withHeartbeats'>;

/** What stands behind Services that select pods. */
export type EndpointsView = Pick<Network, 'endpointsOf'>;

/** The sources of a cluster by resource; what is missing here is in the store. */
export function sourcesOf(
  plane: ControlPlane,
  metrics: ResourceMetrics | null,
  reports: NodeReports,
  network: EndpointsView,
): ReadonlyMap<string, Source> {
  return new Map<string, Source>([
    [resourceName(events), eventSource(plane, coreEvent)],
    [resourceName(eventsOfGroup), eventSource(plane, groupEvent)],
    [resourceName(leases), leaseSource(plane, reports)],
    [resourceName(endpoints), endpointsSource(plane, network)],
    [resourceName(componentStatuses), componentSource],
    [resourceName(nodeMetrics), nodeMetricsSource(plane, metrics)],
    [resourceName(podMetrics), podMetricsSource(plane, metrics)],
  ]);
}

export function sourceOf(sources: ReadonlyMap<string, Source>, { type }: Served): Source | undefined {
  return sources.get(resourceName(type));
}

function eventSource(plane: ControlPlane, make: typeof coreEvent): Source {
  const { events: log, clock } = plane;
  return {
    list(namespace) {
      const records = [...log.list()];
      const wanted =
        namespace === undefined
          ? records
          : records.filter(({ regarding }) => regarding.namespace === namespace);
      return wanted.map((record) => make(record, clock));
    },
    get(namespace, name) {
      const id = eventId(name);
      if (id === null) return undefined;
      for (const record of log.list())
        if (record.id === id && record.regarding.namespace === namespace) return make(record, clock);
      return undefined;
    },
  };
}

/** Leases of nodes beside those that clients have made. */
function leaseSource(plane: ControlPlane, reports: NodeReports): Source {
  const stored = plane.store.table(leases);
  return {
    list(namespace) {
      const kept = [...stored.values(namespace)];
      if (namespace !== undefined && namespace !== leaseNamespace) return kept;
      const named = new Set([...stored.values(leaseNamespace)].map(({ metadata }) => metadata.name));
      const machines = [...plane.store.table(nodes).values()].filter(
        ({ metadata }) => !named.has(metadata.name),
      );
      return [...kept, ...machines.map((node) => leaseOf(node, plane, reports))];
    },
    get(namespace, name) {
      const kept = stored.get(namespace, name);
      if (kept !== undefined || namespace !== leaseNamespace) return kept;
      const node = plane.store.get(nodes, '', name);
      return node === undefined ? undefined : leaseOf(node, plane, reports);
    },
  };
}

/** Endpoints that clients have written, and those of Services that select pods. */
function endpointsSource({ store }: ControlPlane, { endpointsOf }: EndpointsView): Source {
  const stored = store.table(endpoints);
  const of = ({ metadata: { namespace = '', name } }: KubeObject) =>
    stored.get(namespace, name) === undefined ? endpointsOf(namespace, name) : undefined;
  return {
    list: (namespace) => [
      ...stored.values(namespace),
      ...present([...store.table(services).values(namespace)].map(of)),
    ],
    get: (namespace, name) => stored.get(namespace, name) ?? endpointsOf(namespace, name),
  };
}

function leaseOf(node: Node, { clock, engine }: ControlPlane, reports: NodeReports): KubeObject {
  const { name, uid, creationTimestamp, resourceVersion } = node.metadata;
  const born = clock.microsOf(creationTimestamp);
  const renewed = clock.nowMicros - engine.now + reports.renewedMicros(name);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: leaseNamespace,
      uid: `1ea5e${uid.slice(5)}`,
      resourceVersion,
      creationTimestamp,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    },
    spec: {
      holderIdentity: name,
      leaseDurationSeconds: 40,
      renewTime: clock.microTime(Math.max(born, renewed)),
    },
  };
}

const components: readonly (readonly [string, string])[] = [
  ['controller-manager', 'ok'],
  ['etcd-0', 'ok'],
  ['scheduler', 'ok'],
];

const componentObjects = components.map(
  ([name, message]) =>
    ({
      apiVersion: 'v1',
      kind: 'ComponentStatus',
      metadata: { name, creationTimestamp: null },
      conditions: [{ type: 'Healthy', status: 'True', message }],
    }) as unknown as KubeObject,
);

const componentSource: Source = {
  list: () => [...componentObjects],
  get: (_, name) => componentObjects.find(({ metadata }) => metadata.name === name),
};

/** As metrics-server writes amounts: nanocores and kibibytes. */
function usage({ cpuCores, memoryBytes }: Pick<ContainerUsage, 'cpuCores' | 'memoryBytes'>) {
  return { cpu: `${Math.ceil(cpuCores * 1e9)}n`, memory: `${Math.ceil(memoryBytes / 1024)}Ki` };
}

/** A Go duration. */
function durationText(micros: number): string {
  const minutes = Math.floor(micros / 60e6);
  const seconds = (micros - minutes * 60e6) / 1e6;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}

interface Measured {
  readonly atMicros: number;
  readonly windowMicros: number;
}

function metricsObject(
  { metadata }: KubeObject,
  kind: string,
  { atMicros, windowMicros }: Measured,
  { clock }: ControlPlane,
  rest: object,
): KubeObject {
  const { name, namespace, labels } = metadata;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      creationTimestamp: clock.timestamp(),
      ...(labels === undefined ? {} : { labels }),
    },
    timestamp: clock.timestampAt(atMicros),
    window: durationText(windowMicros),
    ...rest,
  } as unknown as KubeObject;
}

function nodeMetricsSource(plane: ControlPlane, metrics: ResourceMetrics | null): Source {
  const of = (node: Node): KubeObject | undefined => {
    const measured = metrics?.node(node.metadata.name) ?? null;
    if (measured === null) return undefined;
    return metricsObject(node, 'NodeMetrics', measured, plane, { usage: usage(measured) });
  };
  return {
    list: () => present([...plane.store.table(nodes).values()].map(of)),
    get(_, name) {
      const node = plane.store.get(nodes, '', name);
      return node === undefined ? undefined : of(node);
    },
  };
}

function podMetricsSource(plane: ControlPlane, metrics: ResourceMetrics | null): Source {
  const of = (pod: Pod): KubeObject | undefined => {
    const measured = metrics?.pod(pod.metadata.namespace ?? '', pod.metadata.name) ?? null;
    if (measured === null) return undefined;
    const containers = measured.containers.map((container) => ({
      name: container.name,
      usage: usage(container),
    }));
    return metricsObject(pod, 'PodMetrics', measured, plane, { containers });
  };
  return {
    list: (namespace) => present([...plane.store.table(pods).values(namespace)].map(of)),
    get(namespace, name) {
      const pod = plane.store.get(pods, namespace, name);
      return pod === undefined ? undefined : of(pod);
    },
  };
}

function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}
