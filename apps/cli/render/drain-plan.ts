import type { DrainPlan, DrainPlanNode, DrainPlanPod } from '../../../src/model/drain-plan-result.ts';
import type { Colors } from '../terminal.ts';
import { duration, instant, percent } from './figures.ts';
import { impactSection, type PlanStyle, verdictBadge } from './impact.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

const podsShown = 12;

/** The verdict in one line. */
export function drainVerdict(plan: DrainPlan, colors: Colors): string {
  const badge = verdictBadge(plan.verdict, colors);
  if (plan.verdict === 'no-go') return `${badge} ${harmless(plan.reasons.join('; '))}`;
  const names = plan.nodes.map(({ name }) => name).join(', ');
  const met = count(plan.users.objectives.length, 'objective');
  return `${badge} ${colors.bold(harmless(names))} drained in ${duration(plan.tookSeconds!)}, ${met} met`;
}

/** A drain plan as text for a terminal: the verdict first, then why. */
export function drainSummary(plan: DrainPlan, style: PlanStyle): string {
  const { colors, width } = style;
  const facts = `${plan.scenario} · drain at ${instant(plan.atSeconds, plan.startsAt)} · run until ${instant(plan.endSeconds, plan.startsAt)} · seed ${plan.seed}`;
  const sections = [
    [...wrap(drainVerdict(plan, colors), width, '', '  '), `  ${colors.dim(facts)}`],
    ...plan.nodes.map((node) => nodeSection(node, plan, style)),
    budgetSection(plan, style),
    capacitySection(plan, style),
    impactSection(plan.users, { change: 'drain', startsAt: plan.startsAt }, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

const fates: Readonly<Record<DrainPlanPod['fate'], string>> = {
  evicted: '✓ evicted',
  delayed: '• delayed',
  blocked: '✗ BLOCKED',
  terminating: '✗ still ending',
  'needs-force': '✗ NEEDS --force',
  daemonset: '– stays (DaemonSet)',
  mirror: '– stays (static)',
  'not-asked': '✗ not asked',
};

const gravity: readonly DrainPlanPod['fate'][] = [
  'blocked',
  'needs-force',
  'terminating',
  'not-asked',
  'delayed',
  'evicted',
  'daemonset',
  'mirror',
];

function nodeSection(node: DrainPlanNode, plan: DrainPlan, { colors, width }: PlanStyle): string[] {
  const zone = node.zone === '' ? '' : `, zone ${node.zone}`;
  const took = node.tookSeconds === null ? '' : ` ${stateWords[node.state]} ${duration(node.tookSeconds)}`;
  const pods = [...node.pods].sort((a, b) => gravity.indexOf(a.fate) - gravity.indexOf(b.fate));
  const rows = pods
    .slice(0, podsShown)
    .map((pod) => [
      `${harmless(pod.namespace)}/${harmless(pod.name)}`,
      coloured(pod.fate, colors),
      pod.waitSeconds === null || pod.waitSeconds < 1 ? '' : duration(pod.waitSeconds),
      pod.goneSeconds === null ? '' : duration(pod.goneSeconds),
      harmless(pod.budgets.join(', ')) + (pod.localStorage ? ' loses its emptyDir' : ''),
    ]);
  const columns: Column[] = [
    { title: 'POD', shrinks: true },
    { title: 'FATE' },
    { title: 'WAITED', align: 'right' },
    { title: 'GONE AFTER', align: 'right' },
    { title: 'BUDGET', shrinks: true },
  ];
  const left = pods.length - rows.length;
  const never = node.state === 'not-begun' ? ' its turn never came' : '';
  const limit = plan.timeoutSeconds === null ? '' : `, timeout ${duration(plan.timeoutSeconds)}`;
  return [
    `${colors.bold(`Node ${harmless(node.name)}`)}${zone}:${took}${never}${limit}`,
    ...(rows.length === 0 ? ['  no pods'] : table(columns, rows, { width, indent: 2, title: colors.dim })),
    ...(left > 0 ? [colors.dim(`  and ${left} more (-o json)`)] : []),
    ...(node.error === '' ? [] : wrap(colors.red(harmless(node.error)), width, '  ')),
  ];
}

const stateWords: Readonly<Record<DrainPlanNode['state'], string>> = {
  drained: 'empty after',
  failed: 'given up after',
  unfinished: 'not empty after',
  'not-begun': '',
};

function coloured(fate: DrainPlanPod['fate'], { green, red, yellow, dim }: Colors): string {
  const text = fates[fate];
  if (text.startsWith('✓')) return green(text);
  if (text.startsWith('✗')) return red(text);
  return fate === 'delayed' ? yellow(text) : dim(text);
}

function budgetSection({ budgets }: DrainPlan, { colors, width }: PlanStyle): string[] {
  if (budgets.length === 0) return [];
  const rows = budgets.map((budget) => [
    budget.blocks
      ? colors.red('✗ BLOCKS')
      : budget.refusals > 0
        ? colors.yellow('• slows')
        : colors.green('✓ lets'),
    `${harmless(budget.namespace)}/${harmless(budget.name)}`,
    budget.asks,
    `${budget.healthy} of ${budget.expectedPods}`,
    String(budget.disruptionsAllowed),
    String(budget.podsOnNodes),
    String(budget.refusals),
  ]);
  const columns: Column[] = [
    { title: '' },
    { title: 'BUDGET', shrinks: true },
    { title: 'ASKS' },
    { title: 'HEALTHY', align: 'right' },
    { title: 'ALLOWS', align: 'right' },
    { title: 'HERE', align: 'right' },
    { title: 'REFUSALS', align: 'right' },
  ];
  const why = budgets.filter(({ why }) => why !== '').map(({ name, why }) => `${name}: ${why}`);
  return [
    colors.bold('Disruption budgets'),
    ...table(columns, rows, { width, indent: 2, title: colors.dim }),
    ...why.flatMap((text) => wrap(`• ${harmless(text)}`, width, '  ', '    ')),
  ];
}

function capacitySection({ capacity }: DrainPlan, { colors, width }: PlanStyle): string[] {
  const { nodesLeft, pods, homeless, pendingAtEnd, free } = capacity;
  const fills = free
    .filter(({ allocatable }) => allocatable > 0)
    .map(
      ({ resource, allocatable, requested }) =>
        `${percent(requested / allocatable)} of ${resource} requested`,
    );
  const waiting = (what: string, list: DrainPlan['capacity']['homeless']) =>
    list.length === 0
      ? []
      : [
          `✗ ${count(list.length, 'pod')} ${what}`,
          ...[...new Set(list.map(({ reason }) => reason))].slice(0, 3).map((reason) => `    ${reason}`),
        ];
  const fits =
    homeless.length === 0 ? [`✓ ${count(pods, 'pod')} ${pods === 1 ? 'finds' : 'find'} room elsewhere`] : [];
  return [
    `${colors.bold('Room')}  ${count(nodesLeft, 'node')} left, then ${fills.join(' and ') || 'nothing'}`,
    ...[
      ...fits,
      ...waiting('find no other node:', homeless),
      ...waiting('without a node when the run ends:', pendingAtEnd),
    ].flatMap((text) => wrap(harmless(text), width, text.startsWith(' ') ? '      ' : '  ', '      ')),
  ];
}
