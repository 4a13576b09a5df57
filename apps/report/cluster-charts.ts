import { workloadSubject } from '../../src/analysis/cluster.ts';
import { poolChanged, workloadChanged } from '../../src/analysis/cluster-changes.ts';
import type { ClusterResult, WorkloadResult } from '../../src/model/cluster-result.ts';
import { type ChartBuilder, style } from './chart-builder.ts';
import type { ChartSpec } from './payload.ts';

/** More workloads than this are in the table alone. */
const workloadsMax = 12;

/** The charts of what happened in the cluster; what stood still all the time has none. */
export function clusterCharts(builder: ChartBuilder, cluster: ClusterResult): ChartSpec[] {
  const changed = cluster.workloads.filter(workloadChanged);
  const shown = changed
    .toSorted((a, b) => b.missingSeconds - a.missingSeconds || b.created - a.created)
    .slice(0, workloadsMax);
  const named = nameOf(cluster.workloads);
  return [
    nodesChart(builder, cluster),
    waitingChart(builder, cluster),
    ...changed
      .filter((workload) => shown.includes(workload))
      .map((workload, index) => workloadChart(builder, workload, named(workload), index)),
  ].filter((chart) => chart !== null);
}

/** Names without their namespace where all have the same. */
export function nameOf(workloads: readonly WorkloadResult[]): (workload: WorkloadResult) => string {
  const one = new Set(workloads.map(({ namespace }) => namespace)).size <= 1;
  return (workload) => (one ? workload.name : workloadSubject(workload));
}

function nodesChart(builder: ChartBuilder, { nodePools }: ClusterResult): ChartSpec | null {
  if (!nodePools.some(poolChanged)) return null;
  const columns = builder.table
    .ofMeasure('cluster', 'nodes')
    .map(({ subject, values }) => ({ label: subject === '' ? 'no pool' : subject, values }));
  const { series, hint } = builder.compared(columns);
  return builder.chart({
    id: 'cluster-nodes',
    title: 'Nodes by pool',
    hint,
    unit: 'count',
    series: series.map((line) => ({ ...line, stepped: true })),
  });
}

function waitingChart(builder: ChartBuilder, { pods }: ClusterResult): ChartSpec | null {
  if (pods.unschedulableMost === 0) return null;
  const values = builder.table.values('cluster', 'pods', 'unschedulable');
  return builder.chart({
    id: 'cluster-unschedulable',
    title: 'Pods without a node',
    hint: 'No node had room for them, so they could not start.',
    unit: 'count',
    series: builder.line('waiting for a node', values, style.unplaced),
  });
}

function workloadChart(
  builder: ChartBuilder,
  workload: WorkloadResult,
  name: string,
  index: number,
): ChartSpec | null {
  const subject = workloadSubject(workload);
  const of = (measure: string) => builder.table.values('workload', subject, measure);
  const lacking =
    workload.missingSeconds > 0 ? 'Between the lines: pods that were wanted and not ready.' : '';
  return builder.chart({
    id: `workload-${index}`,
    title: `${workload.kind} ${name}: pods wanted and ready`,
    hint: lacking,
    unit: 'count',
    series: [
      ...builder.line('wanted', of('desired'), style.wanted),
      ...builder.line('ready', of('ready'), style.ready),
    ],
  });
}
