import { autoscalerActed, poolChanged } from '../../../src/analysis/cluster-changes.ts';
import type {
  AutoscalerResult,
  ClusterResult,
  NodePoolResult,
  WorkloadResult,
} from '../../../src/model/cluster-result.ts';
import { figure } from '../figure.ts';
import { formatCount, formatDuration, formatMoney, formatNumber, plural } from '../format.ts';
import { meaningOf, type Term, term } from '../glossary.ts';
import { markKey } from '../mark-key.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import type { ChartSpec, Payload } from '../payload.ts';
import { type TableCell, type TableColumn, table } from '../table.ts';
import type { Section } from './section.ts';

type Shown = Pick<Payload, 'clock' | 'times' | 'columns' | 'markKinds'>;

const amount = (value: number): TableCell => ({ content: formatCount(value), sort: value });
const mean = (value: number): TableCell => ({ content: formatNumber(value), sort: value });
const text = (value: string): TableCell => ({ content: value, sort: value });
const span = (seconds: number): TableCell => ({
  content: seconds === 0 ? '0' : formatDuration(seconds),
  sort: seconds,
});

/** A count of what should not happen: it stands out by sign and weight where it did. */
const trouble = (value: number): TableCell => ({
  content: value === 0 ? '0' : `✗ ${formatCount(value)}`,
  sort: value,
  className: value === 0 ? '' : 'bad',
});

const number = (title: string, name: Term): TableColumn => ({ title, numeric: true, tip: meaningOf(name) });
const plainNumber = (title: string, tip: string): TableColumn => ({ title, numeric: true, tip });

/** Pods and nodes over time, and what came of the workloads, node pools and autoscalers. */
export function clusterSection(
  cluster: ClusterResult,
  charts: readonly ChartSpec[],
  data: Shown,
  currency: string,
): Section {
  const content = html`
<p class="section-lead">${lead(cluster)}</p>
${podFigures(cluster)}
${charts.length > 0 && [markKey(data.markKinds) || '', html`<div class="charts">${charts.map((chart) => figure(chart, data))}</div>`]}
<div class="stack">${workloadTable(cluster)}
${cluster.autoscalers.length > 0 && autoscalerTable(cluster)}
${nodePoolTable(cluster, currency)}</div>`;
  return { id: 'cluster', title: 'Cluster', short: 'Cluster', content };
}

/** What the section is about, in a sentence or two. */
function lead({ nodePools, pods, autoscalers }: ClusterResult): string {
  const most = nodePools.reduce((sum, pool) => sum + pool.most, 0);
  const changed = nodePools.filter(poolChanged);
  const ranges = changed.map(
    ({ name, fewest, most: top }) =>
      `${fewest} to ${plural(top, 'node')} in ${name === '' ? 'no pool' : `pool ${name}`}`,
  );
  const nodes = changed.length === 0 ? `${plural(most, 'node')} all the time` : ranges.join(', ');
  const waited =
    pods.unschedulableMost > 0
      ? ` Up to ${plural(pods.unschedulableMost, 'pod')} found no node with room.`
      : '';
  const decided = autoscalers.filter(autoscalerActed).length;
  const scaled = decided > 0 ? ` ${plural(decided, 'autoscaler')} changed the number of replicas.` : '';
  return `${nodes}.${waited}${scaled}`;
}

function podFigures({ pods, apiRequests }: ClusterResult): Markup {
  const { startup } = pods;
  const waited =
    pods.unschedulableSeconds > 0 ? `${formatDuration(pods.unschedulableSeconds)} over all pods` : '';
  return html`<dl class="figures small">
${fact(term('pod', 'Pods at the end'), formatCount(pods.atEnd), `most at once ${formatCount(pods.most)}`)}
${fact('Created', formatCount(pods.created), `deleted ${formatCount(pods.deleted)}`)}
${startup.count > 0 && fact(term('startup', 'Start-up, median'), formatDuration(startup.p50), `95 % within ${formatDuration(startup.p95)}, longest ${formatDuration(startup.max)}`)}
${fact(term('unschedulable', 'Without a node'), formatCount(pods.unschedulableMost), waited || 'never')}
${fact(term('apiRequests', 'API requests'), formatCount(apiRequests), 'of control loops')}
</dl>`;
}

function fact(title: Markup | string, value: string, detail: string): Markup {
  return html`<div><dt>${title}</dt><dd><span class="value">${value}</span><span class="detail">${detail}</span></dd></div>`;
}

function workloadTable({ workloads }: ClusterResult): Markup {
  return table({
    id: 'workload-table',
    caption: 'Workloads: pods wanted, ready and lost',
    columns: [
      { title: 'Workload' },
      { title: 'Kind' },
      plainNumber('Wanted', 'Replicas asked for at the end; where that changed, the most.'),
      plainNumber('Ready', 'Ready pods at the end.'),
      plainNumber('Fewest ready', 'Fewest ready pods at any time.'),
      number('Missing', 'missing'),
      plainNumber('Created', 'Pods created.'),
      number('Unready', 'unready'),
      number('Restarts', 'restart'),
      number('Out of memory', 'outOfMemory'),
    ],
    rows: workloads.map(workloadRow),
    empty: 'Nothing that makes pods.',
  });
}

function workloadRow(workload: WorkloadResult): TableCell[] {
  const { kind, namespace, name, desired, desiredMost, ready, readyFewest } = workload;
  const most = desiredMost === desired ? '' : ` (most ${formatCount(desiredMost)})`;
  return [
    text(`${namespace}/${name}`),
    text(kind),
    { content: `${formatCount(desired)}${most}`, sort: desiredMost },
    {
      content: `${ready < desired ? '✗ ' : ''}${formatCount(ready)}`,
      sort: ready,
      className: ready < desired ? 'bad' : '',
    },
    amount(readyFewest),
    span(workload.missingSeconds),
    amount(workload.created),
    amount(workload.unready),
    trouble(workload.restarts),
    trouble(workload.outOfMemory),
  ];
}

function autoscalerTable({ autoscalers }: ClusterResult): Markup {
  return table({
    id: 'autoscaler-table',
    caption: 'Autoscalers: what they asked for',
    columns: [
      { title: 'Autoscaler' },
      { title: 'Scales' },
      plainNumber('Fewest', 'Fewest replicas that it asked for.'),
      plainNumber('Most', 'Most replicas that it asked for.'),
      plainNumber('Ups', 'Decisions for more replicas.'),
      plainNumber('Downs', 'Decisions for fewer replicas.'),
      number('Reversals', 'reversal'),
    ],
    rows: autoscalers.map((each: AutoscalerResult) => [
      text(`${each.namespace}/${each.name}`),
      text(each.target),
      amount(each.fewest),
      amount(each.most),
      amount(each.ups),
      amount(each.downs),
      amount(each.reversals),
    ]),
    empty: '',
  });
}

function nodePoolTable({ nodePools }: ClusterResult, currency: string): Markup {
  const priced = nodePools.some(({ cost }) => cost !== null);
  return table({
    id: 'node-pool-table',
    caption: 'Node pools',
    columns: [
      { title: 'Node pool' },
      plainNumber('At the end', 'Nodes at the end.'),
      plainNumber('Fewest', 'Fewest nodes.'),
      plainNumber('Mean', 'Mean number of nodes.'),
      plainNumber('Most', 'Most nodes.'),
      number('Node-hours', 'nodeHours'),
      ...(priced ? [plainNumber('Cost', 'Node-hours × price of a node.')] : []),
    ],
    rows: nodePools.map((pool) => nodePoolRow(pool, priced, currency)),
    empty: 'There was no node.',
  });
}

function nodePoolRow(pool: NodePoolResult, priced: boolean, currency: string): TableCell[] {
  const cost = pool.cost === null ? '–' : formatMoney(pool.cost, currency);
  return [
    text(pool.name || 'no pool'),
    amount(pool.atEnd),
    amount(pool.fewest),
    mean(pool.mean),
    amount(pool.most),
    mean(pool.nodeHours),
    ...(priced ? [{ content: cost, sort: pool.cost }] : []),
  ];
}
