import type { Result } from '../../../src/model/result.ts';
import type { Colors } from '../terminal.ts';
import { clusterSection } from './cluster-tables.ts';
import { eventsSection } from './events.ts';
import { compact, goodPercent, grouped, instant, money } from './figures.ts';
import { callsSection, endpointsSection, servicesSection } from './service-tables.ts';
import { sparkline } from './sparkline.ts';
import { type Column, harmless, table, visibleWidth, wrap } from './table.ts';
import {
  asked,
  budgetWords,
  demandCurve,
  endWords,
  observedWords,
  offered,
  peakWords,
  spanWords,
  verdictWords,
  worstWords,
} from './wording.ts';

export interface SummaryStyle {
  readonly colors: Colors;
  readonly width: number;
  /** Adds endpoints, calls, errors by cause and the checks. */
  readonly wide: boolean;
  /** Commands worth trying next. */
  readonly next: readonly string[];
}

const findingsShown = 6;
const annotationsShown = 3;

/** A result as text for a terminal: the verdict first, then why. Fits 80 columns; no trailing line end. */
export function summary(result: Result, style: SummaryStyle): string {
  const sections = [
    headline(result, style),
    demandSection(result, style),
    objectivesSection(result, style),
    thresholdsSection(result, style),
    servicesSection(result, style),
    ...(style.wide ? [endpointsSection(result, style), callsSection(result, style)] : []),
    clusterSection(result, style),
    ...(style.wide ? [eventsSection(result, style)] : []),
    findingsSection(result, style),
    costSection(result, style),
    checksSection(result, style),
    nextSection(style),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** The verdict in one line: symbol, word, scenario, reason. */
export function verdictLine(result: Result, colors: Colors): string {
  const name = colors.bold(harmless(result.scenario));
  return `${badge(result, colors)} ${name} ${verdictWords(result)}`;
}

function badge(result: Result, { green, red, yellow, bold }: Colors): string {
  if (result.verdict === 'fail') return bold(red('✗ FAIL'));
  // What was cut short has not shown that it holds.
  if (result.status === 'partial') return bold(yellow('• PARTIAL'));
  return result.verdict === 'pass' ? bold(green('✓ PASS')) : bold('• DONE');
}

function headline(result: Result, { colors, width }: SummaryStyle): string[] {
  const facts = [
    spanWords(result),
    `${grouped(offered(result))} requests`,
    `${compact(result.manifest.events)} events`,
    `seed ${result.manifest.seed}`,
    `trace ${result.manifest.traceHash.slice(0, 16)}`,
  ];
  const end = endWords(result);
  return [
    verdictLine(result, colors),
    ...(end === null ? [] : [`  ${colors.yellow(end)}`]),
    ...joined(facts, width, '  ').map(colors.dim),
  ];
}

function demandSection(result: Result, { colors, width }: SummaryStyle): string[] {
  const { times, values } = demandCurve(result);
  if (values.length === 0) return [];
  const curve = sparkline(values, Math.min(width - 4, 72));
  const length = visibleWidth(curve);
  const { startsAt } = result.window;
  const from = instant(0, startsAt);
  const to = instant(times.at(-1)!, startsAt).replace('day 2 00:00', '24:00');
  const axis = from + ' '.repeat(Math.max(1, length - from.length - to.length)) + to;
  const mean = result.sources.reduce((sum, source) => sum + source.offeredRate, 0);
  return [
    `${title('Demand', colors)}  mean ${compact(mean)}/s, ${peakWords(result) ?? 'no samples'}`,
    `  ${colors.cyan(curve)}`,
    `  ${colors.dim(axis)}`,
    ...annotationLines(result, length, times.at(-1)!).map((line) => `  ${colors.dim(line)}`),
  ];
}

// What the author says happens when, each under its place of the curve.
function annotationLines(result: Result, width: number, endSeconds: number): string[] {
  return result.annotations
    .filter((annotation) => annotation.fromSeconds <= endSeconds)
    .slice(0, annotationsShown)
    .map(({ fromSeconds, label }) => {
      const at = Math.min(width - 1, Math.floor((fromSeconds / endSeconds) * width));
      const text = `${instant(fromSeconds, result.window.startsAt)} ${harmless(label)}`;
      const left = at >= text.length + 1 && at > width / 2;
      return left ? `${' '.repeat(at - text.length - 1)}${text} │` : `${' '.repeat(at)}│ ${text}`;
    });
}

function objectivesSection(result: Result, { colors, width }: SummaryStyle): string[] {
  if (result.objectives.length === 0) return [];
  const rows = result.objectives.map((objective) => [
    mark(objective.passed, colors),
    harmless(objective.name),
    asked(objective),
    objective.achieved === null ? '–' : goodPercent(objective.achieved),
    budgetWords(objective),
  ]);
  const columns: Column[] = [
    { title: '' },
    { title: 'NAME', shrinks: true },
    { title: 'ASKED' },
    { title: 'GOT', align: 'right' },
    { title: 'ERROR BUDGET', shrinks: true },
  ];
  const [heading, ...lines] = table(columns, rows, { width, indent: 2 });
  const under = ' '.repeat(heading!.indexOf('NAME'));
  const described = lines.flatMap((line, i) => {
    const objective = result.objectives[i]!;
    const worst = objective.passed ? null : worstWords(objective, result.window.startsAt);
    return worst === null ? [line] : [line, `${under}${colors.dim(worst)}`];
  });
  return [title('Objectives', colors), colors.dim(heading!), ...described];
}

function thresholdsSection(result: Result, { colors, width }: SummaryStyle): string[] {
  if (result.thresholds.length === 0) return [];
  const rows = result.thresholds.map((threshold) => [
    mark(threshold.passed, colors),
    harmless(threshold.metric),
    harmless(threshold.expression),
    `got ${observedWords(threshold)}`,
  ]);
  const columns: Column[] = [{ title: '' }, { title: '', shrinks: true }, { title: '' }, { title: '' }];
  return [title('Thresholds', colors), ...table(columns, rows, { width, indent: 2 })];
}

function findingsSection(result: Result, { colors, width, wide }: SummaryStyle): string[] {
  if (result.findings.length === 0) return [];
  const shown = wide ? result.findings : result.findings.slice(0, findingsShown);
  const lines = shown.flatMap((finding) => {
    const symbol = finding.severity === 'problem' ? colors.red('✗') : colors.dim('•');
    return wrap(`${symbol} ${findingText(finding)}`, width, '  ', '    ');
  });
  const left = result.findings.length - shown.length;
  const more = left > 0 ? [colors.dim(`    and ${left} more (-o wide)`)] : [];
  return [title('What happened', colors), ...lines, ...more];
}

/** A finding as one sentence that names its subject once. */
export function findingText(finding: Result['findings'][number]): string {
  const { subject, message } = finding;
  const named = subject === 'all traffic' || message.includes(subject);
  return harmless(named ? message : `${subject}: ${message}`);
}

function costSection(result: Result, { colors }: SummaryStyle): string[] {
  const { total: sum, currency, perMillionRequests } = result.cost;
  if (sum === 0) return [];
  const per =
    perMillionRequests === null ? '' : `, ${money(perMillionRequests, currency)} per million requests`;
  return [`${title('Cost', colors)}  ${money(sum, currency)}${per}`];
}

// Laws that hold are worth one line when asked; one that breaks is a defect and always shown.
function checksSection(result: Result, { colors, width, wide }: SummaryStyle): string[] {
  const shown = wide ? result.checks : result.checks.filter((check) => !check.passed);
  if (shown.length === 0) return [];
  const lines = shown.flatMap((check) =>
    wrap(
      `${mark(check.passed, colors, 'holds', 'BROKEN')} ${check.name}: ${check.detail}`,
      width,
      '  ',
      '    ',
    ),
  );
  return [title('Laws checked during the run', colors), ...lines];
}

function nextSection({ colors, next }: SummaryStyle): string[] {
  if (next.length === 0) return [];
  return [title('Next', colors), ...next.map((command) => `  ${command}`)];
}

const title = (text: string, colors: Colors) => colors.bold(text);

// Facts stay whole: a line breaks only between two of them.
function joined(facts: readonly string[], width: number, indent: string): string[] {
  const lines: string[] = [];
  for (const fact of facts) {
    const last = lines.at(-1);
    const longer = `${last} · ${fact}`;
    if (last === undefined || visibleWidth(longer) > width) lines.push(indent + fact);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Symbol and word, so that nothing is said by colour alone. */
function mark(passed: boolean, { green, red }: Colors, yes = 'met', no = 'MISSED'): string {
  return passed ? green(`✓ ${yes}`) : red(`✗ ${no}`);
}
