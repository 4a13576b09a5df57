/** Fidelity: no mechanism; the parts of the cluster that live on nodes or look after them. */
import type { ControlPlane } from '../control/control-plane.ts';
import { Kubelet } from './kubelet.ts';

export interface Nodes {
  readonly kubelet: Kubelet;
}

/** Puts kubelets on the cluster's nodes. */
export function installNodes(plane: ControlPlane): Nodes {
  return { kubelet: new Kubelet(plane) };
}
