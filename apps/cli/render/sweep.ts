import type { Sweep } from '../../../src/model/sweep-result.ts';
import type { Colors } from '../terminal.ts';
import { percent, significant } from './figures.ts';
import { estimateText, measureText, rowsBySubject } from './measure.ts';
import { type Column, harmless, table, wrap } from './table.ts';
import { count } from './wording.ts';

export interface SweepStyle {
  readonly colors: Colors;
  readonly width: number;
  /** Shows services and calls too. */
  readonly wide: boolean;
  /** Seeds that were asked for; fewer were run when it was interrupted. */
  readonly asked: number;
}

const findingsShown = 6;
const headings: readonly Column[] = [
  { title: 'MEASURE', shrinks: true },
  { title: 'MEAN (95 %)', align: 'right' },
  { title: 'MIN', align: 'right' },
  { title: 'MAX', align: 'right' },
];

/** Many seeds of one model as text: how many pass, how sure the means are, what happened how often. */
export function sweepSummary(sweep: Sweep, style: SweepStyle): string {
  const sections = [
    headline(sweep, style),
    criteria(sweep, style),
    measures(sweep, style),
    findings(sweep, style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** The verdict over all seeds in one line. */
export function sweepVerdictLine(sweep: Sweep, asked: number, { green, red, yellow, bold }: Colors): string {
  const passed = sweep.runs.filter((run) => run.verdict === 'pass').length;
  const name = bold(harmless(sweep.scenario));
  const seeds = count(sweep.runs.length, 'seed');
  if (sweep.verdict === 'fail') {
    return `${bold(red('✗ FAIL'))} ${name} holds with ${passed} of ${seeds}`;
  }
  if (sweep.runs.length < asked)
    return `${bold(yellow('• PARTIAL'))} ${name} holds with ${passed} of ${seeds} so far`;
  if (sweep.verdict === 'pass') return `${bold(green('✓ PASS'))} ${name} holds with all of ${seeds}`;
  return `${bold('• DONE')} ${name} has no verdict: nothing is asked of it, neither an objective nor a threshold`;
}

function headline(sweep: Sweep, { colors, asked }: SweepStyle): string[] {
  const seeds = sweep.runs.map((run) => run.seed);
  const chance =
    sweep.passInterval === null
      ? []
      : [
          `chance of passing between ${percent(sweep.passInterval.low)} and ${percent(sweep.passInterval.high)}`,
        ];
  const facts = [`seeds ${seeds[0]} to ${seeds.at(-1)}`, ...chance];
  const missing = asked - seeds.length;
  return [
    sweepVerdictLine(sweep, asked, colors),
    ...(missing > 0
      ? [`  ${colors.yellow(`partial: interrupted before ${count(missing, 'seed')} finished`)}`]
      : []),
    `  ${colors.dim(facts.join(' · '))}`,
  ];
}

function criteria(sweep: Sweep, { colors, width }: SweepStyle): string[] {
  const lines = [
    ...sweep.objectives.map((one) => ({ ...one, text: harmless(`${one.name}: ${one.description}`) })),
    ...sweep.thresholds.map((one) => ({ ...one, text: harmless(`${one.metric} ${one.expression}`) })),
  ].flatMap(({ text, passed, seeds }) => {
    const mark = passed === seeds ? colors.green('✓') : colors.red('✗');
    return wrap(`${mark} ${passed} of ${seeds}: ${text}`, width, '  ', '    ');
  });
  return lines.length === 0 ? [] : [colors.bold('Seeds that meet'), ...lines];
}

function measures(sweep: Sweep, { colors, width, wide }: SweepStyle): string[] {
  const shown = sweep.measures.filter((measure) => wide || !/\{(service|call)=/.test(measure.id));
  const rows = rowsBySubject(
    shown,
    (measure, name) => [
      name,
      estimateText(measure.mean, measure.interval, measure, sweep.currency),
      measureText(measure.min.value, measure, sweep.currency),
      measureText(measure.max.value, measure, sweep.currency),
    ],
    colors.bold,
  );
  return [colors.bold('Over the seeds'), ...table(headings, rows, { width, indent: 2, title: colors.dim })];
}

function findings(sweep: Sweep, { colors, width, wide }: SweepStyle): string[] {
  if (sweep.findings.length === 0) return [];
  const shown = wide ? sweep.findings : sweep.findings.slice(0, findingsShown);
  const lines = shown.flatMap((finding) => {
    const symbol = finding.severity === 'problem' ? colors.red('✗') : colors.dim('•');
    const often = `in ${finding.seeds} of ${sweep.runs.length}`;
    const text = `${symbol} ${often}, as with seed ${finding.exampleSeed}: ${harmless(finding.example)}`;
    return wrap(text, width, '  ', '    ');
  });
  const left = sweep.findings.length - shown.length;
  const more = left > 0 ? [colors.dim(`    and ${significant(left, 6)} more (-o wide)`)] : [];
  return [colors.bold('What happened in how many seeds'), ...lines, ...more];
}
