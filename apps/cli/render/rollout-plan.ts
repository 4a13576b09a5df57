import type { RolloutPlan, RolloutStep } from '../../../src/model/rollout-plan-result.ts';
import type { Colors } from '../terminal.ts';
import { duration, instant } from './figures.ts';
import { impactSection, type PlanStyle, verdictBadge } from './impact.ts';
import { bar } from './sparkline.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

const stepsShown = 14;
const podsShown = 5;

const outcomes: Readonly<Record<RolloutPlan['outcome'], string>> = {
  complete: 'complete',
  unchanged: 'changes no pod',
  'deadline-exceeded': 'stuck: progress deadline exceeded',
  aborted: 'aborted',
  paused: 'paused for a person',
  unfinished: 'not complete when the run ends',
};

/** The verdict in one line. */
export function rolloutVerdict(plan: RolloutPlan, colors: Colors): string {
  const badge = verdictBadge(plan.verdict, colors);
  if (plan.verdict === 'no-go') return `${badge} ${harmless(plan.reasons.join('; '))}`;
  const took = plan.tookSeconds === null ? '' : ` in ${duration(plan.tookSeconds)}`;
  const met = count(plan.users.objectives.length, 'objective');
  return `${badge} ${colors.bold(harmless(plan.workload))} ${outcomes[plan.outcome]}${took}, ${met} met`;
}

/** A rollout plan as text for a terminal: the verdict first, then why. */
export function rolloutSummary(plan: RolloutPlan, style: PlanStyle): string {
  const { colors, width } = style;
  const facts = `${plan.scenario} · ${plan.change} at ${instant(plan.atSeconds, plan.startsAt)} · run until ${instant(plan.endSeconds, plan.startsAt)} · seed ${plan.seed}`;
  const sections = [
    [
      ...wrap(rolloutVerdict(plan, colors), width, '', '  '),
      ...wrap(harmless(facts), width, '  ').map(colors.dim),
    ],
    outcomeSection(plan, style),
    timeline(plan, style),
    podsSection('New pods without a node', plan.unplaced, plan, style),
    podsSection('New pods that are not ready at the end', plan.unwell, plan, style),
    impactSection(plan.users, { change: 'rollout', startsAt: plan.startsAt }, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function outcomeSection(plan: RolloutPlan, { colors, width }: PlanStyle): string[] {
  const { outcome, tookSeconds, deadlineSeconds, message } = plan;
  const took = tookSeconds === null ? '' : ` after ${duration(tookSeconds)}`;
  const deadline = deadlineSeconds === null ? '' : `, progress deadline ${duration(deadlineSeconds)}`;
  return [
    `${colors.bold(harmless(plan.workload))}  ${outcomes[outcome]}${took}${deadline}`,
    `  fewest available: ${plan.availableLeast} of ${plan.replicas}, at ${instant(plan.availableLeastAtSeconds, plan.startsAt)}`,
    ...(message === '' ? [] : wrap(harmless(message), width, '  ')),
  ];
}

/** The sizes of the revisions over time, a bar for what is available. */
function timeline(plan: RolloutPlan, { colors, width }: PlanStyle): string[] {
  const { revisions, steps, replicas, startsAt } = plan;
  if (steps.length < 2) return [];
  const columns: Column[] = [
    { title: 'AT', align: 'right' },
    ...revisions.map(
      ({ name, isNew }): Column => ({
        title: `${isNew ? 'NEW ' : 'OLD '}${shortName(name)}`,
        align: 'right',
      }),
    ),
    { title: 'AVAILABLE', align: 'right' },
    { title: '', spare: 1 },
  ];
  const rows = thinned(steps).map((step) => [
    instant(step.atSeconds, startsAt),
    ...revisions.map((_, i) => {
      const size = step.sizes[i];
      return size === undefined ? '' : `${size.ready}/${size.desired}`;
    }),
    String(step.available),
    bar(Math.min(1, step.available / Math.max(1, replicas)), 16),
  ]);
  const left = steps.length - rows.length;
  const images = revisions.map(({ name, images: own }) => `${shortName(name)}: ${own.join(', ')}`);
  return [
    `${colors.bold('Time line')}  ready/desired`,
    ...table(columns, rows, { width, indent: 2, title: colors.dim }),
    ...(left > 0 ? [colors.dim(`  ${count(left, 'step')} between them (-o json)`)] : []),
    ...images.map((text) => colors.dim(`  ${harmless(text)}`)),
  ];
}

/** The first and last step, and others evenly between them. */
function thinned(all: readonly RolloutStep[]): readonly RolloutStep[] {
  // What follows within the same second is a detail.
  const steps = all.filter(
    (step, i) => i === 0 || Math.round(step.atSeconds) !== Math.round(all[i + 1]?.atSeconds ?? -1),
  );
  if (steps.length <= stepsShown) return steps;
  return Array.from(
    { length: stepsShown },
    (_, i) => steps[Math.round((i * (steps.length - 1)) / (stepsShown - 1))]!,
  );
}

const shortName = (name: string) => name.slice(name.lastIndexOf('-') + 1);

function podsSection(
  heading: string,
  pods: RolloutPlan['unplaced'],
  { startsAt }: RolloutPlan,
  { colors, width }: PlanStyle,
): string[] {
  if (pods.length === 0) return [];
  const lines = pods.slice(0, podsShown).flatMap(({ namespace, name, fromSeconds, untilSeconds, reason }) => {
    const until = untilSeconds === null ? 'to the end' : `until ${instant(untilSeconds, startsAt)}`;
    return wrap(
      harmless(`✗ ${namespace}/${name} from ${instant(fromSeconds, startsAt)} ${until}: ${reason}`),
      width,
      '  ',
      '    ',
    );
  });
  const left = pods.length - podsShown;
  return [colors.bold(heading), ...lines, ...(left > 0 ? [colors.dim(`  and ${left} more (-o json)`)] : [])];
}
