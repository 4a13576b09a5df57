// A cluster on its own, without traffic: what the control plane and the kubelets cost.
import { Engine } from '../../src/engine/engine.ts';
import { Instruments } from '../../src/telemetry/instruments.ts';
import { Recorder } from '../../src/telemetry/recorder.ts';
import { Cluster } from '../../src/world/kubernetes/cluster.ts';
import type { ControlPlaneSettings, ManifestObject, NodePool } from '../../src/world/kubernetes/model.ts';
import type { Routing } from '../../src/world/kubernetes/network/routing.ts';
import { IdleProcesses } from '../../src/world/kubernetes/node/idle-processes.ts';

const second = 1e6;
const minute = 60 * second;

/** Upstream's, with clients that nobody slows down. */
const settings: ControlPlaneSettings = {
  apiLatency: { floorMicros: 2000, meanMicros: 3000 },
  apiCapacityPerSecond: 1e6,
  watchLagMicros: 5000,
  scheduler: { qps: 1e6, burst: 1e6 },
  controllers: { qps: 1e6, burst: 1e6 },
  kubelet: { qps: 1e6, burst: 1e6 },
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
    enabled: false,
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

const untold: Routing = {
  routes: () => false,
  add: () => {},
  remove: () => {},
  weigh: () => {},
};

export function nodePool(name: string, count: number, change: Partial<NodePool> = {}): NodePool {
  return {
    name,
    instanceType: name,
    cores: 16,
    memoryBytes: 64 * 1024 * 1024 * 1024,
    extended: {},
    maxPods: 110,
    reserved: { cores: 0, memoryBytes: 0 },
    zones: ['a', 'b', 'c'],
    region: 'bench',
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

/** A cluster that has not been started. */
export function bareCluster(
  nodePools: readonly NodePool[],
  objects: readonly ManifestObject[] = [],
  { seed = 1, autoscaler = false }: { readonly seed?: number; readonly autoscaler?: boolean } = {},
): { readonly cluster: Cluster; readonly engine: Engine } {
  const engine = new Engine();
  const instruments = new Instruments();
  const clusterAutoscaler = { ...settings.clusterAutoscaler, enabled: autoscaler };
  const model = {
    version: 'v1.32.0',
    nodePools,
    objects,
    servings: [],
    images: [],
    settings: { ...settings, clusterAutoscaler },
  };
  const cluster = new Cluster(model, {
    engine,
    instruments,
    telemetry: new Recorder(instruments),
    seed,
    startsAt: null,
    processes: new IdleProcesses(engine),
    routing: untold,
    note: () => {},
  });
  return { cluster, engine };
}

/** One of many Deployments of pods of several sizes, in one of twenty namespaces. */
export function deploymentOf(index: number, replicas: number, container: object = {}): ManifestObject {
  const labels = { app: `app-${index}` };
  const requests = { cpu: `${100 + 50 * (index % 7)}m`, memory: `${128 + 64 * (index % 5)}Mi` };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `app-${index}`, namespace: `team-${index % 20}` },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'main', image: `app-${index}:1`, resources: { requests }, ...container }],
        },
      },
    },
  } as ManifestObject;
}
