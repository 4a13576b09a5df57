import type { ClusterResult } from '../../../src/model/cluster-result.ts';
import type { Result } from '../../../src/model/result.ts';

/** One figure of a result: what a row of `-o csv` says. */
export interface Figure {
  readonly group:
    | 'run'
    | 'source'
    | 'service'
    | 'endpoint'
    | 'call'
    | 'objective'
    | 'threshold'
    | 'cost'
    | 'cluster'
    | 'nodePool'
    | 'workload'
    | 'autoscaler';
  readonly subject: string;
  readonly measure: string;
  readonly value: number | null;
}

/** RFC 4180 with plain line ends; text is quoted where it must be, null is an empty field. */
export function toCsv(
  header: readonly string[],
  rows: Iterable<readonly (string | number | null)[]>,
): string {
  const lines = [header.join(',')];
  for (const row of rows) lines.push(row.map(field).join(','));
  return `${lines.join('\n')}\n`;
}

export const figureHeader = ['scenario', 'seed', 'group', 'subject', 'measure', 'value'] as const;

/** The figures of a result as rows under `figureHeader`: tidy data, one figure a row. */
export function figureRows(result: Result): (string | number | null)[][] {
  return figuresOf(result).map((figure) => [
    result.scenario,
    result.manifest.seed,
    figure.group,
    figure.subject,
    figure.measure,
    figure.value,
  ]);
}

/** Every single figure of a result, in the order of the result. Latencies are in milliseconds, rates per second. */
export function figuresOf(result: Result): Figure[] {
  return [
    ...numbers('run', result.scenario, { ...result.window, events: result.manifest.events }),
    ...result.sources.flatMap((source) => numbers('source', source.name, source)),
    ...result.services.flatMap((service) => [
      ...numbers('service', service.name, service),
      ...service.endpoints.flatMap((endpoint) =>
        numbers('endpoint', `${service.name} ${endpoint.endpoint}`, endpoint),
      ),
    ]),
    ...result.calls.flatMap((call) =>
      numbers('call', `${call.client} → ${call.service} ${call.endpoint}`, call),
    ),
    ...result.objectives.flatMap((objective) => numbers('objective', objective.name, objective)),
    ...result.thresholds.map(
      (threshold): Figure => ({
        group: 'threshold',
        subject: threshold.metric,
        measure: threshold.expression,
        value: threshold.observed,
      }),
    ),
    ...numbers('cost', result.cost.currency, result.cost),
    ...result.cost.services.flatMap((service) => numbers('cost', service.name, service)),
    ...(result.cluster === undefined ? [] : clusterFigures(result.cluster)),
  ];
}

function clusterFigures({ pods, apiRequests, nodePools, workloads, autoscalers }: ClusterResult): Figure[] {
  return [
    ...numbers('cluster', 'pods', pods),
    ...numbers('cluster', 'control loops', { apiRequests }),
    ...nodePools.flatMap((pool) => numbers('nodePool', pool.name, pool)),
    ...workloads.flatMap((each) => numbers('workload', `${each.kind} ${each.namespace}/${each.name}`, each)),
    ...autoscalers.flatMap((each) => numbers('autoscaler', `${each.namespace}/${each.name}`, each)),
  ];
}

/** The series of a result, one row a sample and one column a series. */
export function seriesCsv(result: Result): string {
  const { timesSeconds, columns } = result.series;
  const header = columns.map((column) => field(`${column.group} ${column.subject} ${column.measure}`));
  const rows = timesSeconds.map((time, i) => [time, ...columns.map((column) => column.values[i] ?? null)]);
  return toCsv(['timeSeconds', ...header], rows);
}

// Nested figures get dotted names: latency.p99, errors.timeout.
function numbers(group: Figure['group'], subject: string, value: object, prefix = ''): Figure[] {
  return Object.entries(value).flatMap(([key, member]): Figure[] => {
    const measure = prefix + key;
    if (typeof member === 'number') return [{ group, subject, measure, value: member }];
    if (typeof member === 'boolean') return [{ group, subject, measure, value: member ? 1 : 0 }];
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return [];
    return numbers(group, subject, member, `${measure}.`);
  });
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
