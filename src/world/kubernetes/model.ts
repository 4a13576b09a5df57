import type { KubeObject } from './objects/meta.ts';

/**
 * The Kubernetes section of the model: the cluster's machines, what is applied to it before the run begins, and how
 * its parts behave. Plain JSON; times in microseconds; `null` says "none" or "no limit".
 */
export interface KubernetesModel {
  /** The version that the API says it is: `v1.32.0`. */
  readonly version: string;
  readonly nodePools: readonly NodePool[];
  /** Applied in this order before the run begins: manifests as they were written, namespaced, without own kinds. */
  readonly objects: readonly ManifestObject[];
  /** Which service of the traffic room each workload's pods serve. */
  readonly servings: readonly Serving[];
  readonly images: readonly Image[];
  readonly settings: ControlPlaneSettings;
}

/** A manifest: an object without what the server adds. */
export type ManifestObject = Omit<KubeObject, 'metadata'> & {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
};

/** Machines of one shape that a cloud provider gives: a node group of the cluster-autoscaler. */
export interface NodePool {
  readonly name: string;
  /** As the provider names it, e.g. `m6i.xlarge`. */
  readonly instanceType: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Further extended resources, e.g. `nvidia.com/gpu`. */
  readonly extended: Readonly<Record<string, number>>;
  readonly maxPods: number;
  /** What the machine keeps for itself: allocatable is capacity less this. */
  readonly reserved: { readonly cores: number; readonly memoryBytes: number };
  readonly zones: readonly string[];
  readonly region: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly {
    readonly key: string;
    readonly value?: string;
    readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  }[];
  /** Nodes at the beginning, filled over the zones in turn. */
  readonly count: number;
  /** Bounds of the cluster-autoscaler; null: it leaves this pool alone. */
  readonly autoscaling: { readonly min: number; readonly max: number } | null;
  /** From the request for a machine until its node is ready, in microseconds: p50 and p99 of a log-normal. */
  readonly provisioning: { readonly p50Micros: number; readonly p99Micros: number };
  /** Machines the provider has beyond those at the beginning; null: as many as asked for. */
  readonly stock: number | null;
  readonly pricePerHour: number | null;
}

/** Pods of these workloads serve this service of the traffic room, through these Services. */
export interface Serving {
  /** Name in the traffic room. */
  readonly service: string;
  readonly namespace: string;
  /** `Deployment`, `StatefulSet`, `Rollout`… and names, all in the namespace. */
  readonly workloads: readonly { readonly kind: string; readonly name: string }[];
  /** Names of Services of the namespace whose endpoints receive the traffic; empty: ready pods receive it directly. */
  readonly services: readonly string[];
  /** The container that serves; the others run beside it. */
  readonly container: string;
  /** Start-up, memory and releases as the ServiceModel says. */
  readonly process: ProcessModel;
}

/** How a serving container behaves as a process. */
export interface ProcessModel {
  /** From the start of the container until it answers. */
  readonly startupMicros: number;
  /** Cores it uses while it starts up. */
  readonly startupCores: number;
  /**
   * On SIGTERM: takes no new connection, ends what it has and exits; or exits at once, cutting off what it has; or goes
   * on until it is killed.
   */
  readonly shutdown: 'graceful' | 'immediate' | 'ignore';
  readonly memory: {
    readonly baseBytes: number;
    readonly perRequestBytes: number;
    /** Growth over the life of the process. */
    readonly leakBytesPerHour: number;
  };
  /** Other behaviour of other images, first match wins: `shop/web:2.1`, or a tag `:2.1`, or `*`. */
  readonly releases: readonly Release[];
}

export interface Release {
  readonly image: string;
  /** Added to the error rate of every endpoint, a share in [0, 1]. */
  readonly errorRate: number;
  /** Times the processor time of every endpoint. */
  readonly cpuFactor: number;
  /** Times every wait. */
  readonly waitFactor: number;
  readonly startupMicros: number | null;
  /** The process ends by itself so long after its start, in microseconds; null: never. */
  readonly crashAfterMicros: number | null;
  /** Never answers its readiness probe. */
  readonly neverReady: boolean;
  readonly memory: ProcessModel['memory'] | null;
}

export interface Image {
  readonly name: string;
  readonly bytes: number;
}

/** Latencies and limits of the control plane; the defaults are upstream's, stated by the compiler. */
export interface ControlPlaneSettings {
  /** A request to the API server without waiting: mean of an exponential beside a floor. */
  readonly apiLatency: { readonly floorMicros: number; readonly meanMicros: number };
  /** Requests per second that the API server can answer in all. */
  readonly apiCapacityPerSecond: number;
  /** From a write until watchers learn of it. */
  readonly watchLagMicros: number;
  readonly scheduler: { readonly qps: number; readonly burst: number };
  readonly controllers: { readonly qps: number; readonly burst: number };
  readonly kubelet: { readonly qps: number; readonly burst: number };
  /** Bytes per second at which a node pulls images. */
  readonly pullBytesPerSecond: number;
  /** kube-proxy gathers changes for so long before it writes its rules: uniform from 0 to this for each node's turn. */
  readonly proxySyncMicros: number;
  readonly horizontalPodAutoscaler: {
    readonly syncMicros: number;
    readonly tolerance: number;
    readonly downscaleStabilizationMicros: number;
    readonly cpuInitializationMicros: number;
    readonly initialReadinessMicros: number;
  };
  readonly metricsScrapeMicros: number;
  readonly clusterAutoscaler: {
    readonly enabled: boolean;
    readonly expander: 'random' | 'least-waste' | 'most-pods' | 'price' | 'priority';
    readonly scanMicros: number;
    readonly unneededMicros: number;
    readonly unreadyMicros: number;
    readonly utilizationThreshold: number;
    readonly delayAfterAddMicros: number;
    readonly delayAfterFailureMicros: number;
    readonly maxProvisionMicros: number;
  };
}
