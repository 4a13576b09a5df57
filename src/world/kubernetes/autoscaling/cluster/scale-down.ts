/**
 * Fidelity: how the cluster-autoscaler 1.32 gives nodes back (core/scaledown: eligibility, planner, unneeded, actuation): a node whose
 * requests stay below the threshold and whose pods would all find a place elsewhere is unneeded; after ten minutes (twenty
 * when it isn't ready) it is tainted, drained through the eviction API, and removed. Simplified: where evictions are refused for
 * two minutes the removal is given up; a pod may end for as long as its own grace says.
 */
import type { Component, ControlPlane } from '../../control/control-plane.ts';
import type { Node, Taint } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { nodes, type PodDisruptionBudget, podDisruptionBudgets, pods } from '../../objects/resource-types.ts';
import { amountsOf, podRequests } from '../../objects/resources.ts';
import type { Machines } from './machines.ts';
import type { NodeGroup } from './node-group.ts';
import { takeFromBudgets, verdictOf } from './removable.ts';

const component = 'cluster-autoscaler';
const emptyAtOnce = 10;
const drainsAtOnce = 1;
const softTaintsAtOnce = 10;
/** Nodes that would have to be drained and are kept in view at once. */
const drainCandidatesMax = 30;
const evictionRetryMicros = 10e6;
const evictionPatienceMicros = 120e6;
const pollMicros = 1e6;
/** After a failed removal the node is left alone for so long. */
const failedDelayMicros = 300e6;
export const deletionTaint = 'ToBeDeletedByClusterAutoscaler';
export const candidateTaint = 'DeletionCandidateOfClusterAutoscaler';
const disabledAnnotation = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

interface Removal {
  readonly name: string;
  readonly beganMicros: number;
  readonly drained: boolean;
  lastEvictionMicros: number;
}

type BoundsOf = (node: Node) => { readonly group: NodeGroup; readonly removable: number } | null;

export class ScaleDown {
  readonly #plane: ControlPlane;
  readonly #machines: Machines;
  readonly #component: Component;
  readonly #boundsOf: BoundsOf;
  /** Since when, by node name. */
  readonly #unneeded = new Map<string, number>();
  readonly #removals = new Map<string, Removal>();
  readonly #utilization = new Map<string, number>();
  readonly #notBefore = new Map<string, number>();
  readonly #pollHandler: number;
  #polling = false;
  #addedMicros = Number.NEGATIVE_INFINITY;
  #failedMicros = Number.NEGATIVE_INFINITY;

  constructor(plane: ControlPlane, machines: Machines, part: Component, boundsOf: BoundsOf) {
    this.#plane = plane;
    this.#machines = machines;
    this.#component = part;
    this.#boundsOf = boundsOf;
    this.#pollHandler = plane.engine.register('kubernetes/cluster-autoscaler/drain', () => this.#poll());
    // What a node's pods request is reckoned anew only when they change.
    plane.store.observe(pods, ({ kind, object, previous }) => {
      const { nodeName } = object.spec;
      if (nodeName === undefined) return;
      const bound = kind === 'MODIFIED' && previous?.spec.nodeName === nodeName;
      if (!bound || previous?.status.phase !== object.status.phase) this.#utilization.delete(nodeName);
    });
    plane.store.observe(nodes, ({ kind, object }) => {
      if (kind === 'DELETED') this.#forget(object.metadata.name);
    });
  }

  added(nowMicros: number): void {
    this.#addedMicros = nowMicros;
  }

  failed(nowMicros: number): void {
    this.#failedMicros = nowMicros;
  }

  isDeleting(name: string): boolean {
    return this.#removals.has(name);
  }

  candidatesOf(own: readonly Node[]): number {
    return own.filter(({ metadata }) => this.#unneeded.has(metadata.name)).length;
  }

  #forget(name: string): void {
    this.#unneeded.delete(name);
    this.#removals.delete(name);
    this.#utilization.delete(name);
    this.#notBefore.delete(name);
  }

  /** Updates what is unneeded and, where that is allowed now, begins to remove. */
  scan(mayRemove: boolean): void {
    const found = this.#findUnneeded();
    const now = this.#plane.engine.now;
    for (const name of this.#unneeded.keys()) if (!found.has(name)) this.#unneeded.delete(name);
    for (const name of found.keys()) if (!this.#unneeded.has(name)) this.#unneeded.set(name, now);
    this.#taintCandidates();
    const { delayAfterAddMicros, delayAfterFailureMicros } = this.#plane.model.settings.clusterAutoscaler;
    const cooling =
      now < this.#addedMicros + delayAfterAddMicros || now < this.#failedMicros + delayAfterFailureMicros;
    if (mayRemove && !cooling) this.#beginRemovals(found);
  }

  /** The more of processor and memory that is requested of a node, in [0, 1] or above. */
  utilizationOf(node: Node): number {
    const { name } = node.metadata;
    let utilization = this.#utilization.get(name);
    if (utilization === undefined) {
      utilization = utilizationBy(node, this.#plane.podsByNode.get(name));
      this.#utilization.set(name, utilization);
    }
    return utilization;
  }

  #isCandidate(node: Node): boolean {
    const { name, annotations, deletionTimestamp } = node.metadata;
    if (deletionTimestamp !== undefined || annotations?.[disabledAnnotation] === 'true') return false;
    if (this.#removals.has(name) || (this.#notBefore.get(name) ?? 0) > this.#plane.engine.now) return false;
    const bounds = this.#boundsOf(node);
    if (bounds === null || bounds.removable <= this.#removals.size) return false;
    const { utilizationThreshold } = this.#plane.model.settings.clusterAutoscaler;
    return !isReady(node) || this.utilizationOf(node) < utilizationThreshold;
  }

  /** Names of nodes that could go, with the pods that would have to move. */
  #findUnneeded(): Map<string, readonly Pod[]> {
    const { store, podsByNode } = this.#plane;
    const candidates = [...store.table(nodes).values()].filter((node) => this.#isCandidate(node));
    const found = new Map<string, readonly Pod[]>();
    if (candidates.length === 0) return found;
    const budgets: readonly PodDisruptionBudget[] = [...store.table(podDisruptionBudgets).values()];
    const left = new Map<string, number>();
    const room = new Map<NodeGroup, number>();
    const received = new Set<string>();
    const { whatIf } = this.#machines;
    const gone = new Set<string>();
    let drains = 0;
    whatIf.trial(() => {
      // Those known to be unneeded first, so that the same ones stay unneeded.
      for (const node of this.#inOrder(candidates)) {
        const { name } = node.metadata;
        const { group, removable } = this.#boundsOf(node)!;
        const free = room.get(group) ?? removable - this.#removals.size;
        if (free <= 0 || received.has(name)) continue;
        const verdicts = [...podsByNode.get(name)].map((pod) => [pod, verdictOf(pod, budgets)] as const);
        if (verdicts.some(([, verdict]) => verdict === 'blocks')) continue;
        const moving = verdicts.filter(([, verdict]) => verdict === 'moves').map(([pod]) => pod);
        if (moving.length > 0 && drains >= drainCandidatesMax) continue;
        gone.add(name);
        if (
          moving.length > 0 &&
          !(takeFromBudgets(moving, budgets, left) && this.#moves(moving, received, gone))
        ) {
          gone.delete(name);
          continue;
        }
        if (moving.length > 0) drains++;
        room.set(group, free - 1);
        found.set(name, moving);
      }
    });
    return found;
  }

  #inOrder(candidates: readonly Node[]): readonly Node[] {
    const rank = (node: Node) => {
      const since = this.#unneeded.get(node.metadata.name);
      return since ?? Number.MAX_SAFE_INTEGER;
    };
    return [...candidates].sort((a, b) => rank(a) - rank(b));
  }

  /** Puts a node's pods where they would go if it and those in `gone` were not there; whether all find a place. */
  #moves(moving: readonly Pod[], received: Set<string>, gone: ReadonlySet<string>): boolean {
    const { whatIf } = this.#machines;
    const among = ({ metadata }: Node) => !gone.has(metadata.name) && !this.#removals.has(metadata.name);
    const places: string[] = [];
    const possible = whatIf.trial(() => {
      for (const pod of moving) whatIf.removePod(pod);
      for (const pod of moving) {
        const { nodeName } = whatIf.place(pod, { among });
        if (nodeName === null) return false;
        places.push(nodeName);
      }
      return true;
    });
    if (!possible) return false;
    for (const [at, pod] of moving.entries()) {
      whatIf.removePod(pod);
      whatIf.addPod(pod, places[at]);
      received.add(places[at]);
    }
    return true;
  }

  /** Marks unneeded nodes as the last choice of the scheduler, and takes the mark off others. */
  #taintCandidates(): void {
    let left = softTaintsAtOnce;
    for (const node of this.#plane.store.table(nodes).values()) {
      if (left === 0) return;
      const { name } = node.metadata;
      const wanted = this.#unneeded.has(name);
      const has = node.spec.taints?.some(({ key }) => key === candidateTaint) === true;
      if (wanted === has || (!has && this.#boundsOf(node) === null)) continue;
      left--;
      this.#taint(name, candidateTaint, wanted ? 'PreferNoSchedule' : null);
    }
  }

  #taint(name: string, key: string, effect: Taint['effect'] | null): void {
    this.#component.client.send(() => {
      const { api, clock } = this.#plane;
      api.modify(nodes, '', name, (node) => {
        const others = (node.spec.taints ?? []).filter((taint) => taint.key !== key);
        const value = String(Math.floor(clock.nowMicros / 1e6));
        const { taints: _, ...spec } = node.spec;
        const taints = effect === null ? others : [...others, { key, value, effect }];
        return { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } };
      });
    });
  }

  #beginRemovals(found: ReadonlyMap<string, readonly Pod[]>): void {
    const { store, engine, model } = this.#plane;
    const { unneededMicros, unreadyMicros } = model.settings.clusterAutoscaler;
    for (const [name, moving] of found) {
      const node = store.get(nodes, '', name);
      if (node === undefined) continue;
      const needed = isReady(node) ? unneededMicros : unreadyMicros;
      if (engine.now - this.#unneeded.get(name)! < needed) continue;
      const drains = [...this.#removals.values()].filter(({ drained }) => drained).length;
      if (this.#removals.size >= emptyAtOnce || (moving.length > 0 && drains >= drainsAtOnce)) continue;
      this.#begin(node, moving);
    }
  }

  #begin(node: Node, moving: readonly Pod[]): void {
    const { engine, events } = this.#plane;
    const { name } = node.metadata;
    const removal: Removal = {
      name,
      beganMicros: engine.now,
      drained: moving.length > 0,
      lastEvictionMicros: Number.NEGATIVE_INFINITY,
    };
    this.#removals.set(name, removal);
    this.#unneeded.delete(name);
    this.#taint(name, deletionTaint, 'NoSchedule');
    const message = 'marked the node as toBeDeleted/unschedulable';
    events.record(node, { reason: 'ScaleDown', message, component });
    this.#wake();
  }

  #wake(): void {
    if (this.#polling) return;
    this.#polling = true;
    this.#plane.engine.after(pollMicros, this.#pollHandler, 0, 0);
  }

  #poll(): void {
    this.#polling = false;
    for (const removal of [...this.#removals.values()]) this.#goOn(removal);
    if (this.#removals.size > 0) this.#wake();
  }

  #goOn(removal: Removal): void {
    const { store, podsByNode } = this.#plane;
    const node = store.get(nodes, '', removal.name);
    if (node === undefined) {
      this.#forget(removal.name);
      return;
    }
    const budgets = [...store.table(podDisruptionBudgets).values()];
    const left = [...podsByNode.get(removal.name)].filter(
      (pod) => pod.metadata.deletionTimestamp !== undefined || verdictOf(pod, budgets) !== 'stays',
    );
    const moving = left.filter((pod) => pod.metadata.deletionTimestamp === undefined);
    if (left.length === 0) this.#remove(node, removal);
    else if (moving.length > 0) this.#drain(node, removal, moving);
  }

  #drain(node: Node, removal: Removal, moving: readonly Pod[]): void {
    const { engine } = this.#plane;
    if (engine.now - removal.beganMicros > evictionPatienceMicros) {
      this.#giveUp(node, removal);
      return;
    }
    if (engine.now - removal.lastEvictionMicros < evictionRetryMicros) return;
    removal.lastEvictionMicros = engine.now;
    for (const pod of moving) this.#evict(pod);
  }

  #evict(pod: Pod): void {
    const { namespace = '', name } = pod.metadata;
    this.#component.client.send(() => {
      const outcome = this.#machines.evict(namespace, name);
      if (outcome.ok)
        this.#plane.events.record(pod, {
          reason: 'ScaleDown',
          message: 'deleting pod for node scale down',
          component,
        });
    });
  }

  #remove(node: Node, removal: Removal): void {
    const { name } = node.metadata;
    const message = 'node removed by cluster autoscaler';
    this.#plane.events.record(node, { reason: 'ScaleDown', message, component });
    const how = removal.drained ? 'drained and removed' : 'empty and removed';
    this.#plane.note('node', `Node ${name}`, `unneeded: ${how} by the cluster-autoscaler`);
    this.#removals.delete(name);
    this.#machines.remove(node);
  }

  #giveUp(node: Node, { name }: Removal): void {
    const { engine, events } = this.#plane;
    this.#removals.delete(name);
    this.#notBefore.set(name, engine.now + failedDelayMicros);
    this.#failedMicros = engine.now;
    this.#taint(name, deletionTaint, null);
    const message = 'failed to drain the node, aborting ScaleDown';
    events.record(node, { type: 'Warning', reason: 'ScaleDownFailed', message, component });
  }
}

function isReady({ status }: Node): boolean {
  return status.conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

/** Requests of pods that have not finished over what the node can give. */
export function utilizationBy(node: Node, on: Iterable<Pod>): number {
  let cpu = 0;
  let memory = 0;
  for (const pod of on) {
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue;
    const requests = podRequests(pod.spec);
    cpu += requests['cpu'] ?? 0;
    memory += requests['memory'] ?? 0;
  }
  const allocatable = amountsOf(node.status.allocatable);
  const share = (amount: number, of: number | undefined) => (of === undefined || of === 0 ? 0 : amount / of);
  return Math.max(share(cpu, allocatable['cpu']), share(memory, allocatable['memory']));
}
