import {
  autoscalerActed,
  changedCluster,
  poolChanged,
  workloadChanged,
} from '../../../src/analysis/cluster-changes.ts';
import type { ClusterResult, WorkloadResult } from '../../../src/model/cluster-result.ts';
import type { Result } from '../../../src/model/result.ts';
import { duration, significant } from './figures.ts';
import { count } from './wording.ts';

const workloadsMax = 6;

/** What changed in the cluster, as lines of a narrative: ranges, not every step. Empty where nothing did. */
export function clusterLines(result: Result): string[] {
  const cluster = changedCluster(result);
  if (cluster === null) return [];
  const workloads = cluster.workloads.filter(workloadChanged);
  const left = workloads.length - workloadsMax;
  return [
    ...workloads.slice(0, workloadsMax).map(workloadLine),
    ...(left > 0 ? [`… and ${count(left, 'more workload')}`] : []),
    ...cluster.autoscalers.filter(autoscalerActed).map(autoscalerLine),
    ...cluster.nodePools
      .filter(poolChanged)
      .map(
        ({ name, fewest, most, atEnd }) =>
          `- nodes of ${name || 'no pool'}: ${fewest} to ${most}, ${atEnd} at the end`,
      ),
    ...waitingLine(cluster),
  ];
}

function workloadLine(workload: WorkloadResult): string {
  const { kind, namespace, name, desiredMost, readyFewest, readyMost, missingSeconds } = workload;
  const ready = readyFewest === readyMost ? `${readyMost}` : `${readyFewest} to ${readyMost}`;
  const facts = [
    `at most ${desiredMost} wanted`,
    `${ready} ready`,
    ...(missingSeconds >= 1 ? [`${rounded(missingSeconds)} missing`] : []),
    ...(workload.created > 0 ? [`${significant(workload.created, 2)} created`] : []),
    ...(workload.unready > 0 ? [`${significant(workload.unready, 2)} times unready`] : []),
    ...(workload.restarts > 0 ? [count(workload.restarts, 'restart')] : []),
    ...(workload.outOfMemory > 0 ? [`${workload.outOfMemory} of them out of memory`] : []),
  ];
  return `- ${kind} ${namespace}/${name}: ${facts.join(', ')}`;
}

function autoscalerLine({
  name,
  target,
  fewest,
  most,
  ups,
  downs,
  reversals,
}: ClusterResult['autoscalers'][number]) {
  const turned = reversals > 0 ? `, turned round ${count(reversals, 'time')}` : '';
  return `- autoscaler ${name} of ${target}: ${fewest} to ${most}, up ${count(ups, 'time')}, down ${count(downs, 'time')}${turned}`;
}

function waitingLine({ pods }: ClusterResult): string[] {
  const { unschedulableMost, unschedulableSeconds } = pods;
  if (unschedulableMost === 0) return [];
  return [
    `- without a node: up to ${count(unschedulableMost, 'pod')}, ${rounded(unschedulableSeconds)} over all pods`,
  ];
}

const rounded = (seconds: number) => duration(Number(seconds.toPrecision(2)));
