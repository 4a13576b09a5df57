import type { Result } from '../../../src/model/result.ts';
import type { Colors } from '../terminal.ts';
import { compact, goodPercent, grouped, instant, money, shortLatency, significant } from './figures.ts';
import { sparkline } from './sparkline.ts';
import { type Column, harmless, table, visibleWidth, wrap } from './table.ts';
import {
  asked,
  budgetWords,
  demandCurve,
  endWords,
  errorShare,
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
    ...(style.wide ? wideSections(result, style) : []),
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

function servicesSection(result: Result, { colors, width }: SummaryStyle): string[] {
  if (result.services.length === 0) return [];
  const columns: Column[] = [
    { title: 'SERVICE', shrinks: true },
    { title: 'RATE/S', align: 'right' },
    { title: 'ERRORS', align: 'right' },
    { title: 'P50', align: 'right' },
    { title: 'P95', align: 'right' },
    { title: 'P99', align: 'right' },
    { title: 'CPU', align: 'right' },
    { title: 'MAX', align: 'right' },
    { title: 'QUEUE', align: 'right' },
    { title: 'PODS', align: 'right' },
  ];
  const prefix = commonNamespace(result.services.map((service) => service.name));
  const rows = result.services.map((service) => [
    harmless(service.name.slice(prefix.length)),
    compact(service.offeredRate),
    errorCell(errorShare(service), colors),
    ...quantiles(service.latency),
    share(service.utilisation),
    loadCell(service.utilisationMax, colors),
    compact(service.queueMax),
    significant(service.replicas, 3),
  ]);
  const heading = prefix === '' ? 'Services' : `Services of ${harmless(prefix.slice(0, -1))}`;
  return [title(heading, colors), ...table(columns, rows, { width, indent: 2, title: colors.dim })];
}

// Saying a namespace once leaves room for the names.
function commonNamespace(names: readonly string[]): string {
  const prefix = names[0]?.match(/^[^/]+\//)?.[0] ?? '';
  return names.length > 1 && names.every((name) => name.startsWith(prefix)) ? prefix : '';
}

function wideSections(result: Result, style: SummaryStyle): string[][] {
  const { colors, width } = style;
  const layout = { width, indent: 2, title: colors.dim };
  const right = (text: string): Column => ({ title: text, align: 'right' });
  const prefix = commonNamespace(result.services.map((service) => service.name));
  const short = (name: string) =>
    name.startsWith(prefix) ? name.slice(prefix.length) : name.replace(/^source\//, '');
  const endpoints = result.services.flatMap((service) =>
    service.endpoints.map((endpoint) => [
      harmless(`${short(service.name)} ${endpoint.endpoint}`),
      compact(endpoint.offeredRate),
      compact(total(endpoint.errors)),
      compact(endpoint.wasted),
      ...quantiles(endpoint.latency),
    ]),
  );
  const hedged = result.calls.some((call) => call.hedges > 0);
  const calls = result.calls.map((call) => [
    harmless(`${short(call.client)} → ${short(call.service)} ${call.endpoint}`),
    compact(call.calls),
    compact(call.retries),
    ...(hedged ? [compact(call.hedges)] : []),
    causes(call.errors),
    ...quantiles(call.latency),
  ]);
  const latencies = [right('P50'), right('P95'), right('P99')];
  const endpointColumns = [
    { title: 'ENDPOINT', shrinks: true },
    right('RATE/S'),
    right('ERRORS'),
    right('WASTED'),
    ...latencies,
  ];
  const callColumns = [
    { title: 'CALL', shrinks: true },
    right('CALLS'),
    right('RETRIES'),
    ...(hedged ? [right('HEDGES')] : []),
    { title: 'ERRORS', shrinks: true },
    ...latencies,
  ];
  return [
    [title('Endpoints', colors), ...table(endpointColumns, endpoints, layout)],
    [title('Calls', colors), ...table(callColumns, calls, layout)],
    eventsSection(result, style),
  ];
}

function eventsSection(result: Result, { colors, width }: SummaryStyle): string[] {
  if (result.events.length === 0) return [];
  const rows = result.events.map((event) => [
    instant(event.atSeconds, result.window.startsAt),
    harmless(event.subject),
    harmless(event.message),
  ]);
  const columns: Column[] = [{ title: '' }, { title: '', shrinks: true }, { title: '', shrinks: true }];
  return [title('Events', colors), ...table(columns, rows, { width, indent: 2 })];
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
const share = (ratio: number) => `${significant(ratio * 100, 2)} %`;
const total = (errors: Readonly<Record<string, number>>) =>
  Object.values(errors).reduce((sum, value) => sum + value, 0);

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

function quantiles(value: { count: number; p50: number; p95: number; p99: number }): string[] {
  if (value.count === 0) return ['–', '–', '–'];
  return [shortLatency(value.p50), shortLatency(value.p95), shortLatency(value.p99)];
}

function errorCell(value: number | null, { red }: Colors): string {
  if (value === null) return '–';
  if (value === 0) return '0 %';
  return value >= 0.01 ? red(share(value)) : `${significant(value * 100, 2)} %`;
}

const loadCell = (ratio: number, { yellow }: Colors) => (ratio >= 0.9 ? yellow(share(ratio)) : share(ratio));

function causes(errors: Readonly<Record<string, number>>): string {
  const entries = Object.entries(errors).sort((a, b) => b[1] - a[1]);
  return entries.length === 0
    ? '0'
    : entries.map(([cause, amount]) => `${cause} ${compact(amount)}`).join(', ');
}
