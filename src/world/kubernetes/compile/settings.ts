/**
 * Fidelity: defaults of the control plane's flags in Kubernetes 1.32 (kube-scheduler and kube-controller-manager
 * --kube-api-qps and -burst, --horizontal-pod-autoscaler-*; metrics-server --metric-resolution; cluster-autoscaler 1.32).
 * The API server's latency and capacity, the watch lag and the pull rate are assumptions, and are listed as such: they
 * depend on the machines it runs on.
 */
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { TopologyDocument, WrittenControlPlane } from '../../../model/kinds/topology.ts';
import { readDuration, readQuantity, readShare } from '../../../model/notation.ts';
import type { Resource } from '../../../model/resource.ts';
import type { ControlPlaneSettings } from '../model.ts';

const second = 1e6;
const minute = 60 * second;

function duration(written: string | undefined, otherwise: number): number {
  return written === undefined ? otherwise : (readDuration(written) ?? otherwise);
}

function share(written: string | number | undefined, otherwise: number): number {
  return written === undefined ? otherwise : (readShare(written) ?? otherwise);
}

type WrittenLimits = { readonly qps?: number; readonly burst?: number } | undefined;

function limits(written: WrittenLimits, qps: number, burst: number) {
  return { qps: written?.qps ?? qps, burst: written?.burst ?? Math.max(burst, Math.ceil(written?.qps ?? 0)) };
}

const assumed = {
  apiLatency: { floorMicros: 2_000, meanMicros: 3_000 },
  apiCapacityPerSecond: 3_000,
  watchLagMicros: 5_000,
  pullBytesPerSecond: 50e6,
} as const;

/** The settings with every default stated. Defaults of Kubernetes itself are told of together. */
export function controlPlaneSettings(
  topology: Resource<TopologyDocument> | null,
  autoscaled: boolean,
  infer: CompileContext['infer'],
): ControlPlaneSettings {
  const written = topology?.value.spec.controlPlane;
  const note = (path: string, value: string, source: string) =>
    infer({ resource: topology?.id ?? 'Topology', path, value, source });
  if (written === undefined)
    note('spec.controlPlane', 'as Kubernetes 1.32 has it', 'no settings of the control plane are given');
  const { floorMicros, meanMicros } = assumed.apiLatency;
  note(
    'controlPlane.api',
    `${formatDuration(floorMicros)} and on average ${formatDuration(meanMicros)} more, ${assumed.apiCapacityPerSecond} requests/s, watches ${formatDuration(assumed.watchLagMicros)} behind`,
    'assumed for an API server on a machine of its own',
  );
  const pullBytesPerSecond =
    written?.pullRate === undefined
      ? assumed.pullBytesPerSecond
      : (readQuantity(written.pullRate) ?? assumed.pullBytesPerSecond);
  if (written?.pullRate === undefined)
    note(
      'spec.controlPlane.pullRate',
      `${assumed.pullBytesPerSecond / 1e6} MB/s`,
      'assumed; measure your registry',
    );
  return {
    apiLatency: assumed.apiLatency,
    apiCapacityPerSecond: assumed.apiCapacityPerSecond,
    watchLagMicros: assumed.watchLagMicros,
    scheduler: limits(written?.scheduler, 50, 100),
    controllers: limits(written?.controllers, 20, 30),
    kubelet: { qps: 50, burst: 100 },
    pullBytesPerSecond,
    proxySyncMicros: duration(written?.proxySync, second),
    horizontalPodAutoscaler: autoscalerSettings(written?.horizontalPodAutoscaler),
    metricsScrapeMicros: duration(written?.metricsInterval, 15 * second),
    clusterAutoscaler: clusterAutoscalerSettings(written?.clusterAutoscaler, autoscaled),
  };
}

function autoscalerSettings(
  written: WrittenControlPlane['horizontalPodAutoscaler'],
): ControlPlaneSettings['horizontalPodAutoscaler'] {
  return {
    syncMicros: duration(written?.sync, 15 * second),
    tolerance: share(written?.tolerance, 0.1),
    downscaleStabilizationMicros: duration(written?.downscaleStabilization, 5 * minute),
    cpuInitializationMicros: duration(written?.cpuInitialization, 5 * minute),
    initialReadinessMicros: duration(written?.initialReadiness, 30 * second),
  };
}

function clusterAutoscalerSettings(
  written: WrittenControlPlane['clusterAutoscaler'],
  autoscaled: boolean,
): ControlPlaneSettings['clusterAutoscaler'] {
  return {
    enabled: written?.enabled ?? autoscaled,
    expander: written?.expander ?? 'random',
    scanMicros: duration(written?.scan, 10 * second),
    unneededMicros: duration(written?.unneeded, 10 * minute),
    unreadyMicros: duration(written?.unready, 20 * minute),
    utilizationThreshold: share(written?.utilizationThreshold, 0.5),
    delayAfterAddMicros: duration(written?.delayAfterAdd, 10 * minute),
    delayAfterFailureMicros: duration(written?.delayAfterFailure, 3 * minute),
    maxProvisionMicros: duration(written?.maxProvision, 15 * minute),
  };
}
