/**
 * Fidelity: why a pod fits nowhere, in the words of kube-scheduler 1.32 (framework/types.go FitError and each plugin's reasons): how many
 * nodes each reason keeps away, sorted as text, and what became of preemption.
 */
import type { Node, Taint } from '../objects/node.ts';

/** The plugins that turn nodes down, in the order in which they are asked. */
export type FilterPlugin =
  | 'NodeUnschedulable'
  | 'TaintToleration'
  | 'NodeAffinity'
  | 'NodePorts'
  | 'NodeResourcesFit'
  | 'VolumeBinding'
  | 'PodTopologySpread'
  | 'InterPodAffinity';

export const reasons = {
  unschedulable: 'node(s) were unschedulable',
  affinity: "node(s) didn't match Pod's node affinity/selector",
  ports: "node(s) didn't have free ports for the requested pod ports",
  tooManyPods: 'Too many pods',
  volumes: 'node(s) had volume node affinity conflict',
  spread: "node(s) didn't match pod topology spread constraints",
  spreadLabel: "node(s) didn't match pod topology spread constraints (missing required label)",
  podAffinity: "node(s) didn't match pod affinity rules",
  podAntiAffinity: "node(s) didn't match pod anti-affinity rules",
  existingAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules",
  notNamed: "node(s) didn't satisfy plugin(s) [NodeAffinity]",
  noVictims: 'No preemption victims found for incoming pod',
  notHelpful: 'Preemption is not helpful for scheduling',
} as const;

const taintReasons = new Map<string, string>();

export function taintReason({ key, value }: Taint): string {
  const pair = `${key}: ${value ?? ''}`;
  let reason = taintReasons.get(pair);
  if (reason === undefined) {
    reason = `node(s) had untolerated taint {${pair}}`;
    taintReasons.set(pair, reason);
  }
  return reason;
}

/** Why one node was turned down. */
export interface Rejection {
  readonly plugin: FilterPlugin;
  readonly reasons: readonly string[];
  /** Taking pods off the node may help. */
  readonly resolvable: boolean;
}

/** Why every node was turned down. */
export interface Diagnosis {
  readonly nodes: number;
  /** The terms of node affinity name no node together: none was looked at. */
  readonly conflict: boolean;
  /** Nodes by reason. */
  readonly counts: ReadonlyMap<string, number>;
  readonly plugins: ReadonlySet<FilterPlugin>;
  /** Slots of nodes where taking pods off may help, in the order in which they were looked at. */
  readonly resolvable: readonly number[];
}

/** `0/5 nodes are available: 3 Insufficient cpu, 2 Too many pods.` */
export function diagnosisText(nodes: number, counts: ReadonlyMap<string, number>, conflict = false): string {
  if (conflict) return `0/${nodes} nodes are available: pod affinity terms conflict.`;
  const listed = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const start = `0/${nodes} nodes are available:`;
  return listed.length === 0 ? start : `${start} ${listed.join(', ')}.`;
}

/** What the scheduler says while the cluster has no node at all. */
export const noNodes = 'no nodes available to schedule pods';

/** Collects rejections. */
export class DiagnosisBuilder implements Diagnosis {
  readonly nodes: number;
  readonly counts = new Map<string, number>();
  readonly plugins = new Set<FilterPlugin>();
  readonly resolvable: number[] = [];
  conflict = false;

  constructor(nodes: number) {
    this.nodes = nodes;
  }

  add(slot: number, { plugin, reasons: why, resolvable }: Rejection): void {
    this.plugins.add(plugin);
    for (const reason of why) this.count(reason, 1);
    if (resolvable) this.resolvable.push(slot);
  }

  count(reason: string, nodes: number): void {
    if (nodes > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + nodes);
  }
}

/** Whether the node is cordoned. */
export function isCordoned(node: Node): boolean {
  return node.spec.unschedulable === true;
}
