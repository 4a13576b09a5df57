import { summaryMean, summaryQuantile } from '../base/sketch.ts';
import { microsPerHour } from '../base/time.ts';
import type { ClusterResult } from '../model/cluster-result.ts';
import type { ClusterAccounts, NodePoolAccount, WorkloadAccount } from '../run/run.ts';
import type { Labels } from '../telemetry/reader.ts';
import type { Column } from './columns.ts';
import type { PerSample, Samples } from './samples.ts';

/** What is published of the accounts of a cluster. */
export function clusterResult(accounts: ClusterAccounts): ClusterResult {
  const micros = accounts.toMicros - accounts.fromMicros;
  const { pods } = accounts;
  return {
    nodePools: accounts.nodes.map((pool) => nodePoolResult(pool, micros)),
    pods: {
      atEnd: pods.atEnd,
      most: pods.most,
      created: pods.created,
      deleted: pods.deleted,
      unschedulableAtEnd: pods.unschedulableAtEnd,
      unschedulableMost: pods.unschedulableMost,
      unschedulableSeconds: pods.unschedulableMicros / 1e6,
      startup: {
        count: pods.startup.count,
        mean: summaryMean(pods.startup) / 1e6,
        p50: summaryQuantile(pods.startup, 0.5) / 1e6,
        p95: summaryQuantile(pods.startup, 0.95) / 1e6,
        max: pods.startup.max / 1e6,
      },
    },
    workloads: accounts.workloads.map((workload) => workloadResult(workload, micros)),
    autoscalers: accounts.autoscalers.map((autoscaler) => ({ ...autoscaler })),
    apiRequests: accounts.apiRequests,
  };
}

function mean(integral: number, micros: number): number {
  return micros > 0 ? integral / micros : 0;
}

function nodePoolResult(
  { pool, pricePerHour, atEnd, fewest, most, nodeMicros }: NodePoolAccount,
  micros: number,
): ClusterResult['nodePools'][number] {
  const nodeHours = nodeMicros / microsPerHour;
  const cost = pricePerHour === null ? null : nodeHours * pricePerHour;
  return { name: pool, atEnd, fewest, most, mean: mean(nodeMicros, micros), nodeHours, cost };
}

function workloadResult(account: WorkloadAccount, micros: number): ClusterResult['workloads'][number] {
  const { kind, namespace, name, desiredMost, readyFewest, readyMost } = account;
  const { created, unready, restarts, outOfMemory } = account;
  return {
    kind,
    namespace,
    name,
    desired: account.desiredAtEnd,
    ready: account.readyAtEnd,
    desiredMost,
    readyFewest,
    readyMost,
    desiredMean: mean(account.desiredMicros, micros),
    readyMean: mean(account.readyMicros, micros),
    missingSeconds: account.missingMicros / 1e6,
    created,
    unready,
    restarts,
    outOfMemory,
  };
}

/** `default/web`: the subject of a workload's columns. */
export function workloadSubject({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** Series of nodes, pods without a node, and the replicas of each workload. */
export function clusterColumns(samples: Samples, accounts: ClusterAccounts): Column[] {
  const gauge = (
    group: Column['group'],
    subject: string,
    measure: string,
    series: string,
    labels: Labels,
  ): Column[] => {
    const values = samples.gauge(series, labels);
    return values === null ? [] : [{ group, subject, measure, unit: 'count', values: cells(values) }];
  };
  return [
    ...accounts.nodes.flatMap(({ pool }) => gauge('cluster', pool, 'nodes', 'cluster_nodes', { pool })),
    ...gauge('cluster', 'pods', 'pods', 'cluster_pods', {}),
    ...gauge('cluster', 'pods', 'unschedulable', 'scheduler_pending_pods', { queue: 'unschedulable' }),
    ...accounts.workloads.flatMap((workload) => {
      const { kind, namespace, name } = workload;
      const labels = { kind, namespace, workload: name };
      const subject = workloadSubject(workload);
      return [
        ...gauge('workload', subject, 'desired', 'workload_replicas_desired', labels),
        ...gauge('workload', subject, 'ready', 'workload_replicas_ready', labels),
      ];
    }),
  ];
}

function cells(values: PerSample): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}
