import type { CapacityPlan } from '../../../src/model/capacity-plan-result.ts';
import type { Colors } from '../terminal.ts';
import { money, percent } from './figures.ts';
import type { PlanStyle } from './impact.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

const hoursOfMonth = 730;
const podsShown = 5;

/** The verdict in one line. */
export function capacityVerdict(plan: CapacityPlan, { green, red, bold }: Colors): string {
  if (plan.verdict === 'enough') return `${bold(green('✓ ENOUGH'))} ${harmless(neededWords(plan))}`;
  const word = plan.verdict === 'too-few' ? '✗ TOO FEW' : '✗ IMPOSSIBLE';
  return `${bold(red(word))} ${harmless(plan.reasons.join('; '))}`;
}

function neededWords({ pools, zonesLost }: CapacityPlan): string {
  const words = pools
    .filter(({ sized }) => sized)
    .map(({ name, needed, now }) => `${name} needs ${count(needed ?? 0, 'machine')} and has ${now}`);
  return `${words.join(', ')}; ${lossWords(zonesLost)}`;
}

function lossWords(zonesLost: number): string {
  if (zonesLost === 0) return 'all zones up';
  return zonesLost === 1 ? 'any one zone may fail' : `any ${zonesLost} zones may fail`;
}

/** A capacity plan as text for a terminal: the verdict first, then why. */
export function capacitySummary(plan: CapacityPlan, style: PlanStyle): string {
  const { colors, width } = style;
  const facts = `${plan.scenario} · ${lossWords(plan.zonesLost)} · ${count(plan.peak.pods, 'pod')} at the peak · ${count(plan.tried, 'cluster')} tried · seed ${plan.seed}`;
  const sections = [
    [
      ...wrap(capacityVerdict(plan, colors), width, '', '  '),
      ...wrap(harmless(facts), width, '  ').map(colors.dim),
    ],
    poolSection(plan, style),
    bindingSection(plan, style),
    peakSection(plan, style),
    trafficSection(plan, style),
    unplacedSection(plan, style),
    plan.notes.length === 0
      ? []
      : [colors.bold('Mind'), ...plan.notes.flatMap((note) => wrap(`• ${note}`, width, '  ', '    '))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function poolSection(
  { pools, pricePerHour, currency }: CapacityPlan,
  { colors, width }: PlanStyle,
): string[] {
  const columns: Column[] = [
    { title: 'POOL', shrinks: true },
    { title: 'MACHINE', shrinks: true },
    { title: 'ZONES', spare: 1 },
    { title: 'NOW', align: 'right' },
    { title: 'NEEDED', align: 'right' },
    { title: '' },
  ];
  const rows = pools.map(({ name, machine, zones, sized, now, most, needed }) => [
    harmless(name),
    harmless(machine),
    harmless(zones.join(' ')),
    most > now ? `${now} (to ${most})` : String(now),
    needed === null ? '–' : String(needed),
    difference(sized, needed, most, colors),
  ]);
  const prices =
    pricePerHour === null
      ? []
      : [
          `  price: ${money(pricePerHour.now, currency)} an hour now, ${money(pricePerHour.needed, currency)} needed (${money(pricePerHour.needed * hoursOfMonth, currency)} a month)`,
        ];
  return [
    colors.bold('Machines'),
    ...table(columns, rows, { width, indent: 2, title: colors.dim }),
    ...prices,
  ];
}

function difference(
  sized: boolean,
  needed: number | null,
  most: number,
  { green, red, dim }: Colors,
): string {
  if (needed === null) return '';
  if (!sized) return dim('kept');
  if (needed > most) return red(`✗ ${needed - most} more`);
  return green(needed === most ? '✓ exactly' : `✓ ${most - needed} to spare`);
}

function bindingSection(
  { binding, fill, zonesLost, verdict }: CapacityPlan,
  { colors, width }: PlanStyle,
): string[] {
  const fills = fill.map(({ resource, share, shareWithLoss }) =>
    zonesLost === 0
      ? `${resource} ${percent(share)}`
      : `${resource} ${percent(share)} (${percent(shareWithLoss)} after the loss)`,
  );
  const lines = [`Requested: ${fills.join(', ')}`];
  if (binding.pool !== null && (binding.pods > 0 || verdict !== 'impossible')) {
    const without = binding.lost.length === 0 ? '' : ` and zone ${binding.lost.join(', ')} lost`;
    const why = binding.obstacles.map(({ reason, pods }) => `${reason} (${pods})`).join(', ');
    lines.unshift(
      binding.pods === 0
        ? `With one machine fewer in ${binding.pool}, users would miss what they are promised.`
        : `With one machine fewer in ${binding.pool}${without}, ${count(binding.pods, 'pod')} would find no node: ${why}.`,
    );
  }
  return [colors.bold('What binds'), ...lines.flatMap((line) => wrap(harmless(line), width, '  '))];
}

function peakSection({ peak }: CapacityPlan, { colors, width }: PlanStyle): string[] {
  if (peak.workloads.length === 0) return [];
  const lines = peak.workloads.flatMap(({ workload, replicas, most }) =>
    wrap(harmless(`${workload}: from ${replicas} to ${most} replicas`), width, '  '),
  );
  return [colors.bold('At the peak'), ...lines];
}

function trafficSection({ traffic }: CapacityPlan, { colors, width }: PlanStyle): string[] {
  if (traffic.length === 0) return [];
  const lines = traffic.flatMap(({ lost, holds, missed, pendingPods }) => {
    const where = lost.length === 0 ? 'all zones up' : `without zone ${lost.join(', ')}`;
    const pending = pendingPods === 0 ? '' : `, ${count(pendingPods, 'pod')} without a node at the end`;
    const text = holds
      ? `${where}: all objectives met${pending}`
      : `${where}: missed ${missed.join(', ')}${pending}`;
    return wrap(`${holds ? colors.green('✓') : colors.red('✗')} ${harmless(text)}`, width, '  ', '    ');
  });
  return [colors.bold('Under traffic'), ...lines];
}

function unplacedSection({ unplaced }: CapacityPlan, { colors, width }: PlanStyle): string[] {
  if (unplaced.length === 0) return [];
  const lines = unplaced
    .slice(0, podsShown)
    .flatMap(({ namespace, name, reason }) =>
      wrap(harmless(`✗ ${namespace}/${name}: ${reason}`), width, '  ', '    '),
    );
  const left = unplaced.length - podsShown;
  return [
    colors.bold('No machine takes'),
    ...lines,
    ...(left > 0 ? [colors.dim(`  and ${left} more (-o json)`)] : []),
  ];
}
