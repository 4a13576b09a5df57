import type { Impact, ObjectiveImpact, SourceImpact } from '../../../src/model/impact-result.ts';
import type { Colors } from '../terminal.ts';
import { goodPercent, grouped, instant, latency, percent, significant } from './figures.ts';
import { type Column, harmless, table, wrap } from './table.ts';

export interface PlanStyle {
  readonly colors: Colors;
  readonly width: number;
}

const columns: readonly Column[] = [
  { title: 'USERS', shrinks: true },
  { title: 'ANSWERED', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'MEDIAN', align: 'right', spare: 1 },
  { title: 'P95', align: 'right' },
  { title: 'P99', align: 'right' },
];

/** What users feel, without and with a change, under a title. `change` is the change in a word: drain, rollout. */
export function impactSection(
  impact: Impact,
  { change, startsAt }: { readonly change: string; readonly startsAt: string | null },
  { colors, width }: PlanStyle,
): string[] {
  const rows = impact.sources.flatMap((source) => [
    [harmless(source.name)],
    row(source, 'without', `  without the ${change}`),
    row(source, 'with', `  with the ${change}`),
  ]);
  const details = impact.sources.flatMap((source) => [
    ...causeLines(source),
    ...worstLines(source, change, startsAt),
  ]);
  return [
    colors.bold('What users feel'),
    ...table(columns, rows, { width, indent: 2, title: colors.dim }),
    ...details.flatMap((text) => wrap(`• ${harmless(text)}`, width, '  ', '    ')),
    ...objectiveLines(impact.objectives, change, { colors, width }),
  ];
}

function row(source: SourceImpact, side: 'without' | 'with', name: string): string[] {
  const availability = source.availability[side];
  return [
    name,
    availability === null ? '–' : goodPercent(availability),
    grouped(source.failed[side]),
    latency(source.p50Ms[side]),
    latency(source.p95Ms[side]),
    latency(source.p99Ms[side]),
  ];
}

function causeLines({ name, errors }: SourceImpact): string[] {
  const more = errors.filter((each) => each.with !== each.without);
  if (more.length === 0) return [];
  const words = more.map((each) => `${each.cause} ${grouped(each.without)} → ${grouped(each.with)}`);
  return [`${name}, failures by cause: ${words.join(', ')}`];
}

function worstLines(
  { name, worst, slowest }: SourceImpact,
  change: string,
  startsAt: string | null,
): string[] {
  return [
    ...(worst === null
      ? []
      : [
          `${name}, worst moment after the ${change}: ${percent(worst.errorShare)} failed at ${instant(worst.atSeconds, startsAt)}`,
        ]),
    ...(slowest === null
      ? []
      : [
          `${name}, slowest moment after it: p99 ${latency(slowest.p99Ms)} at ${instant(slowest.atSeconds, startsAt)}`,
        ]),
  ];
}

function objectiveLines(
  objectives: readonly ObjectiveImpact[],
  change: string,
  { colors, width }: PlanStyle,
): string[] {
  if (objectives.length === 0)
    return [colors.dim('  Nothing is asked: add objectives, and the plan can say whether it is too much.')];
  const rows = objectives.map((objective) => {
    const value = (achieved: number | null) =>
      achieved === null ? '–' : objective.target === null ? significant(achieved, 4) : goodPercent(achieved);
    return [
      objective.passed.with ? colors.green('✓ met') : colors.red('✗ MISSED'),
      harmless(objective.name),
      harmless(objective.description),
      value(objective.achieved.without),
      value(objective.achieved.with),
    ];
  });
  const titles: Column[] = [
    { title: '' },
    { title: 'OBJECTIVE', shrinks: true },
    { title: 'ASKED', shrinks: true },
    { title: 'WITHOUT', align: 'right' },
    { title: `WITH ${change.toUpperCase()}`, align: 'right' },
  ];
  return table(titles, rows, { width, indent: 2, title: colors.dim });
}

/** Symbol, word and reason: `✓ GO`, `✗ NO-GO`. */
export function verdictBadge(verdict: 'go' | 'no-go', { green, red, bold }: Colors): string {
  return verdict === 'go' ? bold(green('✓ GO')) : bold(red('✗ NO-GO'));
}
