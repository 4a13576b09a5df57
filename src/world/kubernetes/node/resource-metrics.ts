/** What metrics-server knows: the figures behind `metrics.k8s.io`, `kubectl top` and the HPA's resource metrics. */

export interface ContainerUsage {
  readonly name: string;
  /** Average over the window. */
  readonly cpuCores: number;
  /** Working set at the end of the window. */
  readonly memoryBytes: number;
}

export interface PodUsage {
  /** End of the window, microseconds from virtual time zero as the clock shows it. */
  readonly atMicros: number;
  readonly windowMicros: number;
  readonly containers: readonly ContainerUsage[];
}

export interface NodeUsage {
  readonly atMicros: number;
  readonly windowMicros: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export interface ResourceMetrics {
  /** Null until two scrapes have seen the pod running. */
  pod(namespace: string, name: string): PodUsage | null;
  node(name: string): NodeUsage | null;
}

/** Metrics of applications, as a metrics adapter serves `custom.metrics.k8s.io` and `external.metrics.k8s.io`. */
export interface ApplicationMetrics {
  /** Of one pod; null when it has no such metric now. */
  pod(namespace: string, name: string, metric: string): number | null;
  /** Of another object, e.g. requests per second of an Ingress or Service. */
  object(namespace: string, kind: string, name: string, metric: string): number | null;
  /** All values of series that match. */
  external(
    namespace: string,
    metric: string,
    labels: Readonly<Record<string, string>>,
  ): readonly number[] | null;
}
