/**
 * Fidelity: a cluster put together: API server, controllers, scheduler, kubelets and kube-proxies over one virtual clock. What
 * each part simplifies stands in its own file. Before the run begins, everything that is applied converges through the same
 * control loops in no time, and the cluster's clock shows a day earlier: the run finds a system that has long been running.
 */
import { randomStream } from '../../base/random.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Instruments } from '../../telemetry/instruments.ts';
import type { Reader } from '../../telemetry/reader.ts';
import { ClusterLedger } from './accounts/cluster-ledger.ts';
import { installAdmission } from './admission/install.ts';
import { ApiServer } from './api/server.ts';
import { installAutoscaling, installClusterAutoscaler } from './autoscaling/install.ts';
import { ApiClient, ApiLoad } from './control/client.ts';
import type { Component, ControlPlane, NoteKind } from './control/control-plane.ts';
import { Watch } from './control/watch.ts';
import { type Disruption, installDisruption } from './disruption/install.ts';
import type { KubernetesModel, ManifestObject, Serving } from './model.ts';
import { installNetwork, type Network } from './network/install.ts';
import type { Routing } from './network/routing.ts';
import { AdaptedMetrics } from './node/adapted-metrics.ts';
import { installNodes, type Nodes } from './node/install.ts';
import { machineNode } from './node/machine.ts';
import type { Processes } from './node/processes.ts';
import type { ApplicationMetrics, ResourceMetrics } from './node/resource-metrics.ts';
import { controllerOf, type Draft, type KubeObject } from './objects/meta.ts';
import { type Node, zoneLabel } from './objects/node.ts';
import type { Pod } from './objects/pod.ts';
import {
  apiVersionOf,
  builtInTypes,
  customResourceDefinitions,
  namespaces,
  nodes,
  pods,
  priorityClasses,
  type ResourceType,
  services,
  typeOfKind,
} from './objects/resource-types.ts';
import { measureFrom } from './rollouts/analysis/query/evaluate.ts';
import { installRollouts } from './rollouts/install.ts';
import { installScheduler } from './scheduler/install.ts';
import { WhatIf } from './scheduler/what-if.ts';
import { customTypes } from './schema/custom-resources.ts';
import { installStrategies } from './schema/install.ts';
import { openApiDocuments } from './schema/openapi.ts';
import { Api } from './store/api.ts';
import { Clock } from './store/clock.ts';
import { EventLog } from './store/event-log.ts';
import { type Outcome, refuse } from './store/failure.ts';
import { Index, Store } from './store/store.ts';
import { installWorkloads } from './workloads/install.ts';

export interface ClusterParts {
  readonly engine: Engine;
  readonly instruments: Instruments;
  readonly telemetry: Reader;
  readonly seed: number;
  readonly startsAt: string | null;
  readonly processes: Processes;
  readonly routing: Routing;
  readonly note: (kind: NoteKind, subject: string, message: string) => void;
  /** What autoscalers see in place of metrics-server and the metrics adapter. */
  readonly metrics?: { readonly resources: ResourceMetrics; readonly applications: ApplicationMetrics };
}

/** A simulated cluster. */
export class Cluster implements ControlPlane {
  readonly engine: Engine;
  readonly model: KubernetesModel;
  readonly clock: Clock;
  readonly store = new Store();
  readonly api: Api;
  readonly events: EventLog;
  readonly instruments: Instruments;
  readonly telemetry: Reader;
  readonly processes: Processes;
  readonly routing: Routing;
  readonly manager: Component;
  readonly scheduler: Component;
  readonly kubelets: Component;
  readonly podsByNode: Index<Pod>;
  readonly podsByOwner: Index<Pod>;
  readonly note: ClusterParts['note'];
  readonly ledger: ClusterLedger;
  readonly nodeParts: Nodes;
  readonly network: Network;
  readonly disruption: Disruption;
  starting = true;
  readonly #seed: number;
  readonly #load: ApiLoad;
  readonly #components: Component[] = [];
  #server: ApiServer | null = null;
  /** What the API server refused of what there is at the beginning; each has a note on the time line as well. */
  readonly refusals: Refusal[] = [];
  /** Machines made so far, gone ones included. */
  #machines = 0;
  readonly #machinesOfPool = new Map<string, number>();

  constructor(model: KubernetesModel, parts: ClusterParts) {
    this.model = model;
    this.engine = parts.engine;
    this.instruments = parts.instruments;
    this.telemetry = parts.telemetry;
    this.processes = parts.processes;
    this.routing = parts.routing;
    this.note = parts.note;
    this.#seed = parts.seed;
    this.clock = new Clock(parts.engine, parts.startsAt);
    this.clock.showDayBefore(true);
    this.api = new Api(this.store, this.clock, this.random('names'));
    this.events = new EventLog(this.clock, this.store);
    const { settings } = model;
    this.#load = new ApiLoad(
      this.engine,
      settings.apiCapacityPerSecond,
      settings.apiLatency,
      this.random('api'),
    );
    this.manager = this.component('controller-manager', settings.controllers);
    this.scheduler = this.component('scheduler', settings.scheduler);
    this.kubelets = this.component('kubelet', settings.kubelet);
    this.podsByNode = new Index(this.store, pods, (pod) => pod.spec.nodeName);
    this.podsByOwner = new Index(this.store, pods, (pod) => controllerOf(pod)?.uid);
    this.ledger = new ClusterLedger(this);
    // The parts, one line each.
    installStrategies(this.api);
    this.nodeParts = installNodes(this);
    this.network = installNetwork(this, this.nodeParts.kubelet);
    this.disruption = installDisruption(this);
    installAdmission(this);
    installWorkloads(this);
    const scheduler = installScheduler(this);
    installClusterAutoscaler(this, {
      add: (pool) => this.addMachine(pool),
      remove: ({ metadata }) => this.nodeParts.removeNode(metadata.name),
      whatIf: WhatIf.over(scheduler.state),
      evict: (namespace, name) => this.disruption.evict(namespace, name),
    });
    installRollouts(this, measureFrom(this.telemetry));
    const { kubelet, metrics } = this.nodeParts;
    installAutoscaling(
      this,
      parts.metrics?.resources ?? metrics,
      parts.metrics?.applications ?? new AdaptedMetrics({ ...parts, model, store: this.store, kubelet }),
    );
  }

  component(name: string, limits: { readonly qps: number; readonly burst: number }): Component {
    const { engine, store, model } = this;
    const component = {
      client: new ApiClient(engine, this.#load, name, limits),
      watch: new Watch(engine, store, name, model.settings.watchLagMicros),
    };
    component.client.instant = this.starting;
    component.watch.instant = this.starting;
    this.#components.push(component);
    return component;
  }

  get apiRequests(): number {
    return this.#load.requests;
  }

  random(name: string) {
    return randomStream(this.#seed, `kubernetes/${name}`);
  }

  zoneOf(node: Node): string {
    return node.metadata.labels?.[zoneLabel] ?? '';
  }

  /**
   * Applies what there is before the run. The caller then fires the engine's events of time zero, in which the cluster
   * converges, and calls `begin`.
   */
  start(): void {
    for (const name of systemNamespaces) this.apply(namespaceNamed(name));
    for (const object of systemObjects) this.apply(object);
    for (const pool of this.model.nodePools)
      for (let count = 0; count < pool.count; count++) this.addMachine(pool.name);
    for (const object of this.model.objects) if (object.kind !== 'Job') this.#install(object);
  }

  /** The run begins: from now on everything takes its time, and Jobs start. */
  begin(): void {
    this.starting = false;
    this.clock.showDayBefore(false);
    for (const { client, watch } of this.#components) {
      client.instant = false;
      watch.instant = false;
    }
    this.ledger.reset();
    for (const object of this.model.objects) if (object.kind === 'Job') this.#install(object);
  }

  /** The API server, made when first asked: nobody asks in most runs, and it remembers what has changed. */
  get server(): ApiServer {
    this.#server ??= new ApiServer(this, {
      metrics: this.nodeParts.metrics,
      processes: this.nodeParts.kubelet,
      openApi: openApiDocuments(this.store),
      nodes: this.nodeParts,
      network: this.network,
    });
    return this.#server;
  }

  /** Whether the pods of this service of the traffic room run here. */
  serves(service: string): boolean {
    return this.#serving(service) !== undefined;
  }

  /** What `kubectl scale` does to the workload of a service; of several, to the first, so that all together have so many. */
  scale(service: string, replicas: number): void {
    const serving = this.#serving(service)!;
    const [first, ...others] = serving.workloads;
    const elsewhere = others.reduce(
      (sum, workload) => sum + this.#replicasOf(serving.namespace, workload),
      0,
    );
    const wanted = Math.max(0, replicas - elsewhere);
    const before = this.#replicasOf(serving.namespace, first);
    const type = scalable(first.kind);
    if (type === undefined) return;
    this.api.modify(type, serving.namespace, first.name, (now) => ({
      ...now,
      spec: { ...now.spec, replicas: wanted },
    }));
    this.note('scale', service, `scaled from ${before + elsewhere} to ${wanted + elsewhere} replicas`);
  }

  #serving(service: string): Serving | undefined {
    return this.model.servings.find((serving) => serving.service === service);
  }

  #replicasOf(namespace: string, { kind, name }: Serving['workloads'][number]): number {
    const type = scalable(kind);
    return type === undefined ? 0 : (this.store.get(type, namespace, name)?.spec.replicas ?? 1);
  }

  /** Registers one more machine of a pool, ready; returns its Node. */
  addMachine(poolName: string): Node {
    const pool = this.model.nodePools.find(({ name }) => name === poolName)!;
    const index = this.#machinesOfPool.get(poolName) ?? 0;
    this.#machinesOfPool.set(poolName, index + 1);
    const draft = machineNode(pool, index, this.#machines++, this.clock.timestamp(), this.model.version);
    const outcome = this.api.create(nodes, draft);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    return outcome.value;
  }

  #install(object: ManifestObject): void {
    const outcome = this.apply(object);
    if (outcome.ok) return;
    const { namespace, name } = object.metadata;
    const place = namespace === undefined ? name : `${namespace}/${name}`;
    const refusal = { object: `${object.kind} ${place}`, message: outcome.failure.message };
    this.refusals.push(refusal);
    this.note('note', refusal.object, `refused by the API server: ${refusal.message}`);
  }

  /** Creates or replaces an object. Its namespace is made when it is missing; the definition of a custom one must be there. */
  apply(object: ManifestObject): Outcome<KubeObject> {
    const type = this.#typeOf(object);
    if (type === undefined)
      return refuse('NotFound', `no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
    const draft = object as unknown as Draft<KubeObject>;
    const namespace = type.namespaced ? (draft.metadata.namespace ?? 'default') : '';
    if (type.namespaced && this.store.get(namespaces, '', namespace) === undefined)
      this.apply(namespaceNamed(namespace));
    const metadata = type.namespaced ? { ...draft.metadata, namespace } : draft.metadata;
    const { name } = object.metadata;
    if (this.store.get(type, namespace, name) === undefined)
      return this.api.create(type, { ...draft, metadata }, { outside: true });
    return this.api.modify(
      type,
      namespace,
      name,
      (current) => ({ ...current, ...draft, metadata: { ...current.metadata, ...metadata } }) as KubeObject,
      { outside: true },
    );
  }

  /** What is built in, or what the definitions that are there say. */
  #typeOf({ apiVersion, kind }: ManifestObject): ResourceType | undefined {
    const builtIn = typeOfKind(apiVersion, kind);
    if (builtIn !== undefined) return builtIn;
    const definitions = [...this.store.table(customResourceDefinitions).values()];
    return definitions
      .flatMap((definition) => customTypes(definition))
      .find((type) => type.kind === kind && apiVersionOf(type) === apiVersion);
  }
}

/** An object of the beginning that could not be made, and why, in the API server's words. */
export interface Refusal {
  /** As `Widget default/a`. */
  readonly object: string;
  readonly message: string;
}

type Scalable = KubeObject & { readonly spec: { readonly replicas?: number } };

function scalable(kind: string): ResourceType<Scalable> | undefined {
  const type = builtInTypes.find((each) => each.kind === kind && each.scale !== null);
  return type as ResourceType<Scalable> | undefined;
}

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

function namespaceNamed(name: string): ManifestObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function priorityClass(name: string, value: number, description: string): ManifestObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: priorityClasses.kind,
    metadata: { name },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  } as ManifestObject;
}

const systemObjects: readonly ManifestObject[] = [
  priorityClass(
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ),
  priorityClass(
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ),
  {
    apiVersion: 'v1',
    kind: services.kind,
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  },
];
