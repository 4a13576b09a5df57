/** Fidelity: no mechanism; a small cluster for tests, with processes that run and answer for ever. */
import { Engine } from '../../engine/engine.ts';
import { Instruments } from '../../telemetry/instruments.ts';
import { Recorder } from '../../telemetry/recorder.ts';
import { Cluster, type ClusterParts } from './cluster.ts';
import type { ControlPlaneSettings, KubernetesModel, ManifestObject, NodePool } from './model.ts';
import type { Routing } from './network/routing.ts';
import type { ProbeRequest, Processes, ProcessHost } from './node/processes.ts';
import type { Pod } from './objects/pod.ts';

const second = 1e6;
const minute = 60 * second;

/** Upstream's values. */
export const usualSettings: ControlPlaneSettings = {
  apiLatency: { floorMicros: 2000, meanMicros: 3000 },
  apiCapacityPerSecond: 3000,
  watchLagMicros: 5000,
  scheduler: { qps: 50, burst: 100 },
  controllers: { qps: 20, burst: 30 },
  kubelet: { qps: 50, burst: 100 },
  pullBytesPerSecond: 50e6,
  proxySyncMicros: second,
  horizontalPodAutoscaler: {
    syncMicros: 15 * second,
    tolerance: 0.1,
    downscaleStabilizationMicros: 5 * minute,
    cpuInitializationMicros: 5 * minute,
    initialReadinessMicros: 30 * second,
  },
  metricsScrapeMicros: 15 * second,
  clusterAutoscaler: {
    enabled: true,
    expander: 'random',
    scanMicros: 10 * second,
    unneededMicros: 10 * minute,
    unreadyMicros: 20 * minute,
    utilizationThreshold: 0.5,
    delayAfterAddMicros: 10 * minute,
    delayAfterFailureMicros: 3 * minute,
    maxProvisionMicros: 15 * minute,
  },
};

/** Four cores and 16 GiB, over three zones, unless said otherwise. */
export function nodePool(count: number, change: Partial<NodePool> = {}): NodePool {
  return {
    name: 'general',
    instanceType: 'm6i.xlarge',
    cores: 4,
    memoryBytes: 16 * 1024 * 1024 * 1024,
    extended: {},
    maxPods: 110,
    reserved: { cores: 0, memoryBytes: 0 },
    zones: ['a', 'b', 'c'],
    region: 'sim-1',
    labels: {},
    taints: [],
    count,
    autoscaling: null,
    provisioning: { p50Micros: 60 * second, p99Micros: 180 * second },
    stock: null,
    pricePerHour: null,
    ...change,
  };
}

/** Processes that start at once, answer every probe and end when they are asked to. */
export class WillingProcesses implements Processes {
  host!: ProcessHost;
  /** Process by container: `namespace/pod/container`. */
  readonly running = new Map<number, string>();
  #last = 0;

  start(pod: Pod, container: string): number {
    const process = ++this.#last;
    this.running.set(process, `${pod.metadata.namespace}/${pod.metadata.name}/${container}`);
    return process;
  }

  /** Does not end when it is asked to. */
  stubborn = false;

  terminate(process: number): void {
    if (!this.stubborn && this.running.delete(process)) this.host.exited(process, 0, 'Completed');
  }

  /** Ends by itself the process of `namespace/pod/container`. */
  exit(container: string, exitCode: number): void {
    for (const [process, name] of this.running) {
      if (name !== container) continue;
      this.running.delete(process);
      this.host.exited(process, exitCode, exitCode === 0 ? 'Completed' : 'Error');
    }
  }

  kill(process: number): void {
    this.running.delete(process);
  }

  probe(process: number, probe: ProbeRequest): void {
    this.host.probed(process, probe.ticket, true, '');
  }

  cpuMicros(): number {
    return 0;
  }

  memoryBytes(): number {
    return 0;
  }

  metric(): number {
    return Number.NaN;
  }

  logs(): [] {
    return [];
  }

  mayFailProbes(): boolean {
    return false;
  }
}

/** Remembers where Services lead: `namespace/service` to processes. */
export class RecordedRouting implements Routing {
  readonly processes = new Map<string, Set<number>>();

  routes(): boolean {
    return true;
  }

  add(namespace: string, service: string, process: number): void {
    const key = `${namespace}/${service}`;
    const known = this.processes.get(key) ?? new Set();
    this.processes.set(key, known.add(process));
  }

  remove(namespace: string, service: string, process: number): void {
    this.processes.get(`${namespace}/${service}`)?.delete(process);
  }

  weigh(): void {}
}

export interface SmallCluster {
  readonly cluster: Cluster;
  readonly engine: Engine;
  readonly processes: WillingProcesses;
  readonly routing: RecordedRouting;
  readonly notes: string[];
  /** Simulates so many seconds more. */
  run(seconds: number): void;
}

export interface SmallClusterOptions {
  readonly pools?: readonly NodePool[];
  readonly objects?: readonly ManifestObject[];
  readonly settings?: Partial<ControlPlaneSettings>;
  readonly model?: Partial<KubernetesModel>;
  readonly seed?: number;
  readonly metrics?: ClusterParts['metrics'];
}

/** A cluster that has begun, with what was applied converged. */
export function smallCluster(options: SmallClusterOptions = {}): SmallCluster {
  const engine = new Engine();
  const instruments = new Instruments();
  const processes = new WillingProcesses();
  const routing = new RecordedRouting();
  const notes: string[] = [];
  const model: KubernetesModel = {
    version: 'v1.32.0',
    nodePools: options.pools ?? [nodePool(3)],
    objects: options.objects ?? [],
    servings: [],
    images: [],
    settings: { ...usualSettings, ...options.settings },
    ...options.model,
  };
  const parts: ClusterParts = {
    engine,
    instruments,
    telemetry: new Recorder(instruments),
    seed: options.seed ?? 1,
    startsAt: null,
    processes,
    routing,
    note: (kind, subject, message) => notes.push(`${kind} ${subject}: ${message}`),
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
  };
  const cluster = new Cluster(model, parts);
  cluster.start();
  engine.runUntil(0);
  cluster.begin();
  return {
    cluster,
    engine,
    processes,
    routing,
    notes,
    run: (seconds) => engine.runUntil(engine.now + seconds * second),
  };
}
