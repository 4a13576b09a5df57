/**
 * Fidelity: the cluster-autoscaler 1.32 (core/static_autoscaler.go) with its default flags: every scan it adds nodes for pods that
 * have no place, chosen by the expander, and gives back nodes that have been unneeded for long enough, ten empty ones or one
 * that is drained at a time. A machine comes after its pool's provisioning time or, where the provider has none left,
 * never: then the group backs off. Simplified: new nodes are ready when they register; similar groups are not balanced.
 */
import type { Component, ControlPlane } from '../../control/control-plane.ts';
import { controllerOf, type Draft, type KubeObject, keyOf } from '../../objects/meta.ts';
import { type Node, nodePoolLabel } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { configMaps, daemonSets, nodes, pods } from '../../objects/resource-types.ts';
import { Index } from '../../store/store.ts';
import { estimate } from './estimator.ts';
import { chooseOption, readPriorities } from './expander.ts';
import type { Machines } from './machines.ts';
import { type Incoming, NodeGroup, templateNode } from './node-group.ts';
import { ScaleDown } from './scale-down.ts';
import { type GroupStatus, statusText } from './status-text.ts';

const component = 'cluster-autoscaler';
const expendablePriority = -10;
const statusName = 'cluster-autoscaler-status';
/** Standard deviations from the median to the 99th percentile of a normal distribution. */
const p99Deviations = 2.326347874;

/** One for a cluster that has pools with bounds. */
export class ClusterAutoscaler {
  readonly #plane: ControlPlane;
  readonly #machines: Machines;
  readonly #component: Component;
  readonly #groups: readonly NodeGroup[];
  readonly #nodesByPool: Index<Node>;
  readonly #scaleDown: ScaleDown;
  readonly #pending = new Set<string>();
  readonly #incoming: { readonly group: NodeGroup; readonly incoming: Incoming }[] = [];
  readonly #scanHandler: number;
  readonly #arrivalHandler: number;
  readonly #stream;
  readonly #since = new Map<string, { readonly status: string; readonly time: string }>();

  constructor(plane: ControlPlane, machines: Machines) {
    this.#plane = plane;
    this.#machines = machines;
    this.#stream = plane.random('cluster-autoscaler');
    this.#component = plane.component(component, { qps: 5, burst: 10 });
    this.#groups = plane.model.nodePools
      .filter(({ autoscaling }) => autoscaling !== null)
      .map((pool) => new NodeGroup(pool));
    this.#nodesByPool = new Index(plane.store, nodes, ({ metadata }) => metadata.labels?.[nodePoolLabel]);
    this.#scaleDown = new ScaleDown(plane, machines, this.#component, (node) => this.#sizeBounds(node));
    this.#scanHandler = plane.engine.register('kubernetes/cluster-autoscaler/scan', () => this.#scan());
    this.#arrivalHandler = plane.engine.register('kubernetes/cluster-autoscaler/arrival', (at) =>
      this.#arrive(at),
    );
    plane.store.observe(pods, ({ kind, object }) => {
      if (kind !== 'DELETED' && isUnschedulable(object)) this.#pending.add(keyOf(object));
      else this.#pending.delete(keyOf(object));
    });
    plane.engine.after(this.#settings.scanMicros, this.#scanHandler, 0, 0);
  }

  get #settings() {
    return this.#plane.model.settings.clusterAutoscaler;
  }

  get #nowMicros(): number {
    return this.#plane.engine.now;
  }

  #scan(): void {
    this.#plane.engine.after(this.#settings.scanMicros, this.#scanHandler, 0, 0);
    this.#forgetLate();
    const waiting = this.#unplaced();
    const grown = waiting.length > 0 && this.#scaleUp(waiting);
    this.#scaleDown.scan(!grown && waiting.length === 0 && !this.#isAwaiting());
    this.#writeStatus();
  }

  #isAwaiting(): boolean {
    return this.#groups.some(({ incoming }) => incoming.size > 0);
  }

  #countOf(group: NodeGroup): number {
    return this.#nodesByPool.count(group.name);
  }

  #sizeBounds(node: Node): { readonly group: NodeGroup; readonly removable: number } | null {
    const group = this.#groups.find(({ name }) => name === node.metadata.labels?.[nodePoolLabel]);
    return group === undefined ? null : { group, removable: this.#countOf(group) - group.min };
  }

  /** Machines that should long have come are given up, and their group is left alone for a while. */
  #forgetLate(): void {
    for (const group of this.#groups)
      for (const request of group.incoming) {
        if (this.#nowMicros - request.requestedMicros < this.#settings.maxProvisionMicros) continue;
        group.incoming.delete(request);
        group.backOff(this.#nowMicros);
        this.#scaleDown.failed(this.#nowMicros);
        this.#tell(
          'Warning',
          'ScaleUpTimedOut',
          `Nodes added to group ${group.name} failed to register within ${durationText(this.#settings.maxProvisionMicros)}`,
        );
        this.#plane.note(
          'node',
          `node pool ${group.name}`,
          'a machine did not come in time: the pool backs off',
        );
      }
  }

  /** Pods without a place that would not find one on the nodes that are there or on their way. */
  #unplaced(): readonly Pod[] {
    const { store } = this.#plane;
    const found: Pod[] = [];
    for (const key of this.#pending) {
      const slash = key.indexOf('/');
      const pod = store.get(pods, key.slice(0, slash), key.slice(slash + 1));
      if (pod !== undefined && isWorthNodes(pod)) found.push(pod);
    }
    if (found.length === 0) return found;
    const { whatIf } = this.#machines;
    return whatIf.trial(() => {
      for (const group of this.#groups) this.#addUpcoming(group);
      // What the scheduler has placed and not yet bound has its place.
      const placed = (pod: Pod) => whatIf.trial(() => whatIf.removePod(pod));
      return found.filter((pod) => !placed(pod) && whatIf.place(pod).nodeName === null);
    });
  }

  /** Nodes that are on their way, and those that came so lately that the scheduler has not heard of them. */
  #addUpcoming(group: NodeGroup): void {
    const { whatIf } = this.#machines;
    const known = new Set(whatIf.nodeNames());
    const upcoming: Node[] = [];
    for (const node of this.#nodesByPool.get(group.name))
      if (!known.has(node.metadata.name)) upcoming.push(node);
    for (let coming = 0; coming < group.incoming.size; coming++)
      upcoming.push(this.#template(group, this.#countOf(group) + coming));
    for (const node of upcoming) {
      whatIf.addNode(node);
      for (const daemon of this.#daemons(node)) whatIf.addPod(daemon, node.metadata.name);
    }
  }

  #template(group: NodeGroup, index: number): Node {
    const { clock, model } = this.#plane;
    return templateNode(group.pool, index, clock.timestamp(), model.version);
  }

  /** What DaemonSets would put on a new node. */
  #daemons(node: Node): readonly Pod[] {
    const made: Pod[] = [];
    for (const { metadata, spec } of this.#plane.store.table(daemonSets).values()) {
      const name = `${metadata.name}-${node.metadata.name}`;
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          ...metadata,
          name,
          uid: name,
          ...(spec.template.metadata?.labels === undefined ? {} : { labels: spec.template.metadata.labels }),
        },
        spec: spec.template.spec,
        status: { phase: 'Pending' },
      };
      const against = this.#machines.whatIf.reasonsAgainst(pod, node.metadata.name);
      // DaemonSets tolerate what makes a node unschedulable for others, not what its pool's taints say.
      if (against.length === 0) made.push(pod);
    }
    return made;
  }

  /** Whether a group was made to grow. */
  #scaleUp(waiting: readonly Pod[]): boolean {
    const options: { group: NodeGroup; pool: NodeGroup['pool']; nodes: number; pods: readonly Pod[] }[] = [];
    const reasons = new Map<string, Map<string, number>>();
    const against = (pod: Pod, reason: string) => {
      const counts = reasons.get(pod.metadata.uid) ?? new Map<string, number>();
      reasons.set(pod.metadata.uid, counts.set(reason, (counts.get(reason) ?? 0) + 1));
    };
    for (const group of this.#groups) {
      const present = this.#countOf(group) + group.incoming.size;
      const skipped = group.isBackedOff(this.#nowMicros)
        ? 'in backoff after failed scale-up'
        : present >= group.max
          ? 'max node group size reached'
          : null;
      if (skipped !== null) {
        for (const pod of waiting) against(pod, skipped);
        continue;
      }
      const { clock, model } = this.#plane;
      const {
        nodes: count,
        pods: helped,
        reasons: unhelped,
      } = estimate({
        whatIf: this.#machines.whatIf,
        pool: group.pool,
        index: present,
        most: group.max - present,
        pods: waiting,
        daemons: (node) => this.#daemons(node),
        timestamp: clock.timestamp(),
        version: model.version,
      });
      for (const pod of waiting)
        for (const reason of unhelped.get(pod.metadata.uid) ?? []) against(pod, reason);
      if (count > 0) options.push({ group, pool: group.pool, nodes: count, pods: helped });
    }
    if (options.length === 0) {
      for (const pod of waiting) this.#notTriggered(pod, reasons.get(pod.metadata.uid));
      return false;
    }
    const chosen = chooseOption(options, this.#settings.expander, this.#stream, this.#priorities());
    this.#grow(chosen.group, chosen.nodes, chosen.pods);
    const helped = new Set(chosen.pods);
    for (const pod of waiting)
      if (!options.some((option) => option.pods.includes(pod)) && !helped.has(pod))
        this.#notTriggered(pod, reasons.get(pod.metadata.uid));
    return true;
  }

  #priorities() {
    if (this.#settings.expander !== 'priority') return [];
    const map = this.#plane.store.get(configMaps, 'kube-system', 'cluster-autoscaler-priority-expander') as
      | (KubeObject & { readonly data?: Readonly<Record<string, string>> })
      | undefined;
    return readPriorities(map?.data?.['priorities'] ?? '');
  }

  #notTriggered(pod: Pod, counts: ReadonlyMap<string, number> | undefined): void {
    const listed = [...(counts ?? [])].map(([reason, count]) => `${count} ${reason}`).sort();
    const message = `pod didn't trigger scale-up: ${listed.join(', ')}`;
    this.#plane.events.record(pod, { reason: 'NotTriggerScaleUp', message, component });
  }

  #grow(group: NodeGroup, count: number, helped: readonly Pod[]): void {
    const present = this.#countOf(group);
    const before = present + group.incoming.size;
    const after = before + count;
    for (let made = 0; made < count; made++) this.#request(group, present);
    this.#scaleDown.added(this.#nowMicros);
    this.#tell(
      'Normal',
      'ScaledUpGroup',
      `Scale-up: setting group ${group.name} size to ${after} instead of ${before} (max: ${group.max})`,
    );
    const message = `pod triggered scale-up: [{${group.name} ${before}->${after} (max: ${group.max})}]`;
    for (const pod of helped)
      this.#plane.events.record(pod, { reason: 'TriggeredScaleUp', message, component });
    this.#plane.note('node', `node pool ${group.name}`, `grows from ${before} to ${after} nodes`);
  }

  #request(group: NodeGroup, present: number): void {
    const incoming: Incoming = { requestedMicros: this.#nowMicros, comes: group.hasStock(present) };
    group.incoming.add(incoming);
    if (!incoming.comes) return;
    const { p50Micros, p99Micros } = group.pool.provisioning;
    const sigma = Math.log(Math.max(1, p99Micros / Math.max(1, p50Micros))) / p99Deviations;
    const delay = p50Micros * Math.exp(sigma * this.#stream.normal());
    const at = this.#incoming.push({ group, incoming }) - 1;
    this.#plane.engine.after(delay, this.#arrivalHandler, at, 0);
  }

  /** A machine that comes after all has been given up is welcome too. */
  #arrive(at: number): void {
    const { group, incoming } = this.#incoming[at];
    group.incoming.delete(incoming);
    group.succeed();
    this.#machines.add(group.name);
    this.#scaleDown.added(this.#nowMicros);
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const map = this.#plane.store.get(configMaps, 'kube-system', statusName);
    if (map !== undefined) this.#plane.events.record(map, { type, reason, message, component });
  }

  #writeStatus(): void {
    this.#component.client.send(() => {
      const { api, clock, store } = this.#plane;
      const time = clock.microTime().replace('T', ' ').replace('Z', ' +0000 UTC');
      const data = { status: this.#statusText() };
      const annotations = { 'cluster-autoscaler.kubernetes.io/last-updated': time };
      if (store.get(configMaps, 'kube-system', statusName) === undefined)
        api.create(configMaps, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: statusName, namespace: 'kube-system', annotations },
          data,
        } as Draft<KubeObject>);
      else
        api.modify(configMaps, 'kube-system', statusName, (current) => ({
          ...current,
          metadata: { ...current.metadata, annotations },
          data,
        }));
    });
  }

  #statusText(): string {
    const { store } = this.#plane;
    const ready = readyAmong(store.table(nodes).values());
    const groups = this.#groups.map((group) => this.#groupStatus(group));
    const since = (path: string, status: string): string => {
      const known = this.#since.get(path);
      if (known?.status === status) return known.time;
      const at = this.#plane.clock.timestamp();
      this.#since.set(path, { status, time: at });
      return at;
    };
    const probed = this.#plane.clock.timestamp();
    return statusText({ time: probed, since, groups, ready, unready: store.table(nodes).size - ready });
  }

  #groupStatus(group: NodeGroup): GroupStatus {
    const own = [...this.#nodesByPool.get(group.name)];
    const going = own.filter((node) => this.#scaleDown.isDeleting(node.metadata.name)).length;
    const ready = readyAmong(own);
    return {
      name: group.name,
      ready: ready - going,
      unready: own.length - ready,
      beingDeleted: going,
      unregistered: group.incoming.size,
      target: own.length + group.incoming.size - going,
      min: group.min,
      max: group.max,
      backedOff: group.isBackedOff(this.#nowMicros),
      candidates: this.#scaleDown.candidatesOf(own),
    };
  }
}

export function isNodeReady({ status }: Node): boolean {
  for (const { type, status: state } of status.conditions) if (type === 'Ready') return state === 'True';
  return false;
}

function readyAmong(some: Iterable<Node>): number {
  let ready = 0;
  for (const node of some) if (isNodeReady(node)) ready++;
  return ready;
}

/** The scheduler has said that there is no place for it. */
export function isUnschedulable({ spec, status, metadata }: Pod): boolean {
  if (spec.nodeName !== undefined || metadata.deletionTimestamp !== undefined) return false;
  return (
    status.conditions?.some(
      ({ type, status: state, reason }) =>
        type === 'PodScheduled' && state === 'False' && reason === 'Unschedulable',
    ) ?? false
  );
}

/** Nodes are not made for pods of DaemonSets, which come with nodes, and for those that may always be displaced. */
function isWorthNodes(pod: Pod): boolean {
  return controllerOf(pod)?.kind !== 'DaemonSet' && (pod.spec.priority ?? 0) >= expendablePriority;
}

/** As Go prints a duration of whole minutes: `15m0s`. */
function durationText(micros: number): string {
  return `${Math.floor(micros / 60e6)}m${Math.round((micros % 60e6) / 1e6)}s`;
}
