import {
  autoscalerActed,
  changedCluster,
  poolChanged,
  workloadChanged,
} from '../../../src/analysis/cluster-changes.ts';
import type { ClusterResult, NodePoolResult, WorkloadResult } from '../../../src/model/cluster-result.ts';
import type { Result } from '../../../src/model/result.ts';
import type { Colors } from '../terminal.ts';
import { compact, duration, money, significant } from './figures.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

/** The part of a summary that tells what happened in the cluster. */

export interface ClusterStyle {
  readonly colors: Colors;
  readonly width: number;
  /** Shows what stood still as well. */
  readonly wide: boolean;
}

const workloadsShown = 10;
const right = (title: string): Column => ({ title, align: 'right' });

/** Workloads, autoscalers, node pools and pods. Nothing where nothing happened, unless `wide` asks for it. */
export function clusterSection(result: Result, style: ClusterStyle): string[] {
  const cluster = style.wide ? result.cluster : changedCluster(result);
  if (cluster === undefined || cluster === null) return [];
  const lines = [
    ...cluster.autoscalers.filter((each) => style.wide || autoscalerActed(each)).map(autoscalerWords),
    ...podWords(cluster),
    ...nodeWords(cluster, result.cost.currency, style.wide),
  ];
  return [
    style.colors.bold('Cluster'),
    ...workloadTable(cluster, style),
    ...lines.flatMap((line) => wrap(harmless(line), style.width, '  ', '    ')),
  ];
}

function workloadTable({ workloads }: ClusterResult, { colors, width, wide }: ClusterStyle): string[] {
  const told = wide ? workloads : workloads.filter(workloadChanged);
  const shown = wide ? told : told.slice(0, workloadsShown);
  if (shown.length === 0) return [];
  const killed = shown.some(({ outOfMemory }) => outOfMemory > 0);
  const columns: Column[] = [
    { title: 'WORKLOAD', shrinks: true },
    right('WANTED'),
    right('READY'),
    right('FEWEST'),
    right('MISSING'),
    { ...right('CREATED'), spare: 2 },
    { ...right('UNREADY'), spare: 1 },
    right('RESTARTS'),
    ...(killed ? [right('OOM')] : []),
  ];
  const named = nameOf(workloads);
  const rows = shown.map((workload) => workloadRow(workload, harmless(named(workload)), killed, colors));
  const left = told.length - shown.length;
  return [
    ...table(columns, rows, { width, indent: 2, title: colors.dim }),
    ...(left > 0 ? [colors.dim(`    and ${left} more (-o wide)`)] : []),
  ];
}

function workloadRow(workload: WorkloadResult, name: string, killed: boolean, { red }: Colors): string[] {
  const { desired, desiredMost, ready, readyFewest, missingSeconds } = workload;
  const bad = (value: number) => (value > 0 ? red(compact(value)) : '0');
  return [
    name,
    desiredMost === desired ? compact(desired) : `${compact(desired)}, most ${compact(desiredMost)}`,
    ready < desired ? red(compact(ready)) : compact(ready),
    compact(readyFewest),
    missingSeconds === 0 ? '0' : duration(missingSeconds),
    compact(workload.created),
    compact(workload.unready),
    bad(workload.restarts),
    ...(killed ? [bad(workload.outOfMemory)] : []),
  ];
}

/** `Deployment web`, with the namespace where there is more than one. */
function nameOf(workloads: readonly WorkloadResult[]): (workload: WorkloadResult) => string {
  const one = new Set(workloads.map(({ namespace }) => namespace)).size <= 1;
  return ({ kind, namespace, name }) => `${kind} ${one ? name : `${namespace}/${name}`}`;
}

function autoscalerWords(autoscaler: ClusterResult['autoscalers'][number]): string {
  const { namespace, name, target, ups, downs, reversals, fewest, most } = autoscaler;
  const range = fewest === most ? count(most, 'replica') : `${fewest} to ${count(most, 'replica')}`;
  const turned = reversals === 0 ? '' : `, turned round ${count(reversals, 'time')}`;
  return `Autoscaler ${namespace}/${name} of ${target}: ${range}, up ${count(ups, 'time')}, down ${count(downs, 'time')}${turned}`;
}

function podWords({ pods }: ClusterResult): string[] {
  const { created, deleted, startup } = pods;
  const began =
    startup.count === 0
      ? ''
      : `; start-up median ${duration(startup.p50)}, p95 ${duration(startup.p95)}, longest ${duration(startup.max)}`;
  const left = pods.unschedulableAtEnd > 0 ? `, ${pods.unschedulableAtEnd} still waiting` : '';
  return [
    `Pods: ${compact(pods.atEnd)} at the end, ${compact(created)} created, ${compact(deleted)} deleted${began}`,
    ...(pods.unschedulableMost === 0
      ? []
      : [
          `Without a node: up to ${count(pods.unschedulableMost, 'pod')}, ${duration(pods.unschedulableSeconds)} of waiting over all pods${left}`,
        ]),
  ];
}

/** Each pool in a line; those that stood still share one, unless each is asked for. */
function nodeWords({ nodePools }: ClusterResult, currency: string, wide: boolean): string[] {
  const told = wide ? nodePools : nodePools.filter(poolChanged);
  const rest = nodePools.filter((pool) => !told.includes(pool));
  const still = rest.reduce((sum, { atEnd }) => sum + atEnd, 0);
  const words = still === 0 ? [] : [`Nodes: ${compact(still)}${told.length > 0 ? ' more' : ''} all the time`];
  return [...told.map((pool) => poolWords(pool, currency)), ...words];
}

function poolWords(pool: NodePoolResult, currency: string): string {
  const { name, atEnd, fewest, most, mean, nodeHours, cost } = pool;
  const range = poolChanged(pool)
    ? `${fewest} to ${most} nodes, mean ${significant(mean, 3)}, ${atEnd} at the end`
    : `${count(atEnd, 'node')} all the time`;
  const price = cost === null ? '' : `, ${money(cost, currency)}`;
  return `Nodes of ${name === '' ? 'no pool' : `pool ${name}`}: ${range}; ${significant(nodeHours, 3)} node-hours${price}`;
}
