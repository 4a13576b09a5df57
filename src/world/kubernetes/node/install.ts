/** Fidelity: no mechanism; the parts of the cluster that live on nodes or look after them. */
import type { ControlPlane } from '../control/control-plane.ts';
import type { Node } from '../objects/node.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { MemoryWatch } from './kubelet/memory-watch.ts';
import { MetricsServer } from './metrics-server.ts';
import { NodeLifecycle } from './node-lifecycle.ts';
import { PodGarbage } from './pod-garbage.ts';
import type { ResourceMetrics } from './resource-metrics.ts';
import { TaintEviction } from './taint-eviction.ts';

export interface Nodes {
  readonly kubelet: Kubelet;
  readonly metrics: ResourceMetrics;
  /** A machine is lost with all that runs on it: no more heartbeats. */
  failNode(name: string): void;
  /** It comes back after a restart. */
  recoverNode(name: string): void;
  /** A machine is taken away for good: its processes end, and so does its Node. */
  removeNode(name: string): void;
  /** When a node's lease was last renewed, in engine time. */
  renewedMicros(name: string): number;
  /** A Node as a client should see it: with the heartbeats of its kubelet's last report. */
  withHeartbeats(node: Node): Node;
}

/** Puts kubelets on the cluster's nodes, and control loops beside them. */
export function installNodes(plane: ControlPlane): Nodes {
  const kubelet = new Kubelet(plane);
  const lifecycle = new NodeLifecycle(plane, kubelet);
  new TaintEviction(plane);
  new PodGarbage(plane);
  new MemoryWatch(plane, kubelet);
  return {
    kubelet,
    metrics: new MetricsServer(plane, kubelet),
    failNode: (name) => lifecycle.fail(name),
    recoverNode: (name) => lifecycle.recover(name),
    removeNode: (name) => lifecycle.remove(name),
    renewedMicros: (name) => lifecycle.renewedMicros(name),
    withHeartbeats: (node) => lifecycle.withHeartbeats(node),
  };
}
