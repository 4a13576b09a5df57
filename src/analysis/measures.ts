import type { ClusterResult, WorkloadResult } from '../model/cluster-result.ts';
import type { CallResult, ObjectiveResult, Result, ServiceResult, SourceResult } from '../model/result.ts';
import type { MeasureSummary } from '../model/sweep-result.ts';
import { changedCluster } from './cluster-changes.ts';

/** One headline figure of a result, in a form that several results can be laid side by side by. */
export interface Measure extends Pick<MeasureSummary, 'id' | 'name' | 'subject' | 'unit' | 'direction'> {
  /** Null where the run had nothing to measure. */
  readonly value: number | null;
}

type Kind = Pick<Measure, 'name' | 'unit' | 'direction'>;

const kind = (name: string, unit: Measure['unit'], direction: Measure['direction']): Kind => ({
  name,
  unit,
  direction,
});

const kinds = {
  availability: kind('availability', 'share', 'higher'),
  servedRate: kind('requests served', 'perSecond', 'higher'),
  p50: kind('median of latency', 'milliseconds', 'lower'),
  p95: kind('95th percentile of latency', 'milliseconds', 'lower'),
  p99: kind('99th percentile of latency', 'milliseconds', 'lower'),
  achieved: kind('share of good requests', 'share', 'higher'),
  budgetUsed: kind('error budget used', 'ratio', 'lower'),
  utilisationMax: kind('CPU utilisation in the busiest interval', 'share', 'none'),
  replicas: kind('replicas', 'count', 'none'),
  queue: kind('mean queue', 'count', 'lower'),
  errorShare: kind('failed requests', 'share', 'lower'),
  retries: kind('retries per call', 'ratio', 'lower'),
  cost: kind('cost', 'currency', 'lower'),
  nodeHours: kind('node-hours', 'count', 'lower'),
  missing: kind('missing pod time', 'seconds', 'lower'),
  unready: kind('pods that stopped being ready', 'count', 'lower'),
  restarts: kind('container restarts', 'count', 'lower'),
  podsCreated: kind('pods created', 'count', 'none'),
  unschedulable: kind('pod time without a node', 'seconds', 'lower'),
  startup: kind('95th percentile of pod start-up', 'seconds', 'lower'),
  reversals: kind('autoscaler reversals', 'count', 'lower'),
  costPerMillion: kind('cost per million requests served', 'currency', 'lower'),
} as const;

function measure(
  key: keyof typeof kinds,
  label: string | null,
  subject: string,
  value: number | null,
): Measure {
  const id = label === null ? key : `${key}{${label}="${subject}"}`;
  return { id, ...kinds[key], subject, value };
}

/** The headline measures of a result: what users felt, what was asked, what services did, what it cost. */
export function headlineMeasures(result: Result): Measure[] {
  return [
    ...result.objectives.flatMap(objectiveMeasures),
    ...result.sources.flatMap(sourceMeasures),
    ...result.services.flatMap(serviceMeasures),
    ...callMeasures(result.calls),
    ...clusterMeasures(result),
    measure('cost', null, 'all', result.cost.total),
    measure('costPerMillion', null, 'all', result.cost.perMillionRequests),
  ];
}

function objectiveMeasures(objective: ObjectiveResult): Measure[] {
  return [
    measure('achieved', 'objective', objective.name, objective.achieved),
    measure('budgetUsed', 'objective', objective.name, objective.budgetUsed),
  ];
}

function sourceMeasures(source: SourceResult): Measure[] {
  const { name, latency } = source;
  const quantile = (value: number) => (latency.count === 0 ? null : value);
  return [
    measure('availability', 'traffic', name, source.availability),
    measure('servedRate', 'traffic', name, source.servedRate),
    measure('p50', 'traffic', name, quantile(latency.p50)),
    measure('p95', 'traffic', name, quantile(latency.p95)),
    measure('p99', 'traffic', name, quantile(latency.p99)),
    ...causeMeasures(source),
  ];
}

/** Failures by cause, as shares of all requests that ended. */
function causeMeasures({ name, served, errors }: SourceResult): Measure[] {
  const ended = served + sumOf(errors);
  return Object.entries(errors).map(([cause, count]) => ({
    id: `errors{traffic="${name}",cause="${cause}"}`,
    name: `failed: ${cause}`,
    subject: name,
    unit: 'share',
    direction: 'lower',
    value: count / ended,
  }));
}

function serviceMeasures(service: ServiceResult): Measure[] {
  const failed = sumOf(service.errors);
  const ended = failed + service.endpoints.reduce((sum, endpoint) => sum + endpoint.served, 0);
  return [
    measure('utilisationMax', 'service', service.name, service.utilisationMax),
    measure('replicas', 'service', service.name, service.replicas),
    measure('queue', 'service', service.name, service.queue),
    measure('errorShare', 'service', service.name, ended === 0 ? null : failed / ended),
  ];
}

/** Calls that cannot be retried have nothing to compare. */
function callMeasures(calls: readonly CallResult[]): Measure[] {
  return calls
    .filter((call) => call.retries > 0)
    .map(({ client, service, endpoint, calls: made, retries }) =>
      measure('retries', 'call', `${client} → ${service} ${endpoint}`, made === 0 ? null : retries / made),
    );
}

/** The nodes, and of the rest what happened: counts of what did not are left out, as `absentValue` knows them. */
function clusterMeasures(result: Result): Measure[] {
  const { cluster } = result;
  if (cluster === undefined) return [];
  const hours = cluster.nodePools.reduce((sum, pool) => sum + pool.nodeHours, 0);
  return [
    ...(changedCluster(result) === null ? [] : changeMeasures(cluster)),
    measure('nodeHours', null, 'all', hours),
  ];
}

function changeMeasures({ pods, workloads, autoscalers }: ClusterResult): Measure[] {
  const { created, unschedulableSeconds, startup } = pods;
  return [
    ...workloads.flatMap((workload) => {
      const subject = workloadName(workload);
      return [
        measure('missing', 'workload', subject, workload.missingSeconds),
        measure('unready', 'workload', subject, workload.unready),
        measure('restarts', 'workload', subject, workload.restarts),
      ];
    }),
    ...autoscalers.map(({ namespace, name, reversals }) =>
      measure('reversals', 'autoscaler', `${namespace}/${name}`, reversals),
    ),
    measure('podsCreated', null, 'all', created),
    measure('unschedulable', null, 'all', unschedulableSeconds),
    measure('startup', null, 'all', startup.count === 0 ? null : startup.p95),
  ].filter(({ value }) => value !== 0);
}

function workloadName({ kind: sort, namespace, name }: WorkloadResult): string {
  return `${sort} ${namespace}/${name}`;
}

function sumOf(errors: SourceResult['errors']): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** A measure that a result lacks although others have it, because it counts something that did not happen. */
export function absentValue(id: string, result: Result): number | null {
  const cause = /^errors\{traffic="(.*)",cause="/.exec(id);
  if (cause !== null) {
    const source = result.sources.find(({ name }) => name === cause[1]);
    return source === undefined || source.availability === null ? null : 0;
  }
  const still = stillValue(id, result);
  if (still !== null) return still;
  const call = /^retries\{call="(.*)"\}$/.exec(id);
  if (call === null) return null;
  const made = result.calls.find(
    ({ client, service, endpoint }) => `${client} → ${service} ${endpoint}` === call[1],
  );
  return made === undefined || made.calls === 0 ? null : 0;
}

/** Zero for what did not happen in a cluster; null where there is none, or not that part of it. */
function stillValue(id: string, { cluster }: Result): number | null {
  if (cluster === undefined) return null;
  if (id === 'podsCreated' || id === 'unschedulable') return 0;
  const [, key, subject] = /^(missing|unready|restarts|reversals)\{[a-z]+="(.*)"\}$/.exec(id) ?? [];
  if (key === undefined) return null;
  const names =
    key === 'reversals'
      ? cluster.autoscalers.map(({ namespace, name }) => `${namespace}/${name}`)
      : cluster.workloads.map(workloadName);
  return names.includes(subject!) ? 0 : null;
}

/** The measures that at least one result has, under one list of ids, in the order in which they are first met. */
export function tabulate(
  results: readonly Result[],
): { readonly kind: Measure; readonly values: (number | null)[] }[] {
  const rows = new Map<string, { kind: Measure; values: (number | null)[] }>();
  results.forEach((result, position) => {
    for (const each of headlineMeasures(result)) {
      let row = rows.get(each.id);
      if (row === undefined)
        rows.set(each.id, (row = { kind: each, values: new Array(results.length).fill(undefined) }));
      row.values[position] = each.value;
    }
  });
  for (const [id, { values }] of rows)
    results.forEach((result, position) => {
      if (values[position] === undefined) values[position] = absentValue(id, result);
    });
  return [...rows.values()].filter(({ values }) => values.some((value) => value !== null));
}
