/**
 * The port through which traffic learns where a Service leads, once kube-proxy's rules are written. Implemented by the
 * traffic room. A process is the int32 of `node/processes.ts`.
 */
export interface Routing {
  /** Whether any traffic goes through this Service; changes of others need not be told. */
  routes(namespace: string, service: string): boolean;
  /** Requests through the Service may from now on go to the process; it may already be listed. */
  add(namespace: string, service: string, process: number): void;
  remove(namespace: string, service: string, process: number): void;
  /**
   * Shares of the traffic of a traffic-room service by the pods' `rollouts-pod-template-hash`, as a mesh or an Ingress
   * weighs a canary; null ends it.
   */
  weigh(
    service: string,
    shares: readonly { readonly podHash: string; readonly weight: number }[] | null,
  ): void;
}
